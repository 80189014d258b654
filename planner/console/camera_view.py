"""`CameraView`: what a camera sees, in every page."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import product
from types import TracebackType

import numpy as np
from viser import GuiApi, GuiImageHandle

from pontine.envs.arrays import Image
from pontine.envs.errors import PontineError

PERIOD = 0.5
"""Seconds between two looks."""

WIDTH = 640
"""Pixels that a picture is wide in a page, at most; a wider one is made smaller by a whole number."""

QUALITY = 80

Look = Callable[[], Image | None]
"""The newest picture (h, w, 3) RGB; None if it was given already, or there is none."""


class CameraView:
    """While its block runs, shows in all pages what `look` gives, from a thread of its own: who moves the arm never
    waits for a picture. Where `look` raises PontineError the last picture stays; what a mistake raises, leaving the
    block raises again."""

    def __init__(self, gui: GuiApi, look: Look, order: float) -> None:
        self._gui, self._look, self._order = gui, look, order
        self._part: GuiImageHandle | None = None
        self.shown: Image | None = None
        """The picture that is shown."""
        self._end = threading.Event()
        self._broken: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="camera view", daemon=True)

    def __enter__(self) -> CameraView:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()
        if self._broken is not None and error is None:
            raise self._broken

    def _work(self) -> None:
        while not self._end.is_set():
            try:
                picture = self._look()
            except PontineError:
                picture = None
            except Exception as error:  # noqa: BLE001 - a thread has nobody to raise to; leaving the block raises it
                self._broken = error
                return
            if picture is not None:
                self._show(picture)
            self._end.wait(PERIOD)

    def _show(self, picture: Image) -> None:
        small = smaller(picture, -(-picture.shape[1] // WIDTH))
        self.shown = small
        if self._part is None:
            self._part = self._gui.add_image(
                small, label="what the camera sees", format="jpeg", jpeg_quality=QUALITY, order=self._order
            )
        else:
            self._part.image = small


def smaller(picture: Image, times: int) -> Image:
    """A picture (h, w, 3), so many times smaller on each side; what is left over at right and below is cut off.

    Example:
        >>> smaller(np.array([[[0] * 3, [100] * 3], [[200] * 3, [100] * 3]], np.uint8), 2).tolist()
        [[[100, 100, 100]]]
    """
    height, width = (side // times for side in picture.shape[:2])
    # Whole numbers summed part by part cost a fraction of the mean of blocks.
    total = np.zeros((height, width, 3), np.uint32)
    for i, j in product(range(times), repeat=2):
        total += picture[i : height * times : times, j : width * times : times]
    return np.asarray(total // times**2, np.uint8)
