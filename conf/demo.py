"""`pontine demo`."""

from __future__ import annotations

from dataclasses import dataclass, field

from pontine.envs.errors import PontineError

from .options import BrainOptions, RehearsalOptions, above, at_least, check_table, text


@dataclass
class Config(BrainOptions, RehearsalOptions):
    """Options of `pontine demo`; demo.yaml says what each means."""

    instruction: str | None = text()
    goal: str | None = text()
    seed: int = 0
    objects: int | None = None
    fixtures: list[str] = field(default_factory=list)
    scene: str | None = text()
    report: str | None = text()
    video: str | None = text()
    failures: str | None = text()
    replans: int = 3
    plan_seconds: float = 20.0
    library: str | None = text()

    def __post_init__(self) -> None:
        BrainOptions.__post_init__(self)
        RehearsalOptions.__post_init__(self)
        at_least("seed", self.seed, 0)
        at_least("replans", self.replans, 0)
        above("plan_seconds", self.plan_seconds, 0)
        check_table(self.objects, self.fixtures, self.scene)
        if self.goal is not None and self.instruction is not None:
            raise PontineError("give either instruction= or goal=, not both")
        if self.instruction is not None and not self.instruction.strip():
            raise PontineError("the instruction is empty")


def run(config: Config) -> int:
    """Exit status: 0 if the goal holds at the end, 1 if not."""
    from pontine.planner.execution.demo import demo

    return demo(**vars(config))
