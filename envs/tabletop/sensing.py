"""The `Scene` of simulated tables, from geometry and contact."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array, Bool
from ..rotations import heading_quat, quat_to_matrix
from ..scene import TABLE, Fixture, Scene, SceneObject, rounded
from ..so101.kinematics import tool_pose
from .fixture_parts import lies_within
from .hulls import hull_of
from .support import TOLERANCE, within
from .worlds import Worlds

NOTHING = -1
"""The code of no support and of an empty hand."""


class Measured:
    """What stands on or in what, in some or all worlds of a batch.

    `support` (n, k) says what carries each slot's object: a slot, k plus a fixture's slot, k + f for the table, or
    `NOTHING`. `held` (n,) is the slot whose object both jaws touch and nothing else carries, or `NOTHING`. `update`
    makes them current. Rows are those of `ids`, all worlds if None.
    """

    def __init__(self, worlds: Worlds, ids: NDArray[np.int_] | None = None) -> None:
        self.worlds, self.ids = worlds, np.arange(worlds.n) if ids is None else ids
        n, k = len(self.ids), len(worlds.slots)
        self.table = k + len(worlds.mounted.slots)
        self.support, self.held = np.full((n, k), NOTHING), np.full(n, NOTHING)
        parts = max((slot.shapes for slot in worlds.slots), default=1)
        self.present = np.zeros((n, k), bool)
        self._known: list[list | None] = [None] * n
        self._container, self._round = np.zeros((n, k), bool), np.zeros((n, k), bool)
        self._rest = np.zeros((n, k))
        self._middle, self._rays = np.zeros((n, k, parts, 3)), np.zeros((n, k, parts, 3, 3))
        self._axis, self._radius = np.zeros((n, k, parts, 3)), np.zeros((n, k, parts))
        self.update()

    def update(self) -> NDArray[np.int_]:
        """Look at the worlds as they are now. Returns the rows in which other objects stand than before."""
        changed = [row for row, i in enumerate(self.ids) if self._known[row] != self.worlds.specs[i]]
        for row in changed:
            self._learn(row)
        worlds, ids = self.worlds, self.ids
        position, turned = worlds.object_position[ids], quat_to_matrix(worlds.object_quat[ids])
        low, high = self._spans(turned[:, :, 2])
        under, top = position[:, :, 2] + low, position[:, :, 2] + high
        touch = {other: np.stack([worlds.touching(slot, other)[ids] for slot in range(len(worlds.slots))], 1)
                 for other in ("world", "gripper", "moving_jaw")} if worlds.slots else {}  # fmt: skip
        mounted = np.array([[spec is not None for spec in worlds.mounted.specs[i]] for i in ids])
        for slot in range(len(worlds.slots)):
            carrier = self._carrier(slot, position, turned, under, top)
            carrier = np.where(carrier == NOTHING, self._fixture(slot, position, low, mounted), carrier)
            self.support[:, slot] = np.where(self.present[:, slot], carrier, NOTHING)
        self.held[:] = NOTHING
        for slot in reversed(range(len(worlds.slots))):
            free = self.present[:, slot] & ~touch["world"][:, slot] & (self.support[:, slot] == NOTHING)
            self.held[free & touch["gripper"][:, slot] & touch["moving_jaw"][:, slot]] = slot
        if worlds.slots:
            lying = (self.support == NOTHING) & self.present & touch["world"]
            lying &= self.held[:, None] != np.arange(len(worlds.slots))
            self.support[lying] = self.table
        return np.array(changed, int)

    def inside_fixture(self) -> Bool:
        """Whether each slot's object lies in a fixture, or on or in what does, (n, k)."""
        k = len(self.worlds.slots)
        inside: Bool = (self.support >= k) & (self.support < self.table)
        on = np.where((self.support >= 0) & (self.support < k), self.support, 0)
        carried = (self.support >= 0) & (self.support < k)
        for _ in range(k - 1):
            inside = inside | (carried & np.take_along_axis(inside, on, axis=1))
        return inside

    def signs(self) -> NDArray[np.int_]:
        """All that a scene says of what moves, but for the hand, as whole numbers, (n, w): where they are the same, the
        scenes are."""
        worlds, ids = self.worlds, self.ids
        n, fine = len(ids), 1e5
        moving = (worlds.object_position[ids], worlds.object_quat[ids], worlds.mounted.displacement[ids])
        parts = [np.rint(fine * part).astype(int).reshape(n, -1) for part in moving]
        return np.concatenate([*parts, self.support, self.held[:, None], worlds.mounted.engaged[ids]], axis=1)

    def scene(self, row: int = 0, tool: Array | None = None) -> Scene:
        """A row as a `Scene`; `tool` (3,) m is where the hand is, None if that is not to be said."""
        worlds, i = self.worlds, int(self.ids[row])
        specs, held = worlds.specs[i], int(self.held[row])
        there = (*specs, *worlds.mounted.specs[i])
        things = [*(None if spec is None else spec.name for spec in there), TABLE]
        objects = tuple(
            SceneObject(
                name=spec.name,
                kind=spec.kind,
                color=spec.color,
                position=rounded(worlds.object_position[i, slot]),
                orientation=rounded(worlds.object_quat[i, slot]),
                size=spec.size,
                support=None if self.support[row, slot] == NOTHING else things[self.support[row, slot]],
                container=spec.declared.container,
                aliases=spec.aliases,
            )
            for slot, spec in enumerate(specs)
            if spec is not None
        )
        hand = None if tool is None else rounded(tool)
        return Scene(objects, fixtures_of(worlds, i), None if held == NOTHING else things[held], hand)

    def _learn(self, row: int) -> None:
        """Note what stands in a row's slots."""
        specs = self.worlds.specs[self.ids[row]]
        self._known[row] = list(specs)
        for slot, spec in enumerate(specs):
            self.present[row, slot] = spec is not None
            if spec is None:
                self._container[row, slot] = False
                continue
            kind, hull = spec.declared, hull_of(spec.declared, spec.size)
            self._container[row, slot], self._round[row, slot] = kind.container, kind.round
            self._rest[row, slot] = kind.rest_height(spec.size)
            # places to spare are filled with the last part, which changes neither the least nor the most
            part = np.minimum(np.arange(self._radius.shape[2]), len(hull.radius) - 1)
            self._middle[row, slot], self._rays[row, slot] = hull.middle[part], hull.rays[part]
            self._axis[row, slot], self._radius[row, slot] = hull.axis[part], hull.radius[part]

    def _spans(self, up: Array) -> tuple[Array, Array]:
        """Heights (n, k) m of each object's lowest and highest point over its frame, `up` (n, k, 3) being the vertical
        in it. `Hull.span` for many."""
        along = (self._middle @ up[..., None])[..., 0]
        across = np.sqrt(np.maximum(0.0, 1.0 - (self._axis @ up[..., None])[..., 0] ** 2))
        reach = np.abs(self._rays @ up[:, :, None, :, None])[..., 0].sum(-1) + self._radius * across
        return (along - reach).min(-1, initial=np.inf), (along + reach).max(-1, initial=-np.inf)

    def _carrier(self, slot: int, position: Array, turned: Array, under: Array, top: Array) -> NDArray[np.int_]:
        """The slots that carry this one's objects, (n,): what they stand on by contact, else the container they are
        in."""
        worlds = self.worlds
        on, inside = np.full(len(self.ids), NOTHING), np.full(len(self.ids), NOTHING)
        for other in range(len(worlds.slots)):
            if other == slot:
                continue
            there, holder = self.present[:, other], self._container[:, other]
            if (there & holder).any():
                deep = (under[:, other] < under[:, slot]) & (under[:, slot] < top[:, other] - 0.002)
                apart = (position[:, slot] - position[:, other])[:, None] @ turned[:, other]
                over = within(apart[:, 0], worlds.size[self.ids, other], self._round[:, other])
                over &= apart[:, 0, 2] > -self._rest[:, other]
                inside[there & holder & deep & over] = other
            touch = worlds.touching(slot, worlds.slots[other].name)[self.ids]
            stands = there & ~holder & touch & (under[:, slot] > top[:, other] - TOLERANCE)
            on[stands & (on == NOTHING)] = other
        return np.where(on == NOTHING, inside, on)

    def _fixture(self, slot: int, position: Array, low: Array, there: Bool) -> NDArray[np.int_]:
        """The fixtures (their slots plus k) in which this slot's objects lie, by where they are, (n,); `there` (n, f)
        says which are mounted."""
        mounted, found = self.worlds.mounted, np.full(len(self.ids), NOTHING)
        for f, kind in enumerate(mounted.kinds):
            room = kind.inside
            if room is None:
                continue
            frame = [values[self.ids, f] for values in (mounted.position, mounted.yaw, mounted.displacement)]
            height = position[:, slot, 2]
            deep = (room.low[2] - TOLERANCE < height) & (height < room.high[2] - low[:, slot] - 0.002)
            lies = there[:, f] & deep & lies_within(kind, frame[0].T, frame[1], frame[2], position[:, slot].T, 0.0)
            found[lies & (found == NOTHING)] = len(self.worlds.slots) + f
        return found


def measure(worlds: Worlds, i: int = 0, tool: Array | None = None) -> Scene:
    """World i's table as a `Scene`: poses, sizes, what stands on or in what, what is held, what is open or pressed, and
    where the hand is: at `tool` (3,) m, which saves working it out again, or where the joints have it."""
    hand = tool_pose(worlds.q[i : i + 1]).position[0] if tool is None else tool
    return Measured(worlds, np.array([i])).scene(0, hand)


def fixtures_of(worlds: Worlds, i: int) -> tuple[Fixture, ...]:
    """World i's fixtures as a scene has them."""
    mounted = worlds.mounted
    return tuple(
        Fixture(
            name=spec.name,
            kind=spec.kind,
            state=mounted.state(i, slot),
            position=rounded(mounted.position[i, slot]),
            orientation=rounded(heading_quat(mounted.yaw[i, slot])),
            displacement=round(float(mounted.displacement[i, slot]), 5),
            aliases=spec.aliases,
        )
        for slot, spec in enumerate(mounted.specs[i])
        if spec is not None
    )
