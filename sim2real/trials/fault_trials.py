"""Faults put to an arm that moves, one trial each: did it end safely, and did its report name the fault?

The arm is emulated servos on a pseudo-terminal, each with a simple shaft; the program that drives it is
`SerialArm` as anybody uses it. Where the fault is the program's own death, the program is a process.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.errors import PontineError
from pontine.envs.files import write_json
from pontine.envs.io.platform import ended_by_signals
from pontine.envs.robot import JOINTS, RobotState
from pontine.envs.so101.model import RANGE, REST

from ..arm.calibration import Calibration, JointCalibration
from ..arm.emergency import emergency_stop
from ..arm.envelope import Clip, Reason
from ..arm.limits import Limits, limits
from ..arm.safety_profile import SafetyProfile, safety_profile
from ..arm.serial_arm import SerialArm
from ..arm.stops import Kind, SafetyStop
from ..bus.bus import Bus
from ..bus.registers import RADIANS
from ..emulation.emulator import Emulator, Fault
from ..emulation.servo import Servo
from ..emulation.shaft import FirstOrderShaft
from ..vision.scene_source import EMPTY_TABLE


@cache
def trial_profile() -> SafetyProfile:
    """As `normal`, sooner over, and patient: on a busy machine the emulated servos are late by themselves."""
    return replace(safety_profile("normal"), sinking=0.05, rest_velocity=1.5, emergency_hold=0.2, silence=1.0)


PATIENCE = 0.1
_BEFORE, _AFTER = 8, 400
_SWING, _PERIOD = np.array([0.3, 0.3, -0.3, 0.3, 0.3, 0.1]), 2.4
_LASTING = 1_000_000
_MARGIN = 0.06


def bench_calibration() -> Calibration:
    """Of servos whose middle is the joint's zero and that turn as the joint does."""
    return Calibration("bench", {
        name: JointCalibration(id, np.pi, 1, float(low) - 0.05, float(high) + 0.05)
        for (id, name), (low, high) in zip(enumerate(JOINTS, 1), RANGE, strict=True)
    })  # fmt: skip


class Rig:
    """Six emulated servos that stand at rest; a context manager that serves their port."""

    def __init__(self, seed: int) -> None:
        self.shafts = [FirstOrderShaft(float(angle)) for angle in REST]
        ends = np.round((RANGE + np.pi) / RADIANS).astype(int)
        self.servos = [
            Servo(id, shaft, settings={"min_position": int(low), "max_position": int(high)})
            for (id, shaft), (low, high) in zip(enumerate(self.shafts, 1), ends, strict=True)
        ]
        self.emulator = Emulator(self.servos, seed=seed)

    def __enter__(self) -> Rig:
        self.emulator.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        self.emulator.__exit__(*exception)

    def positions(self) -> tuple[Array, list[int]]:
        """Where the shafts are, (6,) rad, and what `torque_enable` holds."""
        with self.emulator.paused():
            return np.array([s.motion.angle for s in self.servos]), [s["torque_enable"] for s in self.servos]


Inject = Callable[[Rig, int], None]


def _spoil(kind: Any, count: int, seconds: float = 0.0) -> Inject:
    return lambda rig, joint: rig.emulator.inject(Fault(kind, joint + 1, count, seconds))


def _on_servo(change: Callable[[Rig, Servo, int], None]) -> Inject:
    def act(rig: Rig, joint: int) -> None:
        with rig.emulator.paused():
            change(rig, rig.servos[joint], joint)

    return act


def _block(rig: Rig, servo: Servo, joint: int) -> None:
    rig.shafts[joint].low = rig.shafts[joint].high = servo.motion.angle


@dataclass(frozen=True)
class FaultKind:
    """How a fault is made at one joint, and which cause the report is to name (None: the arm goes on)."""

    inject: Inject
    cause: Kind | None = None
    names_joint: bool = True
    keeps_torque: bool = False


def _raise(rig: Rig, joint: int) -> None:
    raise ZeroDivisionError("a skill that fails")


def _wait(rig: Rig, joint: int) -> None:
    time.sleep(2 * trial_profile().stale)


