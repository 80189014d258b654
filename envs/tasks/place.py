"""`pontine/Place-v0`: put the held object down where it is wanted and let go; `pontine/Stack-v0`: on a narrow thing."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ..arrays import Array, Bool
from ..declarations.kind import names_of_own
from ..declarations.shaping import Potential, left
from ..rotations import matrix_to_quat
from ..so101.kinematics import opening_for, tool_pose
from ..so101.model import FIXED_FACE, GRIPPER, SQUEEZE
from ..tabletop.layout import footprint, free_spot
from ..tabletop.objects import ObjectSpec, draw
from . import TASKS
from .base import (
    ALL,
    CONTAINERS,
    NEIGHBOUR,
    OBJECT_SLOTS,
    SOLID,
    SUPPORT,
    TARGET,
    TOPS,
    Task,
    Verdict,
    random_over_table,
    steepest,
)
from .observation import LAYOUT, box, manipulation
from .pick import beside, disturbance, lost
from .starts import SceneStart, carries
from .state import EpisodeState

TABLE, ON, IN = 0, 1, 2
"""Where the object goes: a spot on the table, on the support, in the support."""

SPOT_TOLERANCE = 0.02
"""Largest horizontal distance (m) from a spot on the table."""

NARROW = names_of_own(graspable=True, flat_top=True)
"""Kinds that can be grasped and built upon."""

RETREAT = 0.05
"""How far (m) the tool must be from the object at the end, so that the hand is clear."""

STILL = 0.05
"""Largest speed (m/s) of an object at rest."""


def _there(e: EpisodeState) -> Bool:
    """Whether the object is where it goes, held or not, (n,)."""
    worlds = e.worlds
    position, support = worlds.object_position[:, TARGET], worlds.object_position[:, SUPPORT]
    table = worlds.touching(TARGET, "world")
    beside_support = np.linalg.norm((position - support)[:, :2], axis=1)
    within = (beside_support < worlds.size[:, SUPPORT, 0] / 2) & (position[:, 2] < e.goal[:, 2] - 0.004) & ~table
    over = worlds.touching(TARGET, "support") & ~table & (np.abs(position[:, 2] - e.goal[:, 2]) < 0.015)
    return np.choose(e.mode, [table & (_miss(e) < e.task.threshold), over, within])


def _miss(e: EpisodeState) -> Array:
    """Horizontal distance (n,) m of the object from the goal."""
    return np.asarray(np.linalg.norm((e.worlds.object_position[:, TARGET] - e.goal)[:, :2], axis=1))


def _released(e: EpisodeState) -> Bool:
    """Whether no jaw touches the object, (n,)."""
    return ~e.worlds.touching(TARGET, "gripper") & ~e.worlds.touching(TARGET, "moving_jaw")


def _away(e: EpisodeState) -> Array:
    """Distance (n,) m of the tool from the object."""
    return np.asarray(np.linalg.norm(e.tool.position - e.worlds.object_position[:, TARGET], axis=1))


def _carry(e: EpisodeState) -> Array:
    apart = np.linalg.norm(e.worlds.object_position[:, TARGET] - e.goal, axis=1)
    return np.where(_there(e), 0.0, left(apart, 0.15))


def _release(e: EpisodeState) -> Array:
    return (_there(e) & _released(e)).astype(float) - 1.0


def _withdraw(e: EpisodeState) -> Array:
    done = _there(e) & _released(e)
    return np.where(done, np.minimum(_away(e) / RETREAT, 1.0), 0.0) - 1.0


class Place(Task):
    """Carry the object in the gripper to its destination, let go and draw back.

    Observation: `observation.LAYOUT`; the goal is where the object's frame should be when
    it is let go. Randomised: the object's kind and size, how it sits in the jaws, the
    destination (a spot on the table; a cube, block, cylinder or plate to put it on; a
    bowl or box to put it in), one more object. Success, for 5 control steps: the object
    is at rest within 2 cm of the spot, or on, or in the destination; the jaws do not
    touch it and the tool is 5 cm away. Failure: it is out of reach. Reward: `Task`'s, and `drop`, -0.3 when it leaves
    the jaws more than 4 cm off, and `disturbance`, -0.02 a step for every other object that moves. Shaped: `to_carry`,
    `to_release`, `to_withdraw`.

    History: v0, first version.
    """

    name = "Place"
    slots = OBJECT_SLOTS
    settle_steps = 6
    max_steps = 150
    terms = ("drop", "disturbance")
    potentials = (
        Potential("carry", 2.4, _carry, "the object to the goal, until it is in its place"),
        Potential("release", 0.8, _release, "the jaws off it once it is there"),
        Potential("withdraw", 1.2, _withdraw, "the tool 5 cm from it, once it is let go"),
    )
    things: ClassVar[tuple[str, ...]] = SOLID
    """Kinds to put down."""
    threshold = SPOT_TOLERANCE
    destinations: ClassVar[tuple[float, float, float]] = (0.3, 0.35, 0.35)
    """Chances of a spot on the table, of the top of something, of the inside of something."""
    tops: ClassVar[tuple[str, ...]] = TOPS
    """Kinds to put things on."""

    @property
    def observation_space(self) -> spaces.Box:
        return box(LAYOUT)

    def start(self, e: EpisodeState, i: int, rng: np.random.Generator) -> None:
        target = draw(rng, "target", str(rng.choice(self.things)), "red")
        mode = int(rng.choice([TABLE, ON, IN], p=self.destinations))
        if mode == ON and target.declared.rolls:
            mode = IN
        support, others = self._destination(e, i, rng, target, mode)
        neighbour = beside(rng, str(rng.choice(SOLID)), others) if rng.random() < 0.5 else None
        e.mode[i] = mode
        hold(e, i, rng, target)
        e.worlds.lay(i, SUPPORT, support)
        e.worlds.lay(i, NEIGHBOUR, neighbour)

    def _destination(
        self, e: EpisodeState, i: int, rng: np.random.Generator, target: ObjectSpec, mode: int
    ) -> tuple[ObjectSpec | None, list[tuple[float, float, float]]]:
        if mode == TABLE:
            spot = free_spot(rng, footprint(target)[2], ())
            assert spot is not None
            e.goal[i] = (*spot, target.rest_height)
            others = [(float(spot[0]), float(spot[1]), footprint(target)[2])]
            return beside(rng, str(rng.choice(ALL)), others) if rng.random() < 0.6 else None, others
        kinds = self.tops if mode == ON else CONTAINERS
        others = []
        support = beside(rng, str(rng.choice(kinds)), others)
        assert support is not None
        e.goal[i] = goal_over(support, target)
        return support, others

    def start_at(self, e: EpisodeState, i: int, start: SceneStart) -> None:
        super().start_at(e, i, start)
        e.mode[i] = IN if start.relation == "in" else ON if start.relation == "on" and carries(start) else TABLE

    def set_goal(self, e: EpisodeState, i: int, goal: Any) -> None:
        super().set_goal(e, i, goal)
        e.mode[i] = TABLE

    def settled(self, e: EpisodeState, ids: NDArray[np.int_]) -> Bool:
        return e.worlds.grasped(TARGET)[ids]

    def observe(self, e: EpisodeState) -> NDArray[np.float32]:
        return manipulation(e.situation())

    def judge(self, e: EpisodeState) -> Verdict:
        worlds = e.worlds
        grasped = worlds.grasped(TARGET)
        still = np.linalg.norm(worlds.object_velocity[:, TARGET, :3], axis=1) < STILL
        success = _there(e) & _released(e) & (_away(e) > RETREAT) & still
        dropped = e.was_grasped & ~grasped & (_miss(e) > 0.04)
        return Verdict(success, lost(e), {"drop": -0.3 * dropped.astype(float), "disturbance": -0.02 * disturbance(e)})


TASKS.register(Place)


class Stack(Place):
    """Put the object in the gripper on a cube, block or cylinder, let go and draw back.

    The hardest of the placements, measured by itself: the skill is Place's. Observation:
    `observation.LAYOUT`. Randomised: the object's kind (cube, block, cylinder) and size, how it
    sits in the jaws, what it goes on and where that stands, one more object. Success, for 5
    control steps: the object rests on the other and nowhere else, the jaws do not touch it
    and the tool is 5 cm away.

    History: v0, first version.
    """

    name = "Stack"
    things = NARROW
    destinations = (0.0, 1.0, 0.0)
    tops = NARROW


TASKS.register(Stack)


def goal_over(support: ObjectSpec, target: ObjectSpec) -> tuple[float, float, float]:
    """Where to let go of an object to put it on or in another: standing on its top or at rim height, m."""
    base = support.position[2] - support.rest_height
    return support.position[0], support.position[1], base + support.size[2] + target.rest_height


def hold(e: EpisodeState, i: int, rng: np.random.Generator, target: ObjectSpec) -> None:
    """Put the target between the jaws somewhere over the table, as a pick may have left it."""
    joints = np.zeros(6)
    while True:
        found = steepest(random_over_table(rng, 0.08, 0.15), rng.uniform(-2.3, -0.6))
        if found is not None:
            joints[:5] = found
            break
    width = target.size[0]
    joints[GRIPPER] = opening_for(width)
    tool, hand = tool_pose(joints[None])
    axis = hand[0, :, 0]
    tilt = rng.normal(scale=0.10)
    up = np.array([0.0, 0.0, 1.0]) - axis * axis[2]
    up /= np.linalg.norm(up)
    up = np.cos(tilt) * up + np.sin(tilt) * np.cross(axis, up)
    position = tool[0] + axis * (width / 2 - FIXED_FACE) + np.cross(up, axis) * rng.normal(scale=0.003)
    position = position + up * rng.uniform(-0.2, 0.2) * min(target.size[2], 0.03)
    command = joints.copy()
    command[GRIPPER] -= SQUEEZE
    e.worlds.place_arm(i, joints, command)
    e.worlds.lay(i, TARGET, target.moved(position, 0.0))
    e.worlds.move_object(i, TARGET, position, matrix_to_quat(np.column_stack([axis, np.cross(up, axis), up])))
