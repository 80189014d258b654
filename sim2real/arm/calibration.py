"""Which encoder angle is which joint angle: an arm's calibration, on disk and in use.

A joint's angle is `direction * (encoder angle - zero)`, whole turns aside. Zeros are explicit and in
the model's frame, so that no file has to be guessed at. LeRobot's files say less; what is assumed
where they are read or written stands at `from_lerobot` and `to_lerobot`.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.files import write_json
from pontine.envs.io import json_text
from pontine.envs.robot import JOINTS
from pontine.envs.so101.model import GRIPPER, RANGE

from ..bus.registers import COUNTS_PER_TURN, RADIANS

_FORMAT, _VERSION = "pontine arm calibration", 1
_TURN = 2 * math.pi
_LEROBOT = ("id", "drive_mode", "homing_offset", "range_min", "range_max")


class CalibrationError(PontineError):
    """A calibration that cannot be found, read, or used."""


@dataclass(frozen=True)
class JointCalibration:
    """One joint: its servo's `id`, and what the servo's encoder says of it.

    `zero` is the encoder angle (rad, 0 to 2π, as `Bus.measure` gives it) where the model's joint
    angle is 0. `direction` is +1 where both angles grow together, else -1. `low` and `high` are the
    ends of the range that was swept, in model radians. All of it holds while the servo's register
    `homing_offset` holds the counts noted here. Raises `CalibrationError` for values that cannot be.
    """

    id: int
    zero: float
    direction: int
    low: float
    high: float
    homing_offset: int = 0

    def __post_init__(self) -> None:
        for name, good in (
            ("id", _whole(self.id) and 0 <= self.id <= 253),
            ("zero", _finite(self.zero) and 0 <= self.zero < _TURN),
            ("direction", _whole(self.direction) and self.direction in (-1, 1)),
            ("low", _finite(self.low)),
            ("high", _finite(self.high) and _finite(self.low) and self.high > self.low),
            ("homing_offset", _whole(self.homing_offset) and abs(self.homing_offset) < COUNTS_PER_TURN // 2),
        ):
            if not good:
                raise CalibrationError(f"{name}={getattr(self, name)!r} cannot be in a joint's calibration")

    @property
    def encoder_range(self) -> tuple[float, float]:
        """The encoder angles of the range's ends (rad), the smaller first, counted on past 0 and 2π."""
        ends = (self.zero + self.direction * self.low, self.zero + self.direction * self.high)
        return min(ends), max(ends)

    @property
    def wraps(self) -> bool:
        """Whether the encoder passes its own zero inside the range; the servo would go the long way round there.

        Half a count is forgiven at both ends.
        """
        start, end = self.encoder_range
        return start < -RADIANS / 2 or end > _TURN - RADIANS / 2


