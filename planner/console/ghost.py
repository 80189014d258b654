"""The ghost of a rehearsed motion: where the gripper will go, and where what it carries will be."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import trimesh
from viser import MeshHandle, SceneApi

from pontine.envs.arrays import Array
from pontine.planner.rehearsal.way import Way

TEAL, GREY = (18, 184, 134), (120, 120, 120)
OPACITY = 0.35

APART = 0.006
"""Metres between two points of a way that is drawn."""

THICK, THIN, SIDES = 0.004, 0.002, 6
"""Radii (m) of the gripper's way and of those of things, and the sides of what is drawn."""

Shape = Callable[[str], trimesh.Trimesh | None]
"""The surface of a thing of that name, in its own frame; None if there is no such thing."""


class Ghost:
    """A way in a viser scene: the gripper's as a translucent tube, those of what it carries as thinner ones, and each
    thing, translucent, where it will have come to rest."""

    def __init__(self, scene: SceneApi, way: Way, shape: Shape) -> None:
        self._nodes: list[MeshHandle] = []
        if len(way.tool):
            self._add(scene, tube(way.tool, THICK), TEAL)
        for carried in way.carried:
            self._add(scene, tube(carried.points, THIN), GREY)
            thing = shape(carried.name)
            if thing is not None:
                node = self._add(scene, thing, GREY)
                node.position, node.wxyz = carried.position, carried.orientation

    def remove(self) -> None:
        """Take it out of the viser scene."""
        for node in self._nodes:
            node.remove()
        self._nodes.clear()

    def _add(self, scene: SceneApi, mesh: trimesh.Trimesh, color: tuple[int, int, int]) -> MeshHandle:
        node = scene.add_mesh_simple(
            f"/ghost/{len(self._nodes)}", np.asarray(mesh.vertices, np.float32), np.asarray(mesh.faces, np.uint32),
            color=color, opacity=OPACITY, cast_shadow=False, receive_shadow=False,
        )  # fmt: skip
        self._nodes.append(node)
        return node


def tube(points: Array, radius: float) -> trimesh.Trimesh:
    """A tube (m) along points (n, 3), of which those are left out that lie closer than `APART` to the one before; a
    ball where that leaves one.

    Example:
        >>> round(float(tube(np.array([[0.0, 0, 0], [0, 0, 0.001], [0, 0, 0.1]]), 0.01).bounds[1, 2]), 3)
        0.1
    """
    kept = [points[0]]
    for point in points[1:]:
        if np.linalg.norm(point - kept[-1]) > APART:
            kept.append(point)
    if len(kept) == 1:
        return trimesh.creation.icosphere(1, radius).apply_translation(kept[0])
    path = np.array(kept)
    along = np.gradient(path, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    angle = np.linspace(0, 2 * np.pi, SIDES, endpoint=False)
    rings, across = [], np.array([0.0, 0.0, 1.0]) if abs(along[0, 2]) < 0.9 else np.array([1.0, 0.0, 0.0])
    for center, ahead in zip(path, along, strict=True):
        # Each ring is turned as little as can be against the one before it.
        across = across - (across @ ahead) * ahead
        across /= max(float(np.linalg.norm(across)), 1e-9)
        up = np.cross(ahead, across)
        rings.append(center + radius * (np.outer(np.cos(angle), across) + np.outer(np.sin(angle), up)))
    k = np.arange(SIDES)
    first = np.stack([k, (k + 1) % SIDES, k + SIDES], axis=1)
    second = np.stack([(k + 1) % SIDES, (k + 1) % SIDES + SIDES, k + SIDES], axis=1)
    faces = np.concatenate([np.concatenate([first, second]) + SIDES * ring for ring in range(len(path) - 1)])
    return trimesh.Trimesh(np.concatenate(rings), faces, process=False)
