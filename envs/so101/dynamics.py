"""The servo constants that were identified on one arm, as a file.

`{"format": "pontine arm dynamics", "version": 1, "name": ..., "joints": {JOINT: {CONSTANT: {"value": v,
"low": l, "high": h}}}, "delay": {...}, "rms_degrees": {JOINT: ...}, "nominal_rms_degrees": {JOINT: ...}}`
with the constants kp (N m/rad), damping (N m s/rad), frictionloss (N m), armature (kg m²) and backlash
(rad, the whole play), the delay between command and motion in s, and 95 % intervals from low to high.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ..errors import PontineError
from ..files import write_json
from ..io import json_text
from ..robot import JOINTS

CONSTANTS = ("kp", "damping", "frictionloss", "armature", "backlash")
_FORMAT, _VERSION = "pontine arm dynamics", 1


class DynamicsError(PontineError):
    """A dynamics file that cannot be read."""


@dataclass(frozen=True)
class Estimate:
    """A value and its 95 % interval."""

    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not all(math.isfinite(v) and v >= 0 for v in (self.value, self.low, self.high)) or self.low > self.high:
            raise DynamicsError(f"{self.value} between {self.low} and {self.high} is no estimate")


@dataclass(frozen=True)
class Dynamics:
    """An arm's constants by joint and name, its delay (s), and the RMS of measured minus simulated (degrees)
    with these constants and with the nominal ones."""

    name: str
    joints: Mapping[str, Mapping[str, Estimate]]
    delay: Estimate
    rms_degrees: Mapping[str, float]
    nominal_rms_degrees: Mapping[str, float]

    def range(self, constant: str) -> tuple[float, float]:
        """Lowest and highest that the intervals of all joints reach."""
        estimates = [self.joints[joint][constant] for joint in JOINTS]
        return min(e.low for e in estimates), max(e.high for e in estimates)

    def write(self, path: str | Path) -> None:
        """Write the file, whole or not at all."""
        joints = {joint: {name: vars(e) for name, e in constants.items()} for joint, constants in self.joints.items()}
        write_json(path, {
            "format": _FORMAT, "version": _VERSION, "name": self.name, "joints": joints, "delay": vars(self.delay),
            "rms_degrees": dict(self.rms_degrees), "nominal_rms_degrees": dict(self.nominal_rms_degrees),
        })  # fmt: skip

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """The dynamics in a file; raises `DynamicsError` that says what is wrong with it."""
        if not Path(path).exists():
            raise DynamicsError(f"there is no dynamics file {path}: make one with `pontine arm identify`")
        data = json_text.read(path, "the dynamics file", DynamicsError)
        if not isinstance(data, dict) or data.get("format") != _FORMAT:
            raise DynamicsError(f"{path} is no dynamics file")
        if data.get("version") != _VERSION:
            raise DynamicsError(f"{path} has version {data.get('version')!r}; this program reads {_VERSION}")
        with json_text.expecting(f"the dynamics file {path}", DynamicsError):
            joints = {joint: {name: Estimate(**data["joints"][joint][name]) for name in CONSTANTS} for joint in JOINTS}
            fitted, nominal = (
                {joint: float(data[rms][joint]) for joint in data[rms]}
                for rms in ("rms_degrees", "nominal_rms_degrees")
            )
            return cls(str(data["name"]), joints, Estimate(**data["delay"]), fitted, nominal)
