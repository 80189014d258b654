"""The emulated wire, through a real pseudo-terminal: the vendor's software, the clock, and every fault.

Answers are waited for generously; only too early would be wrong.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import scservo_sdk
import serial
from scservo_sdk import COMM_RX_TIMEOUT, COMM_SUCCESS, GroupSyncRead, GroupSyncWrite, PortHandler

from pontine.sim2real.bus import feetech
from pontine.sim2real.bus.feetech import Instruction, Ping, Read, Status, SyncRead, Write
from pontine.sim2real.bus.wire import wire_seconds
from pontine.sim2real.emulation.emulator import Emulator, Fault
from pontine.sim2real.emulation.servo import Servo
from pontine.sim2real.emulation.shaft import FirstOrderShaft
from pontine.sim2real.emulation.terminal import LinkError

IDS = (1, 2, 3, 4, 5, 6)
PATIENCE = 5.0
SILENCE = 0.15


def servos(**settings: int) -> list[Servo]:
    return [Servo(id, FirstOrderShaft(), settings=settings) for id in IDS]


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(servos()) as emulator:
        yield emulator


class Client:
    """A serial port, a parser and nothing else."""

    def __init__(self, port: str, baud: int = 1_000_000) -> None:
        self.port = serial.Serial(port, baud, timeout=0.01)
        self.parser = feetech.status_parser()

    def ask(self, instruction: Instruction, answers: int = 1, patience: float = PATIENCE) -> list[Status]:
        """The first `answers` answers, or what came of them within `patience` seconds."""
        self.port.write(feetech.encode(instruction))
        return self.listen(answers, patience)

    def listen(self, answers: int = 1, patience: float = PATIENCE) -> list[Status]:
        found: list[Status] = []
        end = time.monotonic() + patience
        while len(found) < answers and time.monotonic() < end:
            found += self.parser.feed(self.port.read(max(1, self.port.in_waiting)))
        return found


@pytest.fixture
def client(emulator: Emulator) -> Iterator[Client]:
    client = Client(emulator.port)
    yield client
    client.port.close()


class PatientPort(PortHandler):  # type: ignore[misc]
    """The vendor's port; it gives up after 34 ms, which on a busy machine says nothing."""

    def setPacketTimeout(self, packet_length: int) -> None:
        self.setPacketTimeoutMillis(1000 * PATIENCE)


@pytest.fixture
def vendor(emulator: Emulator) -> Iterator[PatientPort]:
    port = PatientPort(emulator.port)
    assert port.openPort()
    yield port
    port.closePort()


def test_the_vendors_software_finds_reads_and_writes(emulator: Emulator, vendor: PatientPort) -> None:
    handler = scservo_sdk.PacketHandler(0)
    for id in IDS:
        assert handler.ping(vendor, id) == (777, COMM_SUCCESS, 0)
    assert handler.write2ByteTxRx(vendor, 3, 42, 1000) == (COMM_SUCCESS, 0)
    assert handler.read1ByteTxRx(vendor, 3, 40) == (1, COMM_SUCCESS, 0)
    end = time.monotonic() + PATIENCE
    while handler.read2ByteTxRx(vendor, 3, 56)[0] != 1000:
        assert time.monotonic() < end
    assert handler.regWriteTxRx(vendor, 2, 42, 2, [0xE8, 0x03]) == (COMM_SUCCESS, 0)
    assert handler.read2ByteTxRx(vendor, 2, 42) == (0, COMM_SUCCESS, 0)
    assert handler.action(vendor, scservo_sdk.BROADCAST_ID) == COMM_SUCCESS
    assert handler.read2ByteTxRx(vendor, 2, 42) == (1000, COMM_SUCCESS, 0)


def test_the_vendors_software_reads_and_writes_all_at_once(emulator: Emulator, vendor: PatientPort) -> None:
    handler = scservo_sdk.PacketHandler(0)
    write = GroupSyncWrite(vendor, handler, 42, 2)
    for id in IDS:
        assert write.addParam(id, [100 * id & 0xFF, 100 * id >> 8])
    assert write.txPacket() == COMM_SUCCESS
    read = GroupSyncRead(vendor, handler, 42, 2)
    for id in IDS:
        assert read.addParam(id)
    assert read.txRxPacket() == COMM_SUCCESS
    assert [read.getData(id, 42, 2) for id in IDS] == [100 * id for id in IDS]


def test_the_vendors_software_sees_an_overload(emulator: Emulator, vendor: PatientPort) -> None:
    with emulator.paused() as running:
        running[0].celsius = 90
    assert scservo_sdk.PacketHandler(0).read2ByteTxRx(vendor, 1, 56) == (2048, COMM_SUCCESS, 0x04)


def test_a_broadcast_ping_is_answered_by_all(client: Client) -> None:
    assert client.ask(Ping(feetech.BROADCAST), 6) == [Status(id) for id in IDS]


def test_answers_come_in_the_order_asked_for(client: Client) -> None:
    assert [status.id for status in client.ask(SyncRead(56, 15, (4, 1, 6)), 3)] == [4, 1, 6]


