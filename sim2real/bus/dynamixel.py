"""Dynamixel Protocol 2.0, spoken by the XL330 and XL430 servos of the Koch arm: messages, to bytes and back.

Source of codes, parameters and error numbers: ROBOTIS e-Manual, "DYNAMIXEL Protocol 2.0".
"""

from __future__ import annotations

import enum
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from .dynamixel_frame import BROADCAST, HEADER, STATUS, crc16, pack, unpack
from .wire import Parser, Taken, Verdict

MAX_ID = 0xFC

ALERT = 0x80
"""Bit of the error byte: a hardware error, to be read from `hardware_error_status`."""

CLEAR_TURNS = b"\x01DXL\x22"
"""Parameters of `Clear` that forget whole turns of the present position."""

ERRORS = ("none", "result fail", "unknown instruction", "CRC", "data range", "data length", "data limit", "access")
"""Names of the values of an error byte without its alert bit."""


class Code(enum.IntEnum):
    """Instruction codes."""

    PING = 0x01
    READ = 0x02
    WRITE = 0x03
    REG_WRITE = 0x04
    ACTION = 0x05
    FACTORY_RESET = 0x06
    REBOOT = 0x08
    CLEAR = 0x10
    SYNC_READ = 0x82
    SYNC_WRITE = 0x83
    FAST_SYNC_READ = 0x8A
    BULK_READ = 0x92
    BULK_WRITE = 0x93
    FAST_BULK_READ = 0x9A


@dataclass(frozen=True)
class Ping:
    """Ask for model (2 bytes) and firmware (1 byte); all servos where the id is the broadcast."""

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
class FactoryReset:
    """Bring back the factory's settings: all (0xFF), all but the id (1), all but id and baud rate (2)."""

    id: int
    keep: int


@dataclass(frozen=True)
class Reboot:
    """Start anew, as after switching the power; clears a hardware error."""

    id: int


@dataclass(frozen=True)
class Clear:
    """Forget what the parameters name, `CLEAR_TURNS` for one."""

    id: int
    parameters: bytes = CLEAR_TURNS


@dataclass(frozen=True)
class SyncRead:
    """Ask each of `ids` for the same block; with `fast` all answer within one packet."""

    address: int
    count: int
    ids: tuple[int, ...]
    fast: bool = False


@dataclass(frozen=True)
class SyncWrite:
    """Put `count` bytes at `address` of several servos; never answered."""

    address: int
    count: int
    rows: tuple[tuple[int, bytes], ...]


@dataclass(frozen=True)
class BulkRead:
    """Ask several servos for a block each, as rows of id, address, count."""

    rows: tuple[tuple[int, int, int], ...]
    fast: bool = False


@dataclass(frozen=True)
class BulkWrite:
    """Put bytes at an address of each servo, as rows of id, address, bytes; never answered."""

    rows: tuple[tuple[int, int, bytes], ...]


Instruction = (
    Ping | Read | Write | RegWrite | Action | FactoryReset | Reboot | Clear
    | SyncRead | SyncWrite | BulkRead | BulkWrite
)  # fmt: skip


@dataclass(frozen=True)
class Status:
    """A servo's answer: its error byte (`ERRORS`, `ALERT`) and the bytes that were asked for."""

    id: int
    error: int = 0
    data: bytes = b""


@dataclass(frozen=True)
class FastStatus:
    """What several servos answered within one packet; `split` takes it apart."""

    blocks: bytes

    @classmethod
    def join(cls, answers: Sequence[Status]) -> Self:
        """What servos send together, in this order; the inverse of `split`."""
        size = sum(2 + len(answer.data) + 2 for answer in answers)
        packet = HEADER + struct.pack("<BHB", BROADCAST, 1 + size, STATUS)
        start = len(packet)
        for answer in answers[:-1]:
            packet += bytes((answer.error, answer.id)) + answer.data
            packet += struct.pack("<H", crc16(packet))
        last = answers[-1]
        return cls((packet + bytes((last.error, last.id)) + last.data)[start:])

    def split(self, counts: Iterable[int]) -> tuple[Status, ...]:
        """Each servo's answer, given how many bytes each was asked for; raises ValueError if they do not fit.

        A block is error, id and data; between blocks stands the CRC of all that came before, which
        the packet's own CRC covers again.
        """
        answers, at = [], 0
        for count in counts:
            block = self.blocks[at : at + 2 + count]
            if len(block) < 2 + count:
                break
            answers.append(Status(block[1], block[0], block[2:]))
            at += 2 + count + 2
        else:
            if at == len(self.blocks) + 2:
                return tuple(answers)
        raise ValueError(f"{len(self.blocks)} bytes of a fast answer do not hold blocks of the sizes asked for")


Answer = Status | FastStatus


def encode(message: Instruction | Answer) -> bytes:
    """The packet of a message; raises ValueError where a field does not fit or rows differ in length."""
    try:
        return pack(*_parts(message))
    except struct.error as error:
        raise ValueError(f"{type(message).__name__}: {error}") from None


