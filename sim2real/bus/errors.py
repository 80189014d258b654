"""What can go wrong between a program and its servos, each with what to check."""

from __future__ import annotations

import errno
from collections.abc import Mapping

from pontine.envs.errors import RobotError

_WHY = {
    errno.ENOENT: "there is no such port: is the cable in, and is this its name?",
    errno.EACCES: "this user may not use it: join the group that owns it (often dialout) and log in again",
    errno.EBUSY: "another program has it open",
    errno.EAGAIN: "another program has it open",
}


class BusError(RobotError):
    """Base of all errors of the servo bus: the `problem`, and what to `check` ("" where the problem says it)."""

    def __init__(self, problem: str, check: str = "") -> None:
        self.problem, self.check = problem, check
        super().__init__(f"{problem}; {check}" if check else problem)


class PortError(BusError):
    """The port cannot be opened."""

    def __init__(self, port: str, cause: BaseException) -> None:
        number = getattr(cause, "errno", None)
        self.port = port
        super().__init__(f"cannot open {port}: {_WHY.get(number, cause) if number else cause}")


class PortFailedError(BusError):
    """Base of the errors of a port that broke while it was in use; the servos hold what they were told last."""

    def __init__(self, port: str, problem: str, check: str) -> None:
        self.port = port
        super().__init__(
            f"{port} {problem}",
            f"{check}. The servos still hold their last goal with full torque: switch their supply off if the arm "
            "pushes against something",
        )


class PortLostError(PortFailedError):
    """The port is gone."""

    def __init__(self, port: str, cause: BaseException) -> None:
        super().__init__(port, f"is gone ({cause})", "check the USB cable")


class PortStuckError(PortFailedError):
    """The port is there and takes no more bytes."""

    def __init__(self, port: str, seconds: float) -> None:
        super().__init__(
            port, f"took no bytes for {seconds:g} s", "its adapter hangs: unplug it and plug it in again, without a hub"
        )


class BusOwnedError(BusError):
    """Someone wrote to a bus that belongs to an arm."""

    def __init__(self, port: str) -> None:
        super().__init__(
            f"the bus on {port} belongs to an arm, which alone writes to it",
            "command the arm: between it and the servos stands the safety envelope",
        )


class ReplyError(BusError):
    """Base of the errors of servos that did not answer well: their ids by name, and the `fault` of each."""

    def __init__(self, servos: Mapping[str, int], fault: str, check: str) -> None:
        self.servos, self.fault = dict(servos), fault
        listed = ", ".join(f"{name} (id {id})" for name, id in servos.items())
        super().__init__(f"{listed}: {fault}", check)


class NoReplyError(ReplyError):
    """Servos stayed silent through every try."""

    def __init__(self, port: str, servos: Mapping[str, int], others: bool | None) -> None:
        """`others` is whether other servos did answer, None where none was asked."""
        found, check = {
            True: (", others answer", "check its id and the cable to it from the servo before"),
            False: (", nor from any other", "check the arm's supply, the cable from the board, and the baud rate"),
            None: ("", "check its id, the cable to it, the arm's supply, and the baud rate"),
        }[others]
        super().__init__(servos, f"no answer on {port}{found}", check)


class CorruptReplyError(ReplyError):
    """What servos answered did not pass the checksum, in every try."""

    def __init__(self, port: str, servos: Mapping[str, int]) -> None:
        super().__init__(
            servos,
            f"spoilt answers on {port}",
            "check that no two servos share an id, then plugs and cables, then the baud",
        )


class EepromError(BusError):
    """EEPROM used in a way that would wear it out or lose a servo."""


class UnfitValueError(BusError):
    """A value that must not be sent."""
