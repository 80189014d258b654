"""Calibrating by hand, with a hand that turns emulated shafts: what is done well, badly, and broken off."""

from __future__ import annotations

import json
import math
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import draccus
import numpy as np
import pytest
from lerobot.motors import MotorCalibration

from pontine.conf import arm_calibrate
from pontine.envs.errors import PontineError
from pontine.envs.robot import JOINTS
from pontine.envs.so101.model import RANGE
from pontine.sim2real.arm.calibration import Calibration, CalibrationError
from pontine.sim2real.bringup.calibrate import MOVES, POSE, Progress, Sweep, calibrate, progress_path
from pontine.sim2real.bringup.plausibility import all_doubts
from pontine.sim2real.bus.bus import Bus
from pontine.sim2real.bus.registers import RADIANS
from pontine.sim2real.emulation.emulator import Emulator
from pontine.sim2real.emulation.servo import Servo
from pontine.sim2real.emulation.shaft import Drive, Motion

IDS = {name: id for id, name in enumerate(JOINTS, 1)}
ZERO = np.array([0.0, 0.0, 0.0, 0.0, 0.0, RANGE[5, 0]])
ZEROS = {"shoulder_pan": 2000, "shoulder_lift": 2100, "elbow_flex": 2048, "wrist_flex": 1990, "wrist_roll": 2048,
         "gripper": 1500}  # fmt: skip
"""Encoder counts at the joints' zeros."""


class HandShaft:
    """A shaft that only a hand turns."""

    def __init__(self) -> None:
        self.angle = 0.0
        self.driven = False

    def advance(self, now: float, drive: Drive) -> Motion:
        self.driven |= drive.target is not None
        return Motion(self.angle)


class Arm:
    """Six servos on shafts that can be put to joint angles."""

    def __init__(self, link: Path, zeros: Mapping[str, int] = ZEROS, directions: Mapping[str, int] | None = None,
                 **settings: int) -> None:  # fmt: skip
        self.zeros = np.array([zeros[name] for name in JOINTS])
        self.directions = np.array([(directions or {}).get(name, 1) for name in JOINTS])
        self.shafts = [HandShaft() for _ in JOINTS]
        servos = [Servo(id, shaft, settings=settings) for id, shaft in zip(IDS.values(), self.shafts, strict=True)]
        self.emulator = Emulator(servos, link)

    def put(self, positions: np.ndarray) -> None:
        with self.emulator.paused():
            counts = self.zeros + self.directions * np.asarray(positions) / RADIANS - 2048
            for shaft, angle in zip(self.shafts, counts * RADIANS, strict=True):
                shaft.angle = float(angle)
        # The next look at the emulator's clock lets the servos measure it.
        with self.emulator.paused():
            pass

    def registers(self, name: str) -> list[int]:
        with self.emulator.paused() as servos:
            return [servo[name] for servo in servos]


class Hand:
    """A person who does what they are asked, unless told to do something else the first time."""

    def __init__(self, arm: Arm, **clumsy: np.ndarray) -> None:
        self.arm, self.clumsy = arm, clumsy
        self.heard: list[str] = []
        self.answers: dict[str, str] = {"Type yes": "yes"}
        self.sweeps = 0
        self.leave_at = math.inf

    def say(self, text: str) -> None:
        self.heard.append(text)

    def ask(self, question: str) -> str:
        self.heard.append(question)
        assert len(self.heard) < 30, self.heard
        if POSE in question:
            self.arm.put(self.clumsy.pop("pose", ZERO))
        elif MOVES in question or "hardly moved" in question or "the other way" in question:
            self.arm.put(ZERO + 0.3 * self.clumsy.pop("moves", np.ones(6)))
        return next((answer for part, answer in self.answers.items() if part in question), "")

    def watch(self, look: Callable[[], Mapping[str, Sweep]]) -> None:
        if self.sweeps >= self.leave_at:
            raise KeyboardInterrupt
        self.sweeps += 1
        ends = self.clumsy.pop("sweep", RANGE)
        for share in (*np.linspace(0.5, 0, 5), *np.linspace(0, 1, 9)):
            self.arm.put(ends[:, 0] + share * (ends[:, 1] - ends[:, 0]))
            look()


