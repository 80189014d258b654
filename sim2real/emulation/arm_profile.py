"""What one emulated arm differs by from another and from the simulated one: servos, gears, supply, assembly.

The simulation that skills are trained in has the constants of `envs.so101`; these are others, on purpose. A
profile holds typical values; `ArmProfile.draw` makes an arm of it, whose six joints scatter about them.

Those that come with Pontine are the files in `profiles/`. Another is a file of the same form: named by its path
(`profile=mine.json`), or registered by a package with `ARM_PROFILES.register(read_arm_profile(path))`.

Example:
    >>> ARM_PROFILES["worn"].draw(seed=3).volts
    7.2
    >>> ARM_PROFILES["stranger"].draw(seed=3).name
    'stranger 3'
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.errors import UnknownNameError
from pontine.envs.io import json_text
from pontine.envs.registry import Registry
from pontine.envs.robot import JOINTS
from pontine.envs.so101.model import GRIPPER, RANGE

from ..bus.registers import RADIANS
from ..bus.sts3215 import MID_COUNTS
from ..quantities import UNITLESS, Quantity, quantities, read
from .drawn_arm import Arm, ArmProfileError, Optics

_STREAM, _STRANGER = 6, 7
_ROLL = JOINTS.index("wrist_roll")


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
            self.name, self.volts, self.resistance, self.delay,
            stiffness=scattered(self.stiffness), friction=scattered(self.friction),
            damping=scattered(self.damping), armature=scattered(self.armature), backlash=scattered(self.backlash),
            direction=direction, zero=(middle + error - MID_COUNTS) * RADIANS - direction * RANGE.mean(axis=1),
            homing_offset=tuple(int(m) - MID_COUNTS for m in middle))  # fmt: skip


@dataclass(frozen=True)
class StrangerProfile:
    """Arms that differ from each other and from the simulated one in all that real arms do: each quantity is a range,
    (2,), of which `draw` takes a value, evenly, for the arm or for each joint.

    What the quantities are is said at `Arm` and `Optics`, and at `ArmProfile` for `spread` and `mounting_error`.
    `zero_error` and `gripper_error` (rad, either way) are what a calibration by hand leaves, since the stops are not
    where the model has them, or the eye not that good; `base_height` (m), `base_shift` (m, either way, along x and
    y), `base_tilt` (rad, from the vertical to any side) and `base_heading` (rad, either way) put the arm's base frame
    elsewhere than where the table's tags are noted from. `link_error` (m, either way) is along each axis. The
    camera stands `camera_shift` (m) and `camera_turn` (rad), either way about each axis, from where it should, and its
    principal point `camera_centre` pixels from the middle; `focal_error` (relative, either way) is what a calibration
    of the lens leaves.
    """

    name: str
    stiffness: Annotated[Array, Quantity("N m/rad", 2)]
    friction: Annotated[Array, Quantity("N m", 2)]
    stribeck: Annotated[Array, Quantity("N m", 2)]
    stribeck_speed: Annotated[Array, Quantity("rad/s", 2)]
    load_friction: Annotated[Array, Quantity(UNITLESS, 2)]
    damping: Annotated[Array, Quantity("N m s/rad", 2)]
    armature: Annotated[Array, Quantity("kg m^2", 2)]
    motor_play: Annotated[Array, Quantity("rad", 2)]
    backlash: Annotated[Array, Quantity("rad", 2)]
    delay: Annotated[Array, Quantity("s", 2)]
    volts: Annotated[Array, Quantity("V", 2)]
    resistance: Annotated[Array, Quantity("ohm", 2)]
    mounting_error: Annotated[Array, Quantity("rad", 2)]
    spread: Annotated[Array, Quantity(UNITLESS, 2)]
    zero_error: Annotated[Array, Quantity("rad", 2)]
    gripper_error: Annotated[Array, Quantity("rad", 2)]
    link_error: Annotated[Array, Quantity("m", 2)]
    base_height: Annotated[Array, Quantity("m", 2)]
    base_shift: Annotated[Array, Quantity("m", 2)]
    base_tilt: Annotated[Array, Quantity("rad", 2)]
    base_heading: Annotated[Array, Quantity("rad", 2)]
    tag_shift: Annotated[Array, Quantity("m", 2)]
    tag_turn: Annotated[Array, Quantity("rad", 2)]
    camera_lag: Annotated[Array, Quantity("s", 2)]
    camera_rate: Annotated[Array, Quantity("Hz", 2)]
    camera_shift: Annotated[Array, Quantity("m", 2)]
    camera_turn: Annotated[Array, Quantity("rad", 2)]
    camera_centre: Annotated[Array, Quantity("px", 2)]
    focal: Annotated[Array, Quantity(UNITLESS, 2)]
    focal_error: Annotated[Array, Quantity(UNITLESS, 2)]
    distortion: Annotated[Array, Quantity(UNITLESS, 2)]
    frozen: Annotated[Array, Quantity(UNITLESS, 2)]
    freeze: Annotated[Array, Quantity("s", 2)]
    summary: str = ""

    def __post_init__(self) -> None:
        for name in quantities(type(self)):
            low, high = getattr(self, name)
            if low > high or (low < 0 and name != "distortion"):
                raise ArmProfileError(f"{name} must be a range from a number of at least 0 to none smaller")

    def draw(self, seed: int, mirrored: Iterable[str] = ()) -> Arm:
        """The arm with that number: the same seed, the same arm, but for joints whose servo is `mirrored`.

        Raises UnknownNameError for a joint that does not exist.
        """
        rng = np.random.default_rng([_STRANGER, seed])

        def one(name: str, size: int | tuple[int, ...] | None = None) -> Any:
            low, high = getattr(self, name)
            return rng.uniform(low, high, size)

        def either(name: str, size: int | tuple[int, ...]) -> Array:
            return np.asarray(one(name, size) * rng.choice((-1.0, 1.0), size))

        n, typical = len(JOINTS), quantities(ArmProfile)
        drawn: dict[str, Any] = {name: float(one(name)) for name in typical}
        arm = ArmProfile(self.name, **drawn).draw(seed, mirrored)
        zero = either("zero_error", n)
        zero[GRIPPER] = either("gripper_error", 1)[0]
        roll_error, zero[_ROLL] = zero[_ROLL], 0.0
        side = rng.uniform(-math.pi, math.pi)
        tilt = one("base_tilt") * np.array([math.cos(side), math.sin(side), 0.0])
        tilt[2] = either("base_heading", 1)[0]
        x, y, *turns = (float(v) for v in (*either("camera_centre", 2), *either("camera_turn", 3)))
        optics = Optics(
            lag=float(one("camera_lag")), rate=float(one("camera_rate")), frozen=float(one("frozen")),
            freeze=float(one("freeze")), focal=float(one("focal")), noted=1.0 + float(either("focal_error", 1)[0]),
            centre=(x, y), distortion=(float(one("distortion")), 0.0, 0.0, 0.0, 0.0),
            shift=tuple(map(float, either("camera_shift", 3))), turn=tuple(turns))  # type: ignore[arg-type]  # fmt: skip
        return replace(
            arm, name=f"{self.name} {seed}", motor_play=one("motor_play", n), backlash=one("backlash", n),
            stribeck=one("stribeck", n), stribeck_speed=one("stribeck_speed", n),
            load_friction=one("load_friction", n), stops=RANGE + zero[:, None], roll_error=float(roll_error),
            links=either("link_error", (n, 3)), base_turn=tilt,
            base_position=np.array([*either("base_shift", 2), one("base_height")]), tag_shift=float(one("tag_shift")),
            tag_turn=float(one("tag_turn")), tag_seed=seed, optics=optics)  # fmt: skip


ARM_PROFILES: Registry[ArmProfile | StrangerProfile] = Registry("arm profile", ["pontine.sim2real.emulation.profiles"])


def read_arm_profile(path: str | Path) -> ArmProfile | StrangerProfile:
    """The profile in a file, named as the file is; one of ranges where it has `zero_error`.

    Raises ArmProfileError in one line that names the file.
    """
    kind: type[ArmProfile | StrangerProfile] = StrangerProfile if "zero_error" in _raw(path) else ArmProfile
    return read(kind, path, ArmProfileError)


def arm_profile(name: str) -> ArmProfile | StrangerProfile:
    """The profile registered under that name, or the one in the file `name` if that ends in `.json`.

    Raises UnknownNameError listing the names there are, and ArmProfileError.
    """
    return read_arm_profile(name) if name.endswith(".json") else ARM_PROFILES[name]


AnyProfile = str | ArmProfile | StrangerProfile | Arm
"""A profile by its name or file, or itself, or an arm that is drawn already."""


def drawn(profile: AnyProfile, seed: int, mirrored: Sequence[str] = ()) -> Arm:
    """The arm of that number of a profile, given by itself, by name or by file; an arm, or the file of one, is that arm
    whatever the number.

    Raises UnknownNameError and ArmProfileError, also where an arm that is drawn is to have `mirrored` joints.
    """
    if isinstance(profile, str) and profile.endswith(".json") and "format" in _raw(profile):
        profile = Arm.read(profile)
    if isinstance(profile, Arm):
        if mirrored:
            raise ArmProfileError(f"{profile.name} is drawn already: its file says which joints are mirrored")
        return profile
    return (arm_profile(profile) if isinstance(profile, str) else profile).draw(seed, mirrored)


def _raw(path: str | Path) -> dict[str, Any]:
    """What a profile's file holds. Raises ArmProfileError."""
    data = json_text.read(path, "the profile", ArmProfileError)
    return data if isinstance(data, dict) else {}
