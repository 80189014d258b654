"""Triangle meshes to look at: binary STL files, made light enough for a software renderer.

Simplification is vertex clustering with quadric placement (Rossignac and Borrel 1993,
Lindstrom 2000): the vertices in a cell of a grid become one, put where it lies closest
to the planes of all triangles that touch the cell, so that edges stay edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..arrays import Array, Index
from ..errors import PontineError

CREASE = np.deg2rad(35.0)
"""Triangles that meet at more than this angle keep an edge between them."""

_WELD = 1e-6
_FLAT = 0.02
_RECORD = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])


class MeshError(PontineError):
    """A mesh file that cannot be read."""


@dataclass(frozen=True)
class Mesh:
    """Triangles: `vertices` (v, 3) m and `faces` (f, 3), indices that run anticlockwise seen from outside."""

    vertices: Array
    faces: Index

    def corners(self) -> Array:
        """The three points of every triangle, (f, 3, 3) m."""
        return self.vertices[self.faces]

    def area_vectors(self) -> Array:
        """Outward normals (f, 3) as long as twice the triangle's area, m2."""
        a, b, c = np.moveaxis(self.corners(), 1, 0)
        return np.cross(b - a, c - a)


def read_stl(path: Path) -> Mesh:
    """A binary STL file in metres, coincident corners welded. Raises MeshError if it is not one."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise MeshError(f"cannot read the mesh {path}: {error.strerror}") from error
    count = int.from_bytes(data[80:84], "little")
    if len(data) != 84 + count * _RECORD.itemsize or not count:
        raise MeshError(f"{path} is not a binary STL file")
    corners = np.frombuffer(data, _RECORD, count, 84)["corners"].astype(float).reshape(-1, 3)
    if not np.isfinite(corners).all():
        raise MeshError(f"{path} has coordinates that are not finite")
    first, inverse = _group(np.round((corners - corners.min(0)) / _WELD).astype(np.int64))
    return _tidy(corners[first], inverse.reshape(-1, 3))


def simplify(mesh: Mesh, cell: float) -> Mesh:
    """The mesh with details finer than `cell` (m) merged; no vertex leaves its cell of the grid."""
    low = mesh.vertices.min(0) - cell / 2
    place = np.floor((mesh.vertices - low) / cell).astype(np.int64)
    first, cluster = _group(place)
    count = len(first)
    mean = _sum(cluster, mesh.vertices, count) / np.bincount(cluster, minlength=count)[:, None]
    normals = mesh.area_vectors()
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    unit = normals / np.maximum(length, 1e-30)
    outer = (length[:, :, None] * unit[:, :, None] * unit[:, None, :]).reshape(-1, 9)
    matrix, right = np.zeros((count, 9)), np.zeros((count, 3))
    for corner in range(3):
        cells = cluster[mesh.faces[:, corner]]
        points = mesh.vertices[mesh.faces[:, corner]]
        offset = length * unit * np.sum(unit * (points - mean[cells]), axis=1, keepdims=True)
        matrix += _sum(cells, outer, count)
        right += _sum(cells, offset, count)
    # directions along which the planes say nothing keep the mean
    values, vectors = np.linalg.eigh(matrix.reshape(-1, 3, 3))
    firm = values > _FLAT * values[:, 2:]
    inverse = np.where(firm, 1.0 / np.where(firm, values, 1.0), 0.0)
    shift = np.einsum("nij,nj,nkj,nk->ni", vectors, inverse, vectors, right, optimize=True)
    corner_low = low + place[first] * cell
    return _tidy(np.clip(mean + shift, corner_low, corner_low + cell), cluster[mesh.faces])


def corner_normals(mesh: Mesh) -> Array:
    """Unit normals (f, 3, 3) at the triangles' corners, smooth except across creases."""
    areas = mesh.area_vectors()
    unit = areas / np.maximum(np.linalg.norm(areas, axis=1, keepdims=True), 1e-30)
    vertex = mesh.faces.ravel()
    order = np.argsort(vertex, kind="stable")
    valence = np.bincount(vertex, minlength=len(mesh.vertices))
    start = np.cumsum(valence) - valence
    # every corner paired with every corner at the same vertex
    repeats = valence[vertex]
    corner = np.repeat(np.arange(len(vertex)), repeats)
    step = np.arange(len(corner)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    other = order[start[vertex[corner]] + step]
    mine, theirs = corner // 3, other // 3
    smooth = np.sum(unit[mine] * unit[theirs], axis=1) > np.cos(CREASE)
    normals = _sum(corner[smooth], areas[theirs[smooth]], len(vertex))
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30)
    return normals.reshape(-1, 3, 3)


def turned(profile: Array, segments: int) -> Mesh:
    """The surface swept by a profile (n, 2) of radius and height, which runs up the outside first."""
    angle = 2 * np.pi * np.arange(segments) / segments
    ring = np.stack([np.cos(angle), np.sin(angle)], -1)
    radial = profile[:, None, :1] * ring
    points = np.concatenate([radial, np.broadcast_to(profile[:, None, 1:], (*radial.shape[:2], 1))], -1)
    index = np.arange(len(profile) * segments).reshape(len(profile), segments)
    low, high = index[:-1], index[1:]
    low_next, high_next = np.roll(low, -1, 1), np.roll(high, -1, 1)
    faces = np.concatenate([np.stack([low, low_next, high_next], -1), np.stack([low, high_next, high], -1)])
    mesh = Mesh(points.reshape(-1, 3), faces.reshape(-1, 3))
    # where the profile meets the axis, triangles have no area
    return Mesh(mesh.vertices, mesh.faces[np.linalg.norm(mesh.area_vectors(), axis=1) > 1e-9])


def _group(keys: Index) -> tuple[Index, Index]:
    """For rows of small non-negative integers: the first row of each distinct one, and each row's group."""
    span = keys.max(0) + 1
    packed = (keys[:, 0] * span[1] + keys[:, 1]) * span[2] + keys[:, 2]
    _, first, inverse = np.unique(packed, return_index=True, return_inverse=True)
    return first, inverse


def _sum(group: Index, values: Array, count: int) -> Array:
    """Sums (count, d) of the rows of `values` (n, d) by group."""
    return np.stack([np.bincount(group, column, count) for column in values.T], -1)


def _tidy(vertices: Array, faces: Index) -> Mesh:
    """Without collapsed or repeated triangles and without unused vertices.

    Two triangles back to back are not a repetition: a thin wall is seen from both sides.
    """
    a, b, c = faces.T
    faces = faces[(a != b) & (b != c) & (c != a)]
    turn = np.argmin(faces, axis=1)
    faces = np.take_along_axis(faces, (turn[:, None] + np.arange(3)) % 3, axis=1)
    first, _ = _group(faces)
    used, faces = np.unique(faces[np.sort(first)], return_inverse=True)
    return Mesh(vertices[used], faces.reshape(-1, 3))
