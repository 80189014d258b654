"""Where a fixture's parts are: the part that the hand works on, the room inside, the table that it needs free."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Array, Bool, Circle
from ..declarations.fixture_kind import FIXTURES, FixtureKind
from ..rotations import heading_quat, quat_product
from ..scene import Fixture, SceneObject


@dataclass(frozen=True)
class Opening:
    """The part of a fixture's inside that the hand can reach into from above.

    `position` (m) is its middle at the height of the rim, `size` its extent (m) along the fixture's x and y, and `yaw`
    (rad) the fixture's.
    """

    name: str
    position: tuple[float, float, float]
    yaw: float
    size: tuple[float, float]


def keepout(kind: FixtureKind, position: tuple[float, float, float], yaw: float) -> tuple[Circle, ...]:
    """Circles (x, y, radius) of table, m, that a fixture needs free."""
    cos, sin = float(np.cos(yaw)), float(np.sin(yaw))
    return tuple((position[0] + cos * a - sin * b, position[1] + sin * a + cos * b, r) for a, b, r in kind.keepout)


def part_position(kind: FixtureKind, position: Array, yaw: Array, displacement: Array) -> Array:
    """Where the part is that the hand works on, (n, 3) m, from frames (n, 3) m, yaws and displacements (n,)."""
    moved, axis = np.asarray(displacement)[:, None], np.array(kind.direction)
    if kind.joint == "slide":
        local = np.array(kind.part) + moved * axis
    else:
        arm = np.array(kind.part) - kind.pivot
        local = np.array(kind.pivot) + np.cos(moved) * arm + np.sin(moved) * np.cross(axis, arm)
        local = local + (1 - np.cos(moved)) * axis * (axis @ arm)
    cos, sin = np.cos(yaw), np.sin(yaw)
    turned = np.stack(
        [cos * local[:, 0] - sin * local[:, 1], sin * local[:, 0] + cos * local[:, 1], local[:, 2]], axis=1
    )
    return position + turned


def part_quat(kind: FixtureKind, yaw: Array, displacement: Array) -> Array:
    """Orientation of that part, (n, 4) wxyz, from yaws and displacements (n,)."""
    if kind.joint == "slide":
        return heading_quat(yaw + kind.turn)
    half = np.asarray(displacement)[:, None] / 2
    swung = np.concatenate([np.cos(half), np.sin(half) * kind.direction], axis=1)
    return quat_product(quat_product(heading_quat(yaw), swung), heading_quat(kind.turn))


def yaw_of(fixture: Fixture) -> float:
    """Heading (rad) of a scene's fixture; 0 if it is not known."""
    if fixture.orientation is None:
        return 0.0
    w, x, y, z = np.array(fixture.orientation) / np.linalg.norm(fixture.orientation)
    return float(np.arctan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z)))


def part_of(fixture: Fixture, state: str | None = None) -> SceneObject | None:
    """The part that the hand works on as a thing with a pose and a size, None if nobody knows where it is.

    Its name and its kind are the fixture's. With `state` it is where the part stands in that state. Raises
    UnknownNameError for a kind that is not registered.
    """
    kind = FIXTURES[fixture.kind]
    displacement = fixture.displacement if state is None else kind.displacement_in(state)
    if fixture.position is None or displacement is None:
        return None
    yaw, moved = np.array([yaw_of(fixture)]), np.array([displacement])
    where = part_position(kind, np.array([fixture.position]), yaw, moved)[0]
    quat = part_quat(kind, yaw, moved)[0]
    return SceneObject(
        fixture.name,
        kind.name,
        position=(float(where[0]), float(where[1]), float(where[2])),
        orientation=(float(quat[0]), float(quat[1]), float(quat[2]), float(quat[3])),
        size=kind.part_size,
    )


def keepout_of(fixture: Fixture) -> tuple[Circle, ...]:
    """Circles (x, y, radius) of table, m, that a scene's fixture needs free; none if nobody knows where it is."""
    if fixture.position is None or fixture.kind not in FIXTURES:
        return ()
    return keepout(FIXTURES[fixture.kind], fixture.position, yaw_of(fixture))


def opening_of(fixture: Fixture) -> Opening | None:
    """Where things can be put into the fixture; None for one that has no inside, or if nobody knows where it is.

    Whether it is open is its state: see `Inside.when`.
    """
    room = FIXTURES[fixture.kind].inside if fixture.kind in FIXTURES else None
    if room is None or fixture.position is None or (room.moves and fixture.displacement is None):
        return None
    near, far = room.low[0], room.high[0]
    if room.moves:
        # what has come out of where the room is at displacement 0
        near, far = max(near + (fixture.displacement or 0.0), far), far + (fixture.displacement or 0.0)
    yaw = yaw_of(fixture)
    cos, sin = float(np.cos(yaw)), float(np.sin(yaw))
    a, b = (near + far) / 2, (room.low[1] + room.high[1]) / 2
    x, y, z = fixture.position
    where = x + (cos * a - sin * b), y + (sin * a + cos * b), z + room.high[2]
    return Opening(fixture.name, where, yaw, (max(far - near, 0.001), room.high[1] - room.low[1]))


def lies_within(
    kind: FixtureKind, position: Array, yaw: Array | float, displacement: Array | float, point: Array, room: float
) -> Bool | bool:
    """Whether a circle of radius `room` (m) round a `point` (2 or more,) m is over the floor of the fixture's inside.

    Frame `position` (2 or more,) m and `yaw` rad, displacement as the joint's; or of n fixtures and points, with the n
    last. False for a kind without an inside.
    """
    if kind.inside is None:
        return False
    dx, dy = point[0] - position[0], point[1] - position[1]
    cos, sin = np.cos(yaw), np.sin(yaw)
    x, y = cos * dx + sin * dy, cos * dy - sin * dx
    if kind.inside.moves:
        x = x - displacement
    low, high = kind.inside.low, kind.inside.high
    inside = (low[0] + room <= x) & (x <= high[0] - room) & (low[1] + room <= y) & (y <= high[1] - room)
    return inside if np.ndim(inside) else bool(inside)
