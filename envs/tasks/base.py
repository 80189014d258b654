"""What a task is: how an episode starts, what is seen, and when it has succeeded.

A task is written once, as functions over arrays of n worlds (`EpisodeState`), and serves
the single environment, the vector environment and the trainer alike.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ..arrays import Array, Bool, Float32
from ..declarations.kind import names_of_own
from ..declarations.shaping import Potential
from ..errors import PontineError
from ..so101.kinematics import inverse
from ..so101.model import RANGE, REST
from ..tabletop.fixture_spec import FixtureSlot
from ..tabletop.layout import HEADING, PAN_X
from ..tabletop.table import Slot
from .starts import SceneStart, lay_scene
from .state import EpisodeState

TARGET, SUPPORT, NEIGHBOUR = 0, 1, 2
"""Slots of the tasks that handle an object: the object, what it may stand on, one more."""

OBJECT_SLOTS = (Slot("target", 1), Slot("support"), Slot("neighbour", 1))

ALL = names_of_own()
SOLID, WIDE = names_of_own(graspable=True), names_of_own(graspable=False)
TOPS, CONTAINERS = names_of_own(flat_top=True), names_of_own(container=True)
"""Kinds that tasks draw from: all, those that can be grasped and those that cannot, what things are put on and in."""

FLOOR = 0.008
"""The tool is never placed lower than this at an episode's start, m."""

PITCHES = np.deg2rad([90.0, 82.0, 75.0, 67.0, 60.0, 50.0])
"""Hand pitches tried in turn, steepest first."""


@dataclass
class Verdict:
    """Per world: whether the goal state holds now, whether all is lost, and reward terms."""

    success: Bool
    failure: Bool
    terms: dict[str, Array]


class Task(ABC):
    """One task. Subclasses document description, randomisations, success and reward, in that order.

    The reward of every task that is not sparse has the terms `time` (-0.003 a step), `smoothness` (-0.01 x the mean
    squared change of the action), `success` (+1) and `failure` (-1), which both end the episode, and those that the
    task adds. `reward="shaped"` adds a term for each of the task's `potentials`, `reward="sparse"` is -1 a step until
    the goal state holds and 0 while it does, with no end but the time limit (`declarations.shaping`).
    """

    name: ClassVar[str]
    version: ClassVar[int] = 0
    slots: ClassVar[tuple[Slot, ...]] = ()
    fixtures: ClassVar[tuple[FixtureSlot, ...]] = ()
    max_steps: ClassVar[int] = 125
    settle_steps: ClassVar[int] = 0
    streak: ClassVar[int] = 5
    """Consecutive control steps for which the goal state must hold to end the episode."""
    sparse: ClassVar[bool] = False
    """Reward -1 until the goal state holds, 0 while it does, and no end but the time limit."""
    threshold: float | None = None
    """Largest distance (m) from the goal that counts as there; None where success is something else."""
    terms: ClassVar[tuple[str, ...]] = ()
    """Names of the reward terms that its verdicts add to those of every task (`Episodes`)."""
    potentials: ClassVar[tuple[Potential, ...]] = ()
    """What `reward="shaped"` adds to the task's own reward."""
    easier: ClassVar[tuple[str, ...]] = ()
    """Starts from which less is left to do."""

    @classmethod
    def gym_id(cls) -> str:
        """Gymnasium id."""
        return f"pontine/{cls.name}-v{cls.version}"

    @property
    def id(self) -> str:
        """Gymnasium id."""
        return self.gym_id()

    @property
    @abstractmethod
    def observation_space(self) -> spaces.Space:
        """Space of one world's observation."""

    @abstractmethod
    def start(self, e: EpisodeState, i: int, rng: np.random.Generator) -> None:
        """Lay every slot of world i (None empties one) and place its arm for a new episode."""

    def start_at(self, e: EpisodeState, i: int, start: SceneStart) -> None:
        """Begin world i's episode where a skill once failed, over what `start` laid."""
        lay_scene(e, i, start)

    def ease(self, e: EpisodeState, i: int, start: str, rng: np.random.Generator) -> None:
        """Begin world i's episode at one of the `easier` starts, over what `start` laid."""
        raise NotImplementedError(f"{self.name} has no start {start!r}")

    @classmethod
    def takes_scenes(cls) -> bool:
        """Whether an episode can begin at a `SceneStart`: those of the tasks that handle an object among others can."""
        return cls.slots == OBJECT_SLOTS

    def settled(self, e: EpisodeState, ids: NDArray[np.int_]) -> Bool:
        """After the settling steps: note what the episode needs; False asks for another start, (len(ids),)."""
        return np.ones(len(ids), bool)

    def seen(self, e: EpisodeState) -> tuple[Array, Array] | None:
        """The true pose, (n, 3) m and (n, 4) wxyz, of what a camera follows; None if the task needs no camera."""
        return (e.worlds.object_position[:, TARGET], e.worlds.object_quat[:, TARGET]) if self.slots else None

    def info(self, e: EpisodeState) -> dict[str, list[Any]]:
        """What `info` says of every world besides success and reward terms, batch first."""
        return {}

    def get_state(self, i: int) -> Any:
        """What the task itself notes of world i's episode; anything that can be pickled and is not changed later."""
        return None

    def set_state(self, i: int, noted: Any) -> None:  # noqa: B027
        """Note for world i what `get_state` gave."""

    def set_goal(self, e: EpisodeState, i: int, goal: Any) -> None:
        """Ask world i's episode for another goal, a point (3,) m. Raises PontineError for what cannot be one."""
        e.goal[i] = point(goal)

    def set_threshold(self, threshold: float | None) -> None:
        """Count as there what is this near to the goal, m; None leaves it. Raises PontineError if there is none."""
        if threshold is None:
            return
        if self.threshold is None:
            raise PontineError(f"threshold={threshold}: the success of {self.id} is not a distance from its goal")
        self.threshold = threshold

    def extent(self, e: EpisodeState) -> tuple[Array, NDArray[np.int_]]:
        """Size (n, 3) m and symmetry (n,) of what the camera follows."""
        return e.worlds.size[:, TARGET], e.worlds.symmetry[:, TARGET]

    @abstractmethod
    def observe(self, e: EpisodeState) -> NDArray[np.float32] | dict[str, NDArray[np.float32]]:
        """Observations of all worlds, batch first."""

    @abstractmethod
    def judge(self, e: EpisodeState) -> Verdict:
        """The state of all worlds after a control step."""


