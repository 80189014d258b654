"""What one emulated arm differs by from another and from the simulated one: servos, gears, supply, assembly.

The simulation that skills are trained in has the constants of `envs.so101`; these are others, on purpose. A
profile holds typical values; `ArmProfile.draw` makes an arm of it, whose six joints scatter about them.

Those that come with Pontine are the files in `profiles/`. Another is a file of the same form: named by its path
(`profile=mine.json`), or registered by a package with `ARM_PROFILES.register(read_arm_profile(path))`.

Example:
    >>> ARM_PROFILES["worn"].draw(seed=3).profile.volts
    7.2
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.registry import Registry
from pontine.envs.robot import JOINTS
from pontine.envs.so101.model import RANGE

from ..bus.registers import RADIANS
from ..bus.sts3215 import MID_COUNTS
from ..quantities import UNITLESS, Quantity, quantities, read

_STREAM = 6


@dataclass(frozen=True)
class ArmProfile:
    """One kind of arm.

    `stiffness` (N m/rad, at the factory's gain and rated supply): fits to SO-101 arms by various authors gave
    9 to 51. `friction` (N m, dry, of an unpowered gear train), `damping` (N m s/rad, beyond what the motor
    brakes by itself) and `armature` (kg m², of the rotor, seen through the gears) lie in what those fits
    gave: 0 to 0.4, 0 to 2, 0.028 to 0.2. `backlash` (rad) is the whole free play between servo and link:
    0.3 degrees for new gears is chosen, 1 degree for used ones was measured. `delay` (s) passes between a goal's
    arrival and its effect: fits found one to three frames of 30 Hz for all there is between a program and the
    motion; most of that is outside the servo. `volts` is the supply without load, `resistance` (Ω) that of
    supply, cable and plugs together. `mounting_error` (rad, standard deviation) is how far off the middle a
    person holds a joint who calibrates it by eye. `spread` (relative, standard deviation) is how the joints
    of one arm differ.
    """

    name: str
    stiffness: Annotated[float, Quantity("N m/rad")]
    friction: Annotated[float, Quantity("N m")]
    damping: Annotated[float, Quantity("N m s/rad")]
    armature: Annotated[float, Quantity("kg m^2")]
    backlash: Annotated[float, Quantity("rad")]
    delay: Annotated[float, Quantity("s")]
    volts: Annotated[float, Quantity("V")]
    resistance: Annotated[float, Quantity("ohm")]
    mounting_error: Annotated[float, Quantity("rad")]
    spread: Annotated[float, Quantity(UNITLESS)]
    summary: str = ""

    def __post_init__(self) -> None:
        for name in quantities(type(self)):
            if not (math.isfinite(value := getattr(self, name)) and value >= 0):
                raise ArmProfileError(f"{name} must be a number of at least 0, not {value}")
        if min(self.stiffness, self.armature, self.volts) <= 0:
            raise ArmProfileError("stiffness, armature and volts must be above 0")

    def draw(self, seed: int, mirrored: Iterable[str] = ()) -> Arm:
        """The arm with that number: the same seed, the same arm, but for joints whose servo is `mirrored`.

        Raises UnknownNameError for a joint that does not exist.
        """
        direction = np.ones(len(JOINTS))
        for joint in mirrored:
            if joint not in JOINTS:
                raise UnknownNameError("joint", joint, JOINTS)
            direction[JOINTS.index(joint)] = -1.0
        rng = np.random.default_rng([_STREAM, seed])

        def scattered(value: float) -> Array:
            return value * np.exp(self.spread * rng.normal(size=len(JOINTS)))

        # A horn can be put on in any of its teeth's places, and the homing offset has eleven bits.
        middle = rng.integers(MID_COUNTS - 1500, MID_COUNTS + 1501, len(JOINTS)).astype(float)
        error = np.round(rng.normal(size=len(JOINTS)) * self.mounting_error / RADIANS)
        return Arm(
            profile=self, stiffness=scattered(self.stiffness), friction=scattered(self.friction),
            damping=scattered(self.damping), armature=scattered(self.armature), backlash=scattered(self.backlash),
            direction=direction, zero=(middle + error - MID_COUNTS) * RADIANS - direction * RANGE.mean(axis=1),
            homing_offset=tuple(int(m) - MID_COUNTS for m in middle))  # fmt: skip


@dataclass(frozen=True)
class Arm:
    """One arm's constants, each (6,) in the order of `JOINTS`, in the units of its `profile`.

    A servo's shaft stands at `direction` times the joint's angle plus `zero` (rad, from the encoder's middle).
    `homing_offset` (counts) is what a person's calibration has put into each servo.
    """

    profile: ArmProfile
    stiffness: Array
    friction: Array
    damping: Array
    armature: Array
    backlash: Array
    direction: Array
    zero: Array
    homing_offset: tuple[int, ...]


class ArmProfileError(PontineError):
    """An emulated arm's profile that cannot be read or does not make sense."""


ARM_PROFILES: Registry[ArmProfile] = Registry("arm profile", ["pontine.sim2real.emulation.profiles"])


def read_arm_profile(path: str | Path) -> ArmProfile:
    """The profile in a file, named as the file is. Raises ArmProfileError in one line that names the file."""
    return read(ArmProfile, path, ArmProfileError)


def arm_profile(name: str) -> ArmProfile:
    """The profile registered under that name, or the one in the file `name` if that ends in `.json`.

    Raises UnknownNameError listing the names there are, and ArmProfileError.
    """
    return read_arm_profile(name) if name.endswith(".json") else ARM_PROFILES[name]
