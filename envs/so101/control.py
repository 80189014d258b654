"""From actions to joint targets: the one place where a policy's output becomes motion.

An action in [-1, 1]^6 moves the *commanded* target, not the measured angle, so that
load (target minus position) can build up into grip force; the target is leashed to
the measured angle so that it cannot run away from a blocked joint.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from .model import RANGE

ACTION_SCALE = np.array([0.08, 0.08, 0.08, 0.08, 0.12, 0.25])
"""Largest change of the joint target in one control step, (6,) rad."""

LEASH = np.array([0.25, 0.25, 0.25, 0.25, 0.25, 0.6])
"""Farthest the target may be from the measured angle, (6,) rad."""


def next_command(command: Array, position: Array, action: Array, steps: float = 1.0) -> Array:
    """Joint targets (n, 6) rad after an action (n, 6) for `steps` control steps, from the targets and positions now."""
    target = command + between(action, -1.0, 1.0) * (ACTION_SCALE * steps)
    target = between(target, position - LEASH, position + LEASH)
    return between(target, RANGE[:, 0], RANGE[:, 1])


def between(values: Array, low: Array | float, high: Array | float) -> Array:
    """The values, those outside `low` to `high` at that end: `np.clip`, which takes twice as long for one world."""
    return np.minimum(np.maximum(values, low), high)
