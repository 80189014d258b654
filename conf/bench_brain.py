"""`pontine bench brain`."""

from __future__ import annotations

from dataclasses import dataclass, field

from .options import BrainOptions, at_least, text


@dataclass
class Config(BrainOptions):
    """Options of `pontine bench brain`; bench_brain.yaml says what each means."""

    out: str | None = text()
    limit: int | None = None
    items: str | None = text()
    sentences: str | None = text()
    threads: int = 1
    written: str | None = text()
    without: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.limit is not None:
            at_least("limit", self.limit, 1)
        at_least("threads", self.threads, 1)


def run(config: Config) -> int:
    """Exit status of the verb."""
    from pontine.planner.benchmarks.brain_benchmark import bench_brain

    return bench_brain(**vars(config))
