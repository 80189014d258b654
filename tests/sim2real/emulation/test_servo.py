"""The emulated servo, instruction by instruction, at times that the test tells."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

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
from pontine.sim2real.bus.registers import RADIANS
from pontine.sim2real.bus.sts3215 import STS3215
from pontine.sim2real.emulation.servo import Servo
from pontine.sim2real.emulation.shaft import FREE, Drive, FirstOrderShaft
from tests.sim2real.servo_bench import ServoBench


class Bench(ServoBench):
    kind, order = Servo, Write


def test_it_answers_for_itself_only() -> None:
    bench = Bench()
    assert bench.ask(Ping(1)) == bench.ask(Ping(BROADCAST)) == Status(1)
    assert bench.ask(Ping(2)) is None
    assert bench.ask(Read(1, 3, 2)) == Status(1, 0, b"\x09\x03")
    assert bench.ask(Read(BROADCAST, 3, 2)) is None
    assert bench.ask(SyncRead(56, 2, (3, 1))) == Status(1, 0, b"\x00\x08")
    assert bench.ask(SyncRead(56, 2, (3,))) is None
    assert bench.ask(Read(1, 250, 10)) == Status(1, 0, bytes(10))


def test_a_goal_switches_the_torque_on_and_is_reached() -> None:
    bench = Bench()
    assert bench.servo["torque_enable"] == 0
    assert bench.write("goal_position", 1000) == Status(1)
    assert bench.servo["torque_enable"] == 1
    bench.wait(2)
    assert bench.servo["present_position"] == 1000
    assert bench.servo["moving"] == 0
    assert bench.servo.motion.angle == pytest.approx((1000 - 2048) * RADIANS, abs=1e-3)


def test_torque_on_without_a_goal_jumps() -> None:
    bench = Bench()
    bench.write("torque_enable", 1)
    bench.wait(0.1)
    assert bench.servo["present_speed"] < -1000


def test_speed_is_signed_and_limited() -> None:
    bench = Bench()
    bench.write("goal_speed", 500)
    bench.write("goal_position", 1000)
    bench.wait(0.5)
    assert bench.servo["present_speed"] == pytest.approx(-500, abs=2)
    assert bench.servo["present_position"] == pytest.approx(2048 - 250, abs=5)
    answer = bench.ask(Read(1, 58, 2))
    assert answer is not None
    assert answer.data[1] & 0x80


def test_acceleration_is_limited() -> None:
    bench = Bench()
    bench.write("acceleration", 10)
    bench.write("goal_position", 4000)
    bench.wait(0.5)
    assert bench.servo["present_speed"] == pytest.approx(500, abs=10)


def test_the_goal_stays_within_the_limits_of_position() -> None:
    bench = Bench(min_position=1500, max_position=2500)
    bench.write("goal_position", 4000)
    bench.wait(2)
    assert bench.servo["present_position"] == 2500


def test_the_homing_offset_wraps() -> None:
    angle = (628 - 2048) * RADIANS
    assert Bench(FirstOrderShaft(angle), homing_offset=904).servo["present_position"] == 3820


@settings(deadline=None)
@given(st.floats(-3, 3), st.integers(-2047, 2047))
def test_recalibration_makes_the_present_pose_the_middle(angle: float, offset: int) -> None:
    for recalibrate in (lambda bench: bench.write("torque_enable", 128), lambda bench: bench.ask(Recalibrate(1))):
        bench = Bench(FirstOrderShaft(angle), homing_offset=offset)
        recalibrate(bench)
        bench.servo.brown_out()
        assert bench.servo["present_position"] == pytest.approx(2048, abs=1)
        assert bench.servo["torque_enable"] == 0


def test_a_recalibration_may_name_the_position() -> None:
    bench = Bench()
    bench.ask(Recalibrate(1, 1000))
    assert bench.servo["present_position"] == 1000


@pytest.mark.parametrize(("lock", "kept"), [(0, 64), (1, 32)])
def test_the_lock_decides_what_outlives_the_power(lock: int, kept: int) -> None:
    bench = Bench()
    bench.write("lock", lock)
    bench.write("position_p", 64)
    assert bench.servo["position_p"] == 64
    bench.servo.brown_out()
    assert bench.servo["position_p"] == kept


def test_a_new_id_answers_at_once() -> None:
    bench = Bench()
    bench.write("lock", 0)
    assert bench.write("id", 7) == Status(7)
    assert bench.ask(Ping(1)) is None


def test_read_only_registers_stay_as_they_are() -> None:
    bench = Bench()
    assert bench.ask(Write(1, 0, b"\x09\x09\x09\x09\x09")) == Status(1)
    assert bench.ask(Read(1, 0, 5)) == Status(1, 0, b"\x03\x0a\x00\x09\x03")


def test_a_kept_back_write_waits_for_its_action() -> None:
    bench = Bench()
    assert bench.ask(RegWrite(1, 42, b"\xe8\x03")) == Status(1)
    assert (bench.servo["goal_position"], bench.servo["async_write"]) == (0, 1)
    assert bench.ask(Action()) is None
    assert (bench.servo["goal_position"], bench.servo["async_write"]) == (1000, 0)


def test_sync_write_is_obeyed_in_silence() -> None:
    bench = Bench()
    assert bench.ask(SyncWrite(42, ((2, b"\x00\x00"), (1, b"\xe8\x03")))) is None
    assert bench.servo["goal_position"] == 1000


def test_response_level_zero_silences_writes_only() -> None:
    bench = Bench(response_level=0)
    assert bench.write("goal_position", 2048) is None
    assert bench.ask(Ping(1)) == Status(1)


def test_reset_keeps_the_id_and_forgets_the_offset() -> None:
    bench = Bench(homing_offset=300)
    bench.write("lock", 0)
    bench.write("id", 4)
    assert bench.ask(Reset(4)) == Status(4)
    assert bench.servo["homing_offset"] == 0


def test_a_stalled_servo_gives_way_until_the_goal_reverses() -> None:
    bench = Bench(FirstOrderShaft(high=0.1))
    bench.write("goal_position", 3000)
    bench.wait(1.9)
    assert bench.servo["present_load"] == 1000
    assert bench.ask(Ping(1)) == Status(1)
    bench.wait(0.5)
    assert bench.ask(Ping(1)) == Status(1, 0x20)
    assert bench.servo["present_load"] == 200
    assert bench.write("goal_position", 3100) == Status(1, 0x20)
    assert bench.write("goal_position", 1000) == Status(1)
    bench.wait(2)
    assert bench.servo["present_position"] == 1000


def test_switching_the_torque_ends_an_overload() -> None:
    bench = Bench(FirstOrderShaft(high=0.1), protection_time=10)
    bench.write("goal_position", 3000)
    bench.wait(0.5)
    assert bench.servo["status"] == 0x20
    assert bench.write("torque_enable", 0) == Status(1)


def test_overcurrent_lets_go() -> None:
    bench = Bench(FirstOrderShaft(high=0.1), protection_current=100, overcurrent_time=10, protection_time=254)
    bench.write("goal_position", 3000)
    bench.wait(0.5)
    assert bench.servo["status"] == 0x08
    assert bench.servo["present_current"] == 0


def test_heat_is_told_and_lets_go() -> None:
    bench = Bench()
    bench.write("goal_position", 2048)
    bench.servo.celsius = 71
    bench.wait(0.1)
    assert bench.ask(Ping(1)) == Status(1, 0x04)
    bench.write("goal_position", 3000)
    bench.wait(0.5)
    assert bench.servo["present_position"] == 2048


@pytest.mark.parametrize(("volts", "error"), [(7.4, 0), (8.3, 1), (3.9, 1)])
def test_a_wrong_supply_is_told(volts: float, error: int) -> None:
    bench = Bench()
    bench.servo.volts = volts
    bench.wait(0.1)
    assert bench.ask(Ping(1)) == Status(1, error)


def test_a_brown_out_silences_and_forgets_ram() -> None:
    bench = Bench(max_torque=500)
    bench.write("torque_limit", 300)
    bench.write("goal_position", 3000)
    bench.servo.volts = 3.0
    assert bench.ask(Ping(1)) is None
    bench.servo.volts = 7.0
    assert bench.ask(Ping(1)) == Status(1)
    assert [bench.servo[n] for n in ("torque_enable", "torque_limit", "goal_position", "lock")] == [0, 500, 0, 1]


def test_without_torque_a_weight_falls_to_the_stop() -> None:
    bench = Bench(FirstOrderShaft(low=-1, weight=0.3))
    bench.write("goal_position", 2048)
    bench.wait(1)
    assert bench.servo["present_load"] == pytest.approx(300, abs=5)
    sagged = bench.servo.motion.angle
    assert sagged == pytest.approx(-0.3 * 0.35, abs=0.01)
    bench.write("torque_enable", 0)
    bench.wait(1)
    assert bench.servo.motion.angle == -1


def test_a_light_shaft_stays_where_it_is_let_go() -> None:
    shaft = FirstOrderShaft(0.4, weight=0.03)
    assert shaft.advance(1.0, FREE).angle == 0.4


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0.001, 0.4), min_size=1, max_size=6))
def test_how_often_a_shaft_is_looked_at_changes_little(steps: list[float]) -> None:
    drive, now, watched = Drive(1.0, speed=2.0), 0.0, FirstOrderShaft()
    for step in steps:
        now += step
        motion = watched.advance(now, drive)
    alone = FirstOrderShaft().advance(now, drive)
    assert math.isclose(motion.angle, alone.angle, abs_tol=0.02)


@example([Write(1, STS3215["goal_position"].address, bytes(6) + b"\xff\xff")])
@settings(max_examples=50, deadline=None)
@given(st.lists(st.builds(Write, st.just(1), st.integers(0, 255), st.binary(max_size=20))
                | st.builds(RegWrite, st.just(1), st.integers(0, 255), st.binary(max_size=20))
                | st.builds(Read, st.just(1), st.integers(0, 255), st.integers(0, 255))
                | st.builds(Recalibrate, st.just(1), st.none() | st.integers(0, 0xFFFF))
                | st.just(Action()) | st.just(Reset(1)) | st.none(), max_size=15))  # fmt: skip
def test_nothing_that_can_be_written_breaks_it(instructions: list[Instruction | None]) -> None:
    """None stands for a supply that fails for an instant."""
    bench = Bench()
    for instruction in instructions:
        if instruction is None:
            bench.servo.brown_out()
        else:
            bench.ask(instruction)
        bench.wait(0.03)
    for register in STS3215:
        assert register.decode(register.encode(bench.servo[register.name])) == bench.servo[register.name]
