"""`pontine tune`."""

from __future__ import annotations

from dataclasses import dataclass

from .options import at_least, text


@dataclass
class Config:
    """Options of `pontine tune`; tune.yaml says what each means."""

    stage: str = "sft"
    out: str = text("runs/brain")
    samples: int = 10_000
    seed: int = 0
    batch_size: int = 16
    lr: float = 8e-4
    rank: int = 16
    minutes: float | None = None
    init: str | None = text()

    def __post_init__(self) -> None:
        for key in ("samples", "batch_size", "rank"):
            at_least(key, getattr(self, key), 1)
        at_least("seed", self.seed, 0)


def run(config: Config) -> int:
    """Exit status of the verb."""
    from pontine.planner.tune import tune_verb

    return tune_verb(**vars(config))
