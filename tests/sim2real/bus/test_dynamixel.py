"""Dynamixel Protocol 2.0 against the maker's own software, and on a bad wire."""

from __future__ import annotations

import itertools
import random

import pytest
from dynamixel_sdk import BROADCAST_ID, COMM_SUCCESS, GroupSyncRead, Protocol2PacketHandler
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pontine.sim2real.bus import dynamixel, dynamixel_frame
from pontine.sim2real.bus.dynamixel import (
    Action,
    Answer,
    BulkRead,
    BulkWrite,
    Clear,
    FactoryReset,
    FastStatus,
    Instruction,
    Ping,
    Read,
    Reboot,
    RegWrite,
    Status,
    SyncRead,
    SyncWrite,
    Write,
)
from pontine.sim2real.bus.wire import Taken

ids = st.integers(0, dynamixel.MAX_ID)
words = st.integers(0, 0xFFFF)
# Mostly made of what a header is made of, so that stuffing has work.
data = st.lists(st.sampled_from([0xFF, 0xFF, 0xFD, 0xFD, 0x00]) | st.integers(0, 255), max_size=30).map(bytes)
instructions: st.SearchStrategy[Instruction] = st.one_of(
    st.builds(Ping, ids), st.builds(Read, ids, words, words), st.builds(Write, ids, words, data),
    st.builds(RegWrite, ids, words, data), st.builds(Action, ids), st.builds(FactoryReset, ids, st.integers(0, 255)),
    st.builds(Reboot, ids), st.builds(Clear, ids, data),
    st.builds(SyncRead, words, words, st.lists(ids, max_size=9).map(tuple), st.booleans()),
    st.integers(0, 6).flatmap(lambda n: st.builds(
        SyncWrite, words, st.just(n),
        st.lists(st.tuples(ids, st.binary(min_size=n, max_size=n)), max_size=9).map(tuple))),
    st.builds(BulkRead, st.lists(st.tuples(ids, words, words), max_size=6).map(tuple), st.booleans()),
    st.builds(BulkWrite, st.lists(st.tuples(ids, words, data), max_size=6).map(tuple)),
)  # fmt: skip
answers: st.SearchStrategy[Answer] = st.one_of(
    st.builds(Status, ids, st.integers(0, 255), data), st.builds(FastStatus, data.filter(bool)))  # fmt: skip


class Wire:
    """What the vendor's software sees of a port: it keeps what is sent and plays back an answer."""

    is_using = False

    def __init__(self, answer: bytes = b"") -> None:
        self.sent, self.answer = b"", answer

    def clearPort(self) -> None:
        self.sent = b""

    def writePort(self, packet: list[int]) -> int:
        self.sent = bytes(packet)
        return len(packet)

    def readPort(self, length: int) -> bytes:
        head, self.answer = self.answer[:length], self.answer[length:]
        return head

    def setPacketTimeout(self, length: int) -> None:
        pass

    def isPacketTimeout(self) -> bool:
        return not self.answer


def test_a_known_packet() -> None:
    assert dynamixel.encode(Ping(1)) == bytes.fromhex("FF FF FD 00 01 03 00 01 19 4E")


# dynamixel-sdk 4.1.0 works out the stuffed packet and then sends the plain one.
@settings(deadline=None)
@given(ids, words, st.binary(min_size=1, max_size=30).filter(lambda values: b"\xff\xfd" not in values))
def test_the_vendor_sends_the_same_bytes(id: int, address: int, values: bytes) -> None:
    handler, wire = Protocol2PacketHandler(), Wire()
    assume(address != 0xFFFF)
    handler.writeTxOnly(wire, id, address, len(values), list(values))
    assert wire.sent == dynamixel.encode(Write(id, address, values))
    handler.syncReadTx(wire, address, 4, [1, id], 2, False)
    assert wire.sent == dynamixel.encode(SyncRead(address, 4, (1, id)))
    wire.is_using = False
    handler.syncWriteTxOnly(wire, address, len(values), [id, *values], 1 + len(values))
    assert wire.sent == dynamixel.encode(SyncWrite(address, len(values), ((id, values),)))


@pytest.mark.parametrize(("call", "message"), [
    (lambda handler, wire: handler.ping(wire, 7), Ping(7)),
    (lambda handler, wire: handler.readTx(wire, 7, 132, 4), Read(7, 132, 4)),
    (lambda handler, wire: handler.regWriteTxOnly(wire, 7, 116, 2, [1, 2]), RegWrite(7, 116, b"\x01\x02")),
    (lambda handler, wire: handler.action(wire, BROADCAST_ID), Action()),
    (lambda handler, wire: handler.factoryReset(wire, 7, 1), FactoryReset(7, 1)),
    (lambda handler, wire: handler.reboot(wire, 7), Reboot(7)),
    (lambda handler, wire: handler.clearMultiTurn(wire, 7), Clear(7)),
    (lambda handler, wire: handler.bulkReadTx(wire, [7, 132, 0, 4, 0], 5, False), BulkRead(((7, 132, 4),))),
    (lambda handler, wire: handler.bulkWriteTxOnly(wire, [7, 65, 0, 1, 0, 9], 6), BulkWrite(((7, 65, b"\x09"),))),
])  # fmt: skip
def test_the_vendor_sends_the_same_instructions(call, message: Instruction) -> None:  # type: ignore[no-untyped-def]
    wire = Wire()
    call(Protocol2PacketHandler(), wire)
    assert wire.sent == dynamixel.encode(message)
    assert dynamixel.take_instruction(wire.sent) == Taken(message, len(wire.sent))


