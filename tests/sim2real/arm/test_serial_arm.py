"""The serial arm on emulated servos: how it wakes, follows, and ends, whatever happens to it."""

from __future__ import annotations

import os
import termios
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pontine.envs.so101.model import REST
from pontine.sim2real.arm import serial_arm as serial_arm_module
from pontine.sim2real.arm.calibration import Calibration, CalibrationError
from pontine.sim2real.arm.emergency import emergency_stop
from pontine.sim2real.arm.limits import limits
from pontine.sim2real.arm.serial_arm import ObserverError, SerialArm
from pontine.sim2real.arm.stops import Kind, SafetyStop
from pontine.sim2real.arm.torque import NotReadyError
from pontine.sim2real.bus.bus import Bus, ServoState
from pontine.sim2real.bus.errors import BusError, BusOwnedError, NoReplyError
from pontine.sim2real.trials import benchmark
from pontine.sim2real.trials.fault_trials import (
    FAULTS,
    SIGNALS,
    Rig,
    bench_calibration,
    drive,
    run_signal,
    run_trial,
    trial_profile,
)
from pontine.sim2real.vision.scene_source import EMPTY_TABLE

CALIBRATION = bench_calibration()


def serial_arm(rig: Rig, calibration: Calibration = CALIBRATION, **changes: float) -> SerialArm:
    held = limits(replace(trial_profile(), **changes), calibration)
    bus = Bus(rig.emulator.port, calibration.ids, patience=0.1)
    return SerialArm(bus, calibration, held, EMPTY_TABLE)


@pytest.fixture
def rig() -> Iterator[Rig]:
    with Rig(0) as rig:
        yield rig


@pytest.mark.parametrize("name", FAULTS)
def test_after_any_fault_the_arm_is_safe_and_the_report_names_it(name: str) -> None:
    trial = run_trial(name, seed=1)
    assert not trial.wrong, (trial.wrong, trial.report)


@pytest.mark.parametrize("name", SIGNALS)
def test_a_program_that_is_told_to_end_leaves_the_arm_safe(name: str) -> None:
    trial = run_signal(name, seed=1)
    assert not trial.wrong, (trial.wrong, trial.report)


def test_it_wakes_where_it_stands_whatever_the_servos_were_told_last(rig: Rig) -> None:
    with rig.emulator.paused() as servos:
        for servo in servos:
            servo._put("goal_position", 1000)  # a goal from before, which would be jumped to
    seen = []
    arm = serial_arm(rig)
    arm.on_step(lambda state, sent, clips, now: seen.append(state.position))
    with arm:
        np.testing.assert_allclose(arm.observe().position, REST, atol=0.01)
        with rig.emulator.paused() as servos:
            assert [servo["torque_enable"] for servo in servos] == [1] * 6
            assert servos[5]["torque_limit"] == 358
        assert arm.scene().objects == ()
    np.testing.assert_allclose(seen, np.tile(REST, (len(seen), 1)), atol=0.01)
    assert rig.positions()[1] == [0] * 6


def test_it_goes_where_it_is_told_and_stays(rig: Rig) -> None:
    goal = REST + [0.3, 0.2, -0.2, -0.2, 0.4, 0.3]
    with serial_arm(rig) as arm:
        for _ in range(40):
            arm.command(goal)
        np.testing.assert_allclose(arm.observe().position, goal, atol=0.02)
        arm.stop()
        np.testing.assert_allclose(rig.positions()[0], goal, atol=0.02)
        arm.reset()
        np.testing.assert_allclose(arm.observe().position, REST, atol=0.02)


def test_there_is_no_way_round_the_envelope_by_the_arms_own_bus(rig: Rig) -> None:
    arm = serial_arm(rig)
    with arm:
        bus = arm._bus
        for write in (
            lambda: bus.command({"elbow_flex": 1.0}),
            lambda: bus.write("elbow_flex", "torque_limit", 500),
            lambda: bus.store("elbow_flex", "position_p", 16),
        ):
            with pytest.raises(BusOwnedError, match="belongs to an arm"):
                write()
        assert bus.read("elbow_flex", "torque_limit") != 500
        arm.stop()
    assert arm.report()["ending"]["at_rest"]


def test_a_second_arm_on_its_bus_is_refused_and_changes_nothing(rig: Rig) -> None:
    arm = serial_arm(rig)
    bus = arm._bus
    second = SerialArm(bus, CALIBRATION, arm.limits, EMPTY_TABLE)
    with arm:
        drive(arm, 2)
        with pytest.raises(BusOwnedError, match="belongs to an arm"), second:
            pass
        assert not bus.closed
        drive(arm, 2)
    assert arm.report()["stops"] == []
    assert arm.report()["ending"]["at_rest"]
    assert not second.woken
    # it belongs to no arm any more, and what is wrong with it is that it is closed
    with pytest.raises(BusError) as caught:
        bus.write("elbow_flex", "torque_limit", 500)
    assert not isinstance(caught.value, BusOwnedError)


