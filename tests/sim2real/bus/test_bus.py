"""The bus on an emulated wire: all at once, and what it says of each fault.

Faults last a known number of answers, and the bus waits long, so that a busy machine changes nothing.
"""

from __future__ import annotations

import math
import os
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.robot import JOINTS
from pontine.sim2real.bus.bus import RETRIES, STORES, Bus
from pontine.sim2real.bus.errors import (
    CorruptReplyError,
    EepromError,
    NoReplyError,
    PortError,
    PortLostError,
    PortStuckError,
    UnfitValueError,
)
from pontine.sim2real.bus.registers import RADIANS
from pontine.sim2real.emulation.emulator import Emulator, Fault
from pontine.sim2real.emulation.servo import Servo
from pontine.sim2real.emulation.shaft import FirstOrderShaft

IDS = {name: id for id, name in enumerate(JOINTS, 1)}
PATIENCE = 0.15
MIDDLE = math.pi
SHAFT = "wrist_flex"


def servos(**settings: int) -> list[Servo]:
    return [Servo(id, FirstOrderShaft(), settings=settings) for id in IDS.values()]


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    # With this seed two servos with one id spoil each other's first three answers.
    with Emulator(servos(), seed=4) as emulator:
        yield emulator


@pytest.fixture
def bus(emulator: Emulator) -> Iterator[Bus]:
    with Bus(emulator.port, IDS, patience=PATIENCE) as bus:
        yield bus


def arrives(bus: Bus, goals: dict[str, float]) -> bool:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        states = bus.measure()
        if all(abs(states[name].angle - angle) < 2 * RADIANS for name, angle in goals.items()):
            return True
    return False


def test_all_six_are_measured_at_once(bus: Bus) -> None:
    states = bus.measure()
    assert tuple(states) == bus.names == JOINTS
    for state in states.values():
        assert state.angle == pytest.approx(MIDDLE, abs=RADIANS)
        assert (state.volts, state.celsius) == (pytest.approx(7.4), 28)
        assert (state.velocity, state.load, state.amperes, state.moving, state.errors) == (0, 0, 0, False, ())


def test_goals_are_reached(bus: Bus) -> None:
    goals = {name: MIDDLE + 0.1 * i for i, name in enumerate(JOINTS)}
    bus.command(goals)
    assert arrives(bus, goals)
    assert all(bus.read(name, "torque_enable") == 1 for name in JOINTS)


def test_signed_measurements_keep_their_sign(bus: Bus) -> None:
    bus.write(SHAFT, "goal_speed", 300)
    bus.command({SHAFT: 0.5})
    end = time.monotonic() + 10
    while not (state := bus.measure()[SHAFT]).moving:
        assert time.monotonic() < end
    assert -300 * RADIANS * 1.05 < state.velocity < 0
    assert state.load < 0


def test_nothing_is_sent_where_one_goal_is_unfit(bus: Bus) -> None:
    for angle in (-0.1, 6.3, math.nan, math.inf):
        with pytest.raises(UnfitValueError, match=SHAFT):
            bus.command({"gripper": MIDDLE, SHAFT: angle})
    assert bus.read("gripper", "torque_enable") == 0


def test_every_encoder_count_can_be_commanded(bus: Bus) -> None:
    for count in (0, 1, 2047, 4095):
        bus.command({SHAFT: count * RADIANS})
        assert bus.read(SHAFT, "goal_position") == count


def test_unknown_names_are_answered_with_the_known_ones(bus: Bus) -> None:
    with pytest.raises(UnknownNameError, match="wrist_flex"):
        bus.read("wrist_flexx", "lock")
    with pytest.raises(UnknownNameError, match="goal_position"):
        bus.read(SHAFT, "goal")
    with pytest.raises(UnknownNameError, match="wrist_flex"):
        bus.command({"elbow": MIDDLE})


