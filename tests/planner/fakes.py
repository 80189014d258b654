"""A symbolic robot: its skills change the scene at once, or fail as the test wants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from pontine.envs.predicates import Predicate, holds
from pontine.envs.robot import RobotState
from pontine.envs.scene import TABLE, Scene, SceneObject
from pontine.envs.spots import spot
from pontine.planner.execution.marked import MarkedRobot
from pontine.planner.execution.stopping import StoppableRobot
from pontine.planner.planning.plan import NoPlanError, Plan, Step
from pontine.planner.spots.places import put

TABLETOP = Scene(
    (
        SceneObject("red_cube", "cube", "red", (0.2, 0.05, 0.015), size=(0.03, 0.03, 0.03)),
        SceneObject("blue_cube", "cube", "blue", (0.2, -0.05, 0.015), size=(0.03, 0.03, 0.03)),
        SceneObject("bowl", "bowl", "white", (0.25, -0.12, 0.0), size=(0.1, 0.1, 0.04), container=True),
    )
)


@dataclass
class FakeRobot:
    """A robot whose table is a `Scene` that skills may replace."""

    world: Scene = TABLETOP
    commands: int = 0
    stopped: bool = False
    resets: int = 0

    def observe(self) -> RobotState:
        zero: NDArray[np.float64] = np.zeros(6)
        return RobotState(zero, zero, zero, zero, self.commands * 0.04)

    def command(self, targets: NDArray[np.float64]) -> None:
        assert targets.shape == (6,)
        self.commands += 1

    def scene(self) -> Scene:
        return self.world

    def way_to_rest(self) -> Sequence[NDArray[np.float64]]:
        self.resets += 1
        return []

    def reset(self) -> None:
        self.way_to_rest()

    def stop(self) -> None:
        self.stopped = True


@dataclass(frozen=True)
class Said:
    """What a fake skill says when it ends."""

    finished: bool = True
    steps: int = 7
    reason: str = ""


@dataclass
class FakeSkill:
    """Applies `effect` to the scene, except on those of its calls that `fails` names (counted from 0)."""

    effect: Callable[[Scene, Sequence[str]], Scene]
    fails: Sequence[int] = ()
    instead: Callable[[Scene, Sequence[str]], Scene] = lambda scene, args: scene
    says: Said = Said()
    calls: list[tuple[str, ...]] = field(default_factory=list)
    missing: str | None = None

    def execute(self, robot: FakeRobot | StoppableRobot, args: tuple[str, ...]) -> Said:
        spots = ()
        while isinstance(robot, StoppableRobot | MarkedRobot):
            spots = robot.spots if isinstance(robot, MarkedRobot) else spots
            robot = robot.robot
        failing = len(self.calls) in self.fails
        self.calls.append(tuple(args))
        robot.world = (self.instead if failing else self.effect)(robot.world.marked(spots), args)
        return self.says


def move(scene: Scene, name: str, support: str | None) -> Scene:
    """The scene with one object put on something else."""
    objects = tuple(replace(o, support=support) if o.name == name else o for o in scene.objects)
    return replace(scene, objects=objects, holding=None if scene.holding == name else scene.holding)


def picked(scene: Scene, args: Sequence[str]) -> Scene:
    return replace(move(scene, args[0], None), holding=args[0])


def placed(scene: Scene, args: Sequence[str]) -> Scene:
    if args[1] == "at":
        return put(scene, args[0], spot(scene, args[2]).position)
    return move(scene, args[0], args[2])


def dropped(scene: Scene, args: Sequence[str]) -> Scene:
    """The object ends up on the table, whatever was meant."""
    return move(scene, args[0], TABLE)


def library(**changed: FakeSkill) -> dict[str, FakeSkill]:
    """Skills that always work, but for those given."""
    return {"pick": FakeSkill(picked), "place": FakeSkill(placed), **changed}


def make_plan(scene: Scene, subgoals: Sequence[Predicate]) -> Plan:
    """Pick and place for each `on`, `in` and `holding` that does not hold yet; nothing clever."""
    steps: list[Step] = []
    held = scene.holding
    for name, thing, *where in subgoals:
        if holds(scene, (name, thing, *where)):
            continue
        if scene.object(thing).kind == "bowl":
            raise NoPlanError(f"{thing!r} is too wide to grasp")
        if held not in (None, thing):
            down = (str(held), "on", TABLE)
            steps.append(Step("place", down, (("holding", str(held)),), (("on", str(held), TABLE),)))
        if held != thing:
            steps.append(Step("pick", (thing,), (("not", "holding", thing),), (("holding", thing),)))
            held = thing
        if name != "holding":
            steps.append(Step("place", (thing, name, where[0]), (("holding", thing),), ((name, thing, where[0]),)))
            held = None
    lasting = [g for g in subgoals if g[0] != "holding" or g == subgoals[-1]]
    last_place = {g[1]: g for g in lasting}
    return Plan(tuple(steps), tuple(last_place.values()), True)
