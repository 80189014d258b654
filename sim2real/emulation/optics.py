"""What lies between a simulated camera's perfect pictures and those that arrive: a lens, a lag, frozen times."""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

import cv2
import mujoco
import numpy as np

from pontine.envs.arrays import Array, Image
from pontine.envs.rotations import quat_product, quat_to_matrix

from ..vision.lens import CameraPose, Lens
from .drawn_arm import Optics, turned

_WIDER = 1.12
"""By how much the drawn picture's half height exceeds what the lens shows of it, so that its edges are not empty."""


def true_lens(optics: Optics, fovy: float, size: tuple[int, int]) -> Lens:
    """How points in front of that camera come to lie in its picture; `fovy` (rad) is the simulated camera's."""
    plain = Lens.from_fovy(fovy, *size)
    focal, (cx, cy) = plain.focal[0] * optics.focal, plain.centre
    return Lens(*size, (focal, focal), (cx + optics.centre[0], cy + optics.centre[1]), optics.distortion)


def noted_lens(optics: Optics, fovy: float, size: tuple[int, int]) -> Lens:
    """What a calibration found of it."""
    lens = true_lens(optics, fovy, size)
    focal = lens.focal[0] * optics.noted
    return Lens(*size, (focal, focal), lens.centre, lens.distortion)


def stand(optics: Optics, position: Array, quat: Array) -> tuple[Array, Array]:
    """Where a camera of MuJoCo that should be at a pose (m, wxyz) really is."""
    rotation = quat_to_matrix(quat)
    return position + rotation @ np.array(optics.shift), quat_product(quat, np.array(turned(optics.turn)))


def pose_of(position: Array, quat: Array) -> CameraPose:
    """OpenCV's pose of a camera of MuJoCo, which looks along -z with y up."""
    rotation = np.diag([1.0, -1.0, -1.0]) @ quat_to_matrix(quat).T
    return CameraPose(rotation, -rotation @ position)


class Glass:
    """Bends a perfect camera's pictures as the lens does; they have to be drawn with the field of view `fovy`, rad."""

    def __init__(self, optics: Optics, fovy: float, size: tuple[int, int]) -> None:
        self._plain = optics.focal == 1.0 and not any((*optics.centre, *optics.distortion))
        self.fovy = fovy
        if self._plain:
            return
        lens = true_lens(optics, fovy, size)
        self.fovy = 2 * math.atan(math.tan(fovy / 2) / optics.focal * _WIDER)
        drawn = Lens.from_fovy(self.fovy, *size)
        columns, rows = np.meshgrid(np.arange(size[0], dtype=float), np.arange(size[1], dtype=float))
        rays = lens.rays(np.stack([columns.ravel(), rows.ravel()], axis=1))
        places = drawn.project(rays).reshape(size[1], size[0], 2).astype(np.float32)
        self._maps = cv2.convertMaps(places[:, :, 0], places[:, :, 1], cv2.CV_16SC2)

    def bend(self, picture: Image) -> Image:
        """The picture as the lens shows it, of one that was drawn with `fovy`."""
        if self._plain:
            return picture
        bent = cv2.remap(picture, *self._maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(bent, np.uint8)


P = TypeVar("P")


class Stream(Generic[P]):
    """Pictures as they arrive: late, and now and then the same one again. `clock` gives seconds."""

    def __init__(self, optics: Optics, clock: Callable[[], float], seed: int = 0) -> None:
        self._optics, self._clock, self._random = optics, clock, random.Random(seed)
        self._taken: deque[tuple[float, P]] = deque()
        self._until = -math.inf
        self._sent: P | None = None

    def pass_on(self, picture: P) -> P:
        """Take a picture that was made now; the one that arrives now."""
        now = self._clock()
        self._taken.append((now, picture))
        while len(self._taken) > 1 and self._taken[1][0] <= now - self._optics.lag:
            self._taken.popleft()
        if self._sent is not None and now < self._until:
            return self._sent
        if self._random.random() < self._optics.frozen:
            self._until = now + self._optics.freeze
        self._sent = self._taken[0][1]
        return self._sent


def set_camera(model: mujoco.MjModel, camera: int, optics: Optics, fovy: float) -> None:
    """Put a drawing model's camera where it really is, with a vertical field of view (rad)."""
    position, quat = stand(optics, model.cam_pos[camera].copy(), model.cam_quat[camera].copy())
    model.cam_pos[camera], model.cam_quat[camera], model.cam_fovy[camera] = position, quat, math.degrees(fovy)
