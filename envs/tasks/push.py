"""`pontine/Push-v0`: push an object to a spot on the table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ..arrays import Array
from ..declarations.kind import declared
from ..declarations.shaping import Potential, left
from ..rotations import quat_to_matrix
from ..so101.model import FIXED_FACE
from ..tabletop.layout import HEADING, PAN_X, footprint, free_spot, from_base
from ..tabletop.objects import ObjectSpec, draw
from ..tabletop.table import Slot
from . import TASKS
from .base import ALL, SOLID, SUPPORT, TARGET, Task, Verdict, random_arm
from .observation import LAYOUT, UNIT, Part, Situation, box, manipulation, yaw_of
from .pick import beside, disturbance, lost
from .place import STILL
from .state import EpisodeState

SLENDER = 0.8
"""Largest height, in widths, of what slides when it is pushed; what is taller topples."""

DISTANCE = (0.04, 0.12)
"""How far an object is pushed, m."""

BEHIND = (0.100, 0.300)
"""Distances (m) from the pan axis at which the hand can stand behind an object: nearer, it cannot rise over it."""

SPOT_TOLERANCE = 0.02
"""Largest horizontal distance (m) from the spot."""

CLEARANCE = 0.02
"""How far (m) the tool must be above the object at the end, so that the hand is clear."""

_UPRIGHT = np.cos(np.deg2rad(15.0))

_BASE_GAP = 0.005
"""Least air (m) between the object and the arm's base."""

_FINGER = 0.009
"""Half the thickness of the fingers across their closing axis, m."""

_TIP = 0.008
"""How far the fingertips reach beyond the tool point, m."""

_FINE = 0.02
"""Distance (m) at which the stance's numbers saturate: it is near the object that millimetres matter."""

STANCE = (
    Part("way's heading, cos, sin", 2, *UNIT),
    Part("twice the angle from it to the closing axis, cos, sin", 2, *UNIT),
    Part("tanh of gap, across, up and miss / 2 cm", 4, *UNIT),
    Part("reach x 20, m", 1),
)
"""What the observation has after `observation.LAYOUT`."""

SIZE = sum(part.width for part in (*LAYOUT, *STANCE))
"""Width of the observation."""


def _miss(e: EpisodeState) -> Array:
    """Horizontal distance (n,) m of the object from the spot."""
    return np.asarray(np.linalg.norm((e.worlds.object_position[:, TARGET] - e.goal)[:, :2], axis=1))


def _stand(e: EpisodeState) -> Array:
    at = stance(e.situation(exact=True))
    off = np.linalg.norm(np.stack([at.gap + 0.003, at.across, at.up], axis=1), axis=1)
    return np.where(_miss(e) < e.task.threshold, 0.0, left(off, 0.15))


def _rise(e: EpisodeState) -> Array:
    up = e.tool.position[:, 2] - top(e.worlds.object_position[:, TARGET], e.worlds.size[:, TARGET])
    return np.where(_miss(e) < e.task.threshold, np.clip(up / (CLEARANCE + 0.005), 0.0, 1.0), 0.0) - 1.0


class Push(Task):
    """Bring an object that stands on the table to a spot by pushing it, and draw back upwards.

    Also for what no gripper can grasp. Observation: `pushing`; the goal is where
    the object's frame should be. Randomised: the object's kind, size and pose (no balls, which
    roll, and nothing that is nearly as tall as wide, which topples); the spot, 4 to 12 cm away and
    clear of the arm's base; another object, out of the way; the arm's start pose. Success, for 5 control
    steps: the object is upright and at rest within 2 cm of the spot, the hand does not touch it and is 2 cm above it.
    Failure: it is out of reach or tipped by 15 degrees. Reward: `Task`'s, and `distance`, -0.01 tanh(10 x distance, m)
    a step, and `disturbance`, -0.02 a step while the other object moves. Shaped: `to_stand`, `to_push`, `to_rise`.

    History: v0, first version; before it was released, spots in the arm's base and those for which the hand
    would have to stand too near to rise were left out.
    """

    name = "Push"
    slots = (Slot("target"), Slot("support", 1))
    settle_steps = 3
    max_steps = 250
    terms = ("distance", "disturbance")
    potentials = (
        Potential("stand", 1.2, _stand, "the fingers to behind the object, until it is there"),
        Potential("push", 4.0, lambda e: left(_miss(e), 0.1), "the object to the spot"),
        Potential("rise", 1.2, _rise, "the tool over the object, once it is there"),
    )
    threshold = SPOT_TOLERANCE

    @property
    def observation_space(self) -> spaces.Box:
        return box((*LAYOUT, *STANCE))

    def start(self, e: EpisodeState, i: int, rng: np.random.Generator) -> None:
        e.worlds.place_arm(i, random_arm(rng))
        target, goal = push_to_do(rng)
        e.goal[i] = goal
        radius = footprint(target)[2]
        way = [(*(np.array(target.position[:2]) * (1 - t) + goal[:2] * t), radius) for t in (0.0, 0.5, 1.0)]
        other = beside(rng, str(rng.choice(SOLID)), way) if rng.random() < 0.4 else None
        e.worlds.lay(i, TARGET, target)
        e.worlds.lay(i, SUPPORT, other)

    def observe(self, e: EpisodeState) -> NDArray[np.float32]:
        return pushing(e.situation())

    def judge(self, e: EpisodeState) -> Verdict:
        worlds = e.worlds
        position = worlds.object_position[:, TARGET]
        miss = _miss(e)
        upright = quat_to_matrix(worlds.object_quat[:, TARGET])[:, 2, 2] > _UPRIGHT
        still = np.linalg.norm(worlds.object_velocity[:, TARGET, :3], axis=1) < STILL
        touched = worlds.touching(TARGET, "gripper") | worlds.touching(TARGET, "moving_jaw")
        above = e.tool.position[:, 2] > top(position, worlds.size[:, TARGET]) + CLEARANCE
        return Verdict(
            (miss < self.threshold) & upright & still & ~touched & above,
            lost(e) | ~upright,
            {"distance": -0.01 * np.tanh(10.0 * miss), "disturbance": -0.02 * disturbance(e)},
        )


