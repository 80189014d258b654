"""Where to stick tags on the objects of a simulated table, and the decals that show them there.

On a real table people decide this themselves (`markers`); in simulation every object gets as many
tags as its surfaces have room for, so that it is found whichever way it lies. A ball has no flat side and no
orientation that matters, so it stays plain and is found by its colour.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

import mujoco
import numpy as np

from pontine.envs.arrays import Quat, Triple
from pontine.envs.declarations.kind import BOX, KINDS, WALL, Kind
from pontine.envs.rotations import heading_quat, quat_to_matrix
from pontine.envs.tabletop.fixture_spec import FixtureSlot, part_body
from pontine.envs.tabletop.objects import ObjectSpec
from pontine.envs.visuals.visual_model import Decal

from ..vision import tags
from ..vision.markers import FACES, FLOOR, MarkedObject, Markers, Tag, on_face

TABLE_TAGS = tuple(
    Tag(id, 0.04, (x, y, 0.0))
    for id, (x, y) in enumerate(
        ((0.36, 0.27), (0.36, -0.27), (-0.03, -0.30), (-0.03, 0.30), (-0.075, 0.13), (-0.075, -0.13))
    )
)
"""Tags round the work area of a simulated table: farther out than objects are laid, inside the view of
the `workspace` camera."""

HAND = "gripper"
"""The body that the hand's tags are on."""

HAND_TAGS = (
    Tag(10, 0.03, (-0.0118, 0.0248, -0.0192), (0.0123, 0.0131, 0.7023, 0.7116)),
    Tag(11, 0.03, (-0.0103, -0.0248, -0.0211), (0.7118, 0.7021, -0.0142, 0.0106)),
)
"""Tags on the sides of a simulated hand, in that body's frame: a little askew, as a person sticks them on. Who looks at
them is told their ids and sizes."""

FIRST_OBJECT_TAG = 20

_SHARE = 0.76
"""Side of the black square over that of the face it is on: its white border just fits."""


def marked(objects: Sequence[ObjectSpec], family: str = "tag36h11") -> Markers:
    """Tags for every object of a simulated table, those round its work area, and those on the hand."""
    ids = itertools.count(FIRST_OBJECT_TAG)
    things = []
    for spec in objects:
        stuck = tuple(Tag(next(ids), size, position, quat) for size, position, quat in _places(spec))
        container = KINDS[spec.kind].container
        things.append(MarkedObject(spec.name, spec.kind, spec.size, spec.color, spec.aliases, container, stuck))
    hand = tuple(Tag(tag.id, tag.size, (0.0, 0.0, 0.0)) for tag in HAND_TAGS)
    return Markers(TABLE_TAGS, tuple(things), family, hand=hand)


def decals(markers: Markers) -> list[Decal]:
    """Pictures of all tags, for a simulation whose slots hold the markers' objects and fixtures in their order."""
    places = [("world", markers.table), *((f"object{i}", o.tags) for i, o in enumerate(markers.objects))]
    ids = {tag.id for tag in markers.hand}
    places.append((HAND, tuple(tag for tag in HAND_TAGS if tag.id in ids)))
    for i, fixture in enumerate(markers.fixtures):
        slot = FixtureSlot(f"fixture{i}", fixture.kind)
        places += [(slot.name, fixture.tags), (part_body(slot), fixture.part_tags)]
    return [
        Decal(
            body,
            tag.position,
            tag.orientation,
            tags.with_border(markers.family, tag.size),
            tags.picture(markers.family, tag.id),
        )
        for body, stuck in places
        for tag in stuck
    ]


def _places(spec: ObjectSpec) -> Iterator[tuple[float, Triple, Quat]]:
    """Size, position and orientation of the tags of one object."""
    kind, (x, y, z) = KINDS[spec.kind], spec.size
    if kind.rolls:
        return
    if kind.container:
        yield from _in_container(kind, spec.size)
    elif not kind.graspable:
        # three near the rim, so that what stands in the middle does not hide them all
        for k in range(3):
            angle = 2 * math.pi * k / 3
            radius = min(x, y) / 2 - 0.021
            yield 0.024, (radius * math.cos(angle), radius * math.sin(angle), z), _about_z(angle)
    elif kind.round:
        # the square's corners lie within the round face
        for face in ("top", "bottom"):
            yield 0.60 * x, *on_face(face, kind.name, spec.size)
    else:
        sides = {"top": (x, y), "bottom": (x, y), "front": (y, z), "back": (y, z), "left": (x, z), "right": (x, z)}
        for face, extents in sides.items():
            yield _SHARE * min(extents), *on_face(face, kind.name, spec.size)


def _in_container(kind: Kind, size: Triple) -> Iterator[tuple[float, Triple, Quat]]:
    """One tag on the floor, and four on the wall: outside, or where it leans outwards inside, facing inwards."""
    rim, height = size[0] / 2, size[2]
    tilt = _lean(kind, size)
    # one that fits a hand has a floor to match
    yield min(0.030 if tilt else 0.040, 0.5 * size[0]), (0.0, 0.0, FLOOR), FACES["top"][1]
    if not kind.round:
        for face in ("front", "left", "back", "right"):
            yield 0.65 * height, *on_face(face, kind.name, size, True)
    if not tilt:
        return
    lean = np.array([math.cos(tilt), math.sin(tilt)])
    middle = np.array([rim - height / 2 * math.tan(tilt) - WALL, height / 2 + 0.002])
    inner = middle - 0.001 * lean
    for k in range(4):
        angle = math.pi / 2 * k
        # the picture's top is the wall's upper edge
        half = math.pi / 4 - tilt / 2
        quat, leaning = np.zeros(4), np.array([math.cos(half), math.sin(half), 0.0, 0.0])
        mujoco.mju_mulQuat(quat, heading_quat(angle - math.pi / 2), leaning)
        turn = quat_to_matrix(heading_quat(angle))
        position = turn @ np.array([inner[0], 0.0, inner[1]])
        yield 0.020, (float(position[0]), float(position[1]), float(position[2])), _quat(quat)


def _lean(kind: Kind, size: Triple) -> float:
    """How far (rad) the wall's panels lean outwards; 0 for an upright wall."""
    panels = [s for s in kind.shapes(np.array(size)) if s.type == BOX and math.hypot(*s.pos[:2]) > 1e-6]
    up = [float(quat_to_matrix(np.array(panel.quat))[2, 2]) for panel in panels]
    return math.acos(min(1.0, min(up, default=1.0))) if kind.round and up else 0.0


def _about_z(angle: float) -> Quat:
    return _quat(heading_quat(angle))


def _quat(values: np.ndarray) -> Quat:
    w, x, y, z = map(float, values)
    return w, x, y, z
