"""A leader without an arm: keys of a terminal that move one joint each."""

from __future__ import annotations

import os
import select
import termios
import tty
from collections.abc import Callable
from typing import Self

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.robot import JOINTS

from ..arm.emergency import KEYS

STEP = 0.04
"""rad a key press moves a joint; a key that is held down comes some thirty times a second."""

BINDINGS = {
    "a": ("shoulder_pan", -1), "d": ("shoulder_pan", 1), "s": ("shoulder_lift", -1), "w": ("shoulder_lift", 1),
    "r": ("elbow_flex", -1), "f": ("elbow_flex", 1), "t": ("wrist_flex", -1), "g": ("wrist_flex", 1),
    "z": ("wrist_roll", -1), "x": ("wrist_roll", 1), "c": ("gripper", -1), "o": ("gripper", 1),
}  # fmt: skip
"""Keys, and which joint each moves which way in the model's angles; Space, Escape and q stop the arm."""


def legend() -> str:
    """The keys, in a line."""
    pairs: dict[str, dict[int, str]] = {}
    for key, (joint, way) in BINDINGS.items():
        pairs.setdefault(joint, {})[way] = key
    return ", ".join(f"{joint} {keys[-1]}/{keys[1]}" for joint, keys in pairs.items())


class Keyboard:
    """Keys at a terminal, a context manager that gives the terminal back as it was.

    `start` (6,) rad is where the follower is, `limits` (6, 2) rad how far it may go; `stop` is called for Space, Escape
    and q.
    """

    def __init__(self, fd: int, start: Array, limits: Array, stop: Callable[[], None]) -> None:
        self._fd, self._limits, self._stop = fd, limits, stop
        self._targets = np.array(start, float)
        self._settings = termios.tcgetattr(fd)

    def __enter__(self) -> Self:
        tty.setcbreak(self._fd)
        return self

    def __exit__(self, *exception: object) -> None:
        termios.tcsetattr(self._fd, termios.TCSADRAIN, self._settings)

    def targets(self) -> Array:
        """Where the keys that were pressed until now have it."""
        while select.select([self._fd], [], [], 0)[0] and (pressed := os.read(self._fd, 64)):
            for byte in pressed:
                if byte in KEYS:
                    self._stop()
                elif (key := chr(byte)) in BINDINGS:
                    joint, way = BINDINGS[key]
                    index = JOINTS.index(joint)
                    self._targets[index] = np.clip(self._targets[index] + way * STEP, *self._limits[index])
        return self._targets.copy()
