"""By how much the camera sees the hand beside where the joints put it, learnt while the arm works.

Two things tell: tags on the hand, while it stands still, and what the hand put down and is then seen elsewhere. Only
what is level is learnt, slowly and within `MOST`: this makes up for what an alignment left or what has drifted since,
and not for a hand and a camera that were never brought together. What it changes is said, and kept for the report.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.robot import RobotState

from ..lens import CameraPose, Lens

Expected = Callable[[Array, Mapping[int, Array], Lens, CameraPose], "Array | None"]
"""Takes joint positions (6,) rad, the corners (4, 2), in pixels, of tags on the hand by id, and how they were seen; by
how much (3,) m the hand is seen beside where it should be, None where those tags tell nothing."""

MOST = 0.015
"""The largest correction (m); what is off by more is said and not made up for."""

SAID = 0.003
"""By how much (m) the correction must have changed since it was last said."""

ELSEWHERE = 0.02
"""How far (m) from where the hand put it something may be seen for that to be the hand's fault: what lies farther
away has rolled, slid or fallen."""

_BY_TAGS, _BY_PLACE, _LEAST = 0.1, 0.5, 0.002
_STILL, _STANDING, _MEMORY = 0.05, 0.7, 60
_log = logging.getLogger(__name__)


class HandOffset:
    """`value` (3,) m is by how much the hand is seen beside where the joints put it; `expected` tells of tags."""

    def __init__(self, expected: Expected | None = None) -> None:
        self.value = np.zeros(3)
        self.corrections: list[dict[str, Any]] = []
        self._expected = expected
        self._states: deque[tuple[float, Array, bool]] = deque(maxlen=_MEMORY)
        self._said, self._beyond = np.zeros(3), False

    def follow(self, state: RobotState, time: float) -> None:
        """Take in a control step at a time (s)."""
        still = bool(np.abs(state.velocity[:5]).max() < _STILL)
        self._states.append((time, state.position, still))

    def see(self, corners: Mapping[int, Array], lens: Lens, camera: CameraPose, arrived: float) -> None:
        """Take in where tags on the hand are seen in a picture that arrived at a time (s)."""
        if self._expected is None or not corners:
            return
        lately = [(joints, still) for time, joints, still in self._states if arrived - _STANDING <= time <= arrived]
        if not lately or not all(still for _, still in lately):
            return
        off = self._expected(np.mean([joints for joints, _ in lately], axis=0), corners, lens, camera)
        if off is not None:
            self._learn(self.value + _BY_TAGS * (_level(off) - self.value), arrived, "the tags on the hand")

    def placed(self, name: str, left: Array, seen: Array, time: float) -> None:
        """Take in that a thing that the hand put down at `left` (3,) m lies where it is `seen`."""
        off = _level(seen - left)
        if _LEAST < np.linalg.norm(off) < ELSEWHERE:
            # `left` has the correction so far in it: this is what it lacks
            self._learn(self.value + _BY_PLACE * off, time, f"{name}, put down and seen beside that")

    def _learn(self, wanted: Array, time: float, by: str) -> None:
        length = float(np.linalg.norm(wanted))
        if length > MOST and not self._beyond:
            self._beyond = True
            _log.warning(
                "the hand is seen %.0f mm from where its joints put it, by %s; %.0f mm are made up for: run `pontine "
                "arm align`", 1000 * length, by, 1000 * MOST,
            )  # fmt: skip
        self.value = wanted * min(1.0, MOST / max(length, 1e-12))
        if np.linalg.norm(self.value - self._said) < SAID:
            return
        self._said = self.value.copy()
        x, y = (round(1000 * float(v), 1) for v in self.value[:2])
        self.corrections.append({"time": round(time, 2), "mm": [x, y], "by": by})
        _log.warning("the hand is seen %+.1f mm ahead and %+.1f mm to the left of where its joints put it, by %s: this "
                     "is made up for", x, y, by)  # fmt: skip


def _level(off: Array) -> Array:
    return np.array([off[0], off[1], 0.0])
