"""A robot whose scenes have the spots that an instruction is about: nobody sees them, and skills and judges ask for
them by name."""

from __future__ import annotations

from collections.abc import Iterable

from pontine.envs.arrays import Array
from pontine.envs.robot import Robot, RobotState
from pontine.envs.scene import Scene, Spot


class MarkedRobot:
    """A robot that adds spots to whatever scene is measured, and is otherwise the one behind it."""

    def __init__(self, robot: Robot, spots: tuple[Spot, ...]) -> None:
        self.robot, self.spots = robot, spots

    def observe(self) -> RobotState:
        """The joints now."""
        return self.robot.observe()

    def command(self, targets: Array) -> None:
        """Send joint targets (6,) rad, and let one control step pass."""
        self.robot.command(targets)

    def scene(self) -> Scene:
        """The table as it is now, with the spots."""
        return self.robot.scene().marked(self.spots)

    def way_to_rest(self) -> Iterable[Array]:
        """Targets (6,) rad, one a control step, to the rest pose."""
        return self.robot.way_to_rest()

    def reset(self) -> None:
        """Bring the arm to its rest pose."""
        self.robot.reset()

    def stop(self) -> None:
        """Hold still where the arm is."""
        self.robot.stop()


def marked(robot: Robot, spots: tuple[Spot, ...]) -> Robot:
    """The robot with these spots in its scenes; itself if there are none."""
    return MarkedRobot(robot, spots) if spots else robot