@pytest.mark.parametrize("kind", ["silent", "dropped", "corrupted"])
def test_a_few_spoilt_answers_go_unnoticed(emulator: Emulator, bus: Bus, kind: str) -> None:
    emulator.inject(Fault(kind, id=4, count=RETRIES))  # type: ignore[arg-type]
    assert len(bus.measure()) == 6
    emulator.inject(Fault(kind, id=4, count=RETRIES))  # type: ignore[arg-type]
    bus.ping(SHAFT)


def test_what_came_while_the_program_was_kept_from_running_counts(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    read, slept = bus._serial.read, []

    def late(most: int) -> bytes:
        if slept:
            return read(most)
        slept.append(data := read(min(most, 20)))
        time.sleep(5 * PATIENCE)
        return data

    monkeypatch.setattr(bus._serial, "read", late)
    assert len(bus.measure()) == 6
    assert slept
    assert not bus.asked_again


def test_a_silent_servo_is_named(emulator: Emulator, bus: Bus) -> None:
    emulator.inject(Fault("silent", id=4, count=2 * (1 + RETRIES)))
    for call, hint in ((bus.measure, "others answer"), (lambda: bus.read(SHAFT, "lock"), "cable to it")):
        with pytest.raises(NoReplyError, match=rf"wrist_flex \(id 4\).*{hint}") as caught:
            call()
        assert caught.value.servos == {SHAFT: 4}
    assert bus.read(SHAFT, "lock") == 1


@pytest.mark.parametrize("kind", ["dropped", "corrupted"])
def test_a_garbled_servo_is_named(emulator: Emulator, bus: Bus, kind: str) -> None:
    emulator.inject(Fault(kind, id=4, count=2 * (1 + RETRIES)))  # type: ignore[arg-type]
    for call in (bus.measure, lambda: bus.read(SHAFT, "lock")):
        with pytest.raises(CorruptReplyError, match=r"wrist_flex \(id 4\).*share an id"):
            call()
    assert len(bus.measure()) == 6


def test_a_late_answer_is_not_taken_for_the_next_ones(emulator: Emulator, bus: Bus) -> None:
    emulator.inject(Fault("late", id=4, seconds=1.5 * PATIENCE))
    assert bus.read(SHAFT, "model") == 777
    assert bus.read(SHAFT, "present_position") == 2048


def test_servos_without_power_are_all_named(emulator: Emulator, bus: Bus) -> None:
    with emulator.paused() as wire:
        for servo in wire:
            servo.volts = 0.0
    with pytest.raises(NoReplyError, match="nor from any other; check the arm's supply") as caught:
        bus.measure()
    assert caught.value.servos == IDS


def test_a_wrong_baud_rate_finds_nobody(emulator: Emulator) -> None:
    with Bus(emulator.port, IDS, baud=500_000, patience=0.05) as bus, pytest.raises(NoReplyError, match="baud"):
        bus.measure()


def test_two_servos_with_one_id_are_told(emulator: Emulator, bus: Bus) -> None:
    with emulator.paused() as wire:
        wire.append(Servo(4, FirstOrderShaft(1.0)))

    def read_on() -> None:
        for _ in range(300):
            assert bus.read(SHAFT, "present_position") in (2048, 2048 + round(1 / RADIANS))

    with pytest.raises(CorruptReplyError, match="share an id") as caught:
        read_on()
    assert caught.value.servos == {SHAFT: 4}


def test_a_servo_that_lost_its_ram_can_be_seen(emulator: Emulator, bus: Bus) -> None:
    bus.command({SHAFT: MIDDLE})
    assert bus.read(SHAFT, "torque_enable") == 1
    with emulator.paused() as wire:
        wire[3].brown_out()
    assert bus.read(SHAFT, "torque_enable") == 0


def test_a_servo_that_protects_itself_stays_within_reach(emulator: Emulator, bus: Bus) -> None:
    with emulator.paused() as wire:
        wire[3].celsius = 80
    state = bus.measure()[SHAFT]
    assert [flag.name for flag in state.errors] == ["overheated"]
    assert state.celsius == 80
    bus.write(SHAFT, "torque_enable", 0)


def test_a_pulled_cable_is_told_and_the_port_can_be_opened_again(tmp_path: Path) -> None:
    with Emulator(servos(), tmp_path / "arm") as emulator:
        with Bus(emulator.port, IDS, patience=PATIENCE) as bus:
            bus.measure()
            emulator.unplug()
            for call in (bus.measure, lambda: bus.command({SHAFT: MIDDLE}), lambda: bus.ping(SHAFT)):
                with pytest.raises(PortLostError, match="USB cable"):
                    call()
        with pytest.raises(PortError, match="no such port"):
            Bus(emulator.port, IDS)
        emulator.replug()
        with Bus(emulator.port, IDS, patience=PATIENCE) as bus:
            assert len(bus.measure()) == 6


def test_a_port_that_takes_no_bytes_is_told_from_one_that_is_gone(bus: Bus) -> None:
    line = os.open(bus.port, os.O_RDWR | os.O_NOCTTY)
    termios.tcflow(line, termios.TCOOFF)
    with pytest.raises(PortStuckError, match="took no bytes for 1 s; its adapter hangs"):
        bus.ping(SHAFT)
    termios.tcflow(line, termios.TCOON)
    os.close(line)
    assert len(bus.measure()) == 6


def test_a_second_writer_is_refused(emulator: Emulator, bus: Bus) -> None:
    with pytest.raises(PortError, match="another program"):
        Bus(emulator.port, IDS)


def test_a_port_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PortError, match="file"):
        Bus(str(tmp_path / "file"), IDS)


