"""Whether a commanded pose of the arm comes too near the table or the arm itself.

The shapes are those of the simulated arm. Objects on the table are not in it: the arm is there to touch them.
"""

from __future__ import annotations

from typing import Self

import mujoco

from pontine.envs.arrays import Array
from pontine.envs.robot import JOINTS
from pontine.envs.tabletop.table import build

from .envelope import SPARE
from .safety_profile import SafetyProfile

Pair = tuple[str, str]
"""Two bodies by name; `world` is the table."""


class Collisions:
    """The arm on an empty table; one instance belongs to one thread."""

    def __init__(self, table: float, self_clearance: float) -> None:
        """Keep `table` (m) between arm and table and `self_clearance` (m) between parts of the arm."""
        self._model = build(()).compile()
        self._data = mujoco.MjData(self._model)
        # What two geoms' margins add up to is how far away a contact is still found.
        self._model.geom_margin[:] = max(table, self_clearance)
        bodies = [self._model.body(int(body)).name for body in self._model.geom_bodyid]
        self._body = bodies
        self._table, self._self = table, self_clearance

    @classmethod
    def of(cls, profile: SafetyProfile) -> Self:
        """What an envelope with the clearances of `profile` looks out for."""
        return cls(profile.table + SPARE, profile.self_clearance + SPARE)

    def too_near(self, joints: Array) -> dict[Pair, float]:
        """By how much (m) each pair of bodies is nearer than it should be at joint positions (6,) rad."""
        model, data = self._model, self._data
        data.qpos[: len(JOINTS)] = joints
        mujoco.mj_kinematics(model, data)
        mujoco.mj_collision(model, data)
        found: dict[Pair, float] = {}
        for i in range(data.ncon):
            contact = data.contact[i]
            first, second = sorted((self._body[contact.geom[0]], self._body[contact.geom[1]]))
            pair = (first, second)
            lack = (self._table if "world" in pair else self._self) - contact.dist
            if lack > found.get(pair, 0.0):
                found[pair] = lack
        return found
