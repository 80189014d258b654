"""`Mounted`: the fixtures of many worlds, where they stand and what state they are in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mujoco
import mujoco.batch
import numpy as np
from numpy.typing import NDArray

from ..arrays import Array
from ..declarations.fixture_kind import FIXTURES
from ..rotations import heading_quat
from .fixture_parts import part_position, part_quat
from .fixture_spec import FixtureSlot, FixtureSpec, part_body

PARKED = np.array([0.0, 0.0, 4.0])
"""Where fixtures that are not mounted float, out of everything's way, m."""

_STATE = ("position", "yaw", "engaged")

FIELDS = ("body_pos", "body_quat", "qpos_spring", "jnt_stiffness")
"""Model fields that a world with fixtures has for itself, besides those of every world."""


class Mounted:
    """The fixtures of `n` worlds, f slots each.

    Arrays: `displacement` (n, f) m or rad is live, `speed` (n, f) a second too; `position` (n, f, 3) m
    and `yaw` (n, f) rad are the frames; `engaged` (n, f) says whether a fixture is in
    the first of its states (open, pressed). `specs[i][j]` is what is mounted in slot j of world i, None if nothing is.
    """

    def __init__(
        self,
        slots: Sequence[FixtureSlot],
        model: mujoco.MjModel,
        batch: mujoco.batch.Batch,
        field: dict[str, NDArray],
    ) -> None:
        n, f = batch.nsim, len(slots)
        self.slots, self.kinds = tuple(slots), [FIXTURES[slot.kind] for slot in slots]
        self.specs: list[list[FixtureSpec | None]] = [[None] * f for _ in range(n)]
        joints = [model.joint(slot.name).id for slot in slots]
        self._joints = joints
        first = int(model.jnt_qposadr[joints[0]]) if f else 0
        speed = int(model.jnt_dofadr[joints[0]]) if f else 0
        self.displacement = batch.bind("qpos")[:, first : first + f]
        self.speed = batch.bind("qvel")[:, speed : speed + f]
        self._dofs, self._first = list(range(speed, speed + f)), first
        self._bodies = [model.body(slot.name).id for slot in slots]
        parts = [model.body(part_body(slot)).id for slot in slots]
        self._shapes = [np.flatnonzero(model.geom_bodyid == body) for body in parts]
        self.field = {**field, **{name: batch.expand(name) for name in FIELDS}} if f else field
        self.position, self.yaw = np.tile(PARKED, (n, f, 1)), np.zeros((n, f))
        self.engaged = np.zeros((n, f), bool)
        self._engages = np.array([kind.engages for kind in self.kinds])
        self._disengages = np.array([kind.disengages for kind in self.kinds])
        self._shows = np.array([kind.latches or kind.state_colors is not None for kind in self.kinds], bool)
        for i in range(n):
            for slot in range(f):
                self.mount(i, slot, None)

    def mount(self, i: int, slot: int, spec: FixtureSpec | None) -> None:
        """Mount a fixture in a slot of world i, at rest; None takes it away. The caller runs `Worlds.refresh`."""
        kind, field = self.kinds[slot], self.field
        if spec is not None and spec.kind != kind.name:
            raise ValueError(f"slot {self.slots[slot].name!r} is for a {kind.name}, not for a {spec.kind}")
        self.specs[i][slot] = spec
        self.position[i, slot] = spec.position if spec is not None else PARKED + (0.5 * slot, 0.0, 0.0)
        self.yaw[i, slot] = spec.yaw if spec is not None else 0.0
        body = self._bodies[slot]
        field["body_pos"][i, body] = self.position[i, slot]
        field["body_quat"][i, body] = heading_quat(self.yaw[i, slot])
        field["dof_frictionloss"][i, self._dofs[slot]] = spec.friction if spec is not None else kind.friction[0]
        field["jnt_stiffness"][i, self._joints[slot]] = spec.stiffness if spec is not None else kind.stiffness[0]
        self.displacement[i, slot] = spec.displacement if spec is not None else 0.0
        self.speed[i, slot] = 0.0
        if spec is not None and spec.state is not None:
            self.engaged[i, slot] = spec.state == kind.states[0]
        else:
            self.engaged[i, slot] = self.displacement[i, slot] > (kind.engages + max(kind.disengages, 0.0)) / 2
        if self._shows[slot]:
            self._show(i, slot)

    def get_state(self, ids: NDArray[np.int_]) -> dict[str, Any]:
        """What is mounted in those worlds besides what the batch holds."""
        return {
            "specs": [list(self.specs[i]) for i in ids],
            **{name: getattr(self, name)[ids].copy() for name in _STATE},
        }

    def set_state(self, state: dict[str, Any], ids: NDArray[np.int_]) -> None:
        """Be where `get_state` was called; one row does for many worlds."""
        for k, i in enumerate(ids):
            self.specs[i] = list(state["specs"][k % len(state["specs"])])
        for name in _STATE:
            getattr(self, name)[ids] = state[name]

    def update(self, rows: NDArray[np.int_]) -> None:
        """Follow the states of those worlds after a step."""
        if not self.slots:
            return
        before = self.engaged[rows]
        out = self.displacement[rows]
        now = np.where(out >= self._engages, True, np.where(out <= self._disengages, False, before))
        self.engaged[rows] = now
        for row, slot in zip(*np.nonzero((now != before) & self._shows), strict=True):
            self._show(int(rows[row]), int(slot))

    def part(self, slot: int) -> Array:
        """Where the parts are that the hand works on, (n, 3) m."""
        return part_position(self.kinds[slot], self.position[:, slot], self.yaw[:, slot], self.displacement[:, slot])

    def part_quat(self, slot: int) -> Array:
        """Orientation of those parts, (n, 4) wxyz."""
        return part_quat(self.kinds[slot], self.yaw[:, slot], self.displacement[:, slot])

    def part_at(self, i: int, slot: int, state: str) -> Array:
        """Where world i's part stands in a state, (3,) m."""
        kind = self.kinds[slot]
        rest = np.array([kind.displacement_in(state)])
        return part_position(kind, self.position[i : i + 1, slot], self.yaw[i : i + 1, slot], rest)[0]

    def state(self, i: int, slot: int) -> str:
        """The name of the state."""
        return self.kinds[slot].states[0 if self.engaged[i, slot] else 1]

    def bodies(self, i: int) -> list[tuple[str, Array, Array]]:
        """Name, position (m) and orientation (wxyz) of every standing body of world i."""
        quats = heading_quat(self.yaw[i])
        return [(slot.name, self.position[i, j], quats[j]) for j, slot in enumerate(self.slots)]

    def _show(self, i: int, slot: int) -> None:
        """Hold the part where its new state has it, if it latches, and paint it as it is painted then."""
        kind, engaged = self.kinds[slot], bool(self.engaged[i, slot])
        if kind.latches:
            self.field["qpos_spring"][i, self._first + slot] = kind.rest[0] if engaged else -kind.preload
        if kind.state_colors is not None:
            self.field["geom_rgba"][i, self._shapes[slot], :3] = kind.state_colors[0 if engaged else 1]
