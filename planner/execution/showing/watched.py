"""A robot that somebody looks at while it moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from pontine.envs.arrays import Array
from pontine.envs.robot import Robot, RobotState
from pontine.envs.scene import Scene

R = TypeVar("R", bound=Robot)


class WatchedRobot(Generic[R]):
    """A robot that calls `seen` after every control step, and is otherwise the one it stands for, `robot`.

    Example:
        >>> from pontine.envs.simulated import SimulatedRobot
        >>> steps = []
        >>> watched = WatchedRobot(SimulatedRobot([]), lambda: steps.append(1))
        >>> watched.command(watched.observe().position)
        >>> len(steps)
        1
    """

    def __init__(self, robot: R, seen: Callable[[], object]) -> None:
        self.robot, self.seen = robot, seen

    def observe(self) -> RobotState:
        """The joints now."""
        return self.robot.observe()

    def command(self, targets: Array) -> None:
        """Send joint targets (6,) rad, let one control step pass, and have it seen."""
        self.robot.command(targets)
        self.seen()

    def scene(self) -> Scene:
        """The table as it is now."""
        return self.robot.scene()

    def way_to_rest(self) -> Iterable[Array]:
        """Targets (6,) rad, one a control step, to the rest pose."""
        return self.robot.way_to_rest()

    def reset(self) -> None:
        """Bring the arm to its rest pose, and have that seen."""
        for targets in self.way_to_rest():
            self.command(targets)

    def stop(self) -> None:
        """Hold still where the arm is."""
        self.robot.stop()
