"""The control table of the Dynamixel XL330-M288, the small servo of the Koch arm.

Addresses, sizes, defaults and units from the ROBOTIS e-Manual's control table of the XL330-M288-T;
the XL430-W250 has the same addresses, without current control: there `present_current` is a load in
0.1 %. Signed numbers are two's complement.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from .registers import RADIANS, ControlTable, Flag, Register

MODEL = 1200
BAUD_RATES = (9_600, 57_600, 115_200, 1_000_000, 2_000_000, 3_000_000, 4_000_000)
"""Baud by the value of the register `baud_rate`."""

POSITION_MODE = 3

HARDWARE_ERRORS = (
    Flag(0x01, "voltage", "measure the supply under load: is it the right one for these servos?"),
    Flag(0x04, "overheated", "let it cool, then look for a joint that holds a load or rubs"),
    Flag(0x08, "encoder", "the angle sensor fails: look for a damaged servo"),
    Flag(0x10, "overcurrent", "an electrical shock, or too weak a supply for the motor: look at cables and supply"),
    Flag(0x20, "overload", "free the joint, then reboot the servo"),
)
"""Bits of the register `hardware_error_status`; those in `shutdown` switch the torque off until a reboot."""


class Indirect(NamedTuple):
    """A window of bytes that lie where pointers (two bytes each) say: the first pointer, the first byte, how many."""

    pointers: int
    data: int
    size: int


INDIRECT = Indirect(168, 208, 20)
"""e-Manual, XL330-M288-T. Other software has its data at 224, where an XL430 keeps them."""

_SPEED = 0.229 * 2 * math.pi / 60
_ACCELERATION = 214.577 * 2 * math.pi / 3600
_PWM = 1 / 885


def _kept(name: str, address: int, size: int = 1, default: int = 0, unit: str = "", scale: float = 1.0,
          signed: bool = False, writable: bool = True, bounds: tuple[int, int] | None = None) -> Register:  # fmt: skip
    return Register(name, address, size, default, unit, scale, signed=signed, writable=writable, kept=True,
                    bounds=bounds)  # fmt: skip


def _measured(name: str, address: int, size: int = 1, unit: str = "", scale: float = 1.0,
              signed: bool = False) -> Register:  # fmt: skip
    return Register(name, address, size, 0, unit, scale, signed=signed, writable=False)


XL330 = ControlTable("XL330", (
    _kept("model", 0, 2, MODEL, writable=False),
    _kept("model_information", 2, 4, writable=False),
    _kept("firmware", 6, writable=False),
    _kept("id", 7, default=1, bounds=(0, 252)),
    _kept("baud_rate", 8, default=1, bounds=(0, 6)),
    _kept("return_delay", 9, default=250, unit="s", scale=2e-6, bounds=(0, 254)),
    _kept("drive_mode", 10),
    _kept("mode", 11, default=POSITION_MODE),
    _kept("shadow_id", 12, default=255),
    _kept("protocol_type", 13, default=2),
    _kept("homing_offset", 20, 4, 0, "rad", RADIANS, signed=True, bounds=(-1_044_479, 1_044_479)),
    _kept("moving_threshold", 24, 4, 10, "rad/s", _SPEED, bounds=(0, 1_023)),
    _kept("max_temperature", 31, default=70, unit="°C", bounds=(0, 100)),
    _kept("max_voltage", 32, 2, 70, "V", 0.1, bounds=(31, 70)),
    _kept("min_voltage", 34, 2, 35, "V", 0.1, bounds=(31, 70)),
    _kept("pwm_limit", 36, 2, 885, "of full duty", _PWM, bounds=(0, 885)),
    _kept("current_limit", 38, 2, 1750, "A", 0.001, bounds=(0, 1_750)),
    _kept("max_speed", 44, 4, 445, "rad/s", _SPEED, bounds=(0, 2_047)),
    _kept("max_position", 48, 4, 4095, "rad", RADIANS, bounds=(0, 4_095)),
    _kept("min_position", 52, 4, 0, "rad", RADIANS, bounds=(0, 4_095)),
    _kept("startup", 60),
    _kept("pwm_slope", 62, default=140, unit="V/s", scale=1.977, bounds=(1, 255)),
    _kept("shutdown", 63, default=53),
    Register("torque_enable", 64, bounds=(0, 1)),
    Register("led", 65, bounds=(0, 1)),
    Register("response_level", 68, default=2, bounds=(0, 2)),
    _measured("registered_instruction", 69),
    _measured("hardware_error_status", 70),
    Register("speed_i", 76, 2, 1600, bounds=(0, 16_383)),
    Register("speed_p", 78, 2, 180, bounds=(0, 16_383)),
    Register("position_d", 80, 2, bounds=(0, 16_383)),
    Register("position_i", 82, 2, bounds=(0, 16_383)),
    Register("position_p", 84, 2, 400, bounds=(0, 16_383)),
    Register("feedforward_2", 88, 2, bounds=(0, 16_383)),
    Register("feedforward_1", 90, 2, bounds=(0, 16_383)),
    Register("bus_watchdog", 98, unit="s", scale=0.02, signed=True, bounds=(0, 127)),
    Register("goal_pwm", 100, 2, 885, "of full duty", _PWM, signed=True),
    Register("goal_current", 102, 2, 1750, "A", 0.001, signed=True),
    Register("goal_speed", 104, 4, 0, "rad/s", _SPEED, signed=True),
    Register("acceleration", 108, 4, 0, "rad/s²", _ACCELERATION, bounds=(0, 32_767)),
    Register("profile_speed", 112, 4, 0, "rad/s", _SPEED, bounds=(0, 32_767)),
    Register("goal_position", 116, 4, 0, "rad", RADIANS, signed=True),
    _measured("moving", 122),
    _measured("present_pwm", 124, 2, "of full duty", _PWM, signed=True),
    _measured("present_current", 126, 2, "A", 0.001, signed=True),
    _measured("present_speed", 128, 4, "rad/s", _SPEED, signed=True),
    _measured("present_position", 132, 4, "rad", RADIANS, signed=True),
    _measured("present_voltage", 144, 2, "V", 0.1),
    _measured("present_temperature", 146, 1, "°C"),
))  # fmt: skip
"""While `torque_enable` is 1 the servo refuses writes to what it keeps. `bus_watchdog` 1 to 127 stops
the servo when the bus falls silent for that many times 20 ms; it reads -1 once that has happened."""
