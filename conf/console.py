"""`pontine console`."""

from __future__ import annotations

from dataclasses import dataclass, field

from pontine.envs.errors import PontineError

from .options import BrainOptions, RehearsalOptions, above, at_least, check_table, text


@dataclass
class Config(BrainOptions, RehearsalOptions):
    """Options of `pontine console`; console.yaml says what each means."""

    seed: int = 0
    objects: int | None = None
    fixtures: list[str] = field(default_factory=list)
    scene: str | None = text()
    port: int = 8080
    speed: float = 1.0
    open_browser: bool = False
    report: str | None = text()
    replans: int = 3
    plan_seconds: float = 20.0
    library: str | None = text()

    def __post_init__(self) -> None:
        BrainOptions.__post_init__(self)
        RehearsalOptions.__post_init__(self)
        at_least("seed", self.seed, 0)
        at_least("replans", self.replans, 0)
        at_least("speed", self.speed, 0)
        above("plan_seconds", self.plan_seconds, 0)
        if not 0 <= self.port <= 65535:
            raise PontineError(f"port={self.port} must be from 0 to 65535")
        check_table(self.objects, self.fixtures, self.scene)


def run(config: Config) -> int:
    """Exit status: 0."""
    from pontine.planner.console.serving import console_verb

    return console_verb(**vars(config))
