"""Plain objects, found by their colour.

A patch of the object's colour is believed if a body of the object's shape and size, standing on what is
there, would cover the same pixels. Every kind looked for is convex and symmetric about its centre, so
the middle of the patch tells where that centre is, whichever sides of it show.
"""

from __future__ import annotations

import colorsys
import math
from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from pontine.envs.arrays import Array
from pontine.envs.declarations.colors import COLORS
from pontine.envs.declarations.kind import KINDS
from pontine.envs.rotations import matrix_to_quat
from pontine.envs.tabletop.support import Body, ground

from .lens import CameraPose, Lens
from .markers import MarkedObject

Mask = NDArray[np.uint8]

ALIKE = 0.80
"""Smallest overlap (intersection over union) of the patch with the outline of the believed body."""

HUE = 11.0
"""How far (degrees) a pixel's hue may be from the colour's."""

SHADE = 76
"""Least value (of 255) of what may be the shaded side of something white. Chosen."""

_SOLID, _YAWS, _LIT = 0.85, 12, 0.5


def mask_of(hsv: Mask, color: str, shade: bool = False) -> Mask:
    """Which pixels (h, w) of a picture in OpenCV's HSV (0..179, 0..255, 0..255) have a colour of the catalogue;
    with `shade` also those that something white shows on its dark side, and something grey on any."""
    hue, saturation, value = colorsys.rgb_to_hsv(*COLORS[color])
    if saturation < 0.1:
        low, high = {"white": (SHADE if shade else 173, 255), "gray": (56, 191)}.get(color, (0, 56))
        greyness = 153 if color == "black" else 28
        return np.asarray(cv2.inRange(hsv, (0, 0, low), (179, greyness, high)), np.uint8)
    least, dark, bright = 127.5 * saturation, 89 * value, min(255.0, 484 * value)
    found = np.zeros(hsv.shape[:2], np.uint8)
    for turn in (-180, 0, 180):
        middle = 180 * hue + turn
        if -HUE / 2 <= middle < 180 + HUE / 2:
            band = cv2.inRange(hsv, (middle - HUE / 2, least, dark), (middle + HUE / 2, 255, bright))
            found |= np.asarray(band, np.uint8)
    return found


def outline(thing: MarkedObject, position: Array, rotation: Array) -> Array:
    """Points (n, 3) of the base frame whose convex hull is the object at that pose."""
    half = np.array(thing.size) / 2
    angle = 2 * np.pi * np.arange(24) / 24
    ring = np.stack([np.cos(angle), np.sin(angle)], -1) * half[0]
    kind = KINDS[thing.kind]
    if kind.rolls:
        polar = np.linspace(-np.pi / 2, np.pi / 2, 13)
        sphere = [np.c_[ring * math.cos(p), np.full(24, half[2] * math.sin(p))] for p in polar]
        return np.concatenate(sphere) + position
    if kind.round:
        return np.concatenate([np.c_[ring, np.full(24, s * half[2])] for s in (-1, 1)]) @ rotation.T + position
    corners = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * half
    return np.asarray(corners @ rotation.T + position)


