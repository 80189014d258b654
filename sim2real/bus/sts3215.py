"""The Feetech STS3215, the servo of the SO-101 arm: its control table, and its motor by the data sheet.

Addresses, defaults and units follow Feetech's STS memory table and `scservo_sdk`; where a register
is signed the sign stands in one bit (sign-magnitude). The table is the one of firmware 3.10, 7.4 V.
"""

from __future__ import annotations

import math

from .registers import RADIANS, ControlTable, Register

MODEL = 777
MID_COUNTS = 2048
"""What the present pose reads after a recalibration: the middle of the turn."""

TORQUE_OFF, TORQUE_ON, TORQUE_DAMPED, TORQUE_RECENTER = 0, 1, 2, 128
"""Values of `torque_enable`; the last makes the present pose read `MID_COUNTS`."""

POSITION_MODE = 0
BROADEST_BLOCK = ("present_position", "present_current")
"""First and last register of the 15 bytes that tell all a servo measures."""

ACCELERATION = 100 * RADIANS
"""rad/s² in one count of `acceleration`; servolab's measurements on an STS3215 gave 104-105 steps/s²."""

RATED_VOLTS = 7.4
"""Supply (V) at which Feetech's data sheet of the 7.4 V STS3215 gives the torque and the speed below."""

STALL_TORQUE = 1.91
"""N m: 19.5 kg cm."""

NO_LOAD_SPEED = 4.72
"""rad/s: 0.222 s for 60 degrees."""

MOTOR_DAMPING = STALL_TORQUE / NO_LOAD_SPEED
"""N m s/rad that the motor brakes by itself, at any supply: its back-EMF."""

_MAX_SPEED = 0.732 * 2 * math.pi / 60
_PERCENT, _PERMILLE = 0.01, 0.001
_CURRENT = 0.0065


def _kept(name: str, address: int, size: int = 1, default: int = 0, unit: str = "", scale: float = 1.0,
          sign_bit: int | None = None, writable: bool = True) -> Register:  # fmt: skip
    return Register(name, address, size, default, unit, scale, sign_bit, writable=writable, kept=True)


def _measured(name: str, address: int, size: int = 1, unit: str = "", scale: float = 1.0,
              sign_bit: int | None = None) -> Register:  # fmt: skip
    return Register(name, address, size, 0, unit, scale, sign_bit, writable=False)


STS3215 = ControlTable("STS3215", (
    _kept("firmware_major", 0, default=3, writable=False),
    _kept("firmware_minor", 1, default=10, writable=False),
    _kept("big_endian", 2, writable=False),
    _kept("model", 3, 2, MODEL, writable=False),
    _kept("id", 5, default=1),
    _kept("baud_rate", 6),
    _kept("return_delay", 7, unit="s", scale=2e-6),
    _kept("response_level", 8, default=1),
    _kept("min_position", 9, 2, unit="rad", scale=RADIANS),
    _kept("max_position", 11, 2, 4095, "rad", RADIANS),
    _kept("max_temperature", 13, default=70, unit="°C"),
    _kept("max_voltage", 14, default=80, unit="V", scale=0.1),
    _kept("min_voltage", 15, default=40, unit="V", scale=0.1),
    _kept("max_torque", 16, 2, 1000, "of stall torque", _PERMILLE),
    _kept("phase", 18),
    _kept("unload_condition", 19, default=0x2C),
    _kept("led_alarm", 20, default=0x2F),
    _kept("position_p", 21, default=32),
    _kept("position_d", 22, default=32),
    _kept("position_i", 23),
    _kept("startup_force", 24, unit="of stall torque", scale=_PERMILLE),
    _kept("integral_limit", 25),
    _kept("dead_zone_cw", 26, default=1, unit="rad", scale=RADIANS),
    _kept("dead_zone_ccw", 27, default=1, unit="rad", scale=RADIANS),
    _kept("protection_current", 28, 2, 500, "A", _CURRENT),
    _kept("angle_resolution", 30, default=1),
    _kept("homing_offset", 31, 2, 0, "rad", RADIANS, sign_bit=11),
    _kept("mode", 33, default=POSITION_MODE),
    _kept("protective_torque", 34, default=20, unit="of stall torque", scale=_PERCENT),
    _kept("protection_time", 35, default=200, unit="s", scale=0.01),
    _kept("overload_torque", 36, default=80, unit="of stall torque", scale=_PERCENT),
    _kept("speed_p", 37, default=10),
    _kept("overcurrent_time", 38, default=200, unit="s", scale=0.01),
    _kept("speed_i", 39, default=10),
    Register("torque_enable", 40),
    Register("acceleration", 41, unit="rad/s²", scale=ACCELERATION),
    Register("goal_position", 42, 2, 0, "rad", RADIANS, sign_bit=15),
    Register("goal_time", 44, 2, 0, "s", 0.001, sign_bit=10),
    Register("goal_speed", 46, 2, 0, "rad/s", RADIANS, sign_bit=15),
    Register("torque_limit", 48, 2, 1000, "of stall torque", _PERMILLE),
    Register("lock", 55, default=1),
    _measured("present_position", 56, 2, "rad", RADIANS, sign_bit=15),
    _measured("present_speed", 58, 2, "rad/s", RADIANS, sign_bit=15),
    _measured("present_load", 60, 2, "of stall torque", _PERMILLE, sign_bit=10),
    _measured("present_voltage", 62, 1, "V", 0.1),
    _measured("present_temperature", 63, 1, "°C"),
    _measured("async_write", 64),
    _measured("status", 65),
    _measured("moving", 66),
    _measured("present_current", 69, 2, "A", _CURRENT),
    Register("moving_threshold", 80, unit="rad/s", scale=RADIANS, writable=False),
    Register("max_speed", 84, unit="rad/s", scale=_MAX_SPEED, writable=False),
    Register("max_acceleration", 85, unit="rad/s²", scale=ACCELERATION, writable=False),
))  # fmt: skip
"""`torque_limit` takes the value of `max_torque` at power-up; `goal_speed` 0 is as fast as it can."""
