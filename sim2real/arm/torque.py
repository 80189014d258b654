"""Switching an arm's torque on without a jump, and off again whatever else has failed.

A servo switches its torque on when it is given a goal, and jumps there; so the limits in its RAM come
first, while it is limp, and its first goal is where it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from pontine.envs.errors import PontineError
from pontine.envs.robot import JOINTS

from ..bus.bus import Bus
from ..bus.errors import BusError
from ..bus.registers import RADIANS
from ..bus.sts3215 import POSITION_MODE, STS3215, TORQUE_DAMPED, TORQUE_OFF, TORQUE_ON
from .calibration import Calibration, CalibrationError
from .limits import Limits

Settings = dict[str, dict[str, int]]
"""Counts by register, by servo."""

_FARTHEST_OUTSIDE = 0.3
_JUMP = 0.1
_TRIES = 4


class NotReadyError(PontineError):
    """The arm cannot be switched on as it is."""


@dataclass(frozen=True)
class Standing:
    """How an arm stands before its torque comes on: joint angles (6,) rad, supply (V)."""

    position: np.ndarray
    volts: float


def look_over(bus: Bus, calibration: Calibration, limits: Limits) -> Standing:
    """Whether the arm is the calibrated one, sound, and where it may be; nothing is changed.

    Raises `NotReadyError`, `CalibrationError` or a bus error, each naming the joint.
    """
    if bus.names != JOINTS:
        raise ValueError(f"the bus must have the servos {JOINTS}, not {bus.names}")
    for name in JOINTS:
        noted, found = calibration.joints[name].homing_offset, bus.read(name, "homing_offset")
        if noted != found:
            raise CalibrationError(
                f"{name} has the homing offset {found} and had {noted} when {calibration.name} was calibrated: "
                "another program changed it, or this is another arm; calibrate again"
            )
        if (mode := bus.read(name, "mode")) != POSITION_MODE:
            raise NotReadyError(f"{name} is in operating mode {mode}, not in position mode ({POSITION_MODE})")
    states, profile = bus.measure(), limits.profile
    for name, state in states.items():
        for flag in state.errors:
            raise NotReadyError(
                f"{name} reports {flag.name} ({state.volts:.1f} V, {state.celsius:.0f} °C): {flag.check}"
            )
        if state.celsius >= profile.celsius:
            raise NotReadyError(
                f"{name} has {state.celsius:.0f} °C, the limit is {profile.celsius:.0f} °C: let it cool"
            )
        if not profile.volts[0] <= state.volts <= profile.volts[1]:
            raise NotReadyError(f"{name} has {state.volts:.1f} V: check the arm's supply")
    position = calibration.to_model(np.array([states[name].angle for name in JOINTS]))
    outside = np.maximum(limits.low - position, position - limits.high)
    for name, angle, excess, low, high in zip(JOINTS, position, outside, limits.low, limits.high, strict=True):
        if excess > _FARTHEST_OUTSIDE:
            raise NotReadyError(
                f"{name} stands at {angle:.2f} rad, outside its limits of {low:.2f} to {high:.2f}: move it "
                "there by hand; if it looks well within them, calibrate again"
            )
    return Standing(position, float(np.median([state.volts for state in states.values()])))


def settings_for(limits: Limits, torque: Iterable[float]) -> Settings:
    """What each servo's RAM is to hold; `torque` are fractions of stall torque in joint order.

    In the servos 0 is no limit of speed or acceleration.
    """
    profile, speed = limits.profile, STS3215["goal_speed"].scale
    acceleration = min(254, round(profile.servo_acceleration / STS3215["acceleration"].scale))
    return {
        name: {
            "torque_limit": round(share / STS3215["torque_limit"].scale),
            "acceleration": acceleration * profile.shaped,
            "goal_time": 0,
            "goal_speed": round(velocity / speed) * profile.shaped,
        }
        for name, share, velocity in zip(JOINTS, torque, profile.velocity, strict=True)
    }


def wake(bus: Bus, settings: Settings) -> dict[str, float]:
    """Switch these servos on where they stand; the encoder angles (rad) they were told to hold.

    Raises `NotReadyError` if a servo does not take what it is told, or moves.
    """
    for name, registers in settings.items():
        for register, value in registers.items():
            bus.write(name, register, value)
    before = bus.measure()
    goals = {name: before[name].angle for name in settings}
    for _ in range(_TRIES):
        # Nobody answers to goals: who has not heard them is told them again.
        bus.command(goals)
        found = {name: heard for name, heard in bus.survey().items() if name in settings}
        if all(held["torque_enable"] == TORQUE_ON for _, held in found.values()):
            break
    for name, (state, held) in found.items():
        wanted = {**settings[name], "torque_enable": TORQUE_ON, "goal_position": round(goals[name] / RADIANS)}
        for register, value in wanted.items():
            if held[register] != value:
                raise NotReadyError(f"{name} was told {register} {value} and holds {held[register]}")
        if abs(state.angle - goals[name]) > _JUMP:
            raise NotReadyError(f"{name} jumped by {state.angle - goals[name]:+.2f} rad when its torque came on")
    return goals


def let_go(bus: Bus, names: Iterable[str], sinking: float) -> Mapping[str, BusError]:
    """Take the torque from every servo, each tried whatever the others do; what went wrong, by servo.

    For `sinking` seconds the motors are shorted: no pose of this arm stands by itself, and so it
    sinks and does not fall.
    """
    names = tuple(names)
    damped = _switch(bus, names, TORQUE_DAMPED)
    if len(damped) < len(names):
        bus.clock.sleep(sinking)
    return _switch(bus, names, TORQUE_OFF)


def _switch(bus: Bus, names: Iterable[str], torque: int) -> dict[str, BusError]:
    failed: dict[str, BusError] = {}
    for name in names:
        try:
            bus.write(name, "torque_enable", torque)
        except BusError as error:
            failed[name] = error
    return failed
