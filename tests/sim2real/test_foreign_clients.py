"""Other people's software drives the emulated arm through its port, unchanged, and cannot tell.

Written by others, from other readings of the same protocol: LeRobot's bus and two clients in Rust. (Feetech's
own software has its tests with the emulated wire, ROBOTIS's with the emulated Dynamixels.)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pytest
import rustypot
import st3215_bus

from pontine.envs.arm import REST
from pontine.envs.robot import JOINTS
from pontine.sim2real.emulated_arm import EmulatedArm
from pontine.sim2real.registers import RADIANS

IDS = [1, 2, 3, 4, 5, 6]
PATIENCE = 20.0
AWAY = REST + (0.4, 0.2, -0.3, 0.2, -0.6, 0.4)


@pytest.fixture
def arm() -> Iterator[EmulatedArm]:
    with EmulatedArm(seed=2) as arm:
        yield arm


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def stands_at(arm: EmulatedArm, positions: np.ndarray) -> Callable[[], bool]:
    return lambda: bool(np.abs(arm.positions - positions).max() < 0.06)


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
