"""The emulated XL330: its behaviour at times that the test tells, and ROBOTIS's own software on its wire."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import serial
from dynamixel_sdk import (
    COMM_SUCCESS,
    GroupBulkRead,
    GroupBulkWrite,
    GroupSyncRead,
    GroupSyncWrite,
    PacketHandler,
    PortHandler,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pontine.sim2real.bus.dynamixel import (
    ALERT,
    BROADCAST,
    Action,
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
    Write,
    encode,
    status_parser,
)
from pontine.sim2real.bus.registers import Register
from pontine.sim2real.bus.xl330 import INDIRECT, MODEL, XL330
from pontine.sim2real.emulation.dynamixel_servo import DynamixelServo
from pontine.sim2real.emulation.emulator import DYNAMIXEL, Emulator, Fault
from pontine.sim2real.emulation.shaft import FirstOrderShaft
from tests.sim2real.servo_bench import ServoBench

IDS = (1, 2, 3)
PATIENCE = 10.0
GOAL, POSITION, TORQUE = (XL330[name].address for name in ("goal_position", "present_position", "torque_enable"))
_RANGE_ERROR, _ACCESS_ERROR = 4, 7


class Bench(ServoBench):
    kind, order = DynamixelServo, Write


def test_it_answers_a_ping_with_its_model() -> None:
    bench = Bench()
    assert bench.ask(Ping(1)) == bench.ask(Ping(BROADCAST)) == Status(1, 0, b"\xb0\x04\x00")
    assert bench.ask(Ping(2)) is None
    assert bench.ask(Read(BROADCAST, 0, 2)) is None


def test_a_goal_moves_it_only_with_torque() -> None:
    bench = Bench()
    bench.write("goal_position", 1000)
    bench.wait(1)
    assert bench.servo["present_position"] == 2048
    bench.write("torque_enable", 1)
    bench.wait(1)
    assert bench.servo["present_position"] == 2048
    assert bench.write("goal_position", 1000) == Status(1)
    bench.wait(2)
    assert bench.servo["present_position"] == 1000


def test_torque_locks_what_is_kept() -> None:
    bench = Bench()
    bench.write("torque_enable", 1)
    assert bench.write("homing_offset", 5) == Status(1, _ACCESS_ERROR)
    bench.write("torque_enable", 0)
    assert bench.write("homing_offset", -5) == Status(1)
    bench.ask(Reboot(1))
    assert bench.servo["homing_offset"] == -5
    assert bench.servo["present_position"] == 2043


def test_goals_stay_within_limits_and_measurements_cannot_be_written() -> None:
    bench = Bench(min_position=1500, max_position=2500)
    assert bench.write("goal_position", 2501) == Status(1, _RANGE_ERROR)
    assert bench.write("present_position", 0) == Status(1, _ACCESS_ERROR)


def test_a_silent_bus_stops_it() -> None:
    bench = Bench()
    bench.write("torque_enable", 1)
    bench.write("bus_watchdog", 5)
    bench.write("profile_speed", 20)
    bench.write("goal_position", 4000)
    bench.wait(0.05)
    assert bench.servo["bus_watchdog"] == 5
    bench.wait(0.3)
    assert bench.servo["bus_watchdog"] == -1
    stopped = bench.servo["present_position"]
    bench.wait(0.5)
    assert bench.servo["present_position"] == pytest.approx(stopped, abs=5)
    assert bench.write("goal_position", 3000) == Status(1, _RANGE_ERROR)
    bench.write("bus_watchdog", 0)
    bench.write("profile_speed", 0)
    assert bench.write("goal_position", 3000) == Status(1)
    bench.wait(5)
    assert bench.servo["present_position"] == 3000


def test_an_overload_lets_go_until_a_reboot() -> None:
    bench = Bench(FirstOrderShaft(high=0.1))
    bench.write("torque_enable", 1)
    bench.write("goal_position", 3500)
    bench.wait(3)
    assert bench.ask(Read(1, 70, 1)) == Status(1, ALERT, b"\x20")
    bench.write("torque_enable", 1)
    assert bench.servo["torque_enable"] == 0
    assert bench.ask(Reboot(1)) == Status(1)
    bench.write("torque_enable", 1)
    assert bench.servo["torque_enable"] == 1


@pytest.mark.parametrize(("volts", "celsius", "error"), [(5.0, 28, 0), (7.5, 28, 1), (5.0, 75, 4)])
def test_supply_and_heat_are_told(volts: float, celsius: float, error: int) -> None:
    bench = Bench()
    bench.servo.volts, bench.servo.celsius = volts, celsius
    bench.wait(0.1)
    assert bench.servo["hardware_error_status"] == error


def test_without_power_it_is_silent_and_forgets_ram() -> None:
    bench = Bench()
    bench.write("led", 1)
    bench.servo.volts = 0.0
    bench.wait(0.1)
    assert bench.ask(Ping(1)) is None
    bench.servo.volts = 5.0
    bench.wait(0.1)
    assert bench.ask(Read(1, 65, 1)) == Status(1, 0, b"\0")


def test_a_factory_reset_keeps_what_it_is_told_to() -> None:
    for keep, id, baud in ((2, 9, 3), (1, 9, 1), (0xFF, 1, 1)):
        bench = Bench(id=9, baud_rate=3, homing_offset=7)
        assert bench.ask(FactoryReset(9, keep)) == Status(9)
        assert [bench.servo[n] for n in ("id", "baud_rate", "homing_offset")] == [id, baud, 0]


def test_indirect_data_lie_where_their_pointers_say() -> None:
    bench = Bench()
    for number, address in enumerate((POSITION, POSITION + 1, TORQUE)):
        bench.ask(Write(1, INDIRECT.pointers + 2 * number, address.to_bytes(2, "little")))
    assert bench.ask(Read(1, INDIRECT.data, 3)) == Status(1, 0, b"\x00\x08\x00")
    bench.ask(Write(1, INDIRECT.data + 2, b"\x01"))
    assert bench.servo["torque_enable"] == 1


def test_a_kept_back_write_waits_for_its_action() -> None:
    bench = Bench()
    assert bench.ask(RegWrite(1, 65, b"\x01")) == Status(1)
    assert (bench.servo["led"], bench.servo["registered_instruction"]) == (0, 1)
    bench.ask(Action(1))
    assert (bench.servo["led"], bench.servo["registered_instruction"]) == (1, 0)


@pytest.mark.parametrize(("level", "answered"), [(0, [Ping]), (1, [Ping, Read]), (2, [Ping, Read, Write])])
def test_the_response_level_silences(level: int, answered: list[type]) -> None:
    bench = Bench()
    bench.write("response_level", level)
    asked: list[Instruction] = [Ping(1), Read(1, 65, 1), Write(1, 65, b"\x01")]
    assert [type(i) for i in asked if bench.ask(i) is not None] == answered


@example([Write(1, 37, b"\x80"), Reboot(1)])
@example([Write(1, XL330["max_speed"].address + 3, b"\x80"), Reboot(1)])
@example([Write(1, XL330["homing_offset"].address, b"\xff\xff\xff\x7f")])
@example([Write(1, 300, b"\x01")])
@settings(max_examples=50, deadline=None)
@given(st.lists(st.builds(Write, st.just(1), st.integers(0, 260), st.binary(max_size=20))
                | st.builds(RegWrite, st.just(1), st.integers(0, 260), st.binary(max_size=20))
                | st.builds(Read, st.just(1), st.integers(0, 300), st.integers(0, 300))
                | st.builds(FactoryReset, st.just(1), st.integers(0, 255))
                | st.just(Action(1)) | st.just(Clear(1)) | st.just(Reboot(1)) | st.none(), max_size=15))  # fmt: skip
def test_nothing_that_can_be_written_breaks_it(instructions: list[Instruction | None]) -> None:
    """None stands for a supply that fails for an instant."""
    bench = Bench()
    for instruction in instructions:
        if instruction is None:
            bench.servo.brown_out()
        else:
            bench.ask(instruction)
        bench.wait(0.03)
    assert bench.servo["model"] == MODEL
    for register in XL330:
        assert register.decode(register.encode(bench.servo[register.name])) == bench.servo[register.name]


@given(st.sampled_from([r for r in XL330 if r.writable and r.bounds]), st.data())
def test_a_number_out_of_its_register_s_bounds_is_refused_and_one_within_is_taken(
    register: Register, data: st.DataObject
) -> None:
    assert register.bounds is not None
    bench, (low, high) = Bench(), register.bounds
    bits = 8 * register.size - register.signed
    outside = [value for value in (low - 1, high + 1) if (-(1 << bits) if register.signed else 0) <= value < 1 << bits]
    before = bench.servo[register.name]
    for value in outside:
        answer = bench.write(register.name, value)
        assert answer is None or answer.error == _RANGE_ERROR
        assert bench.servo[register.name] == before
    value = data.draw(st.integers(low, high))
    bench.write(register.name, value)
    assert bench.servo[register.name] == value


def test_a_goal_stays_within_its_limit() -> None:
    bench = Bench(pwm_limit=300)
    assert bench.write("goal_pwm", -300) == Status(1)
    assert bench.write("goal_pwm", 301) == Status(1, _RANGE_ERROR)
    assert bench.servo["goal_pwm"] == -300


@given(st.lists(st.binary(min_size=4, max_size=4), min_size=1, max_size=6))
def test_what_several_answer_together_comes_apart(data: list[bytes]) -> None:
    answers = tuple(Status(id, 0, block) for id, block in enumerate(data))
    (heard,) = status_parser().feed(encode(FastStatus.join(answers)))
    assert isinstance(heard, FastStatus)
    assert heard.split([4] * len(data)) == answers


@pytest.fixture
def wire() -> Iterator[Emulator[DynamixelServo]]:
    servos = [DynamixelServo(id, FirstOrderShaft(), settings={"baud_rate": 3, "return_delay": 0}) for id in IDS]
    with Emulator(servos, language=DYNAMIXEL) as wire:
        yield wire


class PatientPort(PortHandler):  # type: ignore[misc]
    """ROBOTIS's port; it gives up after some 20 ms, which on a busy machine says nothing."""

    def setPacketTimeout(self, packet_length: int) -> None:
        self.setPacketTimeoutMillis(1000 * PATIENCE)


