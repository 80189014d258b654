"""`Robot`: the one door between what decides and what moves.

The simulated arm and the serial arm both satisfy it; the executive cannot tell
which it has.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from .scene import Scene

JOINTS = ("shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper")
"""Joint names in LeRobot's order; every joint array has this order, shape (6,), in radians."""

CONTROL_SECONDS = 0.04
"""Length of a control step (25 Hz)."""


def straight(start: NDArray[np.float64], goal: NDArray[np.float64], step: float) -> list[NDArray[np.float64]]:
    """Targets (6,) rad, one a control step, on the straight way from `start` to `goal`, at most `step` rad each."""
    count = int(np.ceil(np.abs(goal - start).max() / step))
    return [start + (goal - start) * (k + 1) / count for k in range(count)]


@dataclass(frozen=True)
class RobotState:
    """What the arm says of itself: positions (rad), velocities (rad/s), load, time (s).

    `load` is the commanded minus the measured position (rad), what a position servo's
    effort is proportional to; `command` is the last joint target (rad).
    """

    position: NDArray[np.float64]
    velocity: NDArray[np.float64]
    load: NDArray[np.float64]
    command: NDArray[np.float64]
    time: float


class Robot(Protocol):
    """An arm that can be watched and commanded at 25 Hz."""

    def observe(self) -> RobotState:
        """The joints now."""
        ...

    def command(self, targets: NDArray[np.float64]) -> None:
        """Send joint targets (6,) rad and let one control step pass."""
        ...

    def scene(self) -> Scene:
        """The table as it is now."""
        ...

    def way_to_rest(self) -> Iterable[NDArray[np.float64]]:
        """Targets (6,) rad, one a control step, that bring the arm from where it is to its rest pose."""
        ...

    def reset(self) -> None:
        """Bring the arm to its rest pose: command every target of `way_to_rest`."""
        ...

    def stop(self) -> None:
        """Hold still where the arm is; nothing moves until the next command."""
        ...


R = TypeVar("R", bound=Robot)


class RobotWrapper(Generic[R]):
    """A robot that is the one it stands for, `robot`; what inherits from it changes what a command does."""

    def __init__(self, robot: R) -> None:
        self.robot = robot

    def observe(self) -> RobotState:
        """The joints now."""
        return self.robot.observe()

    def command(self, targets: NDArray[np.float64]) -> None:
        """Send joint targets (6,) rad and let one control step pass."""
        self.robot.command(targets)

    def scene(self) -> Scene:
        """The table as it is now."""
        return self.robot.scene()

    def way_to_rest(self) -> Iterable[NDArray[np.float64]]:
        """Targets (6,) rad, one a control step, to the rest pose."""
        return self.robot.way_to_rest()

    def reset(self) -> None:
        """Bring the arm to its rest pose, by commands of this robot."""
        for targets in self.way_to_rest():
            self.command(targets)

    def stop(self) -> None:
        """Hold still where the arm is."""
        self.robot.stop()