def test_ids_must_differ() -> None:
    with pytest.raises(ValueError, match="differ"):
        Bus("nowhere", {"a": 1, "b": 1})


def test_eeprom_is_written_only_where_it_differs(emulator: Emulator, bus: Bus) -> None:
    assert bus.store(SHAFT, "max_torque", 500)
    assert not bus.store(SHAFT, "max_torque", 500)
    assert bus.read(SHAFT, "lock") == 1
    with emulator.paused() as wire:
        wire[3].brown_out()
    assert bus.read(SHAFT, "torque_limit") == 500


def test_eeprom_is_never_written_in_a_loop(bus: Bus) -> None:
    with pytest.raises(EepromError, match="use store"):
        bus.write(SHAFT, "homing_offset", 5)
    for i in range(STORES):
        assert bus.store(SHAFT, "homing_offset", -i - 1)
    with pytest.raises(EepromError, match="again and again"):
        bus.store(SHAFT, "homing_offset", 77)
    assert bus.read(SHAFT, "homing_offset") == -STORES


@pytest.mark.parametrize(("call", "error"), [
    (lambda bus: bus.store(SHAFT, "id", 9), EepromError),
    (lambda bus: bus.store(SHAFT, "torque_limit", 9), EepromError),
    (lambda bus: bus.write(SHAFT, "torque_enable", 128), EepromError),
    (lambda bus: bus.write(SHAFT, "present_position", 9), UnfitValueError),
    (lambda bus: bus.write(SHAFT, "goal_position", 40_000), PontineError),
    (lambda bus: bus.store(SHAFT, "homing_offset", 3000), PontineError),
])  # fmt: skip
def test_what_must_not_be_written_is_refused(bus: Bus, call, error: type[PontineError]) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(error):
        call(bus)
    assert bus.read(SHAFT, "torque_enable") == 0


def test_an_adapter_that_echoes_is_seen_through() -> None:
    with Emulator(servos(), echo=True) as emulator, Bus(emulator.port, IDS, patience=PATIENCE) as bus:
        assert bus.read(SHAFT, "present_position") == 2048
        assert len(bus.measure()) == 6
        for _ in range(20):
            assert bus.read(SHAFT, "present_position") == 2048
        bus.command({SHAFT: 1.0})
        assert arrives(bus, {SHAFT: 1.0})
        with emulator.paused() as wire:
            del wire[3]
        with pytest.raises(NoReplyError, match=SHAFT):
            bus.read(SHAFT, "present_position")