@dataclass(frozen=True)
class Calibration:
    """An arm's joints by name, in the order of `JOINTS`.

    Raises `CalibrationError` where joints lack or share a servo, UnknownNameError for a joint that there is not.

    Example:
        >>> each = {name: JointCalibration(id, math.pi, 1, -1.5, 1.5) for id, name in enumerate(JOINTS, start=1)}
        >>> calibration = Calibration("mine", each)
        >>> calibration.to_model(np.full(6, math.pi)).tolist()
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
        >>> calibration.ids["gripper"], calibration.range.shape
        (6, (6, 2))
    """

    name: str
    joints: Mapping[str, JointCalibration]

    def __post_init__(self) -> None:
        for joint in self.joints:
            if joint not in JOINTS:
                raise UnknownNameError("joint in the calibration", joint, JOINTS)
        if missing := [joint for joint in JOINTS if joint not in self.joints]:
            raise CalibrationError(f"the calibration of {self.name} lacks {', '.join(missing)}")
        doubled = [id for id, count in Counter(joint.id for joint in self.joints.values()).items() if count > 1]
        if doubled:
            raise CalibrationError(f"the calibration of {self.name} gives several joints the servo id {doubled[0]}")
        object.__setattr__(self, "joints", {joint: self.joints[joint] for joint in JOINTS})

    @property
    def ids(self) -> dict[str, int]:
        """Servo ids by joint, as `Bus` takes them."""
        return {name: joint.id for name, joint in self.joints.items()}

    @property
    def range(self) -> Array:
        """What was swept, (6, 2) rad in the model's frame."""
        return np.stack([self._low, self._high], axis=1)

    @property
    def limits(self) -> Array:
        """Where the arm may be sent: what was swept, cut to the model's limits; (6, 2) rad."""
        return np.clip(self.range, RANGE[:, :1], RANGE[:, 1:])

    def to_model(self, angles: Array) -> Array:
        """Joint angles (..., 6) rad of encoder angles (..., 6) rad, in the turn about the middle of each range."""
        middle = (self._low + self._high) / 2
        turned = self._direction * (np.asarray(angles, float) - self._zero) - middle
        return middle + turned - _TURN * np.round(turned / _TURN)

    def to_encoder(self, positions: Array) -> Array:
        """Encoder angles (..., 6) rad in 0 to 2π of joint angles (..., 6) rad; those are not held to the range here."""
        angles = np.mod(self._zero + self._direction * np.asarray(positions, float), _TURN)
        return np.where(angles >= _TURN, 0.0, angles)

    def write(self, path: str | Path) -> None:
        """Write the file that `read` reads, whole or not at all."""
        joints = {name: asdict(joint) for name, joint in self.joints.items()}
        write_json(path, {"format": _FORMAT, "version": _VERSION, "name": self.name, "joints": joints})

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """The calibration in a file that `write` wrote; raises `CalibrationError` that says what is wrong with it."""
        data = _load(path, "make one with `pontine arm calibrate`")
        if _is_lerobot(data):
            raise CalibrationError(
                f"{path} is LeRobot's calibration: import it with `pontine arm calibrate from_lerobot={path}`"
            )
        if data.get("format") != _FORMAT or not isinstance(data.get("joints"), dict):
            raise CalibrationError(f"{path} is no arm calibration")
        if data.get("version") != _VERSION:
            raise CalibrationError(f"{path} has version {data.get('version')!r}; this program reads {_VERSION}")
        joints = {}
        for name, entry in data["joints"].items():
            if not isinstance(entry, dict) or set(entry) != {field.name for field in fields(JointCalibration)}:
                raise CalibrationError(f"{path}: {name} has not the fields of a joint's calibration")
            joints[name] = _at(path, name, lambda entry=entry: JointCalibration(**entry))
        return _at(path, "", lambda: cls(str(data.get("name", "")), joints))

    def to_lerobot(self, path: str | Path) -> None:
        """Write LeRobot's calibration file, which its `MotorCalibration` and its buses read.

        LeRobot's zero of a joint is the middle of its range, so the range written is the widest one
        within ours that has our zero in its middle (to a quarter of a count). The gripper, which
        LeRobot has in per cent of its range, keeps its range and loses its zero. LeRobot takes no
        account of `drive_mode` where it works in degrees: joints with direction -1 come out mirrored
        there. Raises `CalibrationError` for a range that the encoder's zero lies in, which that
        format cannot say.
        """
        data = {}
        for name, joint in self.joints.items():
            if joint.wraps or not joint.low < 0 < joint.high:
                raise CalibrationError(
                    f"LeRobot's format cannot hold {name}: its range must contain the joint's zero and not the "
                    "encoder's; calibrate it anew"
                )
            start, end = (angle / RADIANS for angle in joint.encoder_range)
            # What ends on the first or the last count passes for cut off there.
            least = 0 if name in _FULL_TURN else 1
            most = COUNTS_PER_TURN - 1 - least
            low, high = max(round(start), least), min(round(end), most)
            if name != JOINTS[GRIPPER]:
                twice = round(2 * joint.zero / RADIANS)
                # Half a count is forgiven, as in `wraps`: the end of a full turn is no count of its own.
                low = max(math.ceil(start - 0.5), twice - math.floor(end + 0.5), least, twice - most)
                high = twice - low
            drive_mode = int(joint.direction < 0)
            data[name] = dict(zip(_LEROBOT, (joint.id, drive_mode, joint.homing_offset, low, high), strict=True))
        write_json(path, data)

    @classmethod
    def from_lerobot(cls, path: str | Path, name: str = "") -> Self:
        """The calibration in a file that LeRobot wrote for an SO-101; `name` defaults to the file's.

        Assumed, since the file does not say it: a joint's zero is the middle of its range, as LeRobot
        itself has it in degrees and as the model's description has it ("new calibration"); the gripper
        is shut at the range's lower end, where the model's lower limit is; angles grow together unless
        `drive_mode` is set. LeRobot does not sweep the wrist's roll but notes a whole turn about where
        it stood, so its range is that turn. The servos must hold the homing offsets of the file.

        Raises `CalibrationError` also for the range of another joint that ends on the encoder's first or last count:
        the joint turned past it while it was swept, and what LeRobot noted is only part of its range.
        """
        data = _load(path, "LeRobot keeps its own below ~/.cache/huggingface/lerobot/calibration/robots")
        if not _is_lerobot(data):
            raise CalibrationError(f"{path} is no calibration file of LeRobot")
        joints = {}
        for joint, entry in data.items():
            if joint not in JOINTS:
                raise UnknownNameError(f"joint in {path}", joint, JOINTS)
            joints[joint] = _at(path, joint, lambda joint=joint, entry=entry: _from_lerobot(joint, entry))
        return _at(path, "", lambda: cls(name or Path(path).stem, joints))

    @cached_property
    def _zero(self) -> Array:
        return np.array([joint.zero for joint in self.joints.values()])

    @cached_property
    def _direction(self) -> Array:
        return np.array([float(joint.direction) for joint in self.joints.values()])

    @cached_property
    def _low(self) -> Array:
        return np.array([joint.low for joint in self.joints.values()])

    @cached_property
    def _high(self) -> Array:
        return np.array([joint.high for joint in self.joints.values()])


