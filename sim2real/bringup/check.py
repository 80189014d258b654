"""Whether an arm is fit to move: asked before any motion, by reading alone.

A *problem* forbids motion; a *remark* is something to know. Nothing is written to a servo here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ..arm.calibration import Calibration, JointCalibration
from ..bus.feetech import ERRORS
from ..bus.registers import RADIANS, flags_in
from ..bus.sts3215 import MODEL, POSITION_MODE, STS3215, TORQUE_OFF, TORQUE_ON
from .find import MODELS, look_at
from .leftovers import RESTORED, leftovers, too_weak
from .plausibility import doubts
from .probe import Answers, Probe

NEAR_LIMIT = 10
"""°C below a servo's limit from which on its temperature is remarked."""

OUTSIDE = math.radians(3)
"""How far outside its range a joint may stand: the stops give."""

CUT = math.radians(5)
"""How much of a joint's range the servo's own limits may take before that is a problem."""

DROP_VOLTS = 0.5
"""Difference of supply between servos of an arm at rest that is remarked."""

_ANGLE_MODE_BIT, _REVERSED_BIT = 0x10, 0x80
_MODES = {1: "wheel", 2: "PWM", 3: "step"}
_READ = (
    "model", "firmware_major", "firmware_minor", "return_delay", "response_level", "min_position", "max_position",
    "max_temperature", "max_voltage", "min_voltage", "phase", "homing_offset", "mode", "torque_enable", "lock",
    "present_position", "present_voltage", "present_temperature", "status",
    *(register for register in RESTORED if register not in ("return_delay", "response_level")),
)  # fmt: skip


@dataclass
class JointReport:
    """What one joint's servo says of itself, and what follows; None where it could not be read."""

    name: str
    id: int
    answers: Answers
    model: str | None = None
    firmware: str | None = None
    volts: float | None = None
    celsius: float | None = None
    angle: float | None = None
    torque: str | None = None
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass
class ArmReport:
    """All joints, and what concerns the arm as a whole."""

    joints: dict[str, JointReport]
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def all_problems(self) -> list[str]:
        """Every problem, with the joint it belongs to."""
        own = [f"{name} (id {joint.id}): {line}" for name, joint in self.joints.items() for line in joint.problems]
        return self.problems + own

    @property
    def all_remarks(self) -> list[str]:
        """Every remark, with the joint it belongs to; one that all joints share is said once."""
        lists = [joint.remarks for joint in self.joints.values()]
        shared = [line for line in lists[0] if all(line in other for other in lists)]
        own = [
            f"{name} (id {joint.id}): {line}"
            for name, joint in self.joints.items()
            for line in joint.remarks
            if line not in shared
        ]
        return self.remarks + [f"all joints: {line}" for line in shared] + own

    @property
    def fit(self) -> bool:
        """Whether nothing forbids motion."""
        return not self.all_problems

    @property
    def verdict(self) -> str:
        """One line."""
        if self.fit:
            remarks = len(self.all_remarks)
            return "fit to move" + (f"; {remarks} remark{'s' * (remarks != 1)}" if remarks else "")
        count = len(self.all_problems)
        return f"NOT fit to move: {count} problem{'s' * (count != 1)} to mend first"


def check(port: str, calibration: Calibration, *, baud: int = 1_000_000, supply: float | None = None,
          patience: float = 0.02, progress: Callable[[str], None] = lambda joint: None) -> ArmReport:  # fmt: skip
    """Read all that could make this arm unfit; `supply` (V) is what it ought to be fed with, if known.

    Raises `PortError` if the port cannot be opened and `PortFailedError` if it breaks.
    """
    with Probe(port, baud=baud, patience=patience) as probe:
        others = set(probe.roll_call("feetech")) - set(calibration.ids.values())
        joints = {}
        for name, joint in calibration.joints.items():
            progress(name)
            joints[name] = _joint(probe, name, joint, supply)
        strangers = sorted(id for id in others if look_at(probe, "feetech", baud, id).answers.good)
    report = ArmReport(joints)
    _angles(report, calibration)
    _as_a_whole(report, strangers, port, baud)
    return report


def _joint(probe: Probe, name: str, joint: JointCalibration, supply: float | None) -> JointReport:
    report = JointReport(name, joint.id, probe.question("feetech", joint.id))
    answers = report.answers
    report.problems += doubts(name, joint)
    if not answers.good:
        report.problems.append(
            "no answer: check its id, its plug, and the cable from the servo before"
            if not answers.spoilt
            else "only spoilt answers: several servos share this id, or its plug is loose"
        )
        return report
    if answers.doubled:
        report.problems.append(f"{answers.spoilt} answers spoilt: several servos share this id, or its plug is loose")
    elif answers.spoilt + answers.silent:
        report.remarks.append("an answer was lost: if that happens again, check plugs and cables")
    values = probe.registers("feetech", joint.id, _READ)
    if missing := [register for register in _READ if register not in values]:
        report.problems.append(f"{', '.join(missing)} could not be read: check its plug")
        return report
    report.model = MODELS["feetech"].get(values["model"], f"model {values['model']}")
    report.firmware = f"{values['firmware_major']}.{values['firmware_minor']}"
    report.volts = round(values["present_voltage"] * STS3215["present_voltage"].scale, 1)
    report.celsius = float(values["present_temperature"])
    report.angle = values["present_position"] * RADIANS
    report.torque = {TORQUE_OFF: "off", TORQUE_ON: "on"}.get(values["torque_enable"], "damped")
    _power(report, values, supply)
    _settings(report, joint, values)
    return report


