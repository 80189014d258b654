"""Whether an arm is fit to move: each thing that can be wrong with it is found, and nothing is changed by looking."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from pontine.conf import arm_check
from pontine.envs.errors import PontineError
from pontine.envs.robot import JOINTS
from pontine.envs.so101.model import RANGE
from pontine.sim2real.arm.calibration import Calibration, JointCalibration
from pontine.sim2real.bringup.check import ArmReport, check
from pontine.sim2real.bringup.leftovers import restore
from pontine.sim2real.bus.bus import Bus
from pontine.sim2real.bus.errors import PortError
from pontine.sim2real.emulation.emulator import Emulator
from pontine.sim2real.emulation.servo import Servo
from pontine.sim2real.emulation.shaft import FirstOrderShaft

PATIENCE = 0.1


def calibration(**changes: JointCalibration) -> Calibration:
    ends = enumerate(zip(JOINTS, RANGE, strict=True), 1)
    joints = {name: JointCalibration(id, math.pi, 1, float(low), float(high)) for id, (name, (low, high)) in ends}
    return Calibration("arm", joints | changes)


def servos(volts: float = 7.4, celsius: float = 28.0, **settings: int) -> list[Servo]:
    return [Servo(id, FirstOrderShaft(), volts=volts, celsius=celsius, settings=settings) for id in range(1, 7)]


def look(servos: list[Servo], known: Calibration | None = None, supply: float | None = None) -> ArmReport:
    with Emulator(servos, seed=1) as emulator:
        return check(emulator.port, known or calibration(), supply=supply, patience=PATIENCE)


def test_a_good_arm_is_fit_and_nothing_about_it_is_changed() -> None:
    with Emulator(servos()) as emulator:
        with emulator.paused() as before:
            memory = [bytes(servo._memory) for servo in before]
        report = check(emulator.port, calibration(), patience=PATIENCE)
        with emulator.paused() as after:
            assert [bytes(servo._memory) for servo in after] == memory
    assert (report.fit, report.all_problems, report.all_remarks) == (True, [], [])
    assert report.verdict == "fit to move"
    joint = report.joints["elbow_flex"]
    assert (joint.model, joint.firmware, joint.volts, joint.celsius) == ("STS3215", "3.10", 7.4, 28)
    assert (joint.angle, joint.torque) == (pytest.approx(0, abs=0.002), "off")


def put(name: str, register: str, value: int) -> Callable[[list[Servo]], None]:
    return lambda servos: servos[JOINTS.index(name)]._put(register, value)


def hold(name: str) -> Callable[[list[Servo]], None]:
    def change(servos: list[Servo]) -> None:
        put(name, "goal_position", 2048)(servos)
        put(name, "torque_enable", 1)(servos)

    return change


def replace(name: str, servo: Callable[[int], Servo]) -> Callable[[list[Servo]], None]:
    def change(servos: list[Servo]) -> None:
        place = JOINTS.index(name)
        servos[place] = servo(place + 1)

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda servos: servos.pop(2), "elbow_flex (id 3): no answer"),
        (lambda servos: servos.append(Servo(3, FirstOrderShaft())), "elbow_flex (id 3): "),
        (replace("gripper", lambda id: Servo(id, FirstOrderShaft(), volts=12.1)), "switch the supply off now"),
        (replace("gripper", lambda id: Servo(id, FirstOrderShaft(), volts=3.8)), "less than this servo allows (4 V)"),
        (replace("gripper", lambda id: Servo(id, FirstOrderShaft(), settings={"max_voltage": 140})), "for 12 V on 7.4"),
        (replace("gripper", lambda id: Servo(id, FirstOrderShaft(), celsius=75)), "75 °C, its limit is 70 °C"),
        (replace("wrist_flex", lambda id: Servo(id, FirstOrderShaft(2.5))), "outside its calibrated"),
        (put("wrist_flex", "model", 2825), "STS3250 where an STS3215"),
        (put("wrist_flex", "mode", 1), "in wheel mode"),
        (put("wrist_flex", "phase", 0x10), "counts turns"),
        (put("wrist_flex", "homing_offset", 700), "its homing offset is 700, the calibration was made with 0"),
        (put("wrist_flex", "response_level", 0), "does not answer writes"),
        (put("wrist_flex", "max_position", 2500), "own limits take 55°"),
        (put("wrist_flex", "max_position", 0), "has no position limits"),
        (put("gripper", "overload_torque", 25), "lets go after 2 s of more than 25% of its torque"),
    ],
)  # fmt: skip
def test_what_forbids_motion(change: Callable[[list[Servo]], None], says: str) -> None:
    arm = servos()
    change(arm)
    report = look(arm)
    assert not report.fit
    assert any(says in line for line in report.all_problems), report.all_problems
    assert report.verdict == "NOT fit to move: 1 problem to mend first", report.all_problems


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (put("gripper", "return_delay", 250), "waits 500 µs"),
        (put("gripper", "lock", 0), "EEPROM unlocked"),
        (put("gripper", "position_p", 16), "set by another program: position_p 16 (factory: 32)"),
        (put("gripper", "max_torque", 500), "max_torque 50% (factory: 100%)"),
        (put("gripper", "overload_torque", 50), "overload_torque 50% (factory: 80%)"),
        (hold("gripper"), "holds its pose"),
        (put("gripper", "firmware_minor", 9), "firmware differs: 3.10, 3.9"),
        (put("gripper", "max_position", 3150), "own limits take 3°"),
        (replace("gripper", lambda id: Servo(id, FirstOrderShaft(), celsius=63)), "near its limit of 70"),
        (replace("gripper", lambda id: Servo(id, FirstOrderShaft(), volts=6.7)), "supply differs by 0.7 V"),
        (lambda servos: servos.append(Servo(9, FirstOrderShaft())), "not in the calibration: id 9"),
    ],
)  # fmt: skip
def test_what_is_good_to_know(change: Callable[[list[Servo]], None], says: str) -> None:
    arm = servos()
    change(arm)
    report = look(arm)
    assert report.fit, report.all_problems
    assert any(says in line for line in report.all_remarks), report.all_remarks


def test_five_volts_are_remarked_once_for_all_and_refused_where_more_was_expected() -> None:
    report = look(servos(volts=5.0))
    assert report.fit
    assert [line for line in report.all_remarks if "5 V" in line] == [
        "all joints: 5 V: a 7.4 V servo has about two thirds of its torque at 5 V"
    ]
    assert any("supply=7.4 was expected" in line for line in look(servos(volts=5.0), supply=7.4).all_problems)


LEROBOT = {"position_p": 16, "position_i": 0, "position_d": 32, "return_delay": 0}
LEROBOT_GRIPPER = {**LEROBOT, "max_torque": 500, "protection_current": 250, "overload_torque": 25}
"""What LeRobot 0.6 writes when it configures an SO-101 follower."""


class Someone:
    """Answers all questions alike, and keeps them."""

    def __init__(self, answer: str) -> None:
        self.answer, self.heard = answer, list[str]()

    def say(self, text: str) -> None:
        self.heard.append(text)

    def ask(self, question: str) -> str:
        self.heard.append(question)
        return self.answer

    def watch(self, look: Callable[[], object]) -> None:
        raise AssertionError("nothing is swept here")


def test_what_lerobot_leaves_is_listed_refused_and_put_back_if_the_person_agrees() -> None:
    def settings(id: int) -> dict[str, int]:
        return LEROBOT_GRIPPER if JOINTS[id - 1] == "gripper" else LEROBOT

    known = calibration()
    with Emulator([Servo(id, FirstOrderShaft(), settings=settings(id)) for id in range(1, 7)]) as emulator:
        report = check(emulator.port, known, patience=PATIENCE)
        assert [line.split(":")[0] for line in report.all_problems] == ["gripper (id 6)"]
        assert "`pontine arm check restore=true`" in report.all_problems[0]
        with Bus(emulator.port, known.ids, patience=PATIENCE) as bus:
            refusing, agreeing = Someone(""), Someone("yes")
            assert restore(bus, refusing) == []
            assert bus.read("gripper", "overload_torque") == 25
            put_back = restore(bus, agreeing)
            assert len(put_back) == 6 + 3
            assert "gripper: overload_torque 25% (factory: 80%)" in agreeing.heard[0]
            assert restore(bus, agreeing) == []
        report = check(emulator.port, known, patience=PATIENCE)
        assert (report.fit, report.all_remarks) == (True, [])


def test_an_error_bit_says_what_to_check() -> None:
    arm = servos()
    arm[0]._latched = 0x20
    arm[0]._put("status", 0x20)
    report = look(arm)
    assert any("reports overload: free the joint" in line for line in report.all_problems)


@pytest.mark.parametrize(
    ("joint", "says"),
    [
        (JointCalibration(3, math.pi, 1, -0.5, 0.6), "swept 63° of about 194°"),
        (JointCalibration(3, math.pi, 1, -2.5, 2.5), "swept 286°, more than"),
        (JointCalibration(3, math.pi, 1, -1.3, 2.1), "its range lies 23° to one side"),
        (JointCalibration(3, 0.2, 1, -1.69, 1.69), "the encoder passes its own zero inside the range"),
    ],
)
def test_a_calibration_that_cannot_be_true(joint: JointCalibration, says: str) -> None:
    report = look(servos(), calibration(elbow_flex=joint))
    assert not report.fit
    assert any(says in line for line in report.joints["elbow_flex"].problems)


def test_nobody_answers() -> None:
    report = look([])
    assert not report.fit
    assert any("`pontine arm find" in line for line in report.problems)


def test_the_verb(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calibration().write(tmp_path / "arm.json")
    with Emulator(servos(), tmp_path / "port") as emulator:
        options = {"calibration": str(tmp_path / "arm.json"), "out": str(tmp_path / "out.json")}
        config = arm_check.Config(port=emulator.port, patience=PATIENCE, **options)
        assert arm_check.run(config) == 0
        assert "fit to move" in capsys.readouterr().out
        assert json.loads((tmp_path / "out.json").read_text())["fit"] is True
        with emulator.paused() as there:
            there.pop()
        assert arm_check.run(config) == 1
        assert "NOT fit to move" in capsys.readouterr().out
    with pytest.raises(PortError):
        arm_check.run(config)
    with pytest.raises(PontineError, match="port= is missing"):
        arm_check.Config()