def default_path(name: str) -> Path:
    """Where the calibration of the arm called `name` is kept for this user."""
    if not name or name in (".", "..") or "/" in name or "\\" in name:
        raise CalibrationError(f"{name!r} cannot be an arm's name: it becomes a file's name")
    folder = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(folder).expanduser() / "pontine" / "arms" / f"{name}.json"


_FULL_TURN = ("wrist_roll",)
"""Joints for which LeRobot notes a whole turn."""


def _from_lerobot(name: str, entry: dict[str, Any]) -> JointCalibration:
    low, high = entry["range_min"], entry["range_max"]
    if not all(_whole(entry[key]) for key in _LEROBOT) or not 0 <= low < high < COUNTS_PER_TURN:
        raise CalibrationError(f"counts must be whole numbers with 0 <= range_min < range_max < {COUNTS_PER_TURN}")
    direction = -1 if entry["drive_mode"] else 1
    if (low == 0 or high == COUNTS_PER_TURN - 1) and name not in _FULL_TURN:
        raise CalibrationError(
            f"its range, {low} to {high}, ends where the encoder's counts do: the joint was swept past that, and what "
            "LeRobot noted is cut off there. Calibrate it again, with the joint in the middle of its range when asked "
            "for that, or with `pontine arm calibrate port=...`, which sets the homing offset where it has to"
        )
    if name == JOINTS[GRIPPER]:
        shut, width = float(RANGE[GRIPPER, 0]), (high - low) * RADIANS
        zero = (low if direction > 0 else high) * RADIANS - direction * shut
        return JointCalibration(entry["id"], zero % _TURN, direction, shut, shut + width, entry["homing_offset"])
    half = (high - low) / 2 * RADIANS
    return JointCalibration(entry["id"], (low + high) / 2 * RADIANS, direction, -half, half, entry["homing_offset"])


def _load(path: str | Path, hint: str) -> dict[str, Any]:
    if not Path(path).exists():
        raise CalibrationError(f"there is no calibration {path}: {hint}")
    data = json_text.read(path, "calibration", CalibrationError)
    if not isinstance(data, dict):
        raise CalibrationError(f"{path} is no calibration")
    return data


def _is_lerobot(data: dict[str, Any]) -> bool:
    return bool(data) and all(isinstance(entry, dict) and set(entry) == set(_LEROBOT) for entry in data.values())


def _at(path: str | Path, joint: str, make: Any) -> Any:
    """What `make` makes, its errors with the place they stand in."""
    try:
        return make()
    except CalibrationError as error:
        raise CalibrationError(f"{path}: {joint + ': ' if joint else ''}{error}") from None


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
