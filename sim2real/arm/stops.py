"""Why an arm stops for good: what was seen at which joint, and what to check."""

from __future__ import annotations

import enum
from dataclasses import asdict, dataclass
from typing import Any

from pontine.envs.errors import RobotError


class Kind(enum.StrEnum):
    """What went wrong."""

    STALL = "stall"
    HEAT = "heat"
    VOLTAGE = "voltage"
    BROWN_OUT = "brown-out"
    ENCODER = "encoder"
    SILENCE = "silence"
    UNPLUGGED = "unplugged"
    STUCK = "port stuck"
    COMMAND = "command"
    EMERGENCY = "emergency stop"
    INTERNAL = "internal"


_CHECK = {
    Kind.STALL: "free the joint and look for what blocks it; a weak supply or a dry gear train looks the same",
    Kind.HEAT: "let it cool; then look for a joint that holds a load for long or rubs",
    Kind.VOLTAGE: "measure the supply under load: is it the right one for these servos, and do all plugs sit?",
    Kind.BROWN_OUT: "the servo was without power for an instant: check the supply's amperes and the plugs before it",
    Kind.ENCODER: "its magnetic angle sensor fails: look for a loose horn or a damaged servo",
    Kind.SILENCE: "check its plug and the cable to it; another program on the bus, or two servos with one id, "
    "spoil answers too",
    Kind.UNPLUGGED: "check the USB cable; switch the arm's supply off if it pushes against something",
    Kind.STUCK: "unplug the adapter and plug it in again, without a hub; switch the arm's supply off if it pushes "
    "against something",
    Kind.COMMAND: "what commands the arm is broken; nothing of this command was sent",
    Kind.EMERGENCY: "see that the arm is free before it is started again",
    Kind.INTERNAL: "this is a defect of the program; please report it with the lines above",
}


_LIMITS = {Kind.STALL, Kind.COMMAND, Kind.EMERGENCY}
"""What a working arm is stopped for; the rest is a part of it that fails."""


@dataclass(frozen=True)
class Stop:
    """One cause: its kind, the joint (None: not one joint's), what was measured, when (s, monotonic)."""

    kind: Kind
    joint: str | None
    measured: str
    time: float

    @property
    def check(self) -> str:
        """What to check."""
        return _CHECK[self.kind]

    def __str__(self) -> str:
        where = f" of {self.joint}" if self.joint else ""
        return f"{self.kind}{where}: {self.measured}; {self.check}"

    def to_json(self) -> dict[str, Any]:
        """For a report."""
        return {**asdict(self), "kind": str(self.kind), "check": self.check}


class SafetyStop(RobotError):
    """The arm stopped and takes no further commands; `stop` is the first cause."""

    def __init__(self, stop: Stop) -> None:
        self.stop = stop
        self.cause = "safety" if stop.kind in _LIMITS else "hardware"
        super().__init__(f"the arm stopped: {stop}")
