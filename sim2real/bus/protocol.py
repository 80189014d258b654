"""What a `Bus` needs to know of servos: how they are spoken to, and in which registers they keep what.

`FEETECH` is for the SO-101's STS3215, `DYNAMIXEL` for the XL330 of the Koch arm. Servos of another make are one more
`ServoProtocol`: instructions that encode to packets, a parser of the answers, a control table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import dynamixel, feetech
from .dynamixel_frame import BROADCAST as DYNAMIXEL_BROADCAST
from .registers import ControlTable, Flag
from .sts3215 import BROADEST_BLOCK, STS3215, TORQUE_RECENTER
from .wire import Parser, Taken, Verdict
from .xl330 import BAUD_RATES, HARDWARE_ERRORS, XL330

Rows = tuple[tuple[int, bytes], ...]
"""Ids and the bytes for each, equally many."""


@dataclass(frozen=True)
class ServoProtocol:
    """One make of servo.

    `ping` (id), `read` (id, address, count), `write` (id, address, bytes), `sync_read` (address, count, ids) and
    `sync_write` (address, rows) make the instructions that `encode` turns into packets; `parser` finds the answers,
    which have an `id`, an `error` and `data`. `overhead` are the bytes of an answer that are not data. No servo answers
    a read to the `broadcast`.

    `measured` are the first and the last register of the block that tells all that a servo measures, `load` and
    `status` the names of two in it, `errors` the bits of the latter. `settings` are the RAM registers that tell whether
    a servo still has what it was given, `baud_rates` the bits per second that the values of the register mean.

    `refusal` says why an answer's error means that the instruction was not obeyed, "" where it does not mean that.
    EEPROM takes writes while the register `lock` is 0; None: it takes them while there is no torque. `recenter`
    is a value of `torque_enable` that writes EEPROM, if there is one.
    """

    name: str
    table: ControlTable
    ping: Callable[[int], Any]
    read: Callable[[int, int, int], Any]
    write: Callable[[int, int, bytes], Any]
    sync_read: Callable[[int, int, tuple[int, ...]], Any]
    sync_write: Callable[[int, Rows], Any]
    encode: Callable[[Any], bytes]
    parser: Callable[[], Parser[Any]]
    overhead: int
    broadcast: int
    max_id: int
    measured: tuple[str, str]
    load: str
    status: str
    errors: tuple[Flag, ...]
    settings: tuple[str, ...]
    baud_rates: tuple[int, ...]
    refusal: Callable[[int], str] = lambda error: ""
    lock: str | None = None
    recenter: int | None = None


FEETECH = ServoProtocol(
    "feetech",
    STS3215,
    feetech.Ping,
    feetech.Read,
    feetech.Write,
    feetech.SyncRead,
    feetech.SyncWrite,
    feetech.encode,
    feetech.status_parser,
    overhead=6,
    broadcast=feetech.BROADCAST,
    max_id=feetech.MAX_ID,
    measured=BROADEST_BLOCK,
    load="present_load",
    status="status",
    errors=feetech.ERRORS,
    settings=(
        "torque_enable", "acceleration", "goal_position", "goal_time", "goal_speed", "torque_limit", "lock",
    ),
    baud_rates=feetech.BAUD_RATES,
    lock="lock",
    recenter=TORQUE_RECENTER,
)  # fmt: skip
"""An answer's error bits tell of the servo's state; it obeys all the same. A goal switches the torque on."""


def _dynamixel_status(data: bytes, at: int) -> Taken[dynamixel.Status] | Verdict:
    taken = dynamixel.take_status(data, at)
    if isinstance(taken, Verdict):
        return taken
    if isinstance(taken.message, dynamixel.Status):
        return Taken(taken.message, taken.length)
    return Verdict.NOT_A_PACKET  # several servos' answer in one packet, for which nobody asked


def _dynamixel_refusal(error: int) -> str:
    number = error & ~dynamixel.ALERT
    return dynamixel.ERRORS[number] if 0 < number < len(dynamixel.ERRORS) else f"error {number}" if number else ""


DYNAMIXEL = ServoProtocol(
    "dynamixel",
    XL330,
    dynamixel.Ping,
    dynamixel.Read,
    dynamixel.Write,
    dynamixel.SyncRead,
    lambda address, rows: dynamixel.SyncWrite(address, len(rows[0][1]), rows),
    dynamixel.encode,
    lambda: Parser(_dynamixel_status),
    overhead=11,
    broadcast=DYNAMIXEL_BROADCAST,
    max_id=252,
    measured=("hardware_error_status", "present_temperature"),
    load="present_pwm",
    status="hardware_error_status",
    errors=HARDWARE_ERRORS,
    settings=("torque_enable", "goal_pwm", "goal_current", "acceleration", "profile_speed", "goal_position"),
    baud_rates=BAUD_RATES,
    refusal=_dynamixel_refusal,
)
"""A goal moves nothing until `torque_enable` is 1."""