class PlainFinder:
    """Looks for plain objects in one picture, outside the quadrilaterals (4, 2) that `covered` lists."""

    def __init__(self, image: NDArray[np.uint8], lens: Lens, camera: CameraPose, covered: Iterable[Array] = ()) -> None:
        self._lens, self._camera = lens, camera
        self._open = np.ones(image.shape[:2], np.uint8)
        for quad in covered:
            cv2.fillConvexPoly(self._open, quad.round().astype(np.int32), 0)
        self._hsv = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2HSV), np.uint8)

    def find(
        self, thing: MarkedObject, others: Iterable[Body], lying: bool = False
    ) -> tuple[Array, Array, float] | None:
        """Position (3,), rotation (3, 3) and overlap of the likeliest patch, None if none is likely.

        `others` are the bodies it may stand on; patches in their place are told from it by shape only. With `lying` it
        may also lie on a side.
        """
        assert thing.color is not None
        bodies = list(others)
        mask = mask_of(self._hsv, thing.color) * self._open
        hulls = _hulls(mask)
        if thing.color == "white":
            # Its dark side is grey; where that cannot be told from what lies behind, the lit one has to do.
            whole = mask_of(self._hsv, thing.color, shade=True) * self._open
            hulls += [hull for hull in _hulls(whole) if _share(mask, hull) > _LIT]
        best: tuple[Array, Array, float] | None = None
        for hull in hulls:
            for side in _sides(thing) if lying else (np.eye(3),):
                found = self._fitted(thing, hull, bodies, side)
                if found is not None and found[2] >= ALIKE and (best is None or found[2] > best[2]):
                    best = found
        return best

    def _fitted(
        self, thing: MarkedObject, hull: Array, bodies: list[Body], side: Array
    ) -> tuple[Array, Array, float] | None:
        """Position, rotation and overlap of the object, on a side (the rotation (3, 3) that lays it there), that fits a
        patch best; None if sizes differ much."""
        middle = _middle(hull)
        ray = self._lens.rays(middle[None])
        position, below, half = np.zeros(3), 0.0, float(outline(thing, np.zeros(3), side)[:, 2].max())
        for _ in range(3):
            position = self._camera.meet(ray, below + half)[0]
            there = Body(thing.name, thing.kind, thing.size, position, matrix_to_quat(side))
            below = ground(there, bodies)
        depth = float(self._camera.into(position[None])[0, 2])
        size = math.sqrt(_area(hull)) * depth / self._lens.focal[0]
        if not 0.6 * min(thing.size) < size < 1.8 * max(thing.size):
            return None
        yaws = [0.0]
        kind, upright = KINDS[thing.kind], abs(side[2, 2]) > 0.5
        if not (kind.round and upright):
            turn = 2 * np.pi / max(kind.symmetry, 1) if upright else np.pi
            yaws = [float(a) for a in np.arange(_YAWS) * turn / _YAWS]
        trials = [self._moved(thing, hull, middle, position, yaw, side) for yaw in yaws]
        best = max(trials, key=lambda t: t[2])
        if len(yaws) > 1 and best[2] > ALIKE - 0.1:
            step = yaws[1] / 2
            while step > 0.01:
                around = [self._moved(thing, hull, middle, best[0], best[1] + s, side) for s in (-step, step)]
                best = max([best, *around], key=lambda t: t[2])
                step /= 2
        return best[0], _about_z(best[1]) @ side, best[2]

    def _moved(
        self, thing: MarkedObject, hull: Array, middle: Array, position: Array, yaw: float, side: Array
    ) -> tuple[Array, float, float]:
        """The object on that side at that yaw, moved level so that its outline's middle is the patch's, and the
        overlap."""
        seen, rotation = hull, _about_z(yaw) @ side
        for _ in range(2):
            points = self._lens.project(self._camera.into(outline(thing, position, rotation)))
            seen = np.asarray(cv2.convexHull(points.astype(np.float32)), float).reshape(-1, 2)
            here, there = self._camera.meet(self._lens.rays(np.array([_middle(seen), middle])), float(position[2]))
            position = position + (there - here)
        common, _ = cv2.intersectConvexConvex(seen.astype(np.float32), hull.astype(np.float32))
        together = _area(seen) + _area(hull) - common
        return position, yaw, float(common / together)


def _sides(thing: MarkedObject) -> tuple[Array, ...]:
    """The rotations (3, 3) that lay a thing on each of its sides that look different, upright first."""
    upright, kind = np.eye(3), KINDS[thing.kind]
    if kind.rolls:
        return (upright,)
    ends = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])
    flanks = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
    return (upright, ends) if kind.round else (upright, ends, flanks)


def _about_z(yaw: float) -> Array:
    cos, sin = math.cos(yaw), math.sin(yaw)
    return np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])


def _hulls(mask: Mask) -> list[Array]:
    """Convex hulls (n, 2) of the patches of a mask (h, w) that are large enough and nearly convex."""
    opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    contours, _ = cv2.findContours(opened, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    found = [(contour, np.asarray(cv2.convexHull(contour), float).reshape(-1, 2)) for contour in contours]
    return [hull for c, hull in found if len(c) >= 20 and cv2.contourArea(c) >= _SOLID * _area(hull)]


def _share(mask: Mask, hull: Array) -> float:
    """How much of a polygon (n, 2) belongs to a mask (h, w) of 0 and 255."""
    inside = np.zeros(mask.shape, np.uint8)
    cv2.fillConvexPoly(inside, hull.round().astype(np.int32), 1)
    return float(cv2.mean(mask, inside)[0]) / 255


def _middle(hull: Array) -> Array:
    """Centroid (2,) of a polygon."""
    m = cv2.moments(np.asarray(hull, np.float32))
    return np.array([m["m10"] / m["m00"], m["m01"] / m["m00"]])


def _area(hull: Array) -> float:
    """Area of a polygon (n, 2)."""
    return float(cv2.contourArea(hull.astype(np.float32)))
