"""The printed board as a camera with a bent lens shows it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pontine.sim2real.vision import sheet
from pontine.sim2real.vision.lens import Lens

LENS = Lens(640, 360, (520.0, 524.0), (327.0, 174.0), (-0.28, 0.09, 0.001, -0.0007, 0.0))

_DOTS = 4000
"""Dots a metre to which the page is reduced: still finer than the pictures taken of it."""

_CELL = 2
"""Samples along a pixel's side."""


class Photographer:
    """Takes pictures of the board with a lens."""

    def __init__(self, lens: Lens, seed: int = 0) -> None:
        self.lens, self.rng = lens, np.random.default_rng(seed)
        share = _DOTS / (sheet.DPI / 0.0254)
        self.page = cv2.resize(sheet.board(), None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        fine = lens.at(lens.width * _CELL, lens.height * _CELL)
        pixels = np.stack(np.meshgrid(np.arange(fine.width), np.arange(fine.height)), axis=-1).reshape(-1, 2)
        self.rays = fine.rays(pixels)

    def shot(
        self,
        spot: tuple[float, float],
        distance: float,
        tilt: tuple[float, float],
        turn: float = 0.0,
        blur: float = 0.0,
    ) -> NDArray[np.uint8]:
        """An RGB picture: the board's middle at `spot` (share of the picture's width and height) and `distance` m,
        lying across, turned in its plane by `turn`, then about the camera's y and x, rad."""
        pixel = np.array([spot]) * (self.lens.width, self.lens.height)
        place = self.lens.rays(pixel)[0] * distance
        turns = ((tilt[0], 0, 0), (0, tilt[1], 0), (0, 0, turn + np.pi / 2))
        about = [cv2.Rodrigues(np.array(v, float))[0] for v in turns]
        rotation = about[0] @ about[1] @ about[2]
        # from a ray to the page's plane, in the page's own coordinates
        into = np.linalg.inv(np.column_stack([rotation[:, 0], rotation[:, 1], place]))
        local = self.rays @ into.T
        size = (self.lens.height * _CELL, self.lens.width * _CELL)
        middle = (np.array(self.page.shape[::-1]) - 1) / 2
        map_ = (local[:, :2] / local[:, 2:] * _DOTS + middle).astype(np.float32).reshape(*size, 2)
        fine = cv2.remap(self.page, map_, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=110)
        picture = cv2.resize(fine, (self.lens.width, self.lens.height), interpolation=cv2.INTER_AREA).astype(float)
        picture = 30 + 0.75 * picture + self.rng.normal(0, 2, picture.shape)
        if blur:
            picture = cv2.GaussianBlur(picture, (0, 0), blur)
        return np.repeat(picture.clip(0, 255).astype(np.uint8)[:, :, None], 3, axis=2)

    def round(self, count: int, tilted: bool = True) -> list[NDArray[np.uint8]]:
        """Pictures with the board all over the picture, tilted this way and that."""
        # as far as makes the board two fifths of the picture wide
        far = self.lens.focal[0] / self.lens.width * 0.22 / 0.40
        spots = [(x, y) for y in (0.33, 0.67) for x in (0.24, 0.5, 0.76)]
        out = []
        for k in range(count):
            angle = 2.4 * k
            tilt = 0.55 if tilted else 0.0
            way = (tilt * np.sin(angle), tilt * np.cos(angle))
            turn = (0.0, 0.15, -0.15)[k % 3]
            out.append(self.shot(spots[k % 6], far * (1.0, 0.9, 1.2)[k // 6 % 3], way, turn))
        return out