def _power(report: JointReport, values: Mapping[str, int], supply: float | None) -> None:
    volts, celsius = report.volts or 0.0, report.celsius or 0.0
    low, high = values["min_voltage"] / 10, values["max_voltage"] / 10
    built_for_12 = high >= 11
    if volts > high:
        report.problems.append(
            f"{volts:g} V is more than this servo allows ({high:g} V): switch the supply off now, it is the wrong one"
        )
    elif volts < low:
        report.problems.append(f"{volts:g} V is less than this servo allows ({low:g} V): wrong or overloaded supply")
    elif supply is not None and abs(volts - supply) > 0.12 * supply:
        report.problems.append(f"{volts:g} V, where supply={supply:g} was expected: check which supply is plugged in")
    elif built_for_12 and volts < 9.5:
        report.problems.append(f"a servo for 12 V on {volts:g} V is too weak for the arm: use a 12 V supply")
    elif not built_for_12 and volts < 6:
        report.remarks.append(f"{volts:g} V: a 7.4 V servo has about two thirds of its torque at 5 V")
    limit = values["max_temperature"]
    for flag in flags_in(values["status"], ERRORS):
        # The servo's own word adds nothing to a value that is known to be out of bounds.
        known = {"voltage": not low <= volts <= high, "overheated": celsius >= limit}
        if not known.get(flag.name):
            report.problems.append(f"reports {flag.name}: {flag.check}")
    if celsius >= limit:
        report.problems.append(f"{celsius:g} °C, its limit is {limit} °C: let it cool")
    elif celsius >= limit - NEAR_LIMIT:
        report.remarks.append(f"{celsius:g} °C is near its limit of {limit} °C")


def _settings(report: JointReport, joint: JointCalibration, values: Mapping[str, int]) -> None:
    problems, remarks = report.problems, report.remarks
    if values["model"] != MODEL:
        problems.append(f"{report.model} where an STS3215 was expected: its registers may mean something else")
    if (offset := values["homing_offset"]) != joint.homing_offset:
        problems.append(
            f"its homing offset is {offset}, the calibration was made with {joint.homing_offset}: another program has "
            "calibrated it since; run `pontine arm calibrate` again"
        )
        report.angle = None
    if (mode := values["mode"]) != POSITION_MODE:
        problems.append(f"in {_MODES.get(mode, f'mode {mode}')} mode, not position mode: set register mode to 0")
    if values["phase"] & _ANGLE_MODE_BIT:
        problems.append("counts turns (bit 4 of register phase): clear it, or the calibration does not hold")
    if values["phase"] & _REVERSED_BIT:
        remarks.append("measures the other way round (bit 7 of register phase); the calibration must know")
    if values["response_level"] != 1:
        problems.append("does not answer writes (register response_level is 0): set it to 1")
    if (why := too_weak(report.name, values)) is not None:
        problems.append(why)
    # These two are spoken of by themselves.
    left = [f for f in leftovers(report.name, values) if f.register not in ("return_delay", "response_level")]
    if left:
        listed = ", ".join(map(str, left))
        remarks.append(f"set by another program: {listed}; `pontine arm check restore=true` puts the factory's back")
    if values["return_delay"]:
        delay = values["return_delay"] * STS3215["return_delay"].scale * 1e6
        remarks.append(f"waits {delay:.0f} µs before it answers (register return_delay)")
    if not values["lock"]:
        remarks.append("EEPROM unlocked, as LeRobot leaves it; it locks again when switched off and on")
    if values["torque_enable"] != TORQUE_OFF:
        remarks.append("holds its pose with torque: do not force it by hand")
    low, high = values["min_position"] * RADIANS, values["max_position"] * RADIANS
    start, end = joint.encoder_range
    cut = max(low - start, end - high)
    if low == high == 0:
        problems.append("has no position limits (both 0: it counts turns): set min_position 0 and max_position 4095")
    elif not joint.wraps and cut > RADIANS * 2:
        line = f"its own limits take {math.degrees(cut):.0f}° of the calibrated range"
        (problems if cut > CUT else remarks).append(f"{line} (registers min_position and max_position)")


def _angles(report: ArmReport, calibration: Calibration) -> None:
    """Turn encoder angles into the model's and see that each joint stands where it can."""
    encoder = np.array([np.nan if joint.angle is None else joint.angle for joint in report.joints.values()])
    for joint, angle, (low, high) in zip(
        report.joints.values(), calibration.to_model(encoder), calibration.range, strict=True
    ):
        joint.angle = None if math.isnan(angle) else float(angle)
        if joint.angle is not None and not low - OUTSIDE <= angle <= high + OUTSIDE:
            joint.problems.append(
                f"stands at {math.degrees(angle):.0f}°, outside its calibrated {math.degrees(low):.0f}° to "
                f"{math.degrees(high):.0f}°: move it back by hand, or calibrate again"
            )


def _as_a_whole(report: ArmReport, strangers: list[int], port: str, baud: int) -> None:
    joints = report.joints.values()
    if not any(joint.answers.good + joint.answers.spoilt for joint in joints):
        report.problems.append(
            f"no servo answers on {port} at {baud} baud: check the arm's supply and the cable from the board; "
            f"`pontine arm find port={port}` tries every rate"
        )
    if strangers:
        listed = ", ".join(map(str, strangers))
        report.remarks.append(f"also on this bus, and not in the calibration: id {listed}")
    if len(versions := {joint.firmware for joint in joints} - {None}) > 1:
        report.remarks.append(f"firmware differs: {', '.join(sorted(map(str, versions)))}")
    volts = [joint.volts for joint in joints if joint.volts is not None]
    if volts and max(volts) - min(volts) > DROP_VOLTS:
        report.remarks.append(
            f"the supply differs by {max(volts) - min(volts):.1f} V between joints: a thin or worn cable in the chain"
        )
