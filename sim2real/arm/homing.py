"""The slow way to the rest pose."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.robot import CONTROL_SECONDS
from pontine.envs.so101.model import REST

from .limits import Limits

_RAISING = np.array([False, True, True, True, False, False])
_PEAK = np.pi / 2


def way_to_rest(start: Array, limits: Limits, keep_gripper: bool) -> Iterator[Array]:
    """`way_between` `start` and the rest pose."""
    return way_between(start, rest_pose(start, limits, keep_gripper), limits)


def way_between(start: Array, goal: Array, limits: Limits) -> Iterator[Array]:
    """Targets (6,) rad, one a control step, from `start` to `goal`.

    The arm folds up first and turns then, so that it sweeps nothing off the table; each leg starts
    and ends smoothly, at most at the profile's rest velocity.
    """
    raised = np.where(_RAISING, goal, start)
    for first, last in ((start, raised), (raised, goal)):
        distance = float(np.abs(last - first).max())
        steps = int(np.ceil(_PEAK * distance / (limits.profile.rest_velocity * CONTROL_SECONDS)))
        for k in range(steps):
            # Half a cosine: its peak velocity is pi/2 times the mean.
            yield first + (last - first) * (1 - np.cos(np.pi * (k + 1) / steps)) / 2


def rest_pose(start: Array, limits: Limits, keep_gripper: bool) -> Array:
    """Where the way ends, (6,) rad: within the limits, the gripper as it is where it may hold something."""
    goal = np.clip(REST, limits.low, limits.high)
    if keep_gripper:
        goal[-1] = start[-1]
    return goal
