"""Feetech's protocol: known packets, and what the parser does with a bad wire."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pontine.sim2real.bus import feetech
from pontine.sim2real.bus.feetech import (
    BROADCAST,
    Action,
    Instruction,
    Ping,
    Read,
    Recalibrate,
    RegWrite,
    Reset,
    Status,
    SyncRead,
    SyncWrite,
    Write,
)
from pontine.sim2real.bus.registers import flags_in
from pontine.sim2real.bus.sts3215 import STS3215
from pontine.sim2real.bus.wire import Parser, Taken, wire_seconds

GOLDEN_INSTRUCTIONS: list[tuple[Instruction, str]] = [
    (Ping(1), "FF FF 01 02 01 FB"),
    (Ping(BROADCAST), "FF FF FE 02 01 FE"),
    (Read(1, 56, 2), "FF FF 01 04 02 38 02 BE"),
    (Read(1, 3, 2), "FF FF 01 04 02 03 02 F3"),
    (Write(1, 40, b"\x01"), "FF FF 01 04 03 28 01 CE"),
    (Write(1, 42, STS3215["goal_position"].encode(2048)), "FF FF 01 05 03 2A 00 08 C4"),
    (Write(1, 42, STS3215["goal_position"].encode(-100)), "FF FF 01 05 03 2A 64 80 E8"),
    (Write(1, 31, STS3215["homing_offset"].encode(-300)), "FF FF 01 05 03 1F 2C 09 A2"),
    (Write(1, 41, bytes.fromhex("32 00 08 00 00 E8 03")), "FF FF 01 0A 03 29 32 00 08 00 00 E8 03 A3"),
    (Write(1, 55, b"\x00"), "FF FF 01 04 03 37 00 C0"),
    (RegWrite(1, 42, STS3215["goal_position"].encode(1000)), "FF FF 01 05 04 2A E8 03 E0"),
    (Action(), "FF FF FE 02 05 FA"),
    (Reset(1), "FF FF 01 02 06 F6"),
    (SyncRead(56, 2, (1, 2, 3, 4, 5, 6)), "FF FF FE 0A 82 38 02 01 02 03 04 05 06 26"),
    (SyncRead(56, 15, (1, 2, 3, 4, 5, 6)), "FF FF FE 0A 82 38 0F 01 02 03 04 05 06 19"),
    (SyncWrite(42, ((1, b"\x00\x08"), (2, b"\xe8\x03"))), "FF FF FE 0A 83 2A 02 01 00 08 02 E8 03 52"),
]  # fmt: skip
GOLDEN_STATUS = [
    (Status(1), "FF FF 01 02 00 FC"),
    (Status(1, 0x20), "FF FF 01 02 20 DC"),
    (Status(1, 0, b"\x09\x03"), "FF FF 01 04 00 09 03 EE"),
    (Status(1, 0, b"\x00\x08"), "FF FF 01 04 00 00 08 F2"),
]

ids = st.integers(0, feetech.MAX_ID)
addresses = st.integers(0, 255)
data = st.binary(max_size=40)
instructions: st.SearchStrategy[Instruction] = st.one_of(
    st.builds(Ping, ids), st.builds(Read, ids, addresses, st.integers(0, 255)), st.builds(Write, ids, addresses, data),
    st.builds(RegWrite, ids, addresses, data), st.builds(Action, ids), st.builds(Reset, ids),
    st.builds(Recalibrate, ids, st.none() | st.integers(0, 4095)),
    st.builds(SyncRead, addresses, st.integers(0, 100), st.lists(ids, max_size=9).map(tuple)),
    st.integers(0, 9).flatmap(lambda n: st.builds(
        SyncWrite, addresses,
        st.lists(st.tuples(ids, st.binary(min_size=n, max_size=n)), min_size=1, max_size=9).map(tuple))),
)  # fmt: skip
statuses = st.builds(Status, ids, st.integers(0, 0x7F), data)
# Noise made of what packets are made of finds more than noise of any bytes.
noise = st.lists(st.sampled_from([0xFF, 0xFE, 0x00, 0x01, 0x02, 0x04, 0x82, 0xF0]) | st.integers(0, 255),
                 max_size=40).map(bytes)  # fmt: skip


def by_hand(stream: bytes) -> list[bytes]:
    """Every status packet in a finished stream, front to back, as the manual describes one."""
    found, at = [], 0
    while at < len(stream):
        size = stream[at + 3] + 4 if at + 3 < len(stream) else 0
        packet = stream[at : at + size]
        good = (packet[:2] == b"\xff\xff" and 6 <= len(packet) == size <= 254 and packet[2] <= 0xFD
                and packet[4] <= 0x7F and (sum(packet[2:]) & 0xFF) == 0xFF)  # fmt: skip
        if good:
            found.append(packet)
        at += size if good else 1
    return found


@pytest.mark.parametrize(("message", "packet"), GOLDEN_INSTRUCTIONS)
def test_known_instructions(message: Instruction, packet: str) -> None:
    assert feetech.encode(message) == bytes.fromhex(packet)
    assert feetech.take_instruction(bytes.fromhex(packet)) == Taken(message, len(bytes.fromhex(packet)))


@pytest.mark.parametrize(("message", "packet"), GOLDEN_STATUS)
def test_known_answers(message: Status, packet: str) -> None:
    assert feetech.encode(message) == bytes.fromhex(packet)
    assert feetech.take_status(bytes.fromhex(packet)) == Taken(message, len(bytes.fromhex(packet)))


@settings(deadline=None)
@given(st.lists(instructions, max_size=5))
def test_instructions_survive_the_wire(messages: list[Instruction]) -> None:
    parser = feetech.instruction_parser()
    assert parser.feed(b"".join(map(feetech.encode, messages))) == messages
    assert (parser.pending, parser.discarded) == (0, 0)


@settings(deadline=None)
@given(st.lists(statuses, max_size=5))
def test_answers_survive_the_wire(messages: list[Status]) -> None:
    parser = feetech.status_parser()
    assert parser.feed(b"".join(map(feetech.encode, messages))) == messages
    assert (parser.pending, parser.discarded) == (0, 0)


@settings(max_examples=60, deadline=None)
@given(st.lists(noise | statuses.map(feetech.encode) | statuses.map(lambda s: feetech.encode(s)[:-1]), max_size=8),
       st.lists(st.integers(0, 200), max_size=12))  # fmt: skip
def test_whatever_arrives_in_whatever_pieces_the_good_packets_are_found(parts: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(parts)
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    parser = feetech.status_parser()
    found = [message for a, b in itertools.pairwise(edges) for message in parser.feed(stream[a:b])]
    found += parser.finish()
    packets = [feetech.encode(message) for message in found]
    assert packets == by_hand(stream)
    assert parser.discarded == len(stream) - sum(map(len, packets))


@settings(deadline=None)
@given(noise, statuses)
def test_after_noise_and_a_pause_as_long_as_a_packet_the_next_packet_is_found(garbage: bytes, status: Status) -> None:
    parser = feetech.status_parser()
    # A packet cannot begin with zeros, so one that the noise began ends among them.
    assert parser.feed(garbage + bytes(feetech.MAX_LENGTH + 4) + feetech.encode(status))[-1] == status


@settings(deadline=None)
@given(statuses, st.integers(min_value=0), st.integers(1, 255))
def test_one_wrong_byte_is_noticed(status: Status, place: int, change: int) -> None:
    packet = bytearray(feetech.encode(status))
    packet[place % len(packet)] ^= change
    parser = feetech.status_parser()
    assert status not in parser.feed(bytes(packet)) + parser.finish()


@pytest.mark.parametrize("make", [feetech.status_parser, feetech.instruction_parser])
def test_memory_is_bounded(make: Callable[[], Parser]) -> None:
    parser, rng = make(), random.Random(5)
    for _ in range(200):
        parser.feed(bytes(rng.choices([0xFF, 0xFA, 1, 2], k=100)))
        assert parser.pending < feetech.MAX_LENGTH + 4


@settings(deadline=None)
@given(noise)
def test_what_is_read_is_what_would_be_written(garbage: bytes) -> None:
    for code in feetech.Code:
        packet = feetech._packet(BROADCAST, code, garbage)
        taken = feetech.take_instruction(packet)
        if isinstance(taken, Taken):
            assert feetech.encode(taken.message) == packet


@pytest.mark.parametrize("message", [
    Write(1, 0, bytes(248)), Read(1, 256, 2), Status(1, 0, bytes(300)), Ping(256), SyncWrite(42, ()),
    SyncWrite(42, ((1, b"a"), (2, b"bc"))),
])  # fmt: skip
def test_what_does_not_fit_is_refused(message: Instruction | Status) -> None:
    with pytest.raises(ValueError, match=r"range|bytes|rows"):
        feetech.encode(message)


def test_error_bits_have_names() -> None:
    assert [flag.name for flag in flags_in(0x25, feetech.ERRORS)] == ["voltage", "overheated", "overload"]
    assert flags_in(0, feetech.ERRORS) == ()


def test_six_servos_take_the_time_their_bits_take() -> None:
    block = len(feetech.encode(SyncRead(56, 15, (1, 2, 3, 4, 5, 6)))) + 6 * len(feetech.encode(Status(1, 0, bytes(15))))
    assert wire_seconds(block, 1_000_000) == pytest.approx(1.40e-3)
