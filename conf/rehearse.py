"""`pontine rehearse`."""

from __future__ import annotations

from dataclasses import dataclass, field

from pontine.envs.errors import PontineError

from .options import BrainOptions, RehearsalOptions, above, at_least, text


@dataclass
class Config(BrainOptions):
    """Options of `pontine rehearse`; rehearse.yaml says what each means."""

    instruction: str | None = text()
    goal: str | None = text()
    scene: str | None = text()
    seed: int = 0
    fixtures: list[str] = field(default_factory=list)
    copies: int = 32
    randomization: str = "real"
    dynamics: str | None = text()
    sure: float = 0.7
    picture: str | None = text()
    out: str | None = text()
    threads: int = 0
    plan_seconds: float = 20.0
    library: str | None = text()

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least("seed", self.seed, 0)
        RehearsalOptions(True, self.copies, self.randomization, self.dynamics, self.sure)
        above("plan_seconds", self.plan_seconds, 0)
        if self.scene is not None and self.fixtures:
            raise PontineError("fixtures= are for a random table; a scene= has its own")


def run(config: Config) -> int:
    """Exit status: 0 if the plan's chance is at least `sure`, 1 if not."""
    from pontine.planner.rehearsal.rehearsing import rehearse_verb

    return rehearse_verb(**{**vars(config), "fixtures": tuple(config.fixtures)})