@pytest.fixture
def arm(tmp_path: Path) -> Iterator[Arm]:
    arm = Arm(tmp_path / "port")
    with arm.emulator:
        yield arm


def guided(arm: Arm, hand: Hand, folder: Path) -> Calibration:
    with Bus(arm.emulator.port, IDS, patience=0.5) as bus:
        return calibrate(bus, hand, folder / "arm.json", "test arm")


def assert_true(calibration: Calibration, arm: Arm) -> None:
    """The calibration says where the arm's joints are, wherever they are put."""
    for share in (0.1, 0.5, 0.9):
        positions = RANGE[:, 0] + share * (RANGE[:, 1] - RANGE[:, 0])
        arm.put(positions)
        with Bus(arm.emulator.port, IDS, patience=0.5) as bus:
            angles = np.array([state.angle for state in bus.measure().values()])
        assert calibration.to_model(angles) == pytest.approx(positions, abs=0.004)
    assert calibration.range == pytest.approx(RANGE, abs=0.004)
    assert all_doubts(calibration) == {}
    assert [joint.homing_offset for joint in calibration.joints.values()] == arm.registers("homing_offset")
    assert [joint.direction for joint in calibration.joints.values()] == arm.directions.tolist()


def test_a_hand_that_does_as_it_is_asked(arm: Arm, tmp_path: Path) -> None:
    calibration = guided(arm, Hand(arm), tmp_path)
    assert_true(calibration, arm)
    assert Calibration.read(tmp_path / "arm.json") == calibration
    assert not progress_path(tmp_path / "arm.json").exists()
    assert arm.registers("homing_offset") == [0] * 6
    assert not any(shaft.driven for shaft in arm.shafts)


def test_a_pose_that_is_a_little_off_is_mended_by_the_end_stops(arm: Arm, tmp_path: Path) -> None:
    off = ZERO + np.radians([4, -5, 6, -4, 0, 3])
    assert_true(guided(arm, Hand(arm, pose=off), tmp_path), arm)


def test_torque_goes_off_after_a_warning(arm: Arm, tmp_path: Path) -> None:
    with arm.emulator.paused() as servos:
        servos[1]._put("torque_enable", 1)
    hand = Hand(arm)
    guided(arm, hand, tmp_path)
    assert "go limp" in hand.heard[0]
    assert arm.registers("torque_enable") == [0] * 6


def test_an_encoder_that_would_pass_its_zero_is_recentred(tmp_path: Path) -> None:
    arm = Arm(tmp_path / "port", ZEROS | {"elbow_flex": 100, "wrist_roll": 4000})
    with arm.emulator:
        calibration = guided(arm, Hand(arm), tmp_path)
        assert_true(calibration, arm)
        offsets = dict(zip(JOINTS, arm.registers("homing_offset"), strict=True))
        assert {name for name, offset in offsets.items() if offset} == {"elbow_flex", "wrist_roll"}
        assert arm.registers("lock") == [1] * 6
        assert not any(joint.wraps for joint in calibration.joints.values())


def test_a_wrap_that_shows_in_the_sweep_alone_is_recentred(tmp_path: Path) -> None:
    # Of a joint that is mounted the other way round, the range lies on the other side of the pose.
    arm = Arm(tmp_path / "port", ZEROS | {"gripper": 1000}, {"gripper": -1})
    with arm.emulator:
        hand = Hand(arm)
        hand.answers["the other way"] = "reversed"
        assert_true(guided(arm, hand, tmp_path), arm)
        assert hand.sweeps == 2
        assert arm.registers("homing_offset")[5] != 0


def test_who_refuses_a_recentring_keeps_the_servo_as_it_is(tmp_path: Path) -> None:
    arm = Arm(tmp_path / "port", ZEROS | {"elbow_flex": 100})
    with arm.emulator:
        hand = Hand(arm)
        hand.answers["Type yes"] = "no"
        with pytest.raises(CalibrationError, match="elbow_flex cannot be calibrated"):
            guided(arm, hand, tmp_path)
        assert arm.registers("homing_offset") == [0] * 6
    assert not (tmp_path / "arm.json").exists()


def test_settings_under_which_nothing_holds_are_changed_once_agreed(tmp_path: Path) -> None:
    arm = Arm(tmp_path / "port", min_position=900, max_position=3000)
    with arm.emulator:
        hand = Hand(arm)
        assert_true(guided(arm, hand, tmp_path), arm)
        assert "elbow_flex: min_position from 900 to 0" in hand.heard[0]
        assert arm.registers("max_position") == [4095] * 6


