"""A robot that can be stopped from another thread."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from pontine.envs.arrays import Array
from pontine.envs.errors import RobotError
from pontine.envs.robot import Robot, RobotState
from pontine.envs.scene import Scene


class StopRequested(RobotError):
    """Somebody stopped the run; the arm holds still."""

    cause = "safety"


class StoppableRobot:
    """A robot that holds still instead of taking its next target once `halt` was called, and is otherwise the one it
    stands for.

    One thread moves it, as ever; any thread may halt it. Whatever moves it then meets `StopRequested`, until `release`.
    `robot` is the one it stands for.
    """

    def __init__(self, robot: Robot) -> None:
        self.robot, self._lock = robot, threading.Lock()
        self._why: str | None = None

    def halt(self, why: str) -> None:
        """Let no further target through, from any thread; the first reason stays."""
        with self._lock:
            self._why = self._why or why

    def release(self) -> None:
        """Let targets through again."""
        with self._lock:
            self._why = None

    def observe(self) -> RobotState:
        """The joints now."""
        return self.robot.observe()

    def command(self, targets: Array) -> None:
        """Send joint targets (6,) rad and let one control step pass. Raises StopRequested."""
        if (why := self._why) is not None:
            self.robot.stop()
            raise StopRequested(why)
        self.robot.command(targets)

    def scene(self) -> Scene:
        """The table as it is now."""
        return self.robot.scene()

    def way_to_rest(self) -> Iterable[Array]:
        """Targets (6,) rad, one a control step, to the rest pose."""
        return self.robot.way_to_rest()

    def reset(self) -> None:
        """Bring the arm to its rest pose. Raises StopRequested."""
        for targets in self.way_to_rest():
            self.command(targets)

    def stop(self) -> None:
        """Hold still where the arm is."""
        self.robot.stop()
