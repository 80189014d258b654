"""How late a camera's pictures come, told by where the hand is seen while it moves.

A picture that arrives shows the table as it was: by how much, its driver does not say. But once hand and camera are
brought together, the joints say where the hand is seen at any time: how late pictures are is by how much earlier the
hand was where they show it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from pontine.envs.arrays import Array

from ..vision.lens import CameraPose, Lens
from .fit import Fitted, Shot, misses

LATEST = 0.6
"""The most (s) that is looked for: a camera that is later is of no use to an arm that moves."""

FEWEST = 8
"""Pictures in which the hand must be seen for it to be told."""

_GRID, _CLEAR = 0.005, 0.5


@dataclass
class Swing:
    """A hand that moves: `times` (s) and the joints (6,) rad then, by the calibration, and `seen`: when a picture
    arrived (s), and the corners (4, 2), in pixels, of each tag on the hand in it."""

    times: list[float] = field(default_factory=list)
    joints: list[Array] = field(default_factory=list)
    seen: list[tuple[float, Mapping[int, Array]]] = field(default_factory=list)

    def shots(self, late: float) -> list[Shot]:
        """What was seen, with the joints of when it was, pictures being so late (s); without what was before."""
        times, joints = np.array(self.times), np.array(self.joints)
        taken = [(arrived - late, corners) for arrived, corners in self.seen]
        return [
            Shot(np.array([np.interp(time, times, joint) for joint in joints.T]), corners)
            for time, corners in taken
            if times[0] <= time <= times[-1]
        ]


def lateness(swing: Swing, fitted: Fitted, lens: Lens, camera: CameraPose) -> float | None:
    """How late (s) pictures come by a swing, 0 to `LATEST`; None where it does not tell: too little was seen of the
    hand, or it is seen nowhere where it was."""
    if len(swing.times) < 2:
        return None
    lags, apart = np.arange(0.0, LATEST + _GRID / 2, _GRID), []
    for lag in lags:
        shots = swing.shots(float(lag))
        # The median: a camera that hangs for an instant shows some pictures twice.
        apart.append(float(np.median(misses(fitted, shots, lens, camera))) if len(shots) >= FEWEST else np.inf)
    best = int(np.argmin(apart))
    told = [value for value in apart if np.isfinite(value)]
    if not told or apart[best] > _CLEAR * max(told):
        return None
    return float(lags[best])
