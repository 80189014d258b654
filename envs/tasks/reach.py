"""`pontine/Reach-v0`: bring the tool to a point."""

from __future__ import annotations

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ..arrays import Array
from ..declarations.shaping import Potential, left
from ..so101.kinematics import tool_pose
from . import TASKS
from .base import Task, Verdict, random_arm, random_over_table, steepest
from .observation import ARM, Part, box
from .state import EpisodeState

PARTS = (
    *ARM,
    Part("goal minus tool x 10, m", 3),
    Part("goal x 5, m", 3),
)
"""The observation's parts, in order."""

SIZE = sum(part.width for part in PARTS)

TOLERANCE = 0.015
"""Largest distance (m) of the tool from the goal that counts as reached."""


class Reach(Task):
    """Bring the tool to a goal point over an empty table and hold it there.

    Observation (36,): joint positions, velocities x 0.2, load x 4, previous action (6 each),
    tool position x 5, approach direction, goal minus tool x 10, goal x 5.
    Randomised: start pose, goal. Success: within 15 mm for 5 control steps. Reward: `Task`'s, and `distance`,
    -0.05 tanh(10 x distance, m) a step. Shaped: `to_reach`.

    History: v0, first version.
    """

    name = "Reach"
    max_steps = 75
    threshold = TOLERANCE
    terms = ("distance",)
    potentials = (Potential("reach", 1.0, lambda e: left(_miss(e), 0.2), "the tool to the goal"),)

    @property
    def observation_space(self) -> spaces.Box:
        return box(PARTS)

    def start(self, e: EpisodeState, i: int, rng: np.random.Generator) -> None:
        joints = random_arm(rng)
        e.worlds.place_arm(i, joints)
        goal = random_over_table(rng, 0.03, 0.16)
        while steepest(goal, joints[4]) is None:
            goal = random_over_table(rng, 0.03, 0.16)
        e.goal[i] = goal

    def observe(self, e: EpisodeState) -> NDArray[np.float32]:
        worlds = e.worlds
        return reaching(worlds.q, worlds.velocity, worlds.command, worlds.action, e.goal)

    def judge(self, e: EpisodeState) -> Verdict:
        distance = _miss(e)
        return Verdict(distance < self.threshold, np.zeros(e.n, bool), {"distance": -0.05 * np.tanh(10.0 * distance)})


TASKS.register(Reach)


def _miss(e: EpisodeState) -> Array:
    """Distance (n,) m of the tool from the goal."""
    return np.asarray(np.linalg.norm(e.goal - e.tool.position, axis=1))


def reaching(position: Array, velocity: Array, command: Array, action: Array, goal: Array) -> NDArray[np.float32]:
    """The observation (n, SIZE) from joint arrays (n, 6) and goals (n, 3) m."""
    tool, hand = tool_pose(position)
    parts = (
        position,
        0.2 * velocity,
        4.0 * (command - position),
        action,
        5.0 * tool,
        -hand[:, :, 2],
        10.0 * (goal - tool),
        5.0 * goal,
    )
    return np.concatenate(parts, axis=1).astype(np.float32)
