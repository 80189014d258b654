"""One emulated arm with all its constants: servos, assembly, how it stands on the table, and the camera before it.

What a person who set it up left wrong is in it too: zeros, tags, the lens. `Arm.write` keeps it in a file, which
`profile=FILE` reads back.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

import numpy as np

from pontine.envs.arrays import Array, Quat, Triple
from pontine.envs.errors import PontineError
from pontine.envs.fields import Fields
from pontine.envs.files import write_json
from pontine.envs.robot import JOINTS
from pontine.envs.so101.model import GRIPPER, LINKS, RANGE

_FORMAT, _VERSION = "pontine emulated arm", 1
_ROLL = JOINTS.index("wrist_roll")


class ArmProfileError(PontineError):
    """An emulated arm, or a profile of some, that cannot be read or does not make sense."""


@dataclass(frozen=True)
class Optics:
    """The camera before an arm, by what it differs in from the simulated one, which is perfect.

    A picture arrives `lag` seconds after it was taken, `rate` of them a second; with each begins, with the chance
    `frozen`, a time of `freeze` seconds in which it is sent again and again. `focal` multiplies the focal length,
    `centre` (pixels) moves the principal point, and `distortion` are OpenCV's k1, k2, p1, p2, k3. It stands `shift` (m)
    from where it should, turned by the rotation vector `turn` (rad), both in the camera's own axes. A calibration of
    the lens found `noted` times the true focal length.
    """

    lag: float = 0.0
    rate: float = 10.0
    frozen: float = 0.0
    freeze: float = 0.0
    focal: float = 1.0
    noted: float = 1.0
    centre: tuple[float, float] = (0.0, 0.0)
    distortion: tuple[float, ...] = (0.0,) * 5
    shift: Triple = (0.0, 0.0, 0.0)
    turn: Triple = (0.0, 0.0, 0.0)

    @property
    def late(self) -> float:
        """How late (s) pictures are when they arrive: of those that were taken `lag` ago or before, the last.

        Example:
            >>> Optics(lag=0.15, rate=10.0).late
            0.2
        """
        return math.ceil(round(self.lag * self.rate, 9)) / self.rate


def _none() -> Array:
    return np.zeros(len(JOINTS))


@dataclass(frozen=True)
class Arm:
    """One arm's constants; arrays are (6,) in the order of `JOINTS` unless another shape is given.

    Servos: `stiffness` N m/rad at the factory's gain and rated supply, `damping` N m s/rad beyond what the motor brakes
    by itself, `armature` kg m²; dry friction of `friction` N m, and `stribeck` N m more that is gone at speeds above
    `stribeck_speed` rad/s, and `load_friction` times what the gears carry; free play (rad, whole) of `motor_play`
    between motor and encoder and `backlash` between encoder and link. `delay` s, `volts` V, `resistance` Ω.

    Assembly: a servo's shaft stands at `direction` times the joint's angle plus `zero` (rad, from the encoder's
    middle); `homing_offset` (counts) is what a person's calibration has put into each servo; the joints stop at
    `stops` (6, 2) rad; `links` (6, 3) m is what the place of each joint is off by; `roll_error` (rad) is by what a
    person who set the zero of the wrist's roll by eye missed it.

    On the table: the base frame lies at `base_position` (3,) m, turned by the rotation vector `base_turn` (3,) rad, in
    the frame that the table's tags are noted in. Each tag is stuck up to `tag_shift` m and `tag_turn` rad from where
    it is noted, in its own plane; which way, `tag_seed` and its number decide.
    """

    name: str
    volts: float
    resistance: float
    delay: float
    stiffness: Array
    friction: Array
    damping: Array
    armature: Array
    backlash: Array
    direction: Array
    zero: Array
    homing_offset: tuple[int, ...]
    motor_play: Array = field(default_factory=_none)
    stribeck: Array = field(default_factory=_none)
    stribeck_speed: Array = field(default_factory=lambda: np.ones(len(JOINTS)))
    load_friction: Array = field(default_factory=_none)
    stops: Array = field(default_factory=RANGE.copy)
    links: Array = field(default_factory=lambda: np.zeros((len(LINKS) - 1, 3)))
    roll_error: float = 0.0
    base_position: Array = field(default_factory=lambda: np.zeros(3))
    base_turn: Array = field(default_factory=lambda: np.zeros(3))
    tag_shift: float = 0.0
    tag_turn: float = 0.0
    tag_seed: int = 0
    optics: Optics = Optics()

    @property
    def zero_error(self) -> Array:
        """By what the zeros that a calibration by hand left are off, (6,) rad: a joint that it has at 0 stands there.

        Such a calibration takes the middle between the stops for zero, the stop at which the gripper is shut for that
        of the model, and the eye's word for the wrist's roll.
        """
        error = self.stops.mean(axis=1) - RANGE.mean(axis=1)
        error[_ROLL] = self.roll_error
        error[GRIPPER] = self.stops[GRIPPER, 0] - RANGE[GRIPPER, 0]
        return error

    def askew(self, tag: int) -> tuple[float, float, float]:
        """How a tag of that number was stuck on: metres along its x and y, and by how much (rad) it is turned."""
        rng = np.random.default_rng([self.tag_seed, tag])
        x, y, turn = rng.uniform(-1.0, 1.0, 3)
        return float(self.tag_shift * x), float(self.tag_shift * y), float(self.tag_turn * turn)

    def write(self, path: str | Path) -> None:
        """Write the file that `read` reads, whole or not at all."""
        write_json(path, {"format": _FORMAT, "version": _VERSION, **_plain(asdict(self))})

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """The arm in a file that `write` wrote; raises `ArmProfileError` in one line."""
        reader, what = Fields(ArmProfileError), repr(Path(path).name)
        valid = [each.name for each in fields(cls)]
        data = reader.mapping(reader.file(path, "the arm"), what, ("format", "version", *valid))
        if (data.get("format"), data.get("version")) != (_FORMAT, _VERSION):
            raise ArmProfileError(f"{what} is no emulated arm of version {_VERSION}")
        if missing := [name for name in valid if name not in data]:
            raise ArmProfileError(f"{what} has no {missing[0]!r}")
        values: dict[str, Any] = {"name": reader.text(data["name"], f"'name' of {what}")}
        optics = reader.mapping(data["optics"], f"'optics' of {what}", [each.name for each in fields(Optics)])
        values["optics"] = Optics(**{
            name: _like(reader, value, getattr(Optics(), name), f"{name!r} of the optics of {what}")
            for name, value in optics.items()
        })  # fmt: skip
        like = neutral(values["name"])
        for name in valid:
            if name not in values:
                values[name] = _like(reader, data[name], getattr(like, name), f"{name!r} of {what}")
        return cls(**values)

    def __post_init__(self) -> None:
        positive = (self.volts, self.optics.rate, *self.stiffness, *self.armature, *self.stribeck_speed)
        if min(positive) <= 0:
            raise ArmProfileError("stiffness, armature, stribeck_speed, volts and the camera's rate must be above 0")
        if not set(self.direction) <= {-1.0, 1.0} or np.any(self.stops[:, 0] >= self.stops[:, 1]):
            raise ArmProfileError("a direction is 1 or -1, and a joint's first stop lies below its second")


def neutral(name: str) -> Arm:
    """An arm without errors whose servos are as the data sheet's; what is drawn differs from it."""
    n, none = len(JOINTS), np.zeros(len(JOINTS))
    return Arm(
        name, 7.4, 0.0, 0.0, stiffness=np.full(n, 16.0), friction=none, damping=none, armature=np.full(n, 0.03),
        backlash=none, direction=np.ones(n), zero=none, homing_offset=(0,) * n)  # fmt: skip


def _plain(value: Any) -> Any:
    """A value of which JSON can be made."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return value.tolist() if isinstance(value, np.ndarray) else value


def _like(reader: Fields, value: Any, example: Any, where: str) -> Any:
    """A value of a file, of the type and shape of an example."""
    if isinstance(example, np.ndarray):
        if example.ndim == 1:
            return np.array(reader.numbers(value, len(example), where))
        rows = reader.list(value, where)
        if len(rows) != len(example):
            raise ArmProfileError(f"{where} must be {len(example)} lists of {example.shape[1]} numbers")
        return np.array([reader.numbers(row, example.shape[1], where) for row in rows])
    if isinstance(example, tuple):
        numbers = reader.numbers(value, len(example), where)
        return tuple(int(v) for v in numbers) if isinstance(example[0], int) else numbers
    number = reader.numbers([value], 1, where)[0]
    return int(number) if isinstance(example, int) else number


def turned(rotation: Array | Triple) -> Quat:
    """The quaternion (wxyz) of a rotation vector (3,) rad."""
    angle = float(np.linalg.norm(rotation))
    x, y, z = np.asarray(rotation, float) * (np.sin(angle / 2) / angle if angle else 0.0)
    return float(np.cos(angle / 2)), float(x), float(y), float(z)
