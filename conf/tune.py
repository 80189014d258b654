"""`pontine tune`."""

from __future__ import annotations

from dataclasses import dataclass

from .options import at_least, text


@dataclass
class Config:
    """Options of `pontine tune`; tune.yaml says what each means."""

    stage: str = "sft"
    out: str = text("runs/brain")
    samples: int | None = None
    seed: int = 0
    lr: float | None = None
    rank: int = 16
    chinese: float = 0.55
    group: int = 8
    init: str | None = text()
    items: str | None = text()
    sentences: str | None = text()
    save_every: int | None = None
    threads: int = 1

    def __post_init__(self) -> None:
        at_least("seed", self.seed, 0)


def run(config: Config) -> int:
    """Exit status of the verb."""
    from pontine.planner.tuning.tune import tune_verb

    return tune_verb(**vars(config))
