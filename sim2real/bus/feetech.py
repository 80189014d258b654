"""Feetech's serial bus protocol as STS and SMS servos speak it: bytes to messages and back.

A packet is `FF FF id length code parameters checksum`: length counts what follows it, the
checksum is the complement of the sum of what stands between header and checksum, numbers are
little-endian. From the host the code is an instruction; from a servo it is its error byte, and
nothing else tells the two directions apart. 8N1, half duplex, one wire, 1 Mbaud from the factory.

Source of codes and bits: Feetech's "Communication Protocol Manual" and `scservo_sdk` in its
FTServo_Python repository.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from .registers import Flag
from .wire import Parser, Taken, Verdict

HEADER = b"\xff\xff"
BROADCAST = 0xFE
"""The id that every servo obeys; only a ping to it is answered."""

MAX_ID = 0xFD
MAX_LENGTH = 250
"""Largest length field; the vendor's software sends and takes no longer packet."""

BAUD_RATES = (1_000_000, 500_000, 250_000, 128_000, 115_200, 76_800, 57_600, 38_400)
"""Baud by the value of the register `baud_rate`."""

ERRORS = (
    Flag(0x01, "voltage", "measure the supply under load: is it the right one for these servos?"),
    Flag(0x02, "encoder", "the magnetic angle sensor fails: look for a loose horn or a damaged servo"),
    Flag(0x04, "overheated", "let it cool, then look for a joint that holds a load or rubs"),
    Flag(0x08, "overcurrent", "look for a blocked joint or a damaged motor"),
    Flag(0x20, "overload", "free the joint; its torque returns when the goal reverses or torque is switched"),
)
"""Bits of the error byte in every status packet and of the register `status`."""


class Code(enum.IntEnum):
    """Instruction codes."""

    PING = 0x01
    READ = 0x02
    WRITE = 0x03
    REG_WRITE = 0x04
    ACTION = 0x05
    RESET = 0x06
    RECALIBRATE = 0x0B
    SYNC_READ = 0x82
    SYNC_WRITE = 0x83


@dataclass(frozen=True)
class Ping:
    """Ask a servo for an empty status; all of them where the id is the broadcast."""

    id: int


@dataclass(frozen=True)
class Read:
    """Ask for `count` bytes from `address` on."""

    id: int
    address: int
    count: int


@dataclass(frozen=True)
class Write:
    """Put bytes at `address`; at once."""

    id: int
    address: int
    data: bytes


@dataclass(frozen=True)
class RegWrite:
    """Put bytes at `address` when `Action` comes."""

    id: int
    address: int
    data: bytes


@dataclass(frozen=True)
class Action:
    """Carry out the write that was kept back."""

    id: int = BROADCAST


@dataclass(frozen=True)
class Reset:
    """Bring back the factory's settings except the id."""

    id: int


@dataclass(frozen=True)
class Recalibrate:
    """Choose the homing offset with which the present pose reads `position` counts, 2048 if None."""

    id: int
    position: int | None = None


@dataclass(frozen=True)
class SyncRead:
    """Ask each of `ids` for `count` bytes from `address` on; they answer in the order listed."""

    address: int
    count: int
    ids: tuple[int, ...]


@dataclass(frozen=True)
class SyncWrite:
    """Put bytes, equally many each, at `address` of several servos; never answered."""

    address: int
    rows: tuple[tuple[int, bytes], ...]


Instruction = Ping | Read | Write | RegWrite | Action | Reset | Recalibrate | SyncRead | SyncWrite


@dataclass(frozen=True)
class Status:
    """A servo's answer: its error bits (`ERRORS`) and the bytes that were asked for, good even with errors."""

    id: int
    error: int = 0
    data: bytes = b""


def checksum(body: bytes) -> int:
    """Checksum of what stands between the header and the checksum."""
    return ~sum(body) & 0xFF


