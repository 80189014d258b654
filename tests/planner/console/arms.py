"""A simulated table for the console, with a plan of one step that a test's own skill carries out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from pontine.envs.errors import PontineError
from pontine.envs.predicates import Predicate
from pontine.envs.robot import Robot
from pontine.envs.scene import Scene
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.tabletop.layout import from_scene
from pontine.planner.console.console import Console
from pontine.planner.console.holding import Holding
from pontine.planner.console.table import SimulatedTable
from pontine.planner.execution.session import Session
from pontine.planner.execution.showing.watched import WatchedRobot
from pontine.planner.planning.plan import Plan, Step
from pontine.planner.planning.score import Estimate, Judge, Score
from pontine.planner.reading import Reading, question, subgoals
from tests.planner.fakes import TABLETOP, Said

GOAL: Predicate = ("in", "red_cube", "bowl")
OPTIONS = ("red_cube", "blue_cube")
ASKING = "put it in the bowl"
SLEEPING = "take your time"


class Reader:
    """Asks which one where it was told "it", and reads anything else as the goal."""

    def read(self, instruction: str, scene: Scene, turns: Sequence[object] = ()) -> Reading:
        if instruction == ASKING and all(name in scene for name in OPTIONS):
            return question("Which one?", OPTIONS)
        return subgoals(GOAL, confidence=0.97)


class Carrying:
    """A skill that holds the arm for `steps` control steps, and then has put the cube into the bowl, or beside it."""

    missing = None

    def __init__(self, table: Callable[[], SimulatedRobot]) -> None:
        self.table, self.steps, self.works = table, 5, True
        self.moving = threading.Event()

    def execute(self, robot: Robot, args: tuple[str, ...]) -> Said:
        for _ in range(self.steps):
            robot.command(robot.observe().command)
            self.moving.set()
        if self.works:
            x, y, _ = self.table().scene().object("bowl").position or (0.0, 0.0, 0.0)
            self.table().put(0, x, y)
            for _ in range(25):
                robot.command(robot.observe().command)
        return Said(steps=self.steps)


class Judging(Judge):
    """Gives every step the same chance."""

    def __init__(self) -> None:
        super().__init__({})

    def score(self, reading: Reading, plan: Plan, *args: object) -> Score:
        return Score(reading.confidence, True, (Estimate(0.9, "critic"),) * len(plan.steps))


def one_step(scene: Scene, goals: Sequence[Predicate]) -> Plan:
    """A plan of one step that makes the first goal true."""
    return Plan((Step("carry", goals[0][1:], (), (goals[0],)),), tuple(goals), True)


class Arm:
    """A console on a simulated table."""

    def __init__(self, speed: float = 0.0) -> None:
        self.robot = WatchedRobot(table(0), lambda: None)
        self.skill = Carrying(lambda: self.robot.robot)
        session = Session(self.robot, Reader(), {"carry": self.skill}, replans=0, judge=Judging(), seed=0)
        session.planner = one_step  # type: ignore[assignment]
        self.holding = Holding()
        self.console = Console(session, self.robot, self.holding, SimulatedTable(self.robot, table), speed=speed)
        self.session = session


def table(seed: int) -> SimulatedRobot:
    """The cubes and the bowl; with another seed, further from the arm."""
    if seed > 99:
        raise PontineError("there is no such table")
    objects = from_scene(TABLETOP)
    return SimulatedRobot([o.moved((o.position[0] + 0.005 * seed, *o.position[1:]), o.yaw) for o in objects])
