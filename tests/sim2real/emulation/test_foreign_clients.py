"""Other people's software drives the emulated arm through its port, unchanged, and cannot tell.

Written by others, from other readings of the same protocol: LeRobot's bus and its SO-101, and two clients in
Rust. (Feetech's own software has its tests with the emulated wire, ROBOTIS's with the emulated Dynamixels.)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rustypot
import st3215_bus

from pontine.envs.robot import JOINTS
from pontine.envs.so101.model import GRIPPER, RANGE, REST
from pontine.sim2real.arm.calibration import Calibration
from pontine.sim2real.bus.registers import RADIANS
from pontine.sim2real.emulation.emulated_arm import EmulatedArm

IDS = [1, 2, 3, 4, 5, 6]
PATIENCE = 20.0
AWAY = REST + (0.4, 0.2, -0.3, 0.2, -0.6, 0.4)

REACHED = 0.03
"""How near (rad) a hand brings a joint to where it leads it."""

ENDS = {name: (float(low), float(high)) for name, (low, high) in zip(JOINTS, RANGE, strict=True)}
ENDS["elbow_flex"] = (ENDS["elbow_flex"][0], 1.55)
"""How far joints go (rad); the forearm meets the upper arm before the elbow is at its stop."""

_UP: dict[str, float] = {"shoulder_lift": -1.5, "elbow_flex": 0.0, "wrist_flex": 0.0}
_FOLDED = {**_UP, "elbow_flex": ENDS["elbow_flex"][0]}
SWEEP: list[dict[str, float]] = [
    *(
        {**_UP, name: end}
        for name in ("shoulder_pan", "wrist_flex", "gripper", "elbow_flex")
        for end in ENDS[name][::-1]
    ),
    {**_FOLDED, "shoulder_lift": ENDS["shoulder_lift"][1]},
    _FOLDED,
    {**_UP, "shoulder_lift": ENDS["shoulder_lift"][0]},
]
"""A way past the ends of all joints but the wrist's roll, on which the arm meets neither table nor itself."""


@pytest.fixture
def arm() -> Iterator[EmulatedArm]:
    with EmulatedArm(seed=2) as arm:
        yield arm


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def stands_at(arm: EmulatedArm, positions: np.ndarray, within: float = 0.06) -> Callable[[], bool]:
    return lambda: bool(np.abs(arm.positions - positions).max() < within)


def counts(arm: EmulatedArm, positions: np.ndarray) -> list[int]:
    return [round(angle / RADIANS) for angle in arm.calibration.to_encoder(positions)]


def reads_the_truth(arm: EmulatedArm, seen: Iterable[int]) -> bool:
    """Whether counts read by a client are the arm's, up to its free play."""
    return list(seen) == pytest.approx(counts(arm, arm.positions), abs=10)


def patient(bus: Any) -> Any:
    """LeRobot's bus, but for its giving up after 50 ms, which on a busy machine says nothing."""
    bus.port_handler.setPacketTimeout = lambda size: bus.port_handler.setPacketTimeoutMillis(1000 * PATIENCE)
    return bus


@pytest.fixture
def bus(arm: EmulatedArm) -> Iterator[Any]:
    from lerobot.motors import Motor, MotorNormMode
    from lerobot.motors.feetech import FeetechMotorsBus

    motors = {name: Motor(id, "sts3215", MotorNormMode.DEGREES) for name, id in zip(JOINTS, IDS, strict=True)}
    bus = patient(FeetechMotorsBus(arm.port, motors))
    bus.connect()
    yield bus
    if bus.is_connected:
        bus.disconnect(disable_torque=False)


def test_lerobots_bus_finds_reads_and_moves(arm: EmulatedArm, bus: Any) -> None:
    assert bus.broadcast_ping() == dict.fromkeys(IDS, 777)
    bus.sync_write("Goal_Position", dict(zip(JOINTS, counts(arm, AWAY), strict=True)), normalize=False)
    until(stands_at(arm, AWAY))
    until(lambda: reads_the_truth(arm, bus.sync_read("Present_Position", normalize=False).values()))
    assert bus.read("Torque_Enable", "gripper") == 1
    bus.disable_torque()
    assert bus.read("Torque_Enable", "gripper") == 0


@pytest.fixture
def follower(lerobot_importable: None, tmp_path: Path) -> Callable[[EmulatedArm], Any]:
    """Makes LeRobot's SO-101, which keeps its calibration in `tmp_path / "pontine.json"`."""
    from lerobot.robots.so_follower import SO101Follower, SO101FollowerConfig

    def make(arm: EmulatedArm) -> Any:
        robot = SO101Follower(SO101FollowerConfig(port=arm.port, id="pontine", calibration_dir=tmp_path))
        patient(robot.bus)
        return robot

    return make