def encode(message: Instruction | Status) -> bytes:
    """The packet of a message; raises ValueError where a field does not fit or rows differ in length.

    Example:
        >>> encode(Read(1, 56, 2)).hex(" ")
        'ff ff 01 04 02 38 02 be'
        >>> take_status(encode(Status(1, 0, b"\\x0b\\x08")))
        Taken(message=Status(id=1, error=0, data=b'\\x0b\\x08'), length=8)
    """
    match message:
        case Status(id, error, data):
            return _packet(id, error, data)
        case Ping(id):
            return _packet(id, Code.PING)
        case Read(id, address, count):
            return _packet(id, Code.READ, bytes((address, count)))
        case Write(id, address, data):
            return _packet(id, Code.WRITE, bytes((address,)) + data)
        case RegWrite(id, address, data):
            return _packet(id, Code.REG_WRITE, bytes((address,)) + data)
        case Action(id):
            return _packet(id, Code.ACTION)
        case Reset(id):
            return _packet(id, Code.RESET)
        case Recalibrate(id, position):
            return _packet(id, Code.RECALIBRATE, b"" if position is None else position.to_bytes(2, "little"))
        case SyncRead(address, count, ids):
            return _packet(BROADCAST, Code.SYNC_READ, bytes((address, count, *ids)))
        case SyncWrite(address, rows):
            lengths = {len(data) for _, data in rows}
            if len(lengths) != 1:
                raise ValueError(f"rows of a sync write must be equally long, these have {sorted(lengths)} bytes")
            head = bytes((address, *lengths))
            return _packet(BROADCAST, Code.SYNC_WRITE, head + b"".join(bytes((id,)) + data for id, data in rows))


def _packet(id: int, code: int, parameters: bytes = b"") -> bytes:
    if len(parameters) + 2 > MAX_LENGTH:
        raise ValueError(f"{len(parameters)} bytes of parameters: a packet holds at most {MAX_LENGTH - 2}")
    body = bytes((id, len(parameters) + 2, code)) + parameters
    return HEADER + body + bytes((checksum(body),))


def _frame(data: bytes, at: int, max_id: int, max_code: int) -> Taken[bytes] | Verdict:
    """The bytes between header and checksum of the packet at `at`."""
    if not HEADER.startswith(data[at : at + 2]):
        return Verdict.NOT_A_PACKET
    for place, low, high in ((2, 0, max_id), (3, 2, MAX_LENGTH), (4, 0, max_code)):
        if at + place >= len(data):
            return Verdict.INCOMPLETE
        if not low <= data[at + place] <= high:
            return Verdict.NOT_A_PACKET
    end = at + data[at + 3] + 3
    if end >= len(data):
        return Verdict.INCOMPLETE
    body = data[at + 2 : end]
    return Taken(body, end + 1 - at) if data[end] == checksum(body) else Verdict.NOT_A_PACKET


def take_status(data: bytes, at: int = 0) -> Taken[Status] | Verdict:
    """The status packet at `at`, as a host hears it."""
    frame = _frame(data, at, MAX_ID, 0x7F)
    if isinstance(frame, Verdict):
        return frame
    return Taken(Status(frame.message[0], frame.message[2], frame.message[3:]), frame.length)


def take_instruction(data: bytes, at: int = 0) -> Taken[Instruction] | Verdict:
    """The instruction packet at `at`, as a servo hears it; an unknown or ill-formed one is no packet."""
    frame = _frame(data, at, BROADCAST, 0xFF)
    if isinstance(frame, Verdict):
        return frame
    instruction = _instruction(frame.message[0], frame.message[2], frame.message[3:])
    return Verdict.NOT_A_PACKET if instruction is None else Taken(instruction, frame.length)


def _instruction(id: int, code: int, parameters: bytes) -> Instruction | None:
    plain: dict[int, Callable[[int], Instruction]] = {
        Code.PING: Ping, Code.ACTION: Action, Code.RESET: Reset, Code.RECALIBRATE: Recalibrate}  # fmt: skip
    if not parameters:
        return plain[code](id) if code in plain else None
    address, rest = parameters[0], parameters[1:]
    if code == Code.READ and len(rest) == 1:
        return Read(id, address, rest[0])
    if code == Code.WRITE:
        return Write(id, address, rest)
    if code == Code.REG_WRITE:
        return RegWrite(id, address, rest)
    if code == Code.RECALIBRATE and len(rest) == 1:
        return Recalibrate(id, int.from_bytes(parameters, "little"))
    if id != BROADCAST or not rest:
        return None
    if code == Code.SYNC_READ:
        return SyncRead(address, rest[0], tuple(rest[1:]))
    if code == Code.SYNC_WRITE and len(rest) > 1 and (len(rest) - 1) % (rest[0] + 1) == 0:
        step = rest[0] + 1
        return SyncWrite(address, tuple((rest[i], rest[i + 1 : i + step]) for i in range(1, len(rest), step)))
    return None


def status_parser() -> Parser[Status]:
    """Finds status packets in what a host hears."""
    return Parser(take_status)


def instruction_parser() -> Parser[Instruction]:
    """Finds instruction packets in what a servo hears."""
    return Parser(take_instruction)
