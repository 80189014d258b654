"""What a task is: how an episode starts, what is seen, and when it has succeeded.

A task is written once, as functions over arrays of n worlds (`Episodes`), and serves
the single environment, the vector environment and the trainer alike.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ..kind import KINDS
from ..so101.kinematics import inverse
from ..so101.model import RANGE, REST
from ..tabletop.fixture_spec import FixtureSlot
from ..tabletop.layout import HEADING, PAN_X
from ..tabletop.table import Slot

if TYPE_CHECKING:
    from .episodes import Episodes

Array = NDArray[np.float64]
Bool = NDArray[np.bool_]

TARGET, SUPPORT, NEIGHBOUR = 0, 1, 2
"""Slots of the tasks that handle an object: the object, what it may stand on, one more."""

OBJECT_SLOTS = (Slot("target", 1), Slot("support"), Slot("neighbour", 1))

SOLID = tuple(k.name for k in KINDS.own() if k.graspable)

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
    """One task. Subclasses document description, randomisations and success, in that order."""

    name: ClassVar[str]
    version: ClassVar[int] = 0
    slots: ClassVar[tuple[Slot, ...]] = ()
    fixtures: ClassVar[tuple[FixtureSlot, ...]] = ()
    max_steps: ClassVar[int] = 125
    settle_steps: ClassVar[int] = 0
    streak: ClassVar[int] = 5
    """Consecutive control steps for which the goal state must hold to end the episode."""
    sparse: ClassVar[bool] = False
    """A goal task in the Gymnasium-Robotics manner: reward -1 until the goal state holds, 0 while
    it does, and no end but the time limit."""

    @property
    def id(self) -> str:
        """Gymnasium id."""
        return f"pontine/{self.name}-v{self.version}"

    @property
    @abstractmethod
    def observation_space(self) -> spaces.Space:
        """Space of one world's observation."""

    @abstractmethod
    def start(self, e: Episodes, i: int, rng: np.random.Generator) -> None:
        """Lay every slot of world i (None empties one) and place its arm for a new episode."""

    def settled(self, e: Episodes, ids: NDArray[np.int_]) -> Bool:
        """After the settling steps: note what the episode needs; False asks for another start, (len(ids),)."""
        return np.ones(len(ids), bool)

    def seen(self, e: Episodes) -> tuple[Array, Array] | None:
        """The true pose, (n, 3) m and (n, 4) wxyz, of what a camera follows; None if the task needs no camera."""
        return (e.worlds.object_position[:, TARGET], e.worlds.object_quat[:, TARGET]) if self.slots else None

    def info(self, e: Episodes) -> dict[str, list[Any]]:
        """What `info` says of every world besides success and reward terms, batch first."""
        return {}

    def extent(self, e: Episodes) -> tuple[Array, NDArray[np.int_]]:
        """Size (n, 3) m and symmetry (n,) of what the camera follows."""
        return e.worlds.size[:, TARGET], e.worlds.symmetry[:, TARGET]

    @abstractmethod
    def observe(self, e: Episodes) -> NDArray[np.float32] | dict[str, NDArray[np.float32]]:
        """Observations of all worlds, batch first."""

    @abstractmethod
    def judge(self, e: Episodes) -> Verdict:
        """The state of all worlds after a control step."""


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
