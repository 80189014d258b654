"""What the tasks that work a fixture have in common."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ..arrays import Array, Bool
from ..declarations.shaping import Potential, left
from ..errors import UnknownNameError
from ..tabletop.table import Slot
from .base import Task, Verdict
from .observation import LAYOUT, box, manipulation
from .state import EpisodeState

FIXTURE = 0
"""The fixture's slot."""

CONTENT, BESIDE = 0, 1
"""Slots of what lies in a drawer and of something that stands beside the fixture."""

CLEAR = 0.05
"""How far (m) the tool must be from the fixture's part at the end, so that the hand is clear."""


def _distance(e: EpisodeState) -> Array:
    """Distance (n,) m of the tool from the fixture's part."""
    return np.asarray(np.linalg.norm(e.tool.position - e.worlds.mounted.part(FIXTURE), axis=1))


def _there(e: EpisodeState, states: tuple[str, ...]) -> Bool:
    """Whether the fixture is in the state that was asked for, (n,)."""
    mounted = e.worlds.mounted
    wanted = np.array([state == mounted.kinds[FIXTURE].states[0] for state in states])[e.mode]
    return mounted.engaged[:, FIXTURE] == wanted


class FixtureTask(Task):
    """Bring a fixture's part to where it stands in the state that `Episodes.mode` numbers, and draw back."""

    slots = (Slot("content", 1), Slot("beside", 1))
    settle_steps = 3
    terms = ("disturbance",)
    states: ClassVar[tuple[str, ...]]
    """States that are asked for, by number."""

    @property
    def observation_space(self) -> spaces.Box:
        return box(LAYOUT)

    def ask(self, e: EpisodeState, i: int, state: int) -> None:
        """Ask world i's fixture, which is mounted, for a state."""
        e.mode[i] = state
        e.goal[i] = e.worlds.mounted.part_at(i, FIXTURE, self.states[state])

    def set_goal(self, e: EpisodeState, i: int, goal: Any) -> None:
        """Ask for a state, by its name."""
        if goal not in self.states:
            raise UnknownNameError("state", goal, self.states)
        self.ask(e, i, self.states.index(goal))

    def seen(self, e: EpisodeState) -> tuple[Array, Array]:
        return e.worlds.mounted.part(FIXTURE), e.worlds.mounted.part_quat(FIXTURE)

    def extent(self, e: EpisodeState) -> tuple[Array, NDArray[np.int_]]:
        kind = e.worlds.mounted.kinds[FIXTURE]
        return np.tile(kind.part_size, (e.n, 1)), np.full(e.n, kind.symmetry)

    def observe(self, e: EpisodeState) -> NDArray[np.float32]:
        return manipulation(e.situation())

    def judge(self, e: EpisodeState) -> Verdict:
        clear = _distance(e) > CLEAR
        moved = np.linalg.norm(e.worlds.object_velocity[:, BESIDE, :3], axis=1) > 0.05
        return Verdict(_there(e, self.states) & clear, np.zeros(e.n, bool), {"disturbance": -0.02 * moved})


def working(states: tuple[str, ...]) -> tuple[Potential, ...]:
    """The potentials of bringing a fixture into one of the states that `Episodes.mode` numbers."""

    def reach(e: EpisodeState) -> Array:
        return np.where(_there(e, states), 0.0, left(_distance(e), 0.15))

    def work(e: EpisodeState) -> Array:
        mounted = e.worlds.mounted
        lacking = np.linalg.norm(e.goal - mounted.part(FIXTURE), axis=1) / mounted.kinds[FIXTURE].travel
        return np.where(_there(e, states), 0.0, -np.clip(lacking, 0.0, 1.0))

    def withdraw(e: EpisodeState) -> Array:
        return np.where(_there(e, states), np.minimum(_distance(e) / CLEAR, 1.0), 0.0) - 1.0

    return (
        Potential("reach", 1.2, reach, "the tool to the part that the hand works on, until it is done"),
        Potential("work", 2.0, work, "that part to where it is wanted"),
        Potential("withdraw", 1.2, withdraw, "the tool clear of it, once it is done"),
    )