def test_an_implausible_sweep_is_refused_and_only_that_joint_is_swept_again(arm: Arm, tmp_path: Path) -> None:
    short = RANGE.copy()
    short[2] = -0.9, 0.9
    short[3] = -0.8, 1.65806
    hand = Hand(arm, sweep=short)
    assert_true(guided(arm, hand, tmp_path), arm)
    told = "\n".join(hand.heard)
    assert "elbow_flex: swept 103° of about 194°: move it slowly from one end stop to the other" in told
    assert "wrist_flex: swept 141° of about 190°" in told
    assert hand.sweeps == 2
    assert hand.heard[-1].startswith("Move each joint slowly from one end stop to the other: elbow_flex, wrist_flex.")


def test_a_pose_that_was_wrong_is_told_by_the_sweep(arm: Arm, tmp_path: Path) -> None:
    wrong = ZERO.copy()
    wrong[1] = -0.5
    hand = Hand(arm, pose=wrong)
    hand.leave_at = 1
    with pytest.raises(KeyboardInterrupt):
        guided(arm, hand, tmp_path)
    assert any("shoulder_lift: the zero pose lies 29° from" in text for text in hand.heard)


def test_a_joint_that_went_the_wrong_way_is_moved_again(arm: Arm, tmp_path: Path) -> None:
    hand = Hand(arm, moves=np.array([1.0, 1.0, -1.0, 0.1, 1.0, 1.0]))
    assert_true(guided(arm, hand, tmp_path), arm)
    assert any(text.startswith("wrist_flex hardly moved") for text in hand.heard)


def test_a_servo_mounted_the_other_way_round_must_be_confirmed(tmp_path: Path) -> None:
    arm = Arm(tmp_path / "port", directions={"wrist_flex": -1})
    with arm.emulator:
        hand = Hand(arm)
        hand.answers["type: reversed"] = "reversed"
        assert_true(guided(arm, hand, tmp_path), arm)
        assert any("wrist_flex moved the other way" in text for text in hand.heard)


def test_ctrl_c_keeps_progress_and_the_old_calibration(arm: Arm, tmp_path: Path) -> None:
    path = tmp_path / "arm.json"
    path.write_text("the old one")
    hand = Hand(arm)
    hand.leave_at = 0
    with pytest.raises(KeyboardInterrupt):
        guided(arm, hand, tmp_path)
    assert path.read_text() == "the old one"
    again = Hand(arm)
    assert_true(guided(arm, again, tmp_path), arm)
    assert any("Going on from the last time; done: zero pose, directions." in text for text in again.heard)
    assert not any(POSE in text for text in again.heard)


def test_progress_of_another_arm_is_not_gone_on_with(arm: Arm, tmp_path: Path) -> None:
    hand = Hand(arm)
    hand.leave_at = 0
    with pytest.raises(KeyboardInterrupt):
        guided(arm, hand, tmp_path)
    with arm.emulator.paused() as servos:
        servos[2]._put("homing_offset", 5)
    again = Hand(arm)
    assert_true(guided(arm, again, tmp_path), arm)
    assert any("starting over" in text for text in again.heard)


@pytest.mark.parametrize("text", ["", "[1]", '{"format": "pontine arm calibration in progress", "pose": 3}'])
def test_spoilt_progress_is_said_and_is_no_progress(arm: Arm, tmp_path: Path, text: str) -> None:
    progress_path(tmp_path / "arm.json").write_text(text)
    hand = Hand(arm)
    assert_true(guided(arm, hand, tmp_path), arm)
    assert "arm.progress.json cannot be used" in hand.heard[0]


@pytest.mark.parametrize(
    ("text", "why"),
    [("[" * 100_000, "more than 64 deep"), ('{"format": ' + "9" * 5000 + "}", "whole number"),
     ('{"format": "pontine arm calibration in progress", "pose": {"gripper": "far"}}', "far"),
     ('{"format": "pontine arm calibration in progress", "ids": {"tail": 7}}', "other joints")],
)  # fmt: skip
def test_progress_that_was_tampered_with_is_one_line(tmp_path: Path, text: str, why: str) -> None:
    path = progress_path(tmp_path / "arm.json")
    path.write_text(text)
    with pytest.raises(CalibrationError, match=rf"arm\.progress\.json cannot be used: .*{why}"):
        Progress.read(path)


