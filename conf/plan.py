"""`pontine plan`."""

from __future__ import annotations

from dataclasses import dataclass

from .options import BrainOptions, above, text


@dataclass
class Config(BrainOptions):
    """Options of `pontine plan`; plan.yaml says what each means."""

    instruction: str | None = text()
    goal: str | None = text()
    scene: str | None = text()
    out: str | None = text()
    batch: str | None = text()
    threads: int = 1
    plan_seconds: float = 20.0

    def __post_init__(self) -> None:
        super().__post_init__()
        above("plan_seconds", self.plan_seconds, 0)


def run(config: Config) -> int:
    """Exit status of the verb."""
    from pontine.planner.execution.batch import plan_verb

    return plan_verb(**vars(config))
