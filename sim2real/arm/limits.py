"""What the arm may do, as data: every number with its unit and where it comes from.

A `Profile` is what holds for any arm; `limits` joins it with the ranges of one arm's calibration.
The figures called measured are what the shipped skills needed to go unhindered in pick-and-place
runs in simulation; `pontine bench arm what=[scenes]` counts what these limits clip of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pontine.envs.errors import UnknownNameError
from pontine.envs.robot import CONTROL_SECONDS, JOINTS
from pontine.envs.so101.control import ACTION_SCALE
from pontine.envs.so101.model import FORCE, GRIPPER

from .calibration import Calibration, CalibrationError

Array = NDArray[np.float64]

_GRIP = FORCE[GRIPPER] / FORCE[0]
"""Share of full duty with which the simulated gripper presses; a real one makes 0.7 N m of it (`profiles`)."""

_SWEEP_MARGIN = np.array([0.02, 0.02, 0.02, 0.02, 0.02, 0.0])
_LEAST_RANGE = 0.2


@dataclass(frozen=True, eq=False)
class Profile:
    """Limits that do not depend on the arm; arrays are (6,) in joint order.

    Motion of the *commanded* angles: `velocity` (rad/s), `acceleration` (rad/s²), and `step`, the
    largest change (rad) in one write however long ago the last was; at least the velocity over a
    control step. In the servos: `torque` and, once something went wrong, `hold_torque` (fractions of
    stall torque), `servo_acceleration` (rad/s²); unless `shaped`, servos go for each goal as fast as they can.

    Stops: a stall is more than `stall_amperes` (A) with the joint more than `stall_error` (rad) from
    its command for `stall_seconds`; heat is `celsius` (°C); the supply must stay within `volts` and
    above `sag` times what it was before torque came on; heat and supply count after `patience` (s).
    `silence` (s) is how long a servo may fail to answer, `stale` (s) how long a command stays good.

    Space: `table` and `self_clearance` (m) between commanded shapes. `rest_velocity` (rad/s) is that
    of the way to the rest pose, `emergency_hold` (s) how long an emergency stop holds before
    it lets go, `sinking` (s) how long the motors brake an arm that was let go.
    """

    name: str
    velocity: Array
    acceleration: Array
    step: Array
    torque: Array
    hold_torque: Array
    servo_acceleration: float
    stall_amperes: Array
    stall_error: Array
    stall_seconds: float
    celsius: float
    table: float
    self_clearance: float
    volts: tuple[float, float] = (4.5, 13.0)
    sag: float = 0.75
    patience: float = 0.25
    silence: float = 0.3
    stale: float = 0.25
    rest_velocity: float = 0.5
    emergency_hold: float = 10.0
    sinking: float = 1.0
    shaped: bool = True

    def __post_init__(self) -> None:
        for name in ("velocity", "acceleration", "step", "torque", "hold_torque", "stall_amperes", "stall_error"):
            values = getattr(self, name)
            if values.shape != (6,) or not np.all(np.isfinite(values)) or not np.all(values > 0):
                raise ValueError(f"{name} must be six positive numbers, not {values}")
        if np.any(self.step < self.velocity * CONTROL_SECONDS - 1e-9):
            raise ValueError("a step below velocity times the control step would make the velocity unreachable")


@dataclass(frozen=True, eq=False)
class Limits:
    """A profile and the ranges of one arm, `low` and `high` (6,) rad."""

    profile: Profile
    low: Array = field(repr=False)
    high: Array = field(repr=False)


NORMAL = Profile(
    name="normal",
    # The skills' largest step, and a quarter more so that a control step a few ms short hinders nothing.
    velocity=1.25 * ACTION_SCALE / CONTROL_SECONDS,
    # Measured: 99.9 % of steps below 51, 37, 38, 22, 34 and 140, none above 62 (arm) and 146 (gripper).
    acceleration=np.array([65.0, 65.0, 65.0, 65.0, 65.0, 160.0]),
    step=1.5 * ACTION_SCALE,
    # As in simulation: the arm's servos with all they have, the gripper with its share.
    torque=np.array([1.0, 1.0, 1.0, 1.0, 1.0, _GRIP]),
    # Stretched out the arm's own weight takes about 0.9 N m of the 1.9 that the data sheet gives: with half of
    # it an emulated arm sinks as soon as its supply is weak, with this it stands.
    hold_torque=np.array([0.6, 0.6, 0.6, 0.6, 0.6, _GRIP]),
    # Nearly the most the register holds (254 counts), as LeRobot sets it.
    servo_acceleration=38.9,
    # Half the stall current of 2.4 A; the gripper presses for good, with 0.86 A at its torque limit.
    stall_amperes=np.array([1.2, 1.2, 1.2, 1.2, 1.2, 1.3]),
    # Measured: the joints of the arm are at most 0.09 rad behind their command.
    stall_error=np.array([0.12, 0.12, 0.12, 0.12, 0.12, 0.3]),
    stall_seconds=0.5,
    # The servo itself lets go at 70 °C.
    celsius=60.0,
    # Measured: the commanded fingers come down to 7 mm above the table.
    table=0.004,
    # Measured: the open jaw comes within 4.6 mm of the wrist.
    self_clearance=0.002,
)  # fmt: skip
"""Lets the shipped skills through; what `arm run` uses."""

GENTLE = Profile(
    name="gentle",
    # 0.8 rad/s moves the stretched-out hand at 0.3 m/s, a third of what collaborative arms do beside people.
    velocity=np.array([0.8, 0.8, 0.8, 0.8, 1.2, 2.0]),
    acceleration=np.array([8.0, 8.0, 8.0, 8.0, 12.0, 30.0]),
    step=np.array([0.04, 0.04, 0.04, 0.04, 0.06, 0.1]),
    torque=np.array([0.6, 0.6, 0.6, 0.6, 0.6, 0.3]),
    hold_torque=np.array([0.6, 0.6, 0.6, 0.6, 0.6, 0.3]),
    servo_acceleration=12.0,
    stall_amperes=np.array([0.9, 0.9, 0.9, 0.9, 0.9, 1.0]),
    stall_error=np.array([0.1, 0.1, 0.1, 0.1, 0.1, 0.3]),
    stall_seconds=0.3,
    celsius=55.0,
    table=0.006,
    self_clearance=0.003,
)  # fmt: skip
"""For a first run, and for an arm that people reach around: slow, weak, quick to give up."""

PROFILES = {profile.name: profile for profile in (GENTLE, NORMAL)}


def profile(name: str) -> Profile:
    """The profile of that name; raises `UnknownNameError`."""
    try:
        return PROFILES[name]
    except KeyError:
        raise UnknownNameError("profile", name, PROFILES) from None


def limits(kind: str | Profile, calibration: Calibration) -> Limits:
    """The limits of a calibrated arm: the model's ranges, and 0.02 rad inside the ends that were swept.

    The gripper may close to the end of its sweep, where its jaws meet. Raises `CalibrationError`
    where a range is too small to be one, or passes the encoder's zero.
    """
    chosen = profile(kind) if isinstance(kind, str) else kind
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
