"""`pontine mcp`."""

from __future__ import annotations

from dataclasses import dataclass, field

from pontine.envs.errors import PontineError

from .options import BrainOptions, above, at_least, check_table, text


@dataclass
class Config(BrainOptions):
    """Options of `pontine mcp`; mcp.yaml says what each means."""

    seed: int = 0
    objects: int | None = None
    fixtures: list[str] = field(default_factory=list)
    scene: str | None = text()
    port: int | None = None
    report: str | None = text()
    replans: int = 3
    randomization: str = "real"
    dynamics: str | None = text()
    plan_seconds: float = 20.0
    library: str | None = text()

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least("seed", self.seed, 0)
        at_least("replans", self.replans, 0)
        above("plan_seconds", self.plan_seconds, 0)
        if self.port is not None and not 0 <= self.port <= 65535:
            raise PontineError(f"port={self.port} must be from 0 to 65535")
        check_table(self.objects, self.fixtures, self.scene)


def run(config: Config) -> int:
    """Exit status: 0."""
    from pontine.planner.agents.serving import mcp_verb

    return mcp_verb(**{**vars(config), "fixtures": tuple(config.fixtures)})
