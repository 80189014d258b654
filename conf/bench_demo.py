"""`pontine bench demo`."""

from __future__ import annotations

from dataclasses import dataclass

from .options import RehearsalOptions, at_least, text


@dataclass
class Config:
    """Options of `pontine bench demo`; bench_demo.yaml says what each means."""

    scenes: int = 50
    seed: int = 0
    out: str | None = text()
    replans: int = 3
    library: str | None = text()
    adapter: str | None = text()
    rehearse: bool = False
    copies: int = 32
    sure: float = 0.7

    def __post_init__(self) -> None:
        at_least("scenes", self.scenes, 1)
        at_least("seed", self.seed, 0)
        at_least("replans", self.replans, 0)
        RehearsalOptions(self.rehearse, self.copies, sure=self.sure)


def run(config: Config) -> int:
    """Exit status: 0, or 1 if a run called itself done with its goal false."""
    options = dict(vars(config))
    rehearsing = {name: options.pop(name) for name in ("rehearse", "copies", "sure")}
    if rehearsing.pop("rehearse"):
        from pontine.planner.benchmarks.rehearsal_benchmark import bench_rehearsal

        del options["adapter"]
        return bench_rehearsal(**options, **rehearsing)
    from pontine.planner.benchmarks.demo_benchmark import bench_demo

    return bench_demo(**options)
