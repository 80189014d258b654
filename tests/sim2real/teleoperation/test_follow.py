"""An arm that follows another: how it comes, that it keeps up, and that nothing the leader does takes it too far."""

from __future__ import annotations

import os
import pty
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pontine.conf import arm_record, arm_teleop
from pontine.envs.errors import PontineError
from pontine.envs.robot import CONTROL_SECONDS, JOINTS, RobotState
from pontine.envs.so101.model import GRIPPER, RANGE, REST
from pontine.sim2real.arm.calibration import Calibration, JointCalibration
from pontine.sim2real.arm.limits import limits
from pontine.sim2real.arm.serial_arm import SerialArm
from pontine.sim2real.bus.bus import Bus
from pontine.sim2real.bus.errors import BusError, NoReplyError
from pontine.sim2real.data.dataset import Dataset
from pontine.sim2real.emulation.emulator import Emulator, Fault
from pontine.sim2real.emulation.servo import Servo
from pontine.sim2real.emulation.shaft import Drive, Motion
from pontine.sim2real.teleoperation.follow import CATCHING_UP, PATIENCE, follow
from pontine.sim2real.teleoperation.keyboard import STEP, Keyboard, legend
from pontine.sim2real.teleoperation.leader import LeaderArm
from pontine.sim2real.trials.fault_trials import Rig, Tape, bench_calibration, trial_profile
from pontine.sim2real.vision.scene_source import EMPTY_TABLE

FOLLOWER = bench_calibration()
TRIGGER = 0.6
"""How far (rad) the leader's trigger goes: less than a gripper."""


class Hand:
    """A shaft that only a person turns."""

    def __init__(self) -> None:
        self.angle = 0.0

    def advance(self, now: float, drive: Drive) -> Motion:
        return Motion(self.angle)


class LeaderRig:
    """A leader arm whose joints a person puts where they like."""

    def __init__(self) -> None:
        self.hands = [Hand() for _ in JOINTS]
        self.emulator = Emulator([Servo(id, hand) for id, hand in enumerate(self.hands, 1)])
        ends = [(low, high) for low, high in RANGE]
        ends[GRIPPER] = (0.0, TRIGGER)
        self.calibration = Calibration("leader", {
            name: JointCalibration(id, np.pi, 1, float(low), float(high))
            for id, (name, (low, high)) in enumerate(zip(JOINTS, ends, strict=True), 1)})  # fmt: skip
        self.put(REST)

    def put(self, joints: np.ndarray, trigger: float = 0.0) -> None:
        """Hold the arm like a follower at these joints, the trigger pulled open that far (0 to 1)."""
        for hand, angle in zip(self.hands, (*joints[:GRIPPER], trigger * TRIGGER), strict=True):
            hand.angle = float(angle)


@pytest.fixture
def leader() -> Iterator[LeaderRig]:
    rig = LeaderRig()
    with rig.emulator:
        yield rig


@pytest.fixture
def follower() -> Iterator[Rig]:
    with Rig(0) as rig:
        yield rig


def opened(rig: LeaderRig) -> Bus:
    return Bus(rig.emulator.port, rig.calibration.ids, patience=0.2)


def serial_arm(rig: Rig) -> SerialArm:
    bus = Bus(rig.emulator.port, FOLLOWER.ids, patience=0.2)
    return SerialArm(bus, FOLLOWER, limits(trial_profile(), FOLLOWER), EMPTY_TABLE)


