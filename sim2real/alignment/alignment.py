"""`Alignment`: what brought hand and camera together, as a file beside the arm's calibration, and `Aligned`, the
calibration that it makes of it.

An alignment holds for one calibration of the arm and one layout of the table's tags, both noted in its file: who uses
it with another is told. An `Aligned` calibration is used as any other is; what it calls the arm's joint angles are
those at which the model's hand is where the camera sees the arm's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.errors import PontineError
from pontine.envs.fields import Fields
from pontine.envs.files import write_json
from pontine.envs.robot import JOINTS

from ..arm.calibration import Calibration, default_path
from ..vision.markers import Markers, Tag
from .fit import ESTIMATES, Estimate, Fitted
from .geometry import Geometry
from .lateness import LATEST

_FORMAT, _VERSION = "pontine arm alignment", 1
_KEYS = ("format", "version", "name", "made", "zeros", "turn", "shift", "reach", "hand", "found", "miss_mm", "late",
         "calibration", "table")  # fmt: skip

LARGEST_ZERO, LARGEST_TURN, LARGEST_SHIFT, LARGEST_REACH = math.radians(8.0), math.radians(15.0), 0.03, 0.03
"""The largest zero and turn (rad) and shift (m) of the base, and the largest reach, that are made up for: beyond,
something is wrong."""

_SAMPLES, _SAME = 300, 1e-6


class AlignmentError(PontineError):
    """An alignment that cannot be read or used, or could not be made."""


_FIELDS = Fields(AlignmentError)


@dataclass(frozen=True, eq=False)
class Alignment:
    """One arm brought together with its camera.

    `geometry` is what the arm differs by, `hand` are the tags on its hand where they were found to be (in the gripper's
    frame, from the tool point); `found` are the fitted values with their intervals, `miss` how far (m) the hand was
    from where it was seen at poses kept out of the fit. `made` is when, as text. `calibration` and `table` are what it
    holds for. `late` is how late (s) the camera's pictures come, None where that was not told. Raises AlignmentError
    for values beyond what is made up for.
    """

    name: str
    geometry: Geometry
    hand: tuple[Tag, ...]
    found: Mapping[str, Estimate]
    miss: tuple[float, ...]
    calibration: Mapping[str, tuple[float, float, float]]
    table: tuple[tuple[float, ...], ...]
    made: str = ""
    late: float | None = None

    def __post_init__(self) -> None:
        geometry = self.geometry
        for what, values, most in (
            ("zero", geometry.zeros, LARGEST_ZERO),
            ("turn", geometry.turn, LARGEST_TURN),
            ("shift", geometry.shift, LARGEST_SHIFT),
            ("reach", np.array([geometry.reach]), LARGEST_REACH),
        ):
            if np.abs(values).max() > most:
                raise AlignmentError(f"a {what} of {np.abs(values).max():.3f} is more than is made up for ({most:.3f})")
        if self.late is not None and not 0.0 <= self.late <= LATEST:
            raise AlignmentError(f"pictures that are {self.late:.2f} s late are not of 0 to {LATEST:g} s ago")

    @classmethod
    def of(cls, name: str, fitted: Fitted, miss: Sequence[float], calibration: Calibration, markers: Markers,
           made: str = "", late: float | None = None) -> Self:  # fmt: skip
        """What was fitted to an arm with that calibration before a table with those tags."""
        return cls(name, fitted.geometry, fitted.tags, fitted.estimates, tuple(float(m) for m in miss),
                   _noted(calibration), _laid(markers), made, late)  # fmt: skip

    @property
    def fitted(self) -> Fitted:
        """What `fit.predicted` and `fit.misses` take."""
        return Fitted(self.geometry, self.hand, self.found)

    @property
    def usual_miss(self) -> float:
        """The median of `miss`, m."""
        return float(np.median(self.miss))

    def of_calibration(self, calibration: Calibration) -> Aligned:
        """The calibration with this made up for. Raises AlignmentError where it is for another one."""
        noted, now = self.calibration, _noted(calibration)
        other = [joint for joint in JOINTS if np.abs(np.subtract(noted[joint], now[joint])).max() > _SAME]
        if other:
            raise AlignmentError(
                f"the arm {calibration.name} was calibrated anew since hand and camera were aligned "
                f"({', '.join(other)}): run `pontine arm align` again"
            )
        return Aligned(calibration.name, calibration.joints, self)

    def check_table(self, markers: Markers) -> None:
        """Raise AlignmentError where the table's tags are said to lie elsewhere than when it was made."""
        if self.table != _laid(markers):
            raise AlignmentError(
                "the markers file has the table's tags elsewhere than when hand and camera were aligned: run "
                "`pontine arm align` again"
            )

    def write(self, path: str | Path) -> None:
        """Write the file that `read` reads, whole or not at all."""
        geometry = self.geometry
        write_json(path, {
            "format": _FORMAT,
            "version": _VERSION,
            "name": self.name,
            "made": self.made,
            **{k: getattr(geometry, k).round(9).tolist() for k in ("zeros", "turn", "shift")},
            "reach": round(geometry.reach, 9),
            "hand": [
                {"id": tag.id, "size": tag.size, "position": list(tag.position), "orientation": list(tag.orientation)}
                for tag in self.hand
            ],
            "found": {name: [e.value, e.low, e.high] for name, e in self.found.items()},
            "miss_mm": [round(1000 * miss, 3) for miss in self.miss],
            "late": self.late,
            "calibration": {joint: list(values) for joint, values in self.calibration.items()},
            "table": [list(tag) for tag in self.table],
        })  # fmt: skip

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """The alignment in a file that `write` wrote. Raises AlignmentError saying what is wrong with it."""
        data = _FIELDS.file(path, "alignment")
        try:
            return cls._of_json(data)
        except AlignmentError as error:
            raise AlignmentError(f"alignment {str(path)!r}: {error}") from None

    @classmethod
    def _of_json(cls, data: Any) -> Self:
        top = _FIELDS.mapping(data, "the file", _KEYS)
        if top.get("format") != _FORMAT:
            raise AlignmentError("this is no alignment; `pontine arm align` makes one")
        if top.get("version") != _VERSION:
            raise AlignmentError(f"version {top.get('version')!r} cannot be read; this program reads {_VERSION}")
        zeros, turn, shift = (
            np.array(_FIELDS.numbers(top.get(key), count, f"'{key}'"))
            for key, count in (("zeros", len(JOINTS)), ("turn", 3), ("shift", 3))
        )
        # Files of versions that did not fit them have none.
        reach = _FIELDS.numbers([top.get("reach", 0.0)], 1, "'reach'")[0]
        late = None if top.get("late") is None else _FIELDS.numbers([top["late"]], 1, "'late'")[0]
        hand = []
        for i, item in enumerate(_FIELDS.list(top.get("hand"), "'hand'")):
            where = f"hand[{i}]"
            tag = _FIELDS.mapping(item, where, ("id", "size", "position", "orientation"))
            id, size = _FIELDS.numbers([tag.get("id"), tag.get("size")], 2, f"the id and the size of {where}")
            w, x, y, z = np.array(_FIELDS.orientation(tag.get("orientation"), f"{where}.orientation"))
            length = math.hypot(w, x, y, z)
            position = _FIELDS.position(tag.get("position"), f"{where}.position")
            hand.append(Tag(int(id), size, position, (w / length, x / length, y / length, z / length)))
        said = _FIELDS.mapping(top.get("found"), "'found'", ESTIMATES)
        found = {name: Estimate(*_FIELDS.numbers(value, 3, f"'{name}'")) for name, value in said.items()}
        missed = _FIELDS.list(top.get("miss_mm"), "'miss_mm'")
        miss = _FIELDS.numbers(missed, len(missed), "'miss_mm'")
        if not miss or not hand:
            raise AlignmentError("an alignment was made with tags on the hand and says how far it misses")
        noted = _FIELDS.mapping(top.get("calibration"), "'calibration'", JOINTS)
        if missing := [joint for joint in JOINTS if joint not in noted]:
            raise AlignmentError(f"'calibration' lacks {', '.join(missing)}")
        calibration = {}
        for joint in JOINTS:
            zero, direction, offset = _FIELDS.numbers(noted[joint], 3, f"'calibration' of {joint}")
            calibration[joint] = zero, direction, offset
        laid = _FIELDS.list(top.get("table"), "'table'")
        table = tuple(_FIELDS.numbers(tag, _LAID, f"table[{i}]") for i, tag in enumerate(laid))
        name, made = (_FIELDS.text(top.get(key), f"'{key}'") for key in ("name", "made"))
        return cls(name, Geometry(zeros, turn, shift, reach), tuple(hand), found, tuple(m / 1000 for m in miss),
                   calibration, table, made, late)  # fmt: skip


