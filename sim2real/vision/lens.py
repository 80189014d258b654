"""How points in front of a camera come to lie in its picture.

OpenCV's conventions: a camera looks along its +z, x to the right of the picture, y down; pixel (0, 0)
is the middle of the upper left one. Poses take points from the arm's base frame into the camera's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.errors import PontineError
from pontine.envs.files import write_json
from pontine.envs.io import json_text


class LensError(PontineError):
    """A camera file that cannot be read, or that belongs to another picture."""


@dataclass(frozen=True)
class Lens:
    """The intrinsics of a camera: picture size (pixels), focal lengths and principal point (pixels), and
    OpenCV's five distortion coefficients (k1, k2, p1, p2, k3). `error` is the root mean square of the
    calibration's reprojection error (pixels), None if they were not measured."""

    width: int
    height: int
    focal: tuple[float, float]
    centre: tuple[float, float]
    distortion: tuple[float, ...] = (0.0,) * 5
    error: float | None = None

    @classmethod
    def from_fovy(cls, fovy: float, width: int, height: int) -> Lens:
        """A perfect camera of that vertical field of view (rad), such as MuJoCo's."""
        focal = height / 2 / math.tan(fovy / 2)
        return cls(width, height, (focal, focal), ((width - 1) / 2, (height - 1) / 2))

    @property
    def matrix(self) -> Array:
        """The camera matrix, (3, 3)."""
        (fx, fy), (cx, cy) = self.focal, self.centre
        return np.array([[fx, 0.0, cx], [0.0, fy, cy], [0.0, 0.0, 1.0]])

    @property
    def coefficients(self) -> Array:
        """The distortion coefficients, (5,)."""
        return np.array(self.distortion)

    def at(self, width: int, height: int) -> Lens:
        """The same lens for a picture of another size. Raises LensError if its shape differs too."""
        if (width, height) == (self.width, self.height):
            return self
        scale = width / self.width
        if abs(height / self.height - scale) > 1e-3:
            raise LensError(
                f"the camera was calibrated at {self.width}x{self.height} and now gives {width}x{height}, "
                "a picture of another shape: calibrate it at this size"
            )
        (fx, fy), (cx, cy) = self.focal, self.centre
        centre = ((cx + 0.5) * scale - 0.5, (cy + 0.5) * scale - 0.5)
        return replace(self, width=width, height=height, focal=(fx * scale, fy * scale), centre=centre)

    def rays(self, pixels: Array) -> Array:
        """Directions (n, 3), z = 1, in which the camera sees pixels (n, 2)."""
        flat = cv2.undistortPoints(np.asarray(pixels, float).reshape(-1, 1, 2), self.matrix, self.coefficients).reshape(
            -1, 2
        )
        return np.concatenate([flat, np.ones((len(flat), 1))], axis=1)

    def project(self, points: Array) -> Array:
        """Pixels (n, 2) at which points (n, 3) in the camera's frame appear."""
        if not any(self.distortion):
            return points[:, :2] / points[:, 2:] * self.focal + self.centre
        pixels, _ = cv2.projectPoints(
            np.asarray(points, float), np.zeros(3), np.zeros(3), self.matrix, self.coefficients
        )
        return np.asarray(pixels, float).reshape(-1, 2)

    def write(self, path: str | Path) -> None:
        """Write the camera file, whole or not at all."""
        write_json(
            path,
            {
                "width": self.width,
                "height": self.height,
                "focal": list(self.focal),
                "centre": list(self.centre),
                "distortion": list(self.distortion),
                "error_px": self.error,
            },
        )

    @classmethod
    def read(cls, path: str | Path) -> Lens:
        """A lens from a camera file. Raises LensError saying what is wrong with it."""
        data = json_text.read(path, "camera file", LensError)
        try:
            focal, centre = (tuple(float(v) for v in data[key]) for key in ("focal", "centre"))
            distortion = tuple(float(v) for v in data["distortion"])
            width, height, rms = int(data["width"]), int(data["height"]), data.get("error_px")
            rms = None if rms is None else float(rms)
        except (ValueError, KeyError, TypeError) as error:
            raise LensError(
                f"{str(path)!r} is not a camera file ({type(error).__name__}: {error}); pontine arm camera makes one"
            ) from None
        good = len(focal) == len(centre) == 2 and len(distortion) == 5
        numbers = (*focal, *centre, *distortion)
        if not good or not all(map(math.isfinite, numbers)) or min(*focal, width, height) <= 0:
            raise LensError(f"camera file {str(path)!r} holds numbers that no camera has; calibrate again")
        return cls(width, height, (focal[0], focal[1]), (centre[0], centre[1]), distortion, rms)


@dataclass(frozen=True)
class CameraPose:
    """Rotation (3, 3) and translation (3,) m from the arm's base frame into the camera's."""

    rotation: Array
    translation: Array

    @property
    def position(self) -> Array:
        """Where the camera stands in the base frame, (3,) m."""
        return -self.rotation.T @ self.translation

    def into(self, points: Array) -> Array:
        """Points (n, 3) of the base frame in the camera's."""
        return points @ self.rotation.T + self.translation

    def meet(self, rays: Array, height: float) -> Array:
        """Where rays (n, 3) of the camera's frame meet the horizontal plane at `height`, (n, 3) m."""
        directions = rays @ self.rotation
        origin = self.position
        along = (height - origin[2]) / directions[:, 2]
        return origin + along[:, None] * directions