def test_a_leader_that_jumps_never_takes_its_follower_out_of_its_envelope(leader: LeaderRig, follower: Rig) -> None:
    arm = serial_arm(follower)
    tape = Tape(arm.limits)
    arm.on_step(tape)
    # The last but one is far outside every range but the roll's, whose emulated shaft is slow and would look stalled.
    outside = np.array([3.0, 3.0, 3.0, 3.0, 0.4, 3.0])
    jumps = [REST + (1.5, 0, 0, -1.0, 0.8, 0), np.array([-1.9, 1.7, -1.6, 1.6, -0.5, 0]), outside, REST]
    steps, seen = 15 * len(jumps), []

    def go_on(done: int) -> bool:
        leader.put(jumps[min(done // 15, len(jumps) - 1)], trigger=done % 2)
        return done < steps

    with opened(leader) as bus, LeaderArm(bus, leader.calibration, FOLLOWER) as hand, arm:
        assert follow(arm, hand, go_on, lambda state, sent: seen.append(sent)) == steps
    assert tape.steps > steps
    assert tape.outside == 0
    assert len(seen) == steps
    # It was held back, and it went.
    assert any(clip["joint"] == "shoulder_pan" for clip in arm.report()["clips"])
    assert np.ptp([sent[0] for sent in seen]) > 0.3
    assert arm.report()["ending"]["at_rest"]


def test_it_comes_slowly_and_then_keeps_up(leader: LeaderRig, follower: Rig) -> None:
    arm, sent_on_the_way = serial_arm(follower), []
    away = REST + (0.5, 0.3, -0.3, 0, 0, 0)
    leader.put(away, trigger=0.5)
    arm.on_step(lambda state, sent, clips, now: sent_on_the_way.append(sent))
    coming: list[int] = []

    def go_on(done: int) -> bool:
        leader.put(away + (0.01 * done, 0, 0, 0, 0, 0), trigger=0.5)
        return done < 25

    kept: list[tuple[RobotState, np.ndarray]] = []
    with opened(leader) as bus, LeaderArm(bus, leader.calibration, FOLLOWER) as hand, arm:
        follow(arm, hand, go_on, lambda *step: kept.append(step), lambda: coming.append(len(sent_on_the_way)))
        end = arm.observe().command
    assert np.abs(np.diff(sent_on_the_way[: coming[0]], axis=0)).max() <= CATCHING_UP + 1e-6
    np.testing.assert_allclose(end[:GRIPPER], (away + (0.24, 0, 0, 0, 0, 0))[:GRIPPER], atol=0.03)
    # Half the trigger is half the gripper.
    assert end[GRIPPER] == pytest.approx(FOLLOWER.limits[GRIPPER].mean(), abs=0.03)
    assert len(kept) == 25


def test_a_leader_that_does_not_answer_ends_it_and_the_follower_rests(leader: LeaderRig, follower: Rig) -> None:
    arm = serial_arm(follower)

    def go_on(done: int) -> bool:
        if done == 5:
            leader.emulator.inject(Fault("silent", 3, 3 * 2))  # two questions with their further tries
        if done == 12:
            leader.emulator.inject(Fault("silent", 3, 1000))
        return done < 200

    steps: list[int] = []
    with (
        opened(leader) as bus,
        LeaderArm(bus, leader.calibration, FOLLOWER) as hand,
        pytest.raises(BusError, match="elbow_flex"),
        arm,
    ):
        follow(arm, hand, go_on, lambda state, sent: steps.append(1))
    assert 12 <= len(steps) <= 13 + PATIENCE
    assert arm.report()["ending"]["at_rest"]


def test_a_leader_that_holds_itself_goes_slack(leader: LeaderRig) -> None:
    with leader.emulator.paused() as servos:
        servos[1]._put("torque_enable", 1)
    with opened(leader) as bus, LeaderArm(bus, leader.calibration, FOLLOWER, sinking=0.0) as hand:
        assert bus.read("shoulder_lift", "torque_enable") == 0
        np.testing.assert_allclose(hand.targets()[:GRIPPER], REST[:GRIPPER], atol=0.01)
        leader.emulator.inject(Fault("silent", 4, 1000))
        with pytest.raises(NoReplyError, match="wrist_flex"):
            hand.targets()


def test_episodes_that_a_leader_shows(leader: LeaderRig, follower: Rig, tmp_path: Path) -> None:
    FOLLOWER.write(tmp_path / "follower.json")
    leader.calibration.write(tmp_path / "leader.json")
    config = arm_record.Config(
        port=follower.emulator.port, calibration=str(tmp_path / "follower.json"), leader=leader.emulator.port,
        leader_calibration=str(tmp_path / "leader.json"), out=str(tmp_path / "shown"), task="wave", seconds=0.4,
        patience=0.2)  # fmt: skip
    assert arm_record.run(config) == 0
    episode = Dataset(tmp_path / "shown").episode(0)
    assert (len(episode), episode.task) == (round(0.4 / CONTROL_SECONDS), "wave")
    np.testing.assert_allclose(episode.action[-1][:GRIPPER], REST[:GRIPPER], atol=0.03)


def test_keys_move_a_joint_each_and_stop_the_arm() -> None:
    mine, theirs = pty.openpty()
    stopped: list[int] = []
    keyboard = Keyboard(theirs, REST, RANGE, lambda: stopped.append(1))
    try:
        with keyboard:
            assert keyboard.targets() == pytest.approx(REST)
            os.write(mine, b"ddw?o")
            moved = keyboard.targets() - REST
            np.testing.assert_allclose(moved, [2 * STEP, STEP, 0, 0, 0, STEP], atol=1e-9)
            os.write(mine, b"a" * 60 + b" ")
            while not stopped:
                targets = keyboard.targets()
            assert targets[0] >= RANGE[0, 0]
    finally:
        os.close(mine)
        os.close(theirs)
    assert "shoulder_pan a/d" in legend()


def test_what_the_verb_refuses() -> None:
    with pytest.raises(PontineError, match="leader= is missing"):
        arm_teleop.Config(follower="x")
    with pytest.raises(PontineError, match="port= is missing"):
        arm_teleop.Config(leader="y")
    with pytest.raises(PontineError, match="follower's port too"):
        arm_teleop.Config(leader="x", follower="x")
    with pytest.raises(PontineError, match="needs a terminal"):
        arm_teleop.run(arm_teleop.Config(leader="keyboard", follower="x"))
    assert replace(arm_teleop.Config(leader="y", follower="x")).port == "x"
