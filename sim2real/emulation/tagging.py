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

from pontine.envs.kind import KINDS, WALL
from pontine.envs.rotations import heading_quat, quat_to_matrix
from pontine.envs.tabletop.kinds import BOWL_TILT
from pontine.envs.tabletop.objects import ObjectSpec
from pontine.envs.visuals.visual_model import Decal

from ..vision import tags
from ..vision.markers import FACES, FLOOR, MarkedObject, Markers, Quat, Tag, Triple, on_face

TABLE_TAGS = tuple(
    Tag(id, 0.04, (x, y, 0.0))
    for id, (x, y) in enumerate(
        ((0.36, 0.27), (0.36, -0.27), (-0.03, -0.30), (-0.03, 0.30), (-0.075, 0.13), (-0.075, -0.13))
    )
)
"""Tags round the work area of a simulated table: farther out than objects are laid, inside the view of
the `workspace` camera."""

FIRST_OBJECT_TAG = 20

_SHARE = 0.76
"""Side of the black square over that of the face it is on: its white border just fits."""


def marked(objects: Sequence[ObjectSpec], family: str = "tag36h11") -> Markers:
    """Tags for every object of a simulated table, and those round its work area."""
    ids = itertools.count(FIRST_OBJECT_TAG)
    things = []
    for spec in objects:
        stuck = tuple(Tag(next(ids), size, position, quat) for size, position, quat in _places(spec))
        container = KINDS[spec.kind].container
        things.append(MarkedObject(spec.name, spec.kind, spec.size, spec.color, spec.aliases, container, stuck))
    return Markers(TABLE_TAGS, tuple(things), family)


def decals(markers: Markers) -> list[Decal]:
    """Pictures of all tags, for a simulation whose slots hold the markers' objects in their order."""
    places = [("world", markers.table), *((f"object{i}", o.tags) for i, o in enumerate(markers.objects))]
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
    x, y, z = spec.size
    if spec.kind in ("cube", "block"):
        sides = {"top": (x, y), "bottom": (x, y), "front": (y, z), "back": (y, z), "left": (x, z), "right": (x, z)}
        for face, extents in sides.items():
            yield _SHARE * min(extents), *on_face(face, spec.kind, spec.size)
    elif spec.kind == "cylinder":
        # the square's corners lie within the round face
        for face in ("top", "bottom"):
            yield 0.60 * x, *on_face(face, spec.kind, spec.size)
    elif spec.kind == "plate":
        # three near the rim, so that what stands in the middle does not hide them all
        for k in range(3):
            angle = 2 * math.pi * k / 3
            radius = x / 2 - 0.021
            yield 0.024, (radius * math.cos(angle), radius * math.sin(angle), z), _about_z(angle)
    elif spec.kind == "box":
        yield 0.040, (0.0, 0.0, FLOOR), FACES["top"][1]
        for face in ("front", "left", "back", "right"):
            yield 0.65 * z, *on_face(face, spec.kind, spec.size, True)
    elif spec.kind == "bowl":
        yield from _in_bowl(spec)


def _in_bowl(spec: ObjectSpec) -> Iterator[tuple[float, Triple, Quat]]:
    """One tag on the floor and four on the panels of the wall, which lean outwards and face inwards."""
    rim, height = spec.size[0] / 2, spec.size[2]
    yield 0.030, (0.0, 0.0, FLOOR), FACES["top"][1]
    lean = np.array([math.cos(BOWL_TILT), math.sin(BOWL_TILT)])
    middle = np.array([rim - height / 2 * math.tan(BOWL_TILT) - WALL, height / 2 + 0.002])
    inner = middle - 0.001 * lean
    for k in range(4):
        angle = math.pi / 2 * k
        # the picture's top is the wall's upper edge
        half = math.pi / 4 - BOWL_TILT / 2
        quat, leaning = np.zeros(4), np.array([math.cos(half), math.sin(half), 0.0, 0.0])
        mujoco.mju_mulQuat(quat, heading_quat(angle - math.pi / 2), leaning)
        turn = quat_to_matrix(heading_quat(angle))
        position = turn @ np.array([inner[0], 0.0, inner[1]])
        yield 0.020, (float(position[0]), float(position[1]), float(position[2])), _quat(quat)


def _about_z(angle: float) -> Quat:
    return _quat(heading_quat(angle))


def _quat(values: np.ndarray) -> Quat:
    w, x, y, z = map(float, values)
    return w, x, y, z
