"""`pontine plan`."""

from __future__ import annotations

from dataclasses import dataclass

from .options import brain_choice, text


@dataclass
class Config:
    """Options of `pontine plan`; plan.yaml says what each means."""

    instruction: str | None = text()
    scene: str | None = text()
    out: str | None = text()
    batch: str | None = text()
    adapter: str | None = text()
    brain: str = "embedded"
    model: str | None = text()
    url: str | None = text()
    threads: int = 1

    def __post_init__(self) -> None:
        brain_choice(self)


def run(config: Config) -> int:
    """Exit status of the verb."""
    from pontine.planner.batch import plan_verb

    return plan_verb(**vars(config))
