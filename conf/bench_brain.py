"""`pontine bench brain`."""

from __future__ import annotations

from dataclasses import dataclass

from .options import at_least, brain_choice, text


@dataclass
class Config:
    """Options of `pontine bench brain`; bench_brain.yaml says what each means."""

    out: str | None = text()
    limit: int | None = None
    items: str | None = text()
    threads: int = 1
    adapter: str | None = text()
    brain: str = "embedded"
    model: str | None = text()
    url: str | None = text()

    def __post_init__(self) -> None:
        if self.limit is not None:
            at_least("limit", self.limit, 1)
        at_least("threads", self.threads, 1)
        brain_choice(self)


def run(config: Config) -> int:
    """Exit status of the verb."""
    from pontine.planner.bench_brain import bench_brain

    return bench_brain(**vars(config))