# It unstuffs in place, and once it has done so takes what it moved for what was sent.
@settings(deadline=None)
@given(
    ids,
    st.integers(0, 255),
    st.binary(max_size=20)
    .filter(lambda values: b"\xff\xfd" not in values)
    .flatmap(lambda values: st.sampled_from([values, values + b"\xff\xff\xfd\x00"])),
)
def test_the_vendor_reads_our_answers(id: int, error: int, values: bytes) -> None:
    handler = Protocol2PacketHandler()
    read, result, flagged = handler.readRx(Wire(dynamixel.encode(Status(id, error, values))), id, len(values))
    assert (bytes(read), result, flagged) == (values, COMM_SUCCESS, error)


def test_an_answer_of_several_servos_in_one_packet() -> None:
    blocks = b"\x00\x01\x10\x00AB\x80\x02\x20\x00"
    packet = dynamixel.encode(FastStatus(blocks + b"CD"))
    group = GroupSyncRead(Wire(packet), Protocol2PacketHandler(), 132, 2)
    assert group.addParam(1)
    assert group.addParam(2)
    # The vendor's software counts the last block's CRC too, which is the packet's own.
    packet = dynamixel.encode(FastStatus(blocks))
    group.port.answer = packet
    assert group.fastSyncReadRxPacket() == COMM_SUCCESS
    assert (group.getData(1, 132, 2), group.getData(2, 132, 2)) == (0x10, 0x20)
    taken = dynamixel.take_status(packet)
    assert taken == Taken(FastStatus(blocks), len(packet))
    assert FastStatus(blocks).split((2, 2)) == (Status(1, 0, b"\x10\x00"), Status(2, 0x80, b"\x20\x00"))
    with pytest.raises(ValueError, match="do not hold"):
        FastStatus(blocks).split((2, 4))


@settings(deadline=None)
@given(st.lists(instructions, max_size=4))
def test_instructions_survive_the_wire(messages: list[Instruction]) -> None:
    parser = dynamixel.instruction_parser()
    assert parser.feed(b"".join(map(dynamixel.encode, messages))) == messages
    assert (parser.pending, parser.discarded) == (0, 0)


@settings(deadline=None)
@given(instructions)
def test_no_header_stands_inside_a_packet(message: Instruction) -> None:
    assert dynamixel.encode(message).rfind(dynamixel_frame.HEADER) == 0


def by_hand(stream: bytes) -> list[bytes]:
    """Every packet in a finished stream whose CRC, by the vendor's table, is right."""
    crc = Protocol2PacketHandler().updateCRC
    found, at = [], 0
    while at < len(stream):
        size = int.from_bytes(stream[at + 5 : at + 7], "little") + 7
        packet = stream[at : at + size]
        good = (packet[:4] == b"\xff\xff\xfd\x00" and 11 <= len(packet) == size <= 1031 and packet[7] == 0x55
                and packet[4] <= dynamixel_frame.BROADCAST
                and crc(0, packet, size - 2) == int.from_bytes(packet[-2:], "little"))  # fmt: skip
        if good:
            found.append(packet)
        at += size if good else 1
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(data | answers.map(dynamixel.encode) | answers.map(lambda a: dynamixel.encode(a)[:-1]), max_size=8),
       st.lists(st.integers(0, 200), max_size=12))  # fmt: skip
def test_whatever_arrives_in_whatever_pieces_the_good_packets_are_found(parts: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(parts)
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    parser = dynamixel.status_parser()
    found = [message for a, b in itertools.pairwise(edges) for message in parser.feed(stream[a:b])]
    found += parser.finish()
    packets = [dynamixel.encode(message) for message in found]
    assert packets == by_hand(stream)
    assert parser.discarded == len(stream) - sum(map(len, packets))


@settings(deadline=None)
@given(answers, st.integers(min_value=0), st.integers(1, 255))
def test_one_wrong_byte_is_noticed(answer: Answer, place: int, change: int) -> None:
    packet = bytearray(dynamixel.encode(answer))
    packet[place % len(packet)] ^= change
    parser = dynamixel.status_parser()
    assert answer not in parser.feed(bytes(packet)) + parser.finish()


def test_memory_is_bounded() -> None:
    parser, rng = dynamixel.status_parser(), random.Random(5)
    for _ in range(200):
        parser.feed(b"".join(rng.choices([dynamixel_frame.HEADER, b"\x01\xff\x03", b"\x00", b"\xff"], k=100)))
        assert parser.pending < dynamixel_frame.MAX_LENGTH + 7


def test_a_packet_with_a_header_inside_is_none() -> None:
    packet = bytearray(dynamixel.encode(Status(1, 0, b"\xff\xff\xfe\x00")))
    packet[-4] = 0xFD
    packet[-2:] = dynamixel_frame.crc16(packet[:-2]).to_bytes(2, "little")
    assert dynamixel.status_parser().feed(bytes(packet)) == []


@pytest.mark.parametrize("message", [
    Write(1, 70_000, b""), Write(1, 0, bytes(1100)), Ping(300), SyncWrite(116, 4, ((1, b"\x00"),)), Status(1, 256),
])  # fmt: skip
def test_what_does_not_fit_is_refused(message: Instruction | Answer) -> None:
    with pytest.raises(ValueError, match=r"range|bytes|requires|format|Write|Ping"):
        dynamixel.encode(message)