FAULTS = {
    "dropped": FaultKind(_spoil("dropped", 2)),
    "corrupted": FaultKind(_spoil("corrupted", 2)),
    "late": FaultKind(_spoil("late", 2, 0.15)),
    "silent": FaultKind(_spoil("silent", _LASTING), Kind.SILENCE),
    "garbled": FaultKind(_spoil("corrupted", _LASTING), Kind.SILENCE),
    "brown-out": FaultKind(_on_servo(lambda rig, servo, joint: servo.brown_out()), Kind.BROWN_OUT),
    "stall": FaultKind(_on_servo(_block), Kind.STALL),
    "overheat": FaultKind(_on_servo(lambda rig, servo, joint: setattr(servo, "celsius", 66.0)), Kind.HEAT),
    "overheat beyond the servo's own limit": FaultKind(
        _on_servo(lambda rig, servo, joint: setattr(servo, "celsius", 85.0)), Kind.HEAT),
    "low supply": FaultKind(_on_servo(lambda rig, servo, joint: setattr(servo, "volts", 5.2)), Kind.VOLTAGE),
    "high supply": FaultKind(_on_servo(lambda rig, servo, joint: setattr(servo, "volts", 9.0)), Kind.VOLTAGE),
    "no supply": FaultKind(_on_servo(lambda rig, servo, joint: setattr(servo, "volts", 0.0)), Kind.SILENCE),
    "doubled id": FaultKind(
        _on_servo(lambda rig, servo, joint: rig.servos[(joint + 1) % 6].store("id", joint + 1)), Kind.SILENCE,
        names_joint=False),
    "wrong baud": FaultKind(_on_servo(lambda rig, servo, joint: servo.store("baud_rate", 4)), Kind.SILENCE),
    "unplugged": FaultKind(lambda rig, joint: rig.emulator.unplug(), Kind.UNPLUGGED, False, keeps_torque=True),
    "commander silent": FaultKind(_wait),
    "skill raises": FaultKind(_raise),
}  # fmt: skip
"""Faults of wire, servos, supply and skill; those of the process are `SIGNALS`."""

SIGNALS = {
    "SIGINT": (signal.SIGINT, None),
    "SIGTERM": (signal.SIGTERM, None),
    "emergency stop by signal": (signal.SIGUSR1, Kind.EMERGENCY),
}


@dataclass
class Trial:
    """What came of one fault; `wrong` lists what should not be, empty where all is well."""

    fault: str
    joint: str
    seconds: float = 0.0
    cause: str | None = None
    at_rest: bool = False
    report: dict[str, Any] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


