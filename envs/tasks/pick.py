"""`pontine/Pick-v0`: grasp an object and lift it."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ..arrays import Array, Bool
from ..declarations.shaping import Potential
from ..errors import PontineError
from ..tabletop.layout import GAP, footprint, free_spot
from ..tabletop.objects import ObjectSpec, draw
from . import TASKS
from .base import ALL, CONTAINERS, NEIGHBOUR, OBJECT_SLOTS, SOLID, SUPPORT, TARGET, TOPS, Task, Verdict, random_arm
from .grasping import EASIER, grasping, hand_to_object
from .observation import LAYOUT, box, manipulation
from .state import EpisodeState

LIFT = 0.09
"""How far above its start the object is wanted, m."""

LIFTED = 0.06
"""How far above its start it must be held, m."""

OFF_TABLE = 0.42
"""Distance from the base beyond which an object is lost, m."""


def _lift(e: EpisodeState) -> Array:
    height = e.worlds.object_position[:, TARGET, 2] - e.origin[:, TARGET, 2]
    return np.where(e.worlds.grasped(TARGET), np.clip(height / (LIFTED + 0.01), 0.0, 1.0), 0.0) - 1.0


class Pick(Task):
    """Grasp the target among other objects and lift it clear.

    Observation: `observation.LAYOUT`. Randomised: the target's kind (cube, block,
    cylinder, ball), size, pose and what it stands on (the table, another object, inside
    a bowl or box); up to two other objects; the arm's start pose. Success: both jaws
    hold it at least 6 cm above its start and it touches nothing else, for 5 control steps. Failure: it is out of reach.
    Reward: `Task`'s, and `drop`, -0.3 when it slips out of the jaws in the air, and `disturbance`, -0.02 a step for
    every other object that moves. Shaped: `to_reach`, `to_align`, `to_open`, `to_grasp`, `to_lift`. Easier starts:
    `over`, the open jaws above the target, and `held`, closed round it where it lies.

    History: v0, first version.
    """

    name = "Pick"
    slots = OBJECT_SLOTS
    settle_steps = 6
    max_steps = 150
    terms = ("drop", "disturbance")
    potentials = (*grasping(), Potential("lift", 2.4, _lift, "the held object to 7 cm above its start"))
    easier = EASIER

    @property
    def observation_space(self) -> spaces.Box:
        return box(LAYOUT)

    def start(self, e: EpisodeState, i: int, rng: np.random.Generator) -> None:
        e.worlds.place_arm(i, random_arm(rng))
        target = draw(rng, "target", str(rng.choice(SOLID)), "red")
        spot = free_spot(rng, footprint(target)[2], ())
        assert spot is not None
        target = target.moved(np.array([*spot, target.rest_height]), rng.uniform(-np.pi, np.pi))
        support, others = None, [footprint(target)]
        chance = rng.random()
        if chance < 0.25:
            support, target = on_support(rng, target)
            others = [footprint(support)]
        elif chance < 0.75:
            support = beside(rng, str(rng.choice(ALL)), others)
        neighbour = beside(rng, str(rng.choice(SOLID)), others) if rng.random() < 0.5 else None
        for slot, spec in ((TARGET, target), (SUPPORT, support), (NEIGHBOUR, neighbour)):
            e.worlds.lay(i, slot, spec)

    def ease(self, e: EpisodeState, i: int, start: str, rng: np.random.Generator) -> None:
        hand_to_object(e, i, start, rng)

    def set_goal(self, e: EpisodeState, i: int, goal: Any) -> None:
        raise PontineError(f"goal={goal!r}: {self.id} asks for no place, only that the target is lifted")

    def settled(self, e: EpisodeState, ids: NDArray[np.int_]) -> Bool:
        position = e.worlds.object_position[ids, TARGET]
        e.goal[ids] = position + (0.0, 0.0, LIFT)
        laid = np.array([e.worlds.specs[i][TARGET].position for i in ids])
        return np.linalg.norm((position - laid)[:, :2], axis=1) < 0.03

    def observe(self, e: EpisodeState) -> NDArray[np.float32]:
        return manipulation(e.situation())

    def judge(self, e: EpisodeState) -> Verdict:
        worlds = e.worlds
        height = worlds.object_position[:, TARGET, 2] - e.origin[:, TARGET, 2]
        grasped = worlds.grasped(TARGET)
        alone = ~worlds.touching(TARGET, "world") & ~worlds.touching(TARGET, "support")
        return Verdict(
            grasped & alone & (height > LIFTED),
            lost(e),
            {"drop": -0.3 * (e.was_grasped & ~grasped & (height > 0.02)), "disturbance": -0.02 * disturbance(e)},
        )


TASKS.register(Pick)


def on_support(rng: np.random.Generator, target: ObjectSpec) -> tuple[ObjectSpec, ObjectSpec]:
    """Something for the target to stand on or in where it was, and the target at that height."""
    support = draw(rng, "support", str(rng.choice(TOPS + CONTAINERS)), "blue")
    x, y, _ = target.position
    support = support.moved(np.array([x, y, support.rest_height]), rng.uniform(-np.pi, np.pi))
    container = support.declared.container
    top = 0.008 if container else support.size[2]
    shift = rng.normal(scale=0.008 if container else 0.003, size=2)
    return support, target.moved(np.array([x + shift[0], y + shift[1], top + target.rest_height]), target.yaw)


def beside(rng: np.random.Generator, kind: str, others: list[tuple[float, float, float]]) -> ObjectSpec | None:
    """An object of that kind clear of the others (to whom it is added), or None if there is no room."""
    spec = draw(rng, "other", kind, "green")
    spot = free_spot(rng, footprint(spec)[2], others, gap=GAP)
    if spot is None:
        return None
    spec = spec.moved(np.array([*spot, spec.rest_height]), rng.uniform(-np.pi, np.pi))
    others.append(footprint(spec))
    return spec


def lost(e: EpisodeState) -> Bool:
    """Whether the target lies beyond reach, (n,)."""
    position = e.worlds.object_position[:, TARGET]
    return (np.hypot(position[:, 0], position[:, 1]) > OFF_TABLE) | (position[:, 0] < -0.05)


def disturbance(e: EpisodeState) -> Array:
    """How many other objects move faster than 5 cm/s, (n,)."""
    speed = np.linalg.norm(e.worlds.object_velocity[:, TARGET + 1 :, :3], axis=2)
    return (speed > 0.05).sum(axis=1).astype(float)
