"""What one emulated arm differs by from another and from the simulated one: servos, gears, supply, assembly.

The simulation that skills are trained in has the constants of `envs.so101`; these are others, on purpose. A
profile holds typical values; `Profile.draw` makes an arm of it, whose six joints scatter about them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pontine.envs.errors import UnknownNameError
from pontine.envs.robot import JOINTS
from pontine.envs.so101.model import RANGE

from ..bus.registers import RADIANS
from ..bus.sts3215 import MID_COUNTS

Array = NDArray[np.float64]

_STREAM = 6


@dataclass(frozen=True)
class Profile:
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
    stiffness: float
    friction: float
    damping: float
    armature: float
    backlash: float
    delay: float
    volts: float
    resistance: float
    mounting_error: float
    spread: float

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

    profile: Profile
    stiffness: Array
    friction: Array
    damping: Array
    armature: Array
    backlash: Array
    direction: Array
    zero: Array
    homing_offset: tuple[int, ...]


_DEGREE = float(np.pi) / 180

PROFILES = {
    profile.name: profile
    for profile in (
        # As delivered: tight gears, a good 7.4 V supply on a short cable. Supply resistances are chosen.
        Profile("new", stiffness=16.0, friction=0.06, damping=0.05, armature=0.03, backlash=0.3 * _DEGREE,
                delay=0.01, volts=7.4, resistance=0.08, mounting_error=0.5 * _DEGREE, spread=0.05),
        # After a year of use: weak, sticky and loose, and a supply that gives way.
        Profile("worn", stiffness=11.0, friction=0.12, damping=0.12, armature=0.045, backlash=1.0 * _DEGREE,
                delay=0.04, volts=7.2, resistance=0.2, mounting_error=1.0 * _DEGREE, spread=0.15),
        # A new arm on a supply too small for it: hard moves of several joints switch servos off.
        Profile("weak_supply", stiffness=16.0, friction=0.06, damping=0.05, armature=0.03, backlash=0.3 * _DEGREE,
                delay=0.01, volts=6.0, resistance=0.6, mounting_error=0.5 * _DEGREE, spread=0.05),
    )
}  # fmt: skip
"""The kinds of arm there are, by name."""


def profile(name: str) -> Profile:
    """The profile of that name. Raises UnknownNameError listing the valid ones."""
    if name not in PROFILES:
        raise UnknownNameError("profile", name, PROFILES)
    return PROFILES[name]
