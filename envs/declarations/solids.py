"""Solids from mesh files: read, checked, and each of their parts fitted by a primitive that objects can touch.

A solid is made of convex parts, each a closed surface. In an OBJ file every object or group (`o`, `g`) is a part; a
binary STL file is one part.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from ..arrays import Array, Triple
from .meshes import Mesh, MeshError, read_stl

MAX_BYTES = 8_000_000
MAX_FACES = 50_000
"""The largest mesh file that is read, bytes, and the most triangles of a solid."""

_THIN = 1e-10
_NORMALS = 12


@dataclass(frozen=True)
class Fit:
    """A primitive round a part: "cuboid" (half extents), "drum" (radius, half height along its z axis, 0) or "sphere"
    (radius, 0, 0), its middle (3,) m and its axes, the columns of a rotation matrix (3, 3)."""

    form: str
    size: Triple
    middle: Array
    axes: Array
    volume: float


@dataclass(frozen=True)
class Solid:
    """The parts of a mesh file, in metres."""

    path: Path
    parts: tuple[Mesh, ...]

    @property
    def whole(self) -> Mesh:
        """All parts as one mesh."""
        starts = np.cumsum([0, *(len(part.vertices) for part in self.parts)])
        return Mesh(
            np.concatenate([part.vertices for part in self.parts]),
            np.concatenate([part.faces + start for part, start in zip(self.parts, starts, strict=False)]),
        )

    def scaled(self, size: Triple | Array, middle: Triple = (0.0, 0.0, 0.0)) -> Solid:
        """The same stretched to full extents `size` along its axes, with the middle of its bounding box at `middle`."""
        vertices = self.whole.vertices
        low, high = vertices.min(0), vertices.max(0)
        factor, centre = np.asarray(size) / (high - low), (low + high) / 2
        return Solid(self.path, tuple(Mesh((p.vertices - centre) * factor + middle, p.faces) for p in self.parts))

    @property
    def extents(self) -> Triple:
        """Full extents along the axes, m."""
        x, y, z = np.ptp(self.whole.vertices, axis=0)
        return float(x), float(y), float(z)


def read_solid(path: Path, largest: float, most_parts: int) -> Solid:
    """The solid in an OBJ or binary STL file, no larger than `largest` m and of at most `most_parts` parts.

    Raises MeshError, in one line that names the file, for one that is missing, too large, not of that format, not
    closed, without volume or not within those bounds.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise MeshError(f"cannot read the mesh {path}: {error.strerror}") from error
    if size > MAX_BYTES:
        raise MeshError(f"the mesh {path} has {size / 1e6:.0f} MB; at most {MAX_BYTES / 1e6:.0f} MB are read")
    if path.suffix.lower() == ".obj":
        parts = list(_read_obj(path))
    elif path.suffix.lower() == ".stl":
        parts = [read_stl(path)]
    else:
        raise MeshError(f"the mesh {path} is neither an .obj nor an .stl file")
    if len(parts) > most_parts:
        raise MeshError(f"the mesh {path} has {len(parts)} parts; an object is made of at most {most_parts}")
    if (faces := sum(len(part.faces) for part in parts)) > MAX_FACES:
        raise MeshError(f"the mesh {path} has {faces} triangles; at most {MAX_FACES} are taken")
    solid = Solid(path, tuple(parts))
    # the size is checked first: a mesh drawn in millimetres is the commonest mistake
    if not max(solid.extents) <= largest:
        raise MeshError(
            f"the mesh {path} is {max(solid.extents):.3g} m wide; a table takes things of up to {largest} m "
            "(mesh files are in metres)"
        )
    for number, part in enumerate(parts, 1):
        which = f"part {number} of the mesh {path}" if len(parts) > 1 else f"the mesh {path}"
        _check_closed(part, which)
    return solid


def volume(mesh: Mesh) -> float:
    """What a closed surface holds, m3; negative if its triangles face inwards."""
    a, b, c = np.moveaxis(mesh.corners() - mesh.vertices.mean(0), 1, 0)
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


def fit(part: Mesh) -> Fit:
    """The smallest of the boxes, cylinders and the ball that hold a part, turned as its largest faces are."""
    return min(_candidates(part), key=lambda candidate: candidate.volume)


