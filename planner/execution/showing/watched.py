"""A robot that somebody looks at while it moves."""

from __future__ import annotations

from collections.abc import Callable

from pontine.envs.arrays import Array
from pontine.envs.robot import R, RobotWrapper


class WatchedRobot(RobotWrapper[R]):
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
        super().__init__(robot)
        self.seen = seen

    def command(self, targets: Array) -> None:
        """Send joint targets (6,) rad, let one control step pass, and have it seen."""
        super().command(targets)
        self.seen()