def test_of_two_arms_that_enter_one_bus_at_once_one_is_refused(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    arm = serial_arm(rig)
    second = SerialArm(arm._bus, CALIBRATION, arm.limits, EMPTY_TABLE)
    look_over, refused = serial_arm_module.look_over, []

    def enter_second() -> None:
        try:
            with second:
                pass
        except BusError as error:
            refused.append(error)

    def meanwhile(*arguments: Any) -> Any:
        monkeypatch.setattr(serial_arm_module, "look_over", look_over)
        thread = threading.Thread(target=enter_second)
        thread.start()
        thread.join()
        return look_over(*arguments)

    monkeypatch.setattr(serial_arm_module, "look_over", meanwhile)
    with arm:
        drive(arm, 2)
    assert [type(error) for error in refused] == [BusOwnedError]
    assert not second.woken
    assert arm.report()["ending"]["at_rest"]


def test_targets_that_are_no_numbers_stop_it(rig: Rig) -> None:
    arm = serial_arm(rig)
    with pytest.raises(SafetyStop, match="elbow_flex: its target was nan") as caught, arm:
        arm.command(np.where(np.arange(6) == 2, np.nan, REST))
    assert caught.value.stop.kind == Kind.COMMAND
    assert "let go at rest" in caught.value.__notes__[0]
    assert arm.report()["ending"]["at_rest"]


def test_a_stop_says_what_to_check_once(rig: Rig) -> None:
    def unplug_amid() -> None:
        with serial_arm(rig) as arm:
            drive(arm, 5)
            rig.emulator.unplug()
            drive(arm, 50)

    with pytest.raises(SafetyStop, match="stopped: unplugged: /dev/pts/") as caught:
        unplug_amid()
    assert str(caught.value).count("USB cable") == str(caught.value).count("supply") == 1


def test_a_port_that_takes_no_bytes_stops_it_as_that(rig: Rig) -> None:
    line = os.open(rig.emulator.port, os.O_RDWR | os.O_NOCTTY)

    def hang_amid() -> None:
        with serial_arm(rig) as arm:
            drive(arm, 5)
            termios.tcflow(line, termios.TCOOFF)
            try:
                drive(arm, 50)
            finally:
                termios.tcflow(line, termios.TCOON)

    with pytest.raises(SafetyStop, match="stopped: port stuck"):
        hang_amid()
    os.close(line)
    assert rig.positions()[1] == [0] * 6


def test_a_lost_answer_to_a_new_torque_limit_is_no_brown_out(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    arm = serial_arm(rig)
    write = arm._bus.write

    def unanswered(name: str, register: str, value: int) -> None:
        write(name, register, value)
        if (name, register) == ("elbow_flex", "torque_limit") and arm.woken:
            raise NoReplyError(rig.emulator.port, {name: 3}, None)

    monkeypatch.setattr(arm._bus, "write", unanswered)

    def stop_amid() -> None:
        with arm:
            drive(arm, 5)
            arm.emergency_stop("test")
            drive(arm, 50)

    with pytest.raises(SafetyStop, match="emergency stop"):
        stop_amid()
    assert [stop.kind for stop in arm.stops] == [Kind.EMERGENCY]


def test_a_control_step_that_takes_too_long_makes_the_next_one_miss_its_deadline(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    arm, slow = serial_arm(rig, stale=5.0), 5
    survey = arm._bus.survey

    def slowly(names: Iterable[str] | None = None) -> dict[str, tuple[ServoState, dict[str, int]]]:
        if arm.woken and len(began) < slow:
            began.append(time.monotonic())
            time.sleep(0.06)
        return survey(names)

    began: list[float] = []
    monkeypatch.setattr(arm._bus, "survey", slowly)
    with arm:
        drive(arm, 2 * slow)
    timing = arm.report()["timing"]
    assert timing["deadline_misses"] >= slow
    assert timing["lateness_ms"]["worst"] > 20


def test_an_emergency_stop_moves_nothing_and_lets_go_when_pressed_again(rig: Rig) -> None:
    ours, theirs = os.openpty()
    arm = serial_arm(rig, emergency_hold=60.0)
    pressed = []

    def press_amid() -> None:
        with arm, emergency_stop(arm, theirs):
            drive(arm, 12)
            os.write(ours, b" ")
            pressed.append(arm.observe().position)
            threading.Timer(2.0, lambda: arm.emergency_stop("again")).start()
            drive(arm, 500)

    with pytest.raises(SafetyStop, match="emergency stop: key"):
        press_amid()
    os.close(ours)
    os.close(theirs)
    angles, torque = rig.positions()
    assert torque == [0] * 6
    np.testing.assert_allclose(angles, pressed[0], atol=0.25)
    assert not arm.report()["ending"]["at_rest"]


def test_an_observer_that_fails_is_told_of_and_the_arm_still_comes_to_rest(rig: Rig) -> None:
    arm = serial_arm(rig)

    def full(*step: object) -> None:
        raise OSError("no space left on the disk")

    arm.on_step(full)
    with pytest.raises(ObserverError, match="no space left"), arm:
        drive(arm, 200)
    assert arm.report()["ending"] == {"at_rest": True, "unreached": {}}


def test_an_arm_that_is_not_as_it_should_be_is_not_switched_on(rig: Rig) -> None:
    joints = {**CALIBRATION.joints, "wrist_roll": replace(CALIBRATION.joints["wrist_roll"], homing_offset=7)}
    with pytest.raises(CalibrationError, match=r"wrist_roll has the homing offset 0 and had 7"):
        serial_arm(rig, Calibration("other", joints)).__enter__()
    with rig.emulator.paused() as servos:
        servos[3].celsius = 65.0
    with pytest.raises(NotReadyError, match=r"wrist_flex has 65 °C"):
        serial_arm(rig).__enter__()
    assert rig.positions()[1] == [0] * 6


def test_the_benchmarks_say_what_they_measured() -> None:
    found = benchmark.cycle(20)
    assert found["wire_ms"] == pytest.approx(2.62)
    assert found["cycle_ms"] > 2.62
    found = list(benchmark.faults(1, ["skill raises", "unplugged"], workers=2))
    assert [f["trials"] for f in found] == [1, 2]
    assert found[-1]["kinds"]["unplugged"]["causes"] == {"unplugged": 1}