def test_an_absent_servo_leaves_a_gap(client: Client) -> None:
    assert [status.id for status in client.ask(SyncRead(56, 15, (4, 9, 6)), 2)] == [4, 6]


def test_noise_between_instructions_does_no_harm(client: Client) -> None:
    client.port.write(b"\xff\xff\x01\x03\x02\x00\xff")
    assert client.ask(Ping(1)) == [Status(1)]


def test_an_answer_takes_at_least_its_time_on_the_wire() -> None:
    with Emulator(servos(baud_rate=7)) as emulator:
        slow = Client(emulator.port, 38_400)
        question = SyncRead(56, 15, IDS)
        begin = time.monotonic()
        assert len(slow.ask(question, 6)) == 6
        bytes_on_wire = len(feetech.encode(question)) + 6 * (6 + 15)
        assert time.monotonic() - begin >= wire_seconds(bytes_on_wire, 38_400)
        slow.port.close()


@pytest.mark.parametrize("index", range(8))
def test_only_the_servos_own_baud_rate_is_heard(index: int) -> None:
    with Emulator(servos(baud_rate=index)) as emulator:
        client = Client(emulator.port, feetech.BAUD_RATES[index])
        assert client.ask(Ping(1)) == [Status(1)]
        client.port.baudrate = feetech.BAUD_RATES[0 if index else 1]
        assert client.ask(Ping(1), patience=SILENCE) == []
        client.port.close()


def test_a_new_baud_rate_acts_at_once(client: Client) -> None:
    assert client.ask(Write(1, 6, b"\x04"), patience=SILENCE) in ([], [Status(1)])
    client.port.baudrate = 115_200
    assert client.ask(Ping(1)) == [Status(1)]


@pytest.mark.parametrize("kind", ["silent", "dropped", "corrupted"])
def test_a_spoilt_answer_is_lost_and_the_next_is_not(emulator: Emulator, client: Client, kind: str) -> None:
    emulator.inject(Fault(kind, id=2, count=2))  # type: ignore[arg-type]
    assert client.ask(Ping(1)) == [Status(1)]
    assert client.ask(Ping(2), patience=SILENCE) == []
    assert client.ask(Ping(2), patience=SILENCE) == []
    client.parser.finish()
    assert client.ask(Ping(2)) == [Status(2)]


def test_a_late_answer_comes_after_its_time(emulator: Emulator, client: Client) -> None:
    emulator.inject(Fault("late", id=2, seconds=0.2))
    begin = time.monotonic()
    assert client.ask(Ping(2)) == [Status(2)]
    assert time.monotonic() - begin >= 0.2


def test_two_servos_with_one_id_spoil_some_answers(emulator: Emulator, client: Client) -> None:
    with emulator.paused() as running:
        running.append(Servo(2, FirstOrderShaft(1.0)))
    spoilt = 0
    for _ in range(30):
        spoilt += not client.ask(Read(2, 56, 2), patience=0.06)
        client.parser.finish()
    assert spoilt >= 3


def test_a_servo_that_resets_has_let_go(emulator: Emulator, client: Client) -> None:
    client.ask(Write(1, 42, b"\x00\x08"))
    assert client.ask(Read(1, 40, 1)) == [Status(1, 0, b"\x01")]
    with emulator.paused() as running:
        running[0].brown_out()
    assert client.ask(Read(1, 40, 1)) == [Status(1, 0, b"\x00")]


def test_unplugged_the_port_breaks_and_plugged_in_it_is_back(tmp_path: Path) -> None:
    link = tmp_path / "so101.tty"
    with Emulator(servos(), link) as emulator:
        client = Client(str(link))
        client.ask(Write(1, 42, b"\xe8\x03"))
        emulator.unplug()
        with pytest.raises((OSError, serial.SerialException)):
            client.ask(Ping(1))
        client.port.close()
        assert not link.exists()
        emulator.replug()
        client = Client(str(link))
        # The cable carries data, not power.
        assert client.ask(Read(1, 40, 1)) == [Status(1, 0, b"\x01")]
        client.port.close()
    assert not link.is_symlink()


def test_a_name_taken_meanwhile_keeps_the_cable_out(tmp_path: Path) -> None:
    link = tmp_path / "so101.tty"
    with Emulator(servos(), link) as emulator:
        emulator.unplug()
        link.write_text("mine")
        with pytest.raises(LinkError):
            emulator.replug()
        link.unlink()
        emulator.replug()
        client = Client(str(link))
        assert client.ask(Ping(1)) == [Status(1)]
        client.port.close()


def test_clients_come_and_go(emulator: Emulator) -> None:
    for _ in range(3):
        client = Client(emulator.port)
        assert client.ask(Ping(5)) == [Status(5)]
        client.port.close()


def test_a_file_is_not_taken_for_a_link(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("mine")
    with pytest.raises(LinkError, match=r"notes\.txt"), Emulator(servos(), path):
        pass
    assert path.read_text() == "mine"


def test_the_vendor_waits_in_vain_for_an_absent_servo(emulator: Emulator) -> None:
    port = PortHandler(emulator.port)
    assert port.openPort()
    assert scservo_sdk.PacketHandler(0).ping(port, 9)[1] == COMM_RX_TIMEOUT
    port.closePort()
