"""The limits of one arm: a safety profile, and the ranges that its calibration leaves."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.robot import JOINTS

from .calibration import Calibration, CalibrationError
from .safety_profile import SafetyProfile, safety_profile

_SWEEP_MARGIN = np.array([0.02, 0.02, 0.02, 0.02, 0.02, 0.0])
_LEAST_RANGE = 0.2


@dataclass(frozen=True, eq=False)
class Limits:
    """A profile and the ranges of one arm, `low` and `high` (6,) rad."""

    profile: SafetyProfile
    low: Array = field(repr=False)
    high: Array = field(repr=False)


def limits(kind: str | SafetyProfile, calibration: Calibration) -> Limits:
    """The limits of a calibrated arm under a profile: the model's ranges, and 0.02 rad inside the ends that were swept.

    The gripper may close to the end of its sweep, where its jaws meet. Raises `CalibrationError`
    where a range is too small to be one, or passes the encoder's zero.

    Example:
        >>> from pontine.sim2real.arm.calibration import JointCalibration
        >>> each = {name: JointCalibration(id, 3.1, 1, -1.5, 1.5) for id, name in enumerate(JOINTS, start=1)}
        >>> found = limits("gentle", Calibration("mine", each))
        >>> found.profile.name, round(float(found.low[0]), 2), round(float(found.high[0]), 2)
        ('gentle', -1.48, 1.48)
    """
    chosen = safety_profile(kind) if isinstance(kind, str) else kind
    model, swept = calibration.limits, calibration.range
    low = np.maximum(model[:, 0], swept[:, 0] + _SWEEP_MARGIN)
    high = np.minimum(model[:, 1], swept[:, 1] - _SWEEP_MARGIN)
    for name, least, most in zip(JOINTS, low, high, strict=True):
        if most - least < _LEAST_RANGE:
            raise CalibrationError(
                f"the calibration of {calibration.name} leaves {name} {most - least:.2f} rad to move in; "
                "sweep it from end to end in a new calibration"
            )
        if calibration.joints[name].wraps:
            raise CalibrationError(
                f"the encoder of {name} passes its zero within the range, where the servo would turn the long "
                "way round; calibrate it again, which centres the range"
            )
    return Limits(chosen, low, high)
