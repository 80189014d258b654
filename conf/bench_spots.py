"""`pontine bench spots`."""

from __future__ import annotations

from dataclasses import dataclass

from .options import at_least, text


@dataclass
class Config:
    """Options of `pontine bench spots`; bench_spots.yaml says what each means."""

    wishes: int = 200
    seed: int = 0
    first: int = 0
    out: str | None = text()
    replans: int = 3
    library: str | None = text()

    def __post_init__(self) -> None:
        at_least("wishes", self.wishes, 1)
        at_least("seed", self.seed, 0)
        at_least("first", self.first, 0)
        at_least("replans", self.replans, 0)


def run(config: Config) -> int:
    """Exit status: 0, or 1 if a run called itself done while a thing was not at its spot."""
    from pontine.planner.benchmarks.spots_benchmark import bench_spots

    return bench_spots(**vars(config))
