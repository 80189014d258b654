"""What is seen, drawn into the picture that it was seen in: tags, things, frames, and the arm as the model has it.

An arm that is drawn beside the one in the picture is one whose hand and camera are not brought together; a thing drawn
beside itself is one whose tags are said to be elsewhere than they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import mujoco
import numpy as np

from pontine.envs.arrays import Array, Image
from pontine.envs.files import replacing
from pontine.envs.robot import JOINTS
from pontine.envs.rotations import quat_to_matrix
from pontine.envs.scene import Scene
from pontine.envs.tabletop.support import Body
from pontine.envs.tabletop.table import build

from ..lens import CameraPose, Lens
from ..markers import Markers

RED, GREEN, BLUE, YELLOW, WHITE, BLACK = (
    (230, 50, 50), (60, 200, 80), (60, 110, 240), (250, 210, 60), (255, 255, 255), (0, 0, 0),
)  # fmt: skip

_AXIS, _NEAREST = 0.05, 0.05
_ROUND = 24


class ArmOutline:
    """The arm's parts as the model has them, to be drawn into pictures."""

    def __init__(self) -> None:
        self._model = build(()).compile()
        self._data = mujoco.MjData(self._model)
        fixed = {"world"}
        self._geoms = [g for g in range(self._model.ngeom) if self._name(g) not in fixed]
        self._points = [_surface(self._model.geom_type[g], self._model.geom_size[g]) for g in self._geoms]

    def parts(self, joints: Array) -> list[Array]:
        """Points (n, 3) of each part, of whose picture they hold the outline, at joint positions (6,) rad."""
        self._data.qpos[: len(JOINTS)] = joints
        mujoco.mj_kinematics(self._model, self._data)
        return [
            points @ self._data.geom_xmat[g].reshape(3, 3).T + self._data.geom_xpos[g]
            for g, points in zip(self._geoms, self._points, strict=True)
        ]

    def _name(self, geom: int) -> str:
        return str(self._model.body(int(self._model.geom_bodyid[geom])).name)


