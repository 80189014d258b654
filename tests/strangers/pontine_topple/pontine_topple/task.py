"""`Topple`: knock a standing cylinder over with the closed hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from pontine.envs.arrays import Array
from pontine.envs.declarations.kind import KINDS
from pontine.envs.rotations import quat_to_matrix
from pontine.envs.tabletop.layout import PAN_X, clear, footprint, free_spot
from pontine.envs.tabletop.objects import draw
from pontine.envs.tabletop.table import Slot
from pontine.envs.tasks import TASKS, Task
from pontine.envs.tasks.base import SOLID, SUPPORT, TARGET, Verdict, random_arm
from pontine.envs.tasks.pick import beside, disturbance, lost
from pontine.envs.tasks.push import SIZE, pushing, reachable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pontine.envs.arrays import Circle
    from pontine.envs.tasks.episodes import Episodes

SLENDER = 1.15
"""Smallest height, in widths, of what topples: pushed near its top, what is squatter slides."""

AHEAD = 0.05
"""How far (m) from the object the goal is, on the side to which it is to fall."""

LYING = 0.3
"""Largest share of the vertical in an object's axis for it to lie."""

CLEAR = 0.065
"""Distance (m) of the tool from the object at which the hand is clear of it."""

WAYS = np.deg2rad([0.0, 35.0, -35.0, 70.0, -70.0, 100.0, -100.0])
"""Directions to fall to, from straight away from the arm, the best first."""


@TASKS.register
class Topple(Task):
    """Knock a standing cylinder over with the closed hand, and draw back.

    Observation: `push.pushing`; the goal is a point beside the object, on the side to which it is to fall.
    Randomised: the cylinder's size (those that are slender enough to topple) and place; the side; another object, out
    of the way; the arm's start pose. Success, for 5 control steps: the cylinder's axis is about horizontal and the
    hand is 6.5 cm away from it.

    History: v0, first version.
    """

    name = "Topple"
    slots = (Slot("target", 1), Slot("support", 1))
    settle_steps = 3
    max_steps = 150
    terms = ("upright", "disturbance")

    @property
    def observation_space(self) -> spaces.Box:
        return spaces.Box(-np.inf, np.inf, (SIZE,), np.float32)

    def start(self, e: Episodes, i: int, rng: np.random.Generator) -> None:
        e.worlds.place_arm(i, random_arm(rng))
        target = draw(rng, "target", "cylinder", "red")
        while not slender(target.size):
            target = draw(rng, "target", "cylinder", "red")
        radius, ways = footprint(target)[2], []
        while not ways:
            spot = free_spot(rng, radius, ())
            assert spot is not None
            ways = falls(spot, target.size)
        goal = ways[int(rng.integers(len(ways)))]
        e.goal[i] = *goal, target.rest_height
        around = room(spot, goal, target.size)
        other = beside(rng, str(rng.choice(SOLID)), around) if rng.random() < 0.4 else None
        e.worlds.lay(i, TARGET, target.moved(np.array([*spot, target.rest_height]), rng.uniform(-np.pi, np.pi)))
        e.worlds.lay(i, SUPPORT, other)

    def observe(self, e: Episodes) -> NDArray[np.float32]:
        return pushing(e.situation())

    def judge(self, e: Episodes) -> Verdict:
        worlds = e.worlds
        position = worlds.object_position[:, TARGET]
        upright = np.abs(quat_to_matrix(worlds.object_quat[:, TARGET])[:, 2, 2])
        touched = worlds.touching(TARGET, "gripper") | worlds.touching(TARGET, "moving_jaw")
        away = np.linalg.norm(e.tool.position - position, axis=1) > CLEAR
        return Verdict(
            (upright < LYING) & ~touched & away,
            lost(e),
            {"upright": -0.01 * upright, "disturbance": -0.02 * disturbance(e)},
        )


def slender(size: Sequence[float]) -> bool:
    """Whether a thing of that size (m) topples when it is pushed near its top, and does not slide."""
    return size[2] >= SLENDER * max(size[:2])


def topples(kind: str, size: Sequence[float]) -> bool:
    """Whether an object of that kind and size (m) is one that this package knows how to knock over."""
    return kind in KINDS and KINDS[kind].round and not KINDS[kind].rolls and slender(size)


def falls(spot: Array, size: Sequence[float], others: Sequence[Circle] = ()) -> list[Array]:
    """The goals (2,) m for an object of that size at a spot (2,) m: where it has room to fall to and the hand has
    room behind it, the best first."""
    outwards = np.arctan2(spot[1], spot[0] - PAN_X)
    goals = [spot + AHEAD * np.array([np.cos(outwards + turn), np.sin(outwards + turn)]) for turn in WAYS]
    return [
        goal
        for goal in goals
        if reachable(spot, goal, size[0] / 2)
        and all(clear(*circle, others, gap=0.0) for circle in room(spot, goal, size))
    ]


def room(spot: Array, goal: Array, size: Sequence[float]) -> list[Circle]:
    """What must be free for it to fall there: where it stands, where it comes to lie, where the hand comes down."""
    along = (goal - spot) / np.linalg.norm(goal - spot)
    lies, behind = spot + along * size[2] / 2, spot - along * (size[0] / 2 + 0.03)
    return [(*map(float, spot), size[0] / 2), (*map(float, lies), size[2] / 2), (*map(float, behind), 0.025)]