VERB = "import sys; from pontine.conf.main import main; sys.argv[0] = 'pontine'; sys.exit(main())"


def start(arm: Arm, tmp_path: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-u", "-c", VERB, "arm", "calibrate", f"port={arm.emulator.port}",
               f"calibration={tmp_path / 'arm.json'}", "patience=0.5"]  # fmt: skip
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def until(process: subprocess.Popen[bytes], text: str) -> str:
    heard, end = b"", time.monotonic() + 120
    assert process.stdout is not None
    while text.encode() not in heard and time.monotonic() < end:
        data = os.read(process.stdout.fileno(), 4096)
        assert data, heard.decode()
        heard += data
    return heard.decode()


def enter(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.write(b"\n")
    process.stdin.flush()


def test_the_verb_killed_in_the_middle_goes_on_where_it_was(arm: Arm, tmp_path: Path) -> None:
    process = start(arm, tmp_path)
    until(process, "Then press Enter.")
    arm.put(ZERO)
    enter(process)
    until(process, "Then press Enter.")
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert json.loads(progress_path(tmp_path / "arm.json").read_text())["pose"]

    process = start(arm, tmp_path)
    assert re.search(r"done: zero pose\b", until(process, "Then press Enter."))
    arm.put(ZERO + 0.3)
    enter(process)
    until(process, "Then press Enter.")
    for share in (*np.linspace(0.5, 0, 9), *np.linspace(0, 1, 17)):
        arm.put(RANGE[:, 0] + share * (RANGE[:, 1] - RANGE[:, 0]))
        time.sleep(0.15)
    enter(process)
    until(process, "next: pontine arm check")
    assert process.wait(30) == 0
    assert_true(Calibration.read(tmp_path / "arm.json"), arm)


def test_without_a_person_it_says_so(arm: Arm, tmp_path: Path) -> None:
    process = start(arm, tmp_path)
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 2
    assert "nobody is there to answer" in out.decode()


def save_as_lerobot(calibration: dict[str, MotorCalibration], path: Path) -> None:
    with path.open("w") as file, draccus.config_type("json"):
        draccus.dump(calibration, file, indent=4)


def test_lerobots_files_are_taken_over_and_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    ends = {"shoulder_pan": (750, 3350), "shoulder_lift": (850, 3250), "elbow_flex": (870, 3090),
            "wrist_flex": (900, 3200), "wrist_roll": (0, 4095), "gripper": (2020, 3450)}  # fmt: skip
    theirs = {name: MotorCalibration(IDS[name], 0, -300 + IDS[name], *ends[name]) for name in JOINTS}
    save_as_lerobot(theirs, tmp_path / "theirs.json")
    config = arm_calibrate.Config(name="left", from_lerobot=str(tmp_path / "theirs.json"))
    assert arm_calibrate.run(config) == 0
    ours = Calibration.read(tmp_path / "pontine" / "arms" / "left.json")
    assert (ours.name, all_doubts(ours)) == ("left", {})
    assert arm_calibrate.run(arm_calibrate.Config(name="left", to_lerobot=str(tmp_path / "back.json"))) == 0
    with (tmp_path / "back.json").open() as file, draccus.config_type("json"):
        assert draccus.load(dict[str, MotorCalibration], file) == theirs
    theirs["elbow_flex"].range_max = 2000
    save_as_lerobot(theirs, tmp_path / "theirs.json")
    with pytest.raises(CalibrationError, match="elbow_flex: swept 99° of about 194°"):
        arm_calibrate.run(config)


@pytest.mark.parametrize(
    ("options", "says"),
    [({}, "give port="), ({"port": "p", "from_lerobot": "f"}, "one of them"), ({"port": "p", "ids": [1, 2]}, "six"),
     ({"to_lerobot": "x.json", "name": "a/b"}, "cannot be an arm's name")],
)  # fmt: skip
def test_what_is_typed_wrong_is_one_line(options: dict, says: str) -> None:
    with pytest.raises(PontineError, match=says):
        arm_calibrate.run(arm_calibrate.Config(**options))