def _candidates(part: Mesh) -> Iterator[Fit]:
    for axes in _axes(part):
        local = part.vertices @ axes
        low, high = local.min(0), local.max(0)
        middle, half = (low + high) / 2, (high - low) / 2
        centre, (a, b, c) = axes @ middle, half
        yield Fit("cuboid", (float(a), float(b), float(c)), centre, axes, 8.0 * float(a * b * c))
        for k in range(3):
            across = [j for j in range(3) if j != k]
            radius = float(np.linalg.norm((local - middle)[:, across], axis=1).max())
            turned = axes[:, [*across, k]]
            turned = turned * (1.0, 1.0, np.sign(np.linalg.det(turned)))
            size = (radius, float(half[k]), 0.0)
            yield Fit("drum", size, centre, turned, 2 * math.pi * radius**2 * float(half[k]))
        radius = float(np.linalg.norm(local - middle, axis=1).max())
        yield Fit("sphere", (radius, 0.0, 0.0), centre, np.eye(3), 4 / 3 * math.pi * radius**3)


def _axes(part: Mesh) -> Iterator[Array]:
    """Orientations to try: the object's own, and those of pairs of large faces that meet at a right angle."""
    yield np.eye(3)
    areas = part.area_vectors()
    length = np.linalg.norm(areas, axis=1)
    unit = areas / np.maximum(length, 1e-30)[:, None]
    normals, inverse = np.unique(unit.round(3), axis=0, return_inverse=True)
    weight = np.bincount(inverse.ravel(), length)
    largest = normals[np.argsort(-weight)[:_NORMALS]]
    for one in largest:
        for other in largest:
            if abs(one @ other) < 0.05:
                x = one / np.linalg.norm(one)
                y = other - (other @ x) * x
                y /= np.linalg.norm(y)
                yield np.column_stack([x, y, np.cross(x, y)])
                break


def _check_closed(part: Mesh, which: str) -> None:
    """Every edge has one triangle on each side, and the triangles face outwards round a volume."""
    edges = np.concatenate([part.faces[:, [0, 1]], part.faces[:, [1, 2]], part.faces[:, [2, 0]]])
    count = len(part.vertices)
    there, back = np.sort(edges[:, 0] * count + edges[:, 1]), np.sort(edges[:, 1] * count + edges[:, 0])
    if len(there) == 0 or not np.array_equal(there, back) or np.any(there[1:] == there[:-1]):
        raise MeshError(f"{which} is not watertight: every edge must have one triangle on each side")
    held = volume(part)
    if held < -_THIN:
        raise MeshError(f"{which} is inside out: corners must run anticlockwise seen from outside")
    if held < _THIN:
        raise MeshError(f"{which} has no volume")


def _read_obj(path: Path) -> Iterator[Mesh]:
    """The parts of an OBJ file; normals, texture and material play no part."""
    points: list[tuple[float, ...]] = []
    parts: list[list[tuple[int, int, int]]] = [[]]
    number, line = 0, ""
    try:
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):  # noqa: B007
            word, *rest = line.split() or ("",)
            if word == "v":
                points.append((float(rest[0]), float(rest[1]), float(rest[2])))
            elif word in ("o", "g"):
                parts.append([])
            elif word == "f":
                corners = [_corner(text, len(points)) for text in rest]
                parts[-1] += [(corners[0], b, c) for b, c in pairwise(corners[1:])]
    except (ValueError, IndexError):
        raise MeshError(f"line {number} of the mesh {path} is not OBJ: {line[:40].strip()!r}") from None
    parts = [faces for faces in parts if faces]
    if not parts:
        raise MeshError(f"the mesh {path} is not OBJ: it has no faces")
    vertices = np.array(points)
    if not np.isfinite(vertices).all():
        raise MeshError(f"the mesh {path} has coordinates that are not finite")
    for faces in parts:
        # corners at one place are one: many programs write every face with corners of its own
        used, index = np.unique(np.array(faces), return_inverse=True)
        place, welded = np.unique(vertices[used].round(7), axis=0, return_inverse=True)
        yield Mesh(place, welded.ravel()[index].reshape(-1, 3))


def _corner(text: str, count: int) -> int:
    """The vertex that a face's corner names, counted from 0. Raises ValueError or IndexError if there is none."""
    index = int(text.partition("/")[0])
    index = count + index if index < 0 else index - 1
    if not 0 <= index < count:
        raise IndexError(text)
    return index
