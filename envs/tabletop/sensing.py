"""The `Scene` of a simulated table, from geometry and contact."""

from __future__ import annotations

from ..arrays import Array
from ..declarations.kind import KINDS
from ..rotations import heading_quat
from ..scene import TABLE, Fixture, Scene, SceneObject, rounded
from ..so101.kinematics import tool_pose
from .fixture_parts import lies_within
from .support import TOLERANCE, Body, lies_in
from .worlds import Worlds


def held_slot(worlds: Worlds, i: int) -> int | None:
    """The slot whose object both jaws touch and nothing else carries, or None."""
    for slot in _laid(worlds, i):
        if worlds.grasped(slot)[i] and not worlds.touching(slot, "world")[i] and _support(worlds, i, slot) is None:
            return slot
    return None


def measure(worlds: Worlds, i: int = 0, tool: Array | None = None) -> Scene:
    """World i's table as a `Scene`: poses, sizes, what stands on or in what, what is held, what is open or pressed, and
    where the hand is: at `tool` (3,) m, which saves working it out again, or where the joints have it."""
    held = held_slot(worlds, i)
    objects = []
    for slot in _laid(worlds, i):
        spec = worlds.specs[i][slot]
        assert spec is not None
        support: str | None = None
        if slot != held:
            support = _support(worlds, i, slot)
            if support is None and worlds.touching(slot, "world")[i]:
                support = TABLE
        objects.append(
            SceneObject(
                name=spec.name,
                kind=spec.kind,
                color=spec.color,
                position=rounded(worlds.object_position[i, slot]),
                orientation=rounded(worlds.object_quat[i, slot]),
                size=spec.size,
                support=support,
                container=KINDS[spec.kind].container,
                aliases=spec.aliases,
            )
        )
    holding = None if held is None else worlds.specs[i][held]
    hand = rounded(tool_pose(worlds.q[i : i + 1]).position[0] if tool is None else tool)
    return Scene(tuple(objects), _fixtures(worlds, i), None if holding is None else holding.name, hand)


def _fixtures(worlds: Worlds, i: int) -> tuple[Fixture, ...]:
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


def _laid(worlds: Worlds, i: int) -> list[int]:
    return [slot for slot, spec in enumerate(worlds.specs[i]) if spec is not None]


def _body(worlds: Worlds, i: int, slot: int) -> Body:
    """This slot's object where it is."""
    spec = worlds.specs[i][slot]
    assert spec is not None
    pose = worlds.object_position[i, slot], worlds.object_quat[i, slot]
    return Body(spec.name, spec.kind, spec.size, *pose, KINDS[spec.kind].container)


def _support(worlds: Worlds, i: int, slot: int) -> str | None:
    """The name of the object or fixture that carries this slot's object, None if neither does."""
    carrier = _carrier(worlds, i, slot)
    spec = None if carrier is None else worlds.specs[i][carrier]
    return _fixture_round(worlds, i, slot) if spec is None else spec.name


def _fixture_round(worlds: Worlds, i: int, slot: int) -> str | None:
    """The fixture that the object lies in, by where it is; None if it lies in none."""
    mounted = worlds.mounted
    position = worlds.object_position[i, slot]
    for f, spec in enumerate(mounted.specs[i]):
        room = None if spec is None else mounted.kinds[f].inside
        if spec is None or room is None:
            continue
        if not room.low[2] - TOLERANCE < position[2] < room.high[2] + _body(worlds, i, slot).below - 0.002:
            continue
        frame = mounted.position[i, f], mounted.yaw[i, f], mounted.displacement[i, f]
        if lies_within(mounted.kinds[f], *frame, position, 0.0):
            return spec.name
    return None


def _carrier(worlds: Worlds, i: int, slot: int) -> int | None:
    """The slot that carries this one's object: what it stands on by contact, else the container it is in."""
    body, inside = _body(worlds, i, slot), None
    for other in _laid(worlds, i):
        if other == slot:
            continue
        below = _body(worlds, i, other)
        if below.container:
            if below.holds_over(body.position) and lies_in(body, below):
                inside = other
        elif worlds.touching(slot, worlds.slots[other].name)[i] and body.underside > below.top - TOLERANCE:
            return other
    return inside