class GoalTask(Task):
    """A goal task in the Gymnasium-Robotics manner: observations are dicts with `achieved_goal` and `desired_goal`, and
    the reward of any two goals can be computed, so that episodes can be relabelled."""

    sparse = True

    @abstractmethod
    def compute_reward(self, achieved: Array | Float32, desired: Array | Float32) -> Array:
        """Reward (...,) of achieved and desired goals (..., d)."""


def point(goal: Any) -> Array:
    """A goal as a point (3,) m. Raises PontineError for anything else."""
    try:
        where = np.asarray(goal, float)
    except (TypeError, ValueError, OverflowError):
        where = np.zeros(0)
    if where.shape != (3,) or not np.isfinite(where).all():
        raise PontineError(f"goal={goal!r}: here a goal is a point, three numbers in metres")
    return where


def steepest(position: Array, roll: float) -> Array | None:
    """Joint angles (5,) with the tool at `position` (3,) m and the steepest pitch in reach, or None."""
    n = len(PITCHES)
    joints, good = inverse(np.repeat(position[None], n, 0), PITCHES, np.full(n, roll))
    return joints[int(np.argmax(good))] if good.any() else None


def random_arm(rng: np.random.Generator) -> Array:
    """A start pose (6,) rad: at rest, or anywhere over the table as a skill may leave it."""
    joints = REST.copy()
    if rng.random() < 0.3:
        joints[:5] += rng.normal(scale=0.05, size=5)
    else:
        for _ in range(20):
            found = steepest(random_over_table(rng, 0.07, 0.18), rng.uniform(-2.2, 0.6))
            if found is not None:
                joints[:5] = found
                break
        joints[5] = rng.uniform(0.0, 1.2)
    return np.clip(joints, RANGE[:, 0], RANGE[:, 1])


def random_over_table(rng: np.random.Generator, low: float, high: float) -> Array:
    """A point (3,) m over the working area, `low` to `high` above the table."""
    distance, heading = rng.uniform(0.15, 0.26), rng.uniform(-HEADING, HEADING)
    return np.array([PAN_X + distance * np.cos(heading), distance * np.sin(heading), rng.uniform(low, high)])
