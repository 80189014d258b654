"""A robot that can be stopped from another thread."""

from __future__ import annotations

import threading

from pontine.envs.arrays import Array
from pontine.envs.errors import RobotError
from pontine.envs.robot import Robot, RobotWrapper


class StopRequested(RobotError):
    """Somebody stopped the run; the arm holds still."""

    cause = "safety"


class StoppableRobot(RobotWrapper[Robot]):
    """A robot that holds still instead of taking its next target once `halt` was called, and is otherwise the one it
    stands for.

    One thread moves it, as ever; any thread may halt it. Whatever moves it then meets `StopRequested`, until `release`.
    `robot` is the one it stands for.
    """

    def __init__(self, robot: Robot) -> None:
        super().__init__(robot)
        self._lock = threading.Lock()
        self._why: str | None = None

    def halt(self, why: str) -> None:
        """Let no further target through, from any thread; the first reason stays."""
        with self._lock:
            self._why = self._why or why

    def release(self) -> None:
        """Let targets through again."""
        with self._lock:
            self._why = None

    def command(self, targets: Array) -> None:
        """Send joint targets (6,) rad and let one control step pass. Raises StopRequested."""
        if (why := self._why) is not None:
            self.robot.stop()
            raise StopRequested(why)
        super().command(targets)
