"""What an arm may do, as data: a `SafetyProfile` holds for any arm, `limits` joins it with the ranges of one.

Those that come with Pontine are the files in `profiles/`; `pontine list "safety profiles"` shows them. Another is a
file of the same form: named by its path (`profile=careful.json`), or registered by a package:

    SAFETY_PROFILES.register(read_safety_profile(Path(__file__).parent / "careful.json"))

Example:
    >>> SAFETY_PROFILES["gentle"].celsius
    55.0
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.errors import PontineError
from pontine.envs.registry import Registry
from pontine.envs.robot import CONTROL_SECONDS, JOINTS

from ..quantities import FLAG, UNITLESS, Quantity, quantities, read

_SIX = len(JOINTS)


class SafetyProfileError(PontineError):
    """A safety profile that cannot be read or does not make sense."""


@dataclass(frozen=True, eq=False)
class SafetyProfile:
    """Limits that do not depend on the arm; arrays are (6,) in joint order but for `volts` (2,).

    Motion of the *commanded* angles: `velocity` (rad/s), `acceleration` (rad/s²), and `step`, the
    largest change (rad) in one write however long ago the last was; at least the velocity over a
    control step. In the servos: `torque` and, once something went wrong, `hold_torque` (fractions of
    stall torque), `servo_acceleration` (rad/s²); unless `shaped`, servos go for each goal as fast as they can.

    Stops: a stall is more than `stall_amperes` (A at 7.4 V, more in proportion to a higher supply) with the joint
    more than `stall_error` (rad) from its command, and not getting there, for `stall_seconds`; heat is `celsius`
    (°C); the supply must stay within the two `volts` and above `sag` times what it was before torque came on; heat
    and supply count after `patience` (s). `silence` (s) is how long a servo may fail to answer, `stale` (s) how
    long a command stays good.

    Space: `table` and `self_clearance` (m) between commanded shapes. `rest_velocity` (rad/s) is that
    of the way to the rest pose, `emergency_hold` (s) how long an emergency stop holds before
    it lets go, `sinking` (s) how long the motors brake an arm that was let go.

    `summary` is what its file says about it. Raises SafetyProfileError for numbers that cannot be.
    """

    name: str
    velocity: Annotated[Array, Quantity("rad/s", _SIX)]
    acceleration: Annotated[Array, Quantity("rad/s^2", _SIX)]
    step: Annotated[Array, Quantity("rad", _SIX)]
    torque: Annotated[Array, Quantity(UNITLESS, _SIX)]
    hold_torque: Annotated[Array, Quantity(UNITLESS, _SIX)]
    servo_acceleration: Annotated[float, Quantity("rad/s^2")]
    shaped: Annotated[bool, Quantity(FLAG)]
    stall_amperes: Annotated[Array, Quantity("A", _SIX)]
    stall_error: Annotated[Array, Quantity("rad", _SIX)]
    stall_seconds: Annotated[float, Quantity("s")]
    celsius: Annotated[float, Quantity("°C")]
    volts: Annotated[Array, Quantity("V", 2)]
    sag: Annotated[float, Quantity(UNITLESS)]
    patience: Annotated[float, Quantity("s")]
    silence: Annotated[float, Quantity("s")]
    stale: Annotated[float, Quantity("s")]
    table: Annotated[float, Quantity("m")]
    self_clearance: Annotated[float, Quantity("m")]
    rest_velocity: Annotated[float, Quantity("rad/s")]
    emergency_hold: Annotated[float, Quantity("s")]
    sinking: Annotated[float, Quantity("s")]
    summary: str = ""

    def __post_init__(self) -> None:
        for name, quantity in quantities(type(self)).items():
            if quantity.unit == FLAG:
                continue
            values, count = np.asarray(getattr(self, name), float), quantity.count
            if values.shape != (() if count is None else (count,)):
                raise SafetyProfileError(f"{name} must hold {count or 1}, not {values}")
            if not np.all(np.isfinite(values)) or not np.all(values > 0):
                raise SafetyProfileError(f"{name} must be positive, not {values}")
        for name in ("torque", "hold_torque", "sag"):
            if np.any(getattr(self, name) > 1):
                raise SafetyProfileError(f"{name} is a fraction, at most 1, not {getattr(self, name)}")
        if self.volts[0] >= self.volts[1]:
            raise SafetyProfileError(f"volts must be the least and the most, not {self.volts}")
        if np.any(self.step < self.velocity * CONTROL_SECONDS - 1e-9):
            raise SafetyProfileError("a step below velocity times the control step makes the velocity unreachable")


SAFETY_PROFILES: Registry[SafetyProfile] = Registry("safety profile", ["pontine.sim2real.arm.profiles"])


def read_safety_profile(path: str | Path) -> SafetyProfile:
    """The profile in a file, named as the file is. Raises SafetyProfileError in one line that names the file."""
    return read(SafetyProfile, path, SafetyProfileError)


def safety_profile(name: str) -> SafetyProfile:
    """The profile registered under that name, or the one in the file `name` if that ends in `.json`.

    Raises UnknownNameError listing the names there are, and SafetyProfileError.
    """
    return read_safety_profile(name) if name.endswith(".json") else SAFETY_PROFILES[name]