@pytest.fixture
def port(wire: Emulator[DynamixelServo]) -> Iterator[PatientPort]:
    port = PatientPort(wire.port)
    assert port.openPort()
    assert port.setBaudRate(1_000_000)
    yield port
    port.closePort()


def test_robotis_software_finds_reads_and_writes(wire: Emulator[DynamixelServo], port: PatientPort) -> None:
    handler = PacketHandler(2.0)
    for id in IDS:
        assert handler.ping(port, id) == (MODEL, COMM_SUCCESS, 0)
    assert handler.write1ByteTxRx(port, 2, TORQUE, 1) == (COMM_SUCCESS, 0)
    assert handler.write4ByteTxRx(port, 2, GOAL, 1000) == (COMM_SUCCESS, 0)
    end = time.monotonic() + PATIENCE
    while handler.read4ByteTxRx(port, 2, POSITION)[0] != 1000:
        assert time.monotonic() < end
    assert handler.write4ByteTxRx(port, 2, XL330["homing_offset"].address, 1) == (COMM_SUCCESS, _ACCESS_ERROR)
    assert handler.regWriteTxRx(port, 3, XL330["led"].address, 1, [1]) == (COMM_SUCCESS, 0)
    assert handler.action(port, BROADCAST) == COMM_SUCCESS
    assert handler.read1ByteTxRx(port, 3, XL330["led"].address)[0] == 1
    assert handler.reboot(port, 3) == (COMM_SUCCESS, 0)
    assert handler.read1ByteTxRx(port, 3, XL330["led"].address)[0] == 0
    assert handler.factoryReset(port, 3, 0x02) == (COMM_SUCCESS, 0)


