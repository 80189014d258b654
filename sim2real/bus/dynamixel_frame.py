"""Packets of Dynamixel Protocol 2.0: header, length, byte stuffing and CRC.

A packet is `FF FF FD 00 id length instruction parameters crc`: length (two bytes) counts what
follows it, numbers are little-endian. Where `FF FF FD` turns up after the length, a further `FD` is
stuffed in behind it, so that a header never stands inside a packet.

Source: ROBOTIS e-Manual, "DYNAMIXEL Protocol 2.0".
"""

from __future__ import annotations

import struct

from .wire import Taken, Verdict

HEADER = b"\xff\xff\xfd\x00"
BROADCAST = 0xFE
STATUS = 0x55
"""The code that stands where an instruction's would, in an answer."""

MAX_LENGTH = 1024
"""Largest length field taken; the vendor's software stops there too."""

_TRIPLE, _STUFFED = b"\xff\xff\xfd", b"\xff\xff\xfd\xfd"


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        value = byte << 8
        for _ in range(8):
            value = (value << 1 ^ 0x8005 if value & 0x8000 else value << 1) & 0xFFFF
        table.append(value)
    return tuple(table)


_CRC = _crc_table()


def crc16(data: bytes) -> int:
    """CRC-16 with polynomial 0x8005, from zero, not reflected."""
    crc = 0
    for byte in data:
        crc = crc << 8 & 0xFFFF ^ _CRC[crc >> 8 ^ byte]
    return crc


def pack(id: int, code: int, parameters: bytes) -> bytes:
    """The packet of an instruction code and its parameters; raises ValueError or struct.error where they do not fit."""
    body = bytes((code,)) + parameters
    if (id, code) != (BROADCAST, STATUS):
        body = body.replace(_TRIPLE, _STUFFED)
    if len(body) + 2 > MAX_LENGTH:
        raise ValueError(f"{len(body)} bytes: a packet holds at most {MAX_LENGTH - 2}")
    packet = HEADER + struct.pack("<BH", id, len(body) + 2) + body
    return packet + struct.pack("<H", crc16(packet))


def unpack(data: bytes, at: int) -> Taken[tuple[int, int, bytes]] | Verdict:
    """Id, instruction code and parameters, unstuffed, of the packet at `at`."""
    if not HEADER.startswith(data[at : at + len(HEADER)]):
        return Verdict.NOT_A_PACKET
    if len(data) < at + 7:
        return Verdict.INCOMPLETE
    id, length = struct.unpack_from("<BH", data, at + 4)
    if not 3 <= length <= MAX_LENGTH or id > BROADCAST:
        return Verdict.NOT_A_PACKET
    end = at + 7 + length
    if len(data) < end:
        return Verdict.INCOMPLETE
    if struct.unpack_from("<H", data, end - 2)[0] != crc16(data[at : end - 2]):
        return Verdict.NOT_A_PACKET
    body = data[at + 7 : end - 2]
    # An answer of several servos is put together by all of them while it is sent: none can stuff it.
    if (id, body[0]) != (BROADCAST, STATUS):
        plain = body.replace(_STUFFED, _TRIPLE)
        if plain.replace(_TRIPLE, _STUFFED) != body:
            return Verdict.NOT_A_PACKET
        body = plain
    return Taken((id, body[0], body[1:]), end - at)
