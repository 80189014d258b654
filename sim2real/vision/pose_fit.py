"""Poses that explain where the corners of tags are seen, least squares in pixels."""

from __future__ import annotations

import cv2
import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.rotations import quat_to_matrix

from . import tags
from .lens import CameraPose, Lens
from .markers import Tag


def pnp(points: Array, pixels: Array, lens: Lens) -> tuple[Array, Array]:
    """Rotation (3, 3) and translation (3,) from points (n, 3) to the camera's frame, least squares in pixels."""
    _, turn, move = cv2.solvePnP(points, pixels, lens.matrix, lens.coefficients, flags=cv2.SOLVEPNP_SQPNP)
    turn, move = cv2.solvePnPRefineLM(points, pixels, lens.matrix, lens.coefficients, turn, move)
    return np.asarray(cv2.Rodrigues(turn)[0], float), np.asarray(move, float).ravel()


class Fit:
    """Poses of one object that explain where its tags' corners are seen."""

    def __init__(self, points: Array, pixels: Array, lens: Lens, camera: CameraPose) -> None:
        self._points, self._pixels, self._lens, self._camera = points, pixels, lens, camera

    def error(self, rotation: Array, position: Array) -> float:
        """Root mean square (pixels) by which a pose misses."""
        return float(np.sqrt((self._off(rotation, position) ** 2).sum(1).mean()))

    def _off(self, rotation: Array, position: Array) -> Array:
        points = self._camera.into(self._points @ rotation.T + position)
        return self._lens.project(points) - self._pixels

    def best(self, tag: Tag) -> tuple[Array, Array, float] | None:
        """Rotation, position and error of the best free pose; a single tag has two, of which the one with a
        side flatter down is taken unless the other is much better."""
        if len(self._points) > 4:
            rotation, translation = pnp(self._points, self._pixels, self._lens)
            return self._in_base(rotation, translation)
        # corners in the tag's own plane, as this solver wants them
        square = tags.corners(tag.size)
        _, turns, moves, _ = cv2.solvePnPGeneric(
            square, self._pixels, self._lens.matrix, self._lens.coefficients, flags=cv2.SOLVEPNP_IPPE_SQUARE
        )
        own = _frame(tag)
        found = []
        for turn, move in zip(turns, moves, strict=True):
            rotation = np.asarray(cv2.Rodrigues(turn)[0], float) @ own[0].T
            found.append(self._in_base(rotation, np.asarray(move, float).ravel() - rotation @ own[1]))
        tilt = [1 - np.abs(pose[0][2]).max() for pose in found]
        best = min(range(len(found)), key=lambda k: found[k][2] + 20 * tilt[k])
        return found[best]

    def _in_base(self, rotation: Array, translation: Array) -> tuple[Array, Array, float]:
        turned = self._camera.rotation.T @ rotation
        position = self._camera.rotation.T @ (translation - self._camera.translation)
        return turned, position, self.error(turned, position)

    def upright(
        self, rotation: Array, position: Array, height: float | None = None
    ) -> tuple[Array, Array, float] | None:
        """The best pose turned only about the vertical from `rotation`, at a fixed height if one is given."""
        count = 3 if height is not None else 4
        values = np.array([0.0, *position])
        steps = np.eye(4)[:count] * 1e-5
        for _ in range(12):
            turned, place = about_z(values[0]) @ rotation, values[1:]
            off = self._off(turned, place).ravel()
            slopes = [
                (self._off(about_z(values[0] + s[0]) @ rotation, place + s[1:]).ravel() - off) / 1e-5 for s in steps
            ]
            jacobian = np.stack(slopes, axis=1)
            move = np.linalg.lstsq(jacobian, -off, rcond=None)[0]
            values[:count] += move
            if np.abs(move).max() < 1e-6:
                break
        if not np.isfinite(values).all() or np.linalg.norm(values[1:] - position) > 0.08:
            return None
        turned, place = about_z(values[0]) @ rotation, values[1:]
        return turned, place.copy(), self.error(turned, place)


def _frame(tag: Tag) -> tuple[Array, Array]:
    """Rotation (3, 3) and position (3,) of a tag in what it is stuck on."""
    return quat_to_matrix(np.array(tag.orientation)), np.array(tag.position)


def about_z(angle: float) -> Array:
    """The rotation (3, 3) by an angle (rad) about the vertical."""
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