def test_robotis_software_reads_and_writes_all_at_once(wire: Emulator[DynamixelServo], port: PatientPort) -> None:
    handler = PacketHandler(2.0)
    torque = GroupSyncWrite(port, handler, TORQUE, 1)
    goals = GroupBulkWrite(port, handler)
    for id in IDS:
        assert torque.addParam(id, b"\x01")
        assert goals.addParam(id, GOAL, 4, (1000 + id).to_bytes(4, "little"))
    assert torque.txPacket() == COMM_SUCCESS
    assert goals.txPacket() == COMM_SUCCESS
    read = GroupSyncRead(port, handler, GOAL, 4)
    assert all(read.addParam(id) for id in IDS)
    assert read.txRxPacket() == COMM_SUCCESS
    assert [read.getData(id, GOAL, 4) for id in IDS] == [1000 + id for id in IDS]
    bulk = GroupBulkRead(port, handler)
    assert all(bulk.addParam(id, address, 4) for id, address in zip(IDS, (GOAL, POSITION, GOAL), strict=True))
    assert bulk.txRxPacket() == COMM_SUCCESS
    assert bulk.getData(1, GOAL, 4) == 1001
    end = time.monotonic() + PATIENCE
    while handler.read4ByteTxRx(port, 1, POSITION)[0] != 1001:
        assert time.monotonic() < end


def test_faults_spoil_its_answers_too(wire: Emulator[DynamixelServo], port: PatientPort) -> None:
    handler = PacketHandler(2.0)
    wire.inject(Fault("late", id=1, seconds=0.2))
    begin = time.monotonic()
    assert handler.ping(port, 1) == (MODEL, COMM_SUCCESS, 0)
    assert time.monotonic() - begin >= 0.2


def test_a_fast_read_is_answered_in_one_packet_or_not_at_all(wire: Emulator[DynamixelServo]) -> None:
    port = serial.Serial(wire.port, 1_000_000, timeout=PATIENCE)
    port.write(encode(SyncRead(POSITION, 4, IDS, fast=True)))
    (heard,) = status_parser().feed(port.read(8 + 8 * len(IDS)))
    assert isinstance(heard, FastStatus)
    assert heard.split([4] * len(IDS)) == tuple(Status(id, 0, b"\x00\x08\x00\x00") for id in IDS)
    port.timeout = 0.1
    port.write(encode(SyncRead(POSITION, 4, (1, 9), fast=True)))
    assert port.read(1) == b""
    port.close()
