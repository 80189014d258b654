"""`pontine arm setup`."""

from __future__ import annotations

from dataclasses import dataclass, field

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.robot import JOINTS

from .options import above, text


@dataclass
class Config:
    """Options of `pontine arm setup`; arm_setup.yaml says what each means."""

    port: str | None = text()
    joints: list[str] = field(default_factory=lambda: [*reversed(JOINTS)])
    baud: int = 1_000_000
    patience: float = 0.02

    def __post_init__(self) -> None:
        from pontine.sim2real.bus.feetech import BAUD_RATES

        if not self.port:
            raise PontineError("port= is missing: give the board's serial port; `pontine arm find` lists them")
        for joint in self.joints:
            if joint not in JOINTS:
                raise UnknownNameError("joint", joint, JOINTS)
        if len(set(self.joints)) != len(self.joints):
            raise PontineError(f"joints={self.joints} names one twice")
        if self.baud not in BAUD_RATES:
            raise UnknownNameError("baud rate", str(self.baud), map(str, BAUD_RATES))
        above("patience", self.patience, 0)


def run(config: Config) -> int:
    """Exit status 0 once every servo has its id, 1 where some were left as they are."""
    from pontine.sim2real.bringup.assign import assign
    from pontine.sim2real.bringup.guide import Guide

    guide = Guide()
    done = assign(str(config.port), guide, config.joints, baud=config.baud, patience=config.patience)
    if left := [joint for joint in config.joints if joint not in done]:
        guide.say(f"left as they are: {', '.join(left)}")
        return 1
    guide.say(f"`pontine arm calibrate port={config.port}` comes next")
    return 0
