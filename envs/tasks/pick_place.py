"""`pontine/PickPlace-v0`: the classical goal task."""

from __future__ import annotations

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ..arrays import Array, Float32
from ..declarations.kind import names_of_own
from ..declarations.shaping import Potential, left
from ..tabletop.layout import footprint, free_spot
from ..tabletop.objects import ObjectSpec
from ..tabletop.table import Slot
from . import TASKS
from .base import TARGET, GoalTask, Verdict, random_arm, random_over_table
from .grasping import EASIER, grasping, hand_to_object
from .observation import GOAL_SIZE, LAYOUT, box, manipulation
from .state import EpisodeState

THRESHOLD = 0.025
"""Largest distance (m) of the cube from its goal that counts as there."""

(_CUBE,) = names_of_own(cubic=True, round=False)
SIZE_OF_CUBE = (0.032, 0.032, 0.032)


def _carry(e: EpisodeState) -> Array:
    return left(np.linalg.norm(e.worlds.object_position[:, TARGET] - e.goal, axis=1), 0.1)


class PickPlace(GoalTask):
    """Bring a 32 mm cube to a goal position, on the table or in the air.

    Observation, a dict as in Gymnasium-Robotics: `observation` (`observation.LAYOUT`
    without the parts that tell of the goal, or relabelled goals would contradict it), `achieved_goal` the
    cube's position, `desired_goal` where it is wanted, m. Reward: -1 a
    step until the cube is within 25 mm of the goal, 0 while it is (`compute_reward` gives
    it for any goals, so that hindsight relabelling works). Randomised: the cube's pose, the
    goal (half of them on the table), the arm's start pose. An episode is 100 steps long. Shaped: `to_reach`,
    `to_align`, `to_open`, `to_grasp`, `to_carry`. Easier starts: `over`, the open jaws above the cube, and `held`,
    closed round it.

    History: v0, first version.
    """

    name = "PickPlace"
    slots = (Slot("target", 1),)
    max_steps = 100
    sparse = True
    threshold = THRESHOLD
    potentials = (*grasping(2.5), Potential("carry", 10.0, _carry, "the cube to the goal"))
    easier = EASIER

    @property
    def observation_space(self) -> spaces.Dict:
        goal = spaces.Box(-np.inf, np.inf, (3,), np.float32)
        return spaces.Dict(
            {
                "observation": box(part for part in LAYOUT if not part.name.startswith("goal")),
                "achieved_goal": goal,
                "desired_goal": goal,
            }
        )

    def start(self, e: EpisodeState, i: int, rng: np.random.Generator) -> None:
        e.worlds.place_arm(i, random_arm(rng))
        cube = ObjectSpec("target", _CUBE, "red", SIZE_OF_CUBE)
        spot, wanted = free_spot(rng, footprint(cube)[2], ()), free_spot(rng, footprint(cube)[2], ())
        assert spot is not None
        assert wanted is not None
        cube = cube.moved(np.array([*spot, cube.rest_height]), rng.uniform(-np.pi, np.pi))
        e.worlds.lay(i, TARGET, cube)
        e.goal[i] = (*wanted, cube.rest_height) if rng.random() < 0.5 else random_over_table(rng, 0.05, 0.14)

    def ease(self, e: EpisodeState, i: int, start: str, rng: np.random.Generator) -> None:
        hand_to_object(e, i, start, rng)

    def observe(self, e: EpisodeState) -> dict[str, NDArray[np.float32]]:
        return {
            "observation": manipulation(e.situation())[:, :-GOAL_SIZE],
            "achieved_goal": e.worlds.object_position[:, TARGET].astype(np.float32),
            "desired_goal": e.goal.astype(np.float32),
        }

    def judge(self, e: EpisodeState) -> Verdict:
        position = e.worlds.object_position[:, TARGET].astype(np.float32)
        return Verdict(self.compute_reward(position, e.goal.astype(np.float32)) == 0.0, np.zeros(e.n, bool), {})

    def compute_reward(self, achieved: Array | Float32, desired: Array | Float32) -> Array:
        """Reward of achieved and desired goals (..., 3) m: 0 within the threshold, else -1."""
        distance = np.linalg.norm(np.asarray(achieved) - np.asarray(desired), axis=-1)
        return np.where(distance < self.threshold, 0.0, -1.0)


TASKS.register(PickPlace)
