"""`pontine/Push-v0`: push an object to a spot on the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ..catalogue import KINDS, ObjectSpec, draw
from ..kinematics import quat_to_matrix
from ..layout import HEADING, PAN_X, footprint, free_spot
from ..observation import SIZE, manipulation
from ..table import Slot
from .base import SOLID, SUPPORT, TARGET, Array, Task, Verdict, random_arm
from .pick import beside, disturbance, lost
from .place import STILL

if TYPE_CHECKING:
    from ..episodes import Episodes

ROLLING = "ball"
"""The kind that does not stay where it is pushed to."""

SLENDER = 0.8
"""Largest height, in widths, of what slides when it is pushed; what is taller topples."""

DISTANCE = (0.04, 0.12)
"""How far an object is pushed, m."""

BEHIND = (0.085, 0.300)
"""Distances (m) from the pan axis at which the hand can stand behind an object."""

SPOT_TOLERANCE = 0.02
"""Largest horizontal distance (m) from the spot."""

CLEARANCE = 0.02
"""How far (m) the tool must be above the object at the end, so that the hand is clear."""

_UPRIGHT = np.cos(np.deg2rad(15.0))


class Push(Task):
    """Bring an object that stands on the table to a spot by pushing it, and draw back upwards.

    Also for what no gripper can grasp. Observation: `observation.LAYOUT`; the goal is where
    the object's frame should be. Randomised: the object's kind, size and pose (no balls, which
    roll, and nothing that is nearly as tall as wide, which topples); the spot, 4 to 12 cm away;
    another object, out of the way; the arm's start pose. Success, for 5 control steps: the object
    is upright and at rest within 2 cm of the spot, the hand does not touch it and is 2 cm above it.

    History: v0, first version.
    """

    name = "Push"
    slots = (Slot("target"), Slot("support", 1))
    settle_steps = 3
    max_steps = 200

    @property
    def observation_space(self) -> spaces.Box:
        return spaces.Box(-np.inf, np.inf, (SIZE,), np.float32)

    def start(self, e: Episodes, i: int, rng: np.random.Generator) -> None:
        e.worlds.place_arm(i, random_arm(rng))
        target, goal = push_to_do(rng)
        e.goal[i] = goal
        radius = footprint(target)[2]
        way = [(*(np.array(target.position[:2]) * (1 - t) + goal[:2] * t), radius) for t in (0.0, 0.5, 1.0)]
        other = beside(rng, str(rng.choice(SOLID)), way) if rng.random() < 0.4 else None
        e.worlds.lay(i, TARGET, target)
        e.worlds.lay(i, SUPPORT, other)

    def observe(self, e: Episodes) -> NDArray[np.float32]:
        return manipulation(e.situation())

    def judge(self, e: Episodes) -> Verdict:
        worlds = e.worlds
        position = worlds.object_position[:, TARGET]
        miss = np.linalg.norm((position - e.goal)[:, :2], axis=1)
        upright = quat_to_matrix(worlds.object_quat[:, TARGET])[:, 2, 2] > _UPRIGHT
        still = np.linalg.norm(worlds.object_velocity[:, TARGET, :3], axis=1) < STILL
        touched = worlds.touching(TARGET, "gripper") | worlds.touching(TARGET, "moving_jaw")
        above = e.tool.position[:, 2] > top(position, worlds.size[:, TARGET]) + CLEARANCE
        return Verdict(
            (miss < SPOT_TOLERANCE) & upright & still & ~touched & above,
            lost(e) | ~upright,
            {"distance": -0.01 * np.tanh(10.0 * miss), "disturbance": -0.02 * disturbance(e)},
        )


def top(position: Array, size: Array) -> Array:
    """Height (n,) m of the highest point of upright objects at (n, 3) m of size (n, 3) m.

    Graspable kinds have their frame in the middle, the others on the table.
    """
    return np.where(position[:, 2] > 0.006, position[:, 2] + size[:, 2] / 2, size[:, 2])


def push_to_do(rng: np.random.Generator) -> tuple[ObjectSpec, Array]:
    """An object somewhere on the table and a spot (3,) m to which the hand can push it."""
    target = draw(rng, "target", str(rng.choice(list(KINDS))), "red")
    while not slides(target.kind, target.size):
        target = draw(rng, "target", str(rng.choice(list(KINDS))), "red")
    radius = footprint(target)[2]
    while True:
        spot = free_spot(rng, radius, ())
        assert spot is not None
        angle, distance = rng.uniform(-np.pi, np.pi), rng.uniform(*DISTANCE)
        goal = spot + distance * np.array([np.cos(angle), np.sin(angle)])
        if reachable(spot, goal, radius):
            target = target.moved(np.array([*spot, target.rest_height]), rng.uniform(-np.pi, np.pi))
            return target, np.array([*goal, target.rest_height])


def slides(kind: str, size: tuple[float, float, float]) -> bool:
    """Whether an object of that kind and size (m) slides when it is pushed: it neither rolls nor topples."""
    return kind != ROLLING and size[2] <= SLENDER * min(size[:2])


def reachable(spot: Array, goal: Array, radius: float) -> bool:
    """Whether the hand can stand behind an object of that radius on its whole way from spot to goal, (2,) m."""
    along = (goal - spot) / np.linalg.norm(goal - spot)
    for place in (spot, goal):
        x, y = place - (radius + 0.02) * along - (PAN_X, 0.0)
        if not (BEHIND[0] < np.hypot(x, y) < BEHIND[1] and abs(np.arctan2(y, x)) < HEADING + 0.2):
            return False
    x, y = goal - (PAN_X, 0.0)
    return bool(0.10 < np.hypot(x, y) < 0.33 and abs(np.arctan2(y, x)) < HEADING)