def _parts(message: Instruction | Answer) -> tuple[int, int, bytes]:
    match message:
        case Status(id, error, data):
            return id, STATUS, bytes((error,)) + data
        case FastStatus(blocks):
            return BROADCAST, STATUS, blocks
        case Ping(id):
            return id, Code.PING, b""
        case Read(id, address, count):
            return id, Code.READ, struct.pack("<HH", address, count)
        case Write(id, address, data):
            return id, Code.WRITE, struct.pack("<H", address) + data
        case RegWrite(id, address, data):
            return id, Code.REG_WRITE, struct.pack("<H", address) + data
        case Action(id):
            return id, Code.ACTION, b""
        case FactoryReset(id, keep):
            return id, Code.FACTORY_RESET, bytes((keep,))
        case Reboot(id):
            return id, Code.REBOOT, b""
        case Clear(id, parameters):
            return id, Code.CLEAR, parameters
        case SyncRead(address, count, ids, fast):
            code = Code.FAST_SYNC_READ if fast else Code.SYNC_READ
            return BROADCAST, code, struct.pack("<HH", address, count) + bytes(ids)
        case SyncWrite(address, count, rows):
            if any(len(data) != count for _, data in rows):
                raise ValueError(f"every row of this sync write must have {count} bytes")
            body = b"".join(bytes((id,)) + data for id, data in rows)
            return BROADCAST, Code.SYNC_WRITE, struct.pack("<HH", address, count) + body
        case BulkRead(asked, fast):
            code = Code.FAST_BULK_READ if fast else Code.BULK_READ
            return BROADCAST, code, b"".join(struct.pack("<BHH", *row) for row in asked)
        case BulkWrite(written):
            body = b"".join(struct.pack("<BHH", id, at, len(data)) + data for id, at, data in written)
            return BROADCAST, Code.BULK_WRITE, body


def take_status(data: bytes, at: int = 0) -> Taken[Answer] | Verdict:
    """The status packet at `at`, as a host hears it."""
    frame = unpack(data, at)
    if isinstance(frame, Verdict):
        return frame
    id, code, parameters = frame.message
    if code != STATUS or not parameters:
        return Verdict.NOT_A_PACKET
    answer = FastStatus(parameters) if id == BROADCAST else Status(id, parameters[0], parameters[1:])
    return Taken(answer, frame.length)


def take_instruction(data: bytes, at: int = 0) -> Taken[Instruction] | Verdict:
    """The instruction packet at `at`, as a servo hears it; an unknown or ill-formed one is no packet."""
    frame = unpack(data, at)
    if isinstance(frame, Verdict):
        return frame
    id, code, parameters = frame.message
    instruction = _instruction(id, code, parameters) or (_group(code, parameters) if id == BROADCAST else None)
    return Verdict.NOT_A_PACKET if instruction is None else Taken(instruction, frame.length)


def _instruction(id: int, code: int, parameters: bytes) -> Instruction | None:
    plain: dict[int, Callable[[int], Instruction]] = {Code.PING: Ping, Code.ACTION: Action, Code.REBOOT: Reboot}
    if code in plain:
        return None if parameters else plain[code](id)
    if code == Code.FACTORY_RESET and len(parameters) == 1:
        return FactoryReset(id, parameters[0])
    if code == Code.CLEAR:
        return Clear(id, parameters)
    if code == Code.READ and len(parameters) == 4:
        return Read(id, *struct.unpack("<HH", parameters))
    if code in (Code.WRITE, Code.REG_WRITE) and len(parameters) >= 2:
        address = int.from_bytes(parameters[:2], "little")
        return (Write if code == Code.WRITE else RegWrite)(id, address, parameters[2:])
    return None


def _group(code: int, parameters: bytes) -> Instruction | None:
    """An instruction to several servos."""
    if code in (Code.BULK_READ, Code.FAST_BULK_READ):
        whole = len(parameters) % 5 == 0
        return BulkRead(tuple(struct.iter_unpack("<BHH", parameters)), code == Code.FAST_BULK_READ) if whole else None
    if code == Code.BULK_WRITE:
        return _bulk_write(parameters)
    if len(parameters) < 4:
        return None
    address, count = struct.unpack_from("<HH", parameters)
    rest = parameters[4:]
    if code in (Code.SYNC_READ, Code.FAST_SYNC_READ):
        return SyncRead(address, count, tuple(rest), code == Code.FAST_SYNC_READ)
    if code == Code.SYNC_WRITE and len(rest) % (count + 1) == 0:
        step = count + 1
        return SyncWrite(address, count, tuple((rest[i], rest[i + 1 : i + step]) for i in range(0, len(rest), step)))
    return None


def _bulk_write(parameters: bytes) -> BulkWrite | None:
    rows, at = [], 0
    while at < len(parameters):
        if len(parameters) < at + 5:
            return None
        id, address, count = struct.unpack_from("<BHH", parameters, at)
        data = parameters[at + 5 : at + 5 + count]
        if len(data) < count:
            return None
        rows.append((id, address, data))
        at += 5 + count
    return BulkWrite(tuple(rows))


def status_parser() -> Parser[Answer]:
    """Finds status packets in what a host hears."""
    return Parser(take_status)


def instruction_parser() -> Parser[Instruction]:
    """Finds instruction packets in what a servo hears."""
    return Parser(take_instruction)