class Overlay:
    """A copy (h, w, 3) RGB of a picture, to be drawn into; `picture` is what has become of it."""

    def __init__(self, picture: Image, lens: Lens, camera: CameraPose) -> None:
        self.picture = np.ascontiguousarray(picture).copy()
        self._lens, self._camera = lens.at(picture.shape[1], picture.shape[0]), camera
        self._bold = max(1, round(picture.shape[1] / 640))

    def tags(self, found: Mapping[int, Array], names: Mapping[int, str]) -> None:
        """The corners (4, 2), in pixels, of tags by id, and what each is on."""
        for id, corners in found.items():
            known = id in names
            self._polygon(corners, GREEN if known else YELLOW)
            self._text(f"{id} {names[id]}" if known else f"{id}?", corners.max(axis=0), GREEN if known else YELLOW)

    def squares(self, corners: Mapping[int, Array], color: tuple[int, int, int] = RED) -> None:
        """Outlines (4, 2), in pixels, of where tags should be."""
        for quad in corners.values():
            self._polygon(quad, color)

    def axes(self, position: Array, rotation: Array, name: str = "", length: float = _AXIS) -> None:
        """A frame at a position (3,) m with a rotation (3, 3): x red, y green, z blue."""
        ends = np.concatenate([[position], position + length * rotation.T])
        pixels = self._seen(ends)
        if pixels is None:
            return
        for end, color in zip(pixels[1:], (RED, GREEN, BLUE), strict=True):
            self._arrow(pixels[0], end, color)
        if name:
            self._text(name, pixels[0] + (4, 14 * self._bold), WHITE)

    def body(self, there: Body, label: str, color: tuple[int, int, int] = BLUE) -> None:
        """A thing's extent, as a box or what is round, and its name."""
        outline = self._seen(_extent(there))
        if outline is not None:
            self._polygon(_hull(outline), color)
            self._text(label, outline.min(axis=0), color)

    def scene(self, scene: Scene) -> None:
        """Every object and fixture whose place is known, with its frame; what is unseen in yellow, marked."""
        for thing in scene.objects:
            if thing.position is None or thing.size is None:
                continue
            position, quat = np.array(thing.position), np.array(thing.orientation or (1.0, 0.0, 0.0, 0.0))
            there = Body(thing.name, thing.kind, thing.size, position, quat, thing.container)
            unseen = thing.name in scene.unseen
            self.body(there, f"{thing.name}?" if unseen else thing.name, YELLOW if unseen else BLUE)
            self.axes(position, quat_to_matrix(quat), length=_AXIS / 2)
        for fixture in scene.fixtures:
            if fixture.position is not None:
                turn = quat_to_matrix(np.array(fixture.orientation or (1.0, 0.0, 0.0, 0.0)))
                self.axes(np.array(fixture.position), turn, f"{fixture.name}: {fixture.state}")

    def arm(self, parts: Sequence[Array]) -> None:
        """The outline of each part of the arm."""
        for points in parts:
            pixels = self._seen(points)
            if pixels is not None:
                self._polygon(_hull(pixels), WHITE)

    def dot(self, pixel: Array, color: tuple[int, int, int] = YELLOW) -> None:
        """A dot at a pixel (2,)."""
        spot = np.clip(pixel, -1e4, 1e4).round().astype(int)
        cv2.circle(self.picture, (int(spot[0]), int(spot[1])), 2 * self._bold, color, -1, cv2.LINE_AA)

    def line(self, text: str, row: int = 0, color: tuple[int, int, int] = WHITE) -> None:
        """A line of text at the top of the picture."""
        self._text(text, np.array([8, (row + 1) * 16 * self._bold]), color)

    def _seen(self, points: Array) -> Array | None:
        """Pixels (n, 2) of points (n, 3) m; None unless all are before the camera."""
        into = self._camera.into(points)
        return None if into[:, 2].min() < _NEAREST else self._lens.project(into)

    def _polygon(self, points: Array, color: tuple[int, int, int]) -> None:
        # cv2 shifts by whole numbers: sixteenths of a pixel
        fixed = (np.clip(points, -1e5, 1e5) * 16).round().astype(np.int32)
        cv2.polylines(self.picture, [fixed], True, color, self._bold, cv2.LINE_AA, 4)

    def _arrow(self, start: Array, end: Array, color: tuple[int, int, int]) -> None:
        a, b = ((int(p[0]), int(p[1])) for p in np.clip([start, end], -1e5, 1e5).round())
        cv2.arrowedLine(self.picture, a, b, color, self._bold, cv2.LINE_AA, 0, 0.2)

    def _text(self, text: str, at: Array, color: tuple[int, int, int]) -> None:
        written = "".join(c if c.isascii() and c.isprintable() else "?" for c in text)
        spot, size = (int(at[0]), int(at[1])), 0.25 + 0.15 * self._bold
        for ink, bold in ((BLACK, 2 * self._bold + 1), (color, self._bold)):
            cv2.putText(self.picture, written, spot, cv2.FONT_HERSHEY_SIMPLEX, size, ink, bold, cv2.LINE_AA)


def tag_names(markers: Markers) -> dict[int, str]:
    """What each tag is on, by id."""
    return {tag.id: place for place, stuck in markers.places for tag in stuck}


def _extent(there: Body) -> Array:
    """Points (n, 3) of the base frame round a thing."""
    half = np.array(there.size) / 2
    if there.declared is not None and there.declared.round:
        angle = np.linspace(0, 2 * np.pi, _ROUND, endpoint=False)
        ring = np.stack([np.cos(angle), np.sin(angle)], axis=1) * half[:2]
        points = np.concatenate([np.c_[ring, np.full(_ROUND, s * half[2])] for s in (-1, 1)])
    else:
        points = half * np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    if there.on_base:
        points = points + (0.0, 0.0, half[2])
    return points @ quat_to_matrix(there.quat).T + there.position


def _surface(kind: int, size: Array) -> Array:
    """Points (n, 3) whose hull is a box or, closely enough for an outline, a capsule, in its own frame."""
    signs = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    if kind == mujoco.mjtGeom.mjGEOM_BOX:
        return signs * size
    return signs * (size[0], size[0], size[1] + size[0])


def _hull(pixels: Array) -> Array:
    return np.asarray(cv2.convexHull(pixels.astype(np.float32)), float).reshape(-1, 2)


def save(picture: Image, path: str | Path) -> None:
    """Write an RGB picture (h, w, 3) as PNG, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(cv2.imencode(".png", np.ascontiguousarray(picture[:, :, ::-1]))[1].tobytes())
