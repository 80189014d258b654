"""What a camera would say of an object's pose: a little off, shaking, now and then nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array
from ..errors import StateError
from .randomization import Randomization

_STATE = ("error", "missed", "position", "quat")


class Perception:
    """One object's pose in each of n worlds, as seen: `position` (n, 3) m, `quat` (n, 4) wxyz.

    An episode's errors and missed frames are drawn at its start, so that a world's view does
    not depend on the worlds beside it. While the object is out of sight its pose stays the last
    one seen, also if the hand carries it away.
    """

    def __init__(self, n: int, frames: int, randomization: Randomization) -> None:
        # without noise one frame stands for all
        self._noisy = bool(randomization.view(np.random.default_rng(0), 2)[0].any() or randomization.dropout)
        self.frames = frames if self._noisy else 1
        self.error, self.missed = np.zeros((n, self.frames, 6)), np.zeros((n, self.frames), bool)
        self.position, self.quat = np.zeros((n, 3)), np.zeros((n, 4))
        self._rows = np.arange(n)

    def start(self, i: int, rng: np.random.Generator, randomization: Randomization) -> None:
        """Draw world i's next episode, under the given randomisation or none."""
        self.error[i], self.missed[i] = randomization.view(rng, self.frames)

    def get_state(self, ids: NDArray[np.int_]) -> dict[str, NDArray]:
        """What those worlds' cameras see, saw and will see."""
        return {name: getattr(self, name)[ids].copy() for name in _STATE}

    def set_state(self, state: dict[str, NDArray], ids: NDArray[np.int_]) -> None:
        """Be where `get_state` was called. Raises StateError for another number of frames."""
        frames = state["missed"].shape[1]
        if frames != self.frames:
            raise StateError(
                f"the state's cameras have {frames} frames, these have {self.frames}: "
                "it was made with another randomization"
            )
        for name in _STATE:
            getattr(self, name)[ids] = state[name]

    def look(self, age: NDArray[np.int_], position: Array, quat: Array, ids: NDArray[np.int_] | None = None) -> None:
        """See poses (n, 3) m and (n, 4) wxyz at ages (n,) in control steps, in all worlds or only in `ids`."""
        if not self._noisy:
            chosen: NDArray[np.int_] | slice = slice(None) if ids is None else ids
            self.position[chosen], self.quat[chosen] = position[chosen], quat[chosen]
            return
        rows = self._rows if ids is None else ids
        # an episode that is longer than the task's own goes through its frames again
        frame = age[rows] % self.frames
        seen = ~self.missed[rows, frame]
        rows, frame = rows[seen], frame[seen]
        error = self.error[rows, frame]
        self.position[rows] = position[rows] + error[:, :3]
        self.quat[rows] = _turned(error[:, 3:], quat[rows])


def _turned(turn: Array, quat: Array) -> Array:
    """Quaternions (n, 4) turned about the world's axes by small rotation vectors (n, 3), rad."""
    x, y, z = turn.T / 2
    w = np.sqrt(1.0 - np.minimum(x * x + y * y + z * z, 1.0))
    a, b, c, d = quat.T
    return np.stack(
        [
            w * a - x * b - y * c - z * d,
            w * b + x * a + y * d - z * c,
            w * c - x * d + y * a + z * b,
            w * d + x * c - y * b + z * a,
        ],
        -1,
    )