class Tape:
    """An observer that keeps the control steps and checks what was sent against the limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits, self._last, self._time = limits, np.full(6, np.nan), 0.0
        self.steps, self.outside = 0, 0

    def __call__(self, state: RobotState, sent: Array, clips: tuple[Clip, ...], now: float) -> None:
        held = self._limits
        # A servo that is woken again is told to hold where it stands.
        woken = [JOINTS.index(clip.joint) for clip in clips if clip.reason == Reason.WOKEN]
        self._last[woken] = sent[woken]
        jumped = self.steps > 0 and bool(np.any(np.abs(sent - self._last) > held.profile.step + 1e-6))
        inside = bool(np.all((sent >= held.low - 1e-9) & (sent <= held.high + 1e-9)))
        self.outside += jumped or not inside or now <= self._time
        self._last, self._time, self.steps = sent.copy(), now, self.steps + 1


def drive(arm: SerialArm, steps: int, start: float = 0.0) -> None:
    """Swing all joints about the rest pose."""
    for k in range(steps):
        arm.command(REST + _SWING * np.sin(2 * np.pi * (start + k / 25) / _PERIOD))


def run_trial(name: str, seed: int, profile: SafetyProfile | None = None) -> Trial:
    """Put one fault of `FAULTS` to a moving arm, at a joint and an instant that `seed` chooses.

    `profile` None is `trial_profile`.
    """
    rng = np.random.default_rng(seed)
    kind, joint = FAULTS[name], int(rng.integers(5))
    trial, calibration = Trial(name, JOINTS[joint]), bench_calibration()
    held = limits(profile or trial_profile(), calibration)
    tape, began = Tape(held), time.monotonic()
    with Rig(seed) as rig:
        bus = Bus(rig.emulator.port, calibration.ids, patience=PATIENCE)
        arm = SerialArm(bus, calibration, held, EMPTY_TABLE)
        arm.on_step(tape)
        try:
            with arm:
                before = _BEFORE + int(rng.integers(30))
                drive(arm, before)
                kind.inject(rig, joint)
                drive(arm, 15 if kind.cause is None else _AFTER, before / 25)
        except (PontineError, ZeroDivisionError) as error:
            if isinstance(error, PontineError) and (kind.cause is None or not isinstance(error, SafetyStop)):
                trial.wrong.append(f"raised {type(error).__name__}: {error}")
        trial.seconds = time.monotonic() - began
        angles, torque = rig.positions()
    if not bus.closed:
        trial.wrong.append("the port is open")
    if not arm.woken:
        return trial
    _judge(trial, kind, arm.report(), held, angles, torque)
    if tape.steps != arm.report()["measured_steps"]:
        trial.wrong.append(f"{arm.report()['measured_steps'] - tape.steps} recorded steps were lost")
    if tape.outside:
        trial.wrong.append(f"{tape.outside} commands outside the limits")
    return trial


def _judge(trial: Trial, kind: FaultKind, report: dict[str, Any], held: Limits, angles: Array,
           torque: list[int]) -> None:  # fmt: skip
    trial.report, trial.at_rest = report, bool(report["ending"] and report["ending"]["at_rest"])
    stops = report["stops"]
    trial.cause = stops[0]["kind"] if stops else None
    if trial.cause != (None if kind.cause is None else str(kind.cause)):
        trial.wrong.append(f"the report names {trial.cause}, not {kind.cause}")
    elif kind.cause is not None and kind.names_joint and stops[0]["joint"] != trial.joint:
        trial.wrong.append(f"the report names {stops[0]['joint']}, not {trial.joint}")
    if np.any(angles < held.low - _MARGIN) or np.any(angles > held.high + _MARGIN):
        trial.wrong.append(f"the arm is outside its limits: {np.round(angles, 2)}")
    unreached = set(report["ending"]["unreached"])
    for name, on in zip(JOINTS, torque, strict=True):
        if on and not (name in unreached or kind.keeps_torque):
            trial.wrong.append(f"{name} has torque and the report does not say so")
    if kind.cause is None and not trial.at_rest:
        trial.wrong.append("the arm is not at rest")


def program(port: str, folder: str) -> None:
    """What a process does that is to be killed: drive, log each step to `folder`, report at the end if it woke."""
    # A shell starts what runs in the background with SIGINT ignored, and that is inherited.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    calibration = bench_calibration()
    held = limits(trial_profile(), calibration)
    arm = SerialArm(Bus(port, calibration.ids, patience=PATIENCE), calibration, held, EMPTY_TABLE)
    with (Path(folder) / "steps").open("w", encoding="utf-8") as steps:
        arm.on_step(lambda state, sent, clips, now: print(now, file=steps))
        try:
            with ended_by_signals(), arm, emergency_stop(arm):
                print("moving", flush=True)
                drive(arm, 10_000)
        finally:
            steps.flush()
            if arm.woken:
                write_json(Path(folder) / "report", arm.report())


def run_signal(name: str, seed: int) -> Trial:
    """Send one of `SIGNALS` to a process that moves an arm."""
    number, cause = SIGNALS[name]
    rng, trial = np.random.default_rng(seed), Trial(name, "")
    held, began = limits(trial_profile(), bench_calibration()), time.monotonic()
    code = f"import sys; from {__name__} import program; program(*sys.argv[1:])"
    with Rig(seed) as rig, tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", code, rig.emulator.port, folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                              process_group=0) as process:  # fmt: skip
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(float(rng.uniform(0.1, 1.0)))
            os.kill(process.pid, number)
            try:
                _, errors = process.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                _, errors = process.communicate()
                trial.wrong.append("the process had not ended a minute later")
        trial.seconds = time.monotonic() - began
        angles, torque = rig.positions()
        report = Path(folder) / "report"
        if not report.exists():
            trial.wrong.append(f"the process left no report: {errors.decode()[-500:]}")
            return trial
        told = json.loads(report.read_text(encoding="utf-8"))
        _judge(trial, FaultKind(_wait, cause, names_joint=False), told, held, angles, torque)
        written = len((Path(folder) / "steps").read_text(encoding="utf-8").splitlines())
    if written != told["measured_steps"]:
        trial.wrong.append(f"{told['measured_steps'] - written} recorded steps were lost")
    return trial