@dataclass(frozen=True)
class Aligned(Calibration):
    """A calibration whose joint angles are those at which the model's hand is where the camera sees the arm's."""

    alignment: Alignment

    def to_model(self, angles: Array) -> Array:
        """Joint angles (..., 6) rad of encoder angles (..., 6) rad."""
        plain = super().to_model(angles)
        made_up = [self.alignment.geometry.model_joints(joints) for joints in plain.reshape(-1, len(JOINTS))]
        return np.array(made_up).reshape(plain.shape)

    def to_encoder(self, positions: Array) -> Array:
        """Encoder angles (..., 6) rad in 0 to 2π of joint angles (..., 6) rad, never beyond what was swept."""
        wanted = np.asarray(positions, float)
        flat = wanted.reshape(-1, len(JOINTS))
        plain = np.array([self.alignment.geometry.arm_joints(joints) for joints in flat]).reshape(wanted.shape)
        low, high = super().range.T
        # Not beyond the stops by what is made up for; but who is beyond already is not pulled back by it.
        reached = np.clip(plain, np.minimum(low, wanted), np.maximum(high, wanted))
        return super().to_encoder(reached)

    def plainly(self, angles: Array) -> Array:
        """What the calibration alone makes of encoder angles (..., 6) rad."""
        return super().to_model(angles)

    def plain(self, positions: Array) -> Array:
        """The joint angles (6,) rad that the calibration alone would give where this one gives `positions`."""
        return self.alignment.geometry.arm_joints(positions)

    @property
    def range(self) -> Array:
        """The range (6, 2) rad within which no joint is sent beyond what was swept, wherever the others stand."""
        return self._range

    @cached_property
    def _range(self) -> Array:
        swept = super().range
        rng = np.random.default_rng(0)
        low, high = np.clip(swept, -np.pi, np.pi).T
        poses = rng.uniform(low, high, (_SAMPLES, len(JOINTS)))
        changes = np.array([self.alignment.geometry.model_joints(pose) - pose for pose in poses])
        # The most extreme are of an arm stretched out or folded, where place hardly changes with angle.
        least, most = np.percentile(changes, (2, 98), axis=0)
        return swept + np.stack([np.maximum(most, 0.0), np.minimum(least, 0.0)], axis=1)


def path_for(calibration: str | None, name: str) -> Path:
    """Where the alignment of an arm is kept: beside its calibration."""
    beside = default_path(name) if calibration is None else Path(calibration)
    return beside.with_name(f"{beside.stem}.align.json")


def aligned(calibration: Calibration, path: str | Path, markers: Markers | None = None) -> Calibration:
    """The calibration made up for by the alignment in a file; as it is where there is no such file.

    Raises AlignmentError for a file that cannot be read or is for another calibration or table.
    """
    if not Path(path).exists():
        return calibration
    alignment = Alignment.read(path)
    if markers is not None:
        alignment.check_table(markers)
    return alignment.of_calibration(calibration)


_LAID = 5


def _laid(markers: Markers) -> tuple[tuple[float, ...], ...]:
    """Id, place and size of the table's tags."""
    return tuple((float(tag.id), *(round(float(v), 6) for v in (*tag.position, tag.size))) for tag in markers.table)


def _noted(calibration: Calibration) -> dict[str, tuple[float, float, float]]:
    """Zero, direction and homing offset of each joint."""
    joints = calibration.joints.items()
    return {name: (joint.zero, float(joint.direction), float(joint.homing_offset)) for name, joint in joints}
