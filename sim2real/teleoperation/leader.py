"""What a follower follows: a second arm without torque, which a person leads by hand."""

from __future__ import annotations

from typing import Protocol, Self

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.robot import JOINTS
from pontine.envs.so101.model import GRIPPER

from ..arm.calibration import Calibration
from ..arm.torque import let_go
from ..bus.bus import Bus
from ..bus.errors import NoReplyError


class Leader(Protocol):
    """Someone who says where the follower should be."""

    def targets(self) -> Array:
        """Joint positions (6,) rad of the follower that are wanted now; at once, and at most 25 times a second."""
        ...


class LeaderArm:
    """An SO-101, or one with lighter gears, that is led by hand; a context manager that takes its torque first.

    Its joints' angles are the follower's; its trigger is open as far as the follower's gripper is to be open, as a
    share of what each was swept. `bus` has the servos `JOINTS` in that order.
    """

    def __init__(self, bus: Bus, calibration: Calibration, follower: Calibration, *, sinking: float = 1.0) -> None:
        """`sinking` (s) is how long its motors brake it while a torque that was on goes."""
        self._bus, self._calibration, self._follower, self._sinking = bus, calibration, follower, sinking

    def __enter__(self) -> Self:
        """Take the torque from it. Raises a `BusError` that names a servo which keeps it."""
        awake = [name for name, (_, held) in self._bus.survey().items() if held["torque_enable"]]
        for error in let_go(self._bus, awake, self._sinking).values():
            raise error
        return self

    def __exit__(self, *exception: object) -> None:
        """Nothing: it is slack, and stays so."""

    def targets(self) -> Array:
        """Where the person holds it, in the follower's joints. Raises a `BusError`."""
        measured = self._bus.measure()
        if missing := [name for name in JOINTS if name not in measured]:
            raise NoReplyError(self._bus.port, {name: self._calibration.ids[name] for name in missing}, others=True)
        position = self._calibration.to_model(np.array([measured[name].angle for name in JOINTS]))
        low, high = self._calibration.range[GRIPPER]
        least, most = self._follower.limits[GRIPPER]
        position[GRIPPER] = least + np.clip((position[GRIPPER] - low) / (high - low), 0.0, 1.0) * (most - least)
        return position
