"""`Table`: the table that pages draw, and the simulated one, whose things can be put elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from pontine.envs.robot import RobotState
from pontine.envs.scene import Scene
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.tabletop.worlds import Worlds
from pontine.planner.execution.showing.watched import WatchedRobot


class Table(Protocol):
    """What pages draw: world 0 of `worlds`."""

    @property
    def worlds(self) -> Worlds:
        """The table and the arm as they are drawn."""
        ...

    def follow(self, scene: Scene, state: RobotState) -> bool:
        """Be as the scene is and as the arm stands now; whether `worlds` are other ones from now on."""
        ...


class SimulatedTable:
    """The table of a simulated arm: what is drawn is what is simulated. `lay` makes the table of a seed, where tables
    can be laid."""

    def __init__(self, robot: WatchedRobot[SimulatedRobot], lay: Callable[[int], SimulatedRobot] | None = None) -> None:
        self.robot, self.lay = robot, lay

    @property
    def worlds(self) -> Worlds:
        """The simulation itself."""
        return self.robot.robot.worlds

    def follow(self, scene: Scene, state: RobotState) -> bool:
        """Nothing to do: it is there already."""
        return False
