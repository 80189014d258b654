"""Whether a camera's pictures are of now: told by whether they show that the arm moves.

A camera or a driver that hangs sends its last picture again and again, and one behind a slow network sends pictures
that are seconds old; both look well. But the joints say when the hand moves, and by the camera's pose where in the
picture that is: a picture that then stays the same is not of now.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import cv2
import numpy as np

from pontine.envs.arrays import Array, Image

from ..tag_pose import SightError

WINDOW = 0.8
"""Pictures so far apart (s) are compared."""

LATEST = 0.35
"""How old (s) a picture may be when it arrives."""

_TRAVEL, _STILL = 0.02, 0.004
_SIZE, _CONTRAST, _NOISE, _PIXELS = (160, 90), 12.0, 4.0, 6
_CALM, _MEMORY = 1.0, 4.0


class Liveness:
    """Looks at every picture, in the order in which they arrive."""

    def __init__(self, travelled: Callable[[float, float], float]) -> None:
        """`travelled(start, end)` says how far the hand went in the picture between two times (s), as a fraction
        of its width; 0 where it was out of sight."""
        self._travelled = travelled
        self._shown: deque[tuple[float, Array]] = deque()
        self._stuck: tuple[float, Array] | None = None
        self._last: tuple[float, Image] | None = None
        self.late = 0.0
        """How late (s) pictures come; 0 unless that is too late."""

    def since(self, image: Image, arrived: float) -> float:
        """When (s) the first of the pictures arrived that were, to the last bit, as this one is: it is no newer.

        No two pictures of a real camera are the same; a driver that waits for the next sends its last one again.
        """
        if self._last is None or not np.array_equal(self._last[1], image):
            self._last = arrived, image
        return self._last[0]

    def see(self, image: Image, arrived: float) -> None:
        """Takes in an RGB picture. Raises SightError if it is not of the time at which it arrived (s)."""
        small = np.asarray(cv2.resize(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), _SIZE, interpolation=cv2.INTER_AREA))
        shown = small.astype(float)
        while self._shown and self._shown[0][0] < arrived - _MEMORY:
            self._shown.popleft()
        self._shown.append((arrived, shown))
        if self._stuck is not None:
            since, picture = self._stuck
            if not _differ(picture, shown):
                raise SightError(_frozen(arrived - since))
            self.late, self._stuck = min(arrived - since, _MEMORY), None
        before = next(((t, p) for t, p in reversed(self._shown) if t <= arrived - WINDOW), None)
        if before is None or self._travelled(before[0], arrived - LATEST) < _TRAVEL:
            pass
        elif not _differ(before[1], shown):
            self._stuck = before
            raise SightError(_frozen(arrived - before[0]))
        elif self._travelled(before[0] - _CALM, before[0]) < _STILL:
            # The hand set off a moment ago, and this picture shows it already.
            self.late = 0.0
        if self.late:
            raise SightError(f"the camera's pictures come {self.late:.1f} s late: is the network or the machine busy?")


def _frozen(seconds: float) -> str:
    return (
        f"the camera has shown the same picture for {seconds:.1f} s while the arm moved: it is frozen, or its pictures "
        "come late"
    )


def _differ(one: Array, other: Array) -> bool:
    """Whether more than noise lies between two small grey pictures (h, w)."""
    apart = np.abs(one - other)
    return int((apart > _CONTRAST + _NOISE * float(np.median(apart))).sum()) >= _PIXELS