TASKS.register(Push)


def top(position: Array, size: Array) -> Array:
    """Height (n,) m of the highest point of upright objects at (n, 3) m of size (n, 3) m.

    Graspable kinds have their frame in the middle, the others on the table.
    """
    return np.where(position[:, 2] > 0.006, position[:, 2] + size[:, 2] / 2, size[:, 2])


@dataclass(frozen=True)
class Stance:
    """Where the closed fingers are, as the push sees it; per world, m and rad.

    `way` (n, 2) is the direction from the object to its goal, `heading` (n,) its angle, `miss` the
    distance. `gap` is how far the fingers have yet to go along the way until they touch the object (negative
    behind it, positive once they are past its near side), `across` how far they are to the left of the way,
    `up` how far above where they push, which is `low` for the tool; `height` is the object's top.
    """

    way: Array
    heading: Array
    miss: Array
    reach: Array
    gap: Array
    across: Array
    height: Array
    low: Array
    up: Array


def stance(s: Situation) -> Stance:
    """The stance in a situation."""
    tool, hand = s.tool
    to_goal = (s.goal - s.object_position)[:, :2]
    miss = np.linalg.norm(to_goal, axis=1)
    way = to_goal / np.maximum(miss, 1e-6)[:, None]
    heading = np.arctan2(way[:, 1], way[:, 0])
    reach = _extent(s, heading) + _FINGER
    # the closed fingers meet at the fixed pad, beside the tool point
    offset = (tool - hand[:, :, 0] * FIXED_FACE - s.object_position)[:, :2]
    height = top(s.object_position, s.size)
    low = _TIP + np.clip(0.3 * height, 0.002, 0.012)
    return Stance(
        way,
        heading,
        miss,
        reach,
        np.sum(offset * way, axis=1) + reach,
        offset[:, 1] * way[:, 0] - offset[:, 0] * way[:, 1],
        height,
        low,
        tool[:, 2] - low,
    )


def pushing(s: Situation) -> NDArray[np.float32]:
    """The observation (n, SIZE): `observation.LAYOUT`, then cos, sin of the way's heading and of twice the angle
    from it to the closing axis, tanh(x / 2 cm) of the stance's gap, across, up and miss, and its reach x 20, m."""
    at = stance(s)
    turn = 2.0 * (yaw_of(s.tool.rotation) - at.heading)
    fine = np.tanh(np.column_stack([at.gap, at.across, at.up, at.miss]) / _FINE)
    more = np.column_stack([at.way, np.cos(turn), np.sin(turn), fine, 20.0 * at.reach])
    return np.concatenate([manipulation(s), more.astype(np.float32)], axis=1)


def _extent(s: Situation, heading: Array) -> Array:
    """Distance (n,) m from the object's middle to its side in a direction (n,) rad."""
    turn = heading - yaw_of(quat_to_matrix(s.object_quat))
    sides = np.stack([np.cos(turn), np.sin(turn)], -1)
    square = (s.size[:, :2] / 2 / np.maximum(np.abs(sides), 1e-6)).min(axis=1)
    return np.where(s.symmetry > 0, square, s.size[:, 0] / 2)


def push_to_do(rng: np.random.Generator) -> tuple[ObjectSpec, Array]:
    """An object somewhere on the table and a spot (3,) m to which the hand can push it."""
    target = draw(rng, "target", str(rng.choice(ALL)), "red")
    while not slides(target.kind, target.size):
        target = draw(rng, "target", str(rng.choice(ALL)), "red")
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
    known = declared(kind)
    return not (known is not None and known.rolls) and size[2] <= SLENDER * min(size[:2])


def reachable(spot: Array, goal: Array, radius: float) -> bool:
    """Whether the hand can stand behind an object of that radius on its whole way from spot to goal, (2,) m, and
    the object does not meet the arm's base."""
    along = (goal - spot) / np.linalg.norm(goal - spot)
    for place in (spot, goal):
        x, y = place - (radius + 0.02) * along - (PAN_X, 0.0)
        if not (BEHIND[0] < np.hypot(x, y) < BEHIND[1] and abs(np.arctan2(y, x)) < HEADING + 0.2):
            return False
        if from_base(place) < radius + _BASE_GAP:
            return False
    x, y = goal - (PAN_X, 0.0)
    return bool(np.hypot(x, y) < 0.33 and abs(np.arctan2(y, x)) < HEADING)