def moves_and_lets_go(robot: Any, arm: EmulatedArm, zero: np.ndarray) -> None:
    """Act and observe in LeRobot's units: degrees from `zero` (rad), and per cent of the gripper's way."""
    shut, opened = ENDS["gripper"]
    wanted = AWAY.copy()
    wanted[GRIPPER] = shut + 0.6 * (opened - shut)
    goal = dict(zip((f"{name}.pos" for name in JOINTS), np.degrees(AWAY - zero).tolist(), strict=True))
    goal["gripper.pos"] = 60.0
    assert robot.send_action(goal) == goal
    # Half the gain, as LeRobot sets it, lets the arm sag twice as far.
    until(stands_at(arm, wanted, 0.12))

    def sees_the_truth() -> bool:
        observation = robot.get_observation()
        values = np.array([observation[f"{name}.pos"] for name in JOINTS])
        seen = np.radians(values) + zero
        seen[GRIPPER] = shut + values[GRIPPER] / 100 * (opened - shut)
        return bool(np.abs(seen - arm.positions).max() < 0.05)

    until(sees_the_truth)
    robot.disconnect()
    for id in IDS:
        with arm.servo(id) as servo:
            assert servo["torque_enable"] == 0


def test_lerobots_so101_takes_our_calibration(
    arm: EmulatedArm, follower: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arm.calibration.to_lerobot(tmp_path / "pontine.json")
    asked: list[str] = []
    monkeypatch.setattr("builtins.input", lambda prompt: asked.append(prompt) or "")
    robot = follower(arm)
    robot.connect()
    assert len(asked) == 1
    assert "use provided calibration file" in asked[0]
    assert robot.is_calibrated
    with arm.servo(3) as servo:
        assert (servo["position_p"], servo["return_delay"]) == (16, 0)
    moves_and_lets_go(robot, arm, np.zeros(6))


def test_lerobots_so101_is_calibrated_by_hand(follower: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own dialogue, from servos as delivered to a calibrated arm that moves, and that we read alike."""
    from lerobot.motors import motors_bus

    with EmulatedArm(seed=2, calibrated=False) as arm:
        middle = RANGE.mean(axis=1)
        way: list[Mapping[str, float]] = list(SWEEP)
        led: dict[str, float] = {}

        def lead(joints: Mapping[str, float]) -> None:
            led.clear()
            led.update(joints)
            arm.guide(joints)

        def arrived() -> bool:
            return all(abs(arm.positions[JOINTS.index(name)] - angle) < REACHED for name, angle in led.items())

        def asked(prompt: str) -> str:
            assert "middle of its range" in prompt
            lead(dict(zip(JOINTS, middle, strict=True)))
            until(arrived)
            return ""

        def enter_pressed() -> bool:
            if not arrived():
                return False
            if not way:
                return True
            lead(way.pop(0))
            return False

        monkeypatch.setattr("builtins.input", asked)
        monkeypatch.setattr(motors_bus, "enter_pressed", enter_pressed)
        robot = follower(arm)
        robot.connect()
        arm.let_go()
        for id in IDS:
            arm.brown_out(id)
        assert robot.bus.read_calibration() == robot.calibration
        true, ours = arm.calibration, Calibration.from_lerobot(tmp_path / "pontine.json")
        assert [j.homing_offset for j in ours.joints.values()] == [j.homing_offset for j in true.joints.values()]
        for name, (low, high) in ENDS.items():
            if name != "wrist_roll":
                # LeRobot's zero is the middle of what was swept.
                assert ours.joints[name].high - ours.joints[name].low == pytest.approx(high - low, abs=3 * REACHED)
                zero = 0.0 if name == "gripper" else (low + high) / 2
                seen = true.joints[name].zero + zero
                assert ours.joints[name].zero == pytest.approx(seen, abs=2 * REACHED)
        zeros = np.array([sum(end) / 2 for end in ENDS.values()])
        zeros[JOINTS.index("wrist_roll")] = middle[JOINTS.index("wrist_roll")]
        moves_and_lets_go(robot, arm, zeros)


def test_rustypot_reads_and_moves(arm: EmulatedArm) -> None:
    client = rustypot.Sts3215PyController(arm.port, 1_000_000, 2.0)
    assert client.ping(3)
    client.sync_write_raw_goal_position(IDS, counts(arm, AWAY))
    until(stands_at(arm, AWAY))
    until(lambda: reads_the_truth(arm, client.sync_read_raw_present_position(IDS)))
    assert client.sync_read_torque_enable(IDS) == [True] * 6
    assert client.read_raw_homing_offset(2)[0] == arm.calibration.joints["shoulder_lift"].homing_offset
    client.sync_write_torque_enable(IDS, [False] * 6)
    assert client.sync_read_torque_enable(IDS) == [False] * 6
    client.close()


def test_st3215_bus_reads_moves_and_stores(arm: EmulatedArm) -> None:
    with st3215_bus.Buses({"arm": arm.port}, timeout_ms=2000) as client:
        assert client.ping(6) == {"arm": IDS}
        client.write_goals({"arm": dict(zip(IDS, counts(arm, AWAY), strict=True))})
        until(stands_at(arm, AWAY))
        until(lambda: reads_the_truth(arm, list(client.read_positions(IDS)["arm"].values())))
        assert client.write_eeprom("PCoef", {"arm": {2: 24}}) == {"arm": []}
        with arm.servo(2) as servo:
            servo.brown_out()
            assert servo["position_p"] == 24
        client.set_torque(False, IDS)
        until(lambda: client.read_register("TorqueEnable", [4]) == {"arm": {4: 0}})
