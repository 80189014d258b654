"""The emulated arm as other programs meet it, through its port, and the body behind it."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from pontine.envs.errors import UnknownNameError
from pontine.envs.robot import JOINTS
from pontine.envs.so101.model import RANGE, REST
from pontine.envs.tabletop.layout import random_table
from pontine.envs.tabletop.table import PHYSICS_SECONDS
from pontine.sim2real.bus.bus import Bus
from pontine.sim2real.bus.errors import BusError, NoReplyError, PortLostError
from pontine.sim2real.emulation.arm_profile import ARM_PROFILES, arm_profile
from pontine.sim2real.emulation.body import Body
from pontine.sim2real.emulation.emulated_arm import PICTURE_SIZE, EmulatedArm
from pontine.sim2real.emulation.emulator import Fault
from pontine.sim2real.emulation.mjpeg import MjpegError
from pontine.sim2real.emulation.shaft import FREE, Drive
from pontine.sim2real.vision.camera import open_camera
from pontine.sim2real.vision.tag_pose import Eye

IDS = {name: index + 1 for index, name in enumerate(JOINTS)}
PATIENCE = 20.0
ELBOW = "elbow_flex"


def until(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait until it holds; a busy machine may take its time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def send(bus: Bus, arm: EmulatedArm, positions: np.ndarray) -> None:
    bus.command(dict(zip(JOINTS, arm.calibration.to_encoder(positions), strict=True)))


def read(bus: Bus, arm: EmulatedArm) -> np.ndarray:
    states = bus.measure()
    return arm.calibration.to_model(np.array([states[name].angle for name in JOINTS]))


@pytest.fixture
def arm() -> Iterator[EmulatedArm]:
    with EmulatedArm(random_table(3), seed=4) as arm:
        yield arm


@pytest.fixture
def bus(arm: EmulatedArm) -> Iterator[Bus]:
    # An answer may be late on a busy machine; how late is no matter here.
    with Bus(arm.port, IDS, patience=0.3) as bus:
        yield bus


def run(body: Body, seconds: float, positions: np.ndarray | None, **limits: float) -> np.ndarray:
    """Let servos hold joint positions (or none) for a while, without a wire; the shafts' angles after each 10 ms."""
    arm, seen = body.arm, []
    for _ in range(round(seconds * 100)):
        now = body.time + 0.01
        targets = [None] * 6 if positions is None else list(arm.direction * positions + arm.zero)
        drives = [FREE if target is None else Drive(float(target), **limits) for target in targets]
        motions = [shaft.advance(now, drive) for shaft, drive in zip(body.shafts, drives, strict=True)]
        seen.append([(m.angle - z) * d for m, z, d in zip(motions, arm.zero, arm.direction, strict=True)])
    return np.array(seen)


@pytest.mark.parametrize("name", [p.name for p in ARM_PROFILES.own()])
def test_the_arm_goes_where_it_is_sent_and_sags_as_its_profile_says(name: str) -> None:
    body = Body((), arm_profile(name).draw(1))
    run(body, 3.0, REST)
    run(body, 3.0, REST)
    assert np.abs(body.positions - REST).max() < 0.08
    assert body.volts > 0.9 * body.arm.volts


def test_a_worn_arm_is_slower_looser_and_drains_its_supply_more() -> None:
    bodies = [Body((), arm_profile(name).draw(1)) for name in ("new", "worn")]
    errors, volts = [], []
    for body in bodies:
        run(body, 3.0, REST)
        lowest = [body.volts]
        swung = REST + (0.8, 0.5, -0.5, 0.3, 0.5, 0.5)
        seen = []
        for _ in range(30):
            seen.append(run(body, 0.01, swung)[-1])
            lowest.append(body.volts)
        errors.append(np.abs(np.array(seen) - swung).sum())
        volts.append(min(lowest))
    assert errors[1] > errors[0]
    assert volts[1] < volts[0]


def test_the_encoder_sits_before_the_free_play() -> None:
    body = Body((), arm_profile("worn").draw(2))
    limit = body.arm.backlash / 2
    gaps = []
    for sign in (1, -1):
        away = REST + sign * np.array([0.3, 0, 0, 0, 0.3, 0])
        run(body, 1.0, REST)
        shaft = run(body, 0.5, away, speed=0.4)[-1]
        gaps.append(shaft - body.positions)
        assert np.all(np.abs(gaps[-1]) <= limit + 1e-6)
    # While it is pushed, from the one side and from the other, the link lags behind by the whole play.
    pan = JOINTS.index("shoulder_pan")
    assert gaps[0][pan] - gaps[1][pan] == pytest.approx(body.arm.backlash[pan], rel=0.3)


def test_speed_and_acceleration_are_kept() -> None:
    body = Body((), arm_profile("new").draw(0))
    run(body, 2.0, REST)
    away = REST + (1.0, 0, 0, 0, 0, 0)
    seen = run(body, 0.9, away, speed=0.5, acceleration=2.0)[:, 0]
    assert np.abs(np.diff(seen) / 0.01).max() < 0.75
    assert 0.2 < seen[-1] - REST[0] < 0.5
    assert run(body, 3.0, away, speed=0.5, acceleration=2.0)[-1, 0] == pytest.approx(away[0], abs=0.03)


def test_a_goal_takes_its_delay() -> None:
    body = Body((), arm_profile("worn").draw(0))
    run(body, 2.0, REST)
    before = body.positions
    run(body, body.arm.delay - 0.01, REST + 0.5)
    assert np.abs(body.positions - before).max() < 1e-3
    run(body, 0.1, REST + 0.5)
    assert np.abs(body.positions - before).max() > 0.02


def test_a_delay_is_the_same_wherever_in_a_physics_step_the_goal_comes() -> None:
    away, angles = REST + (0.09, 0.0, 0.0, 0.0, 0.0, 0.0), []
    for late in np.array([0.0, 0.25, 0.5, 0.75]) * PHYSICS_SECONDS:
        body = Body((), arm_profile("new").draw(0))
        run(body, 2.0, REST)
        drive = Drive(float(body.arm.direction[0] * away[0] + body.arm.zero[0]))
        pan = body.shafts[0]
        given = body.time + late
        pan.advance(given, Drive(float(body.arm.direction[0] * REST[0] + body.arm.zero[0])))
        for k in range(1, 21):
            motion = pan.advance(given + 0.005 * k, drive)
        angles.append(motion.angle - body.arm.zero[0])
    # It turns at 1 rad/s there: half a millisecond.
    assert np.ptp(angles) < 0.5e-3


def test_a_stalled_motor_warms_up() -> None:
    body = Body((), arm_profile("new").draw(0))
    run(body, 2.0, REST)
    body.block(ELBOW)
    held = body.positions[JOINTS.index(ELBOW)]
    run(body, 4.0, REST - (0, 0, 1.0, 0, 0, 0))
    assert body.positions[JOINTS.index(ELBOW)] == pytest.approx(held, abs=0.01)
    assert body.motion(2, body.time).heat > 1.0
    body.block(ELBOW, False)
    run(body, 2.0, REST - (0, 0, 1.0, 0, 0, 0))
    assert body.positions[JOINTS.index(ELBOW)] < held - 0.8


def test_a_small_supply_gives_way_so_far_that_servos_reset() -> None:
    with EmulatedArm(profile="weak_supply") as arm, Bus(arm.port, IDS, patience=0.3) as bus:
        send(bus, arm, REST + (1.5, 1.2, -1.0, -1.0, 1.5, 1.0))

        def somebody_reset() -> bool:
            try:
                return any(bus.read(name, "torque_enable") == 0 for name in JOINTS)
            except BusError:
                return False

        until(somebody_reset)


def test_a_bus_moves_it_and_reads_it(arm: EmulatedArm, bus: Bus) -> None:
    for goal in (REST, REST + (0.4, 0.2, -0.3, 0.2, -0.6, 0.4)):
        send(bus, arm, goal)
        until(lambda goal=goal: bool(np.abs(arm.positions - goal).max() < 0.06))
        until(lambda: read(bus, arm) == pytest.approx(arm.positions, abs=0.02))
    assert bus.measure()[ELBOW].volts == pytest.approx(7.4, abs=0.3)


def test_the_middle_of_each_range_reads_the_middle_of_the_turn(arm: EmulatedArm) -> None:
    middle = arm.calibration.to_encoder(RANGE.mean(axis=1))
    assert middle == pytest.approx(np.pi, abs=0.05)
    assert np.abs(middle - np.pi).max() > 1e-3


def test_as_delivered_nothing_is_calibrated() -> None:
    with EmulatedArm(calibrated=False, seed=1) as arm:
        with arm.servo(1) as servo:
            assert (servo["homing_offset"], servo["min_position"], servo["max_position"]) == (0, 0, 4095)
        middle = arm.calibration.to_encoder(RANGE.mean(axis=1))
        assert np.abs(middle - np.pi).max() > 0.2


def test_a_mirrored_servo_turns_the_other_way() -> None:
    with EmulatedArm(mirrored=[ELBOW]) as arm, Bus(arm.port, IDS, patience=0.3) as bus:
        assert arm.calibration.joints[ELBOW].direction == -1
        send(bus, arm, REST)
        until(lambda: bool(np.abs(arm.positions - REST).max() < 0.06))
    with pytest.raises(UnknownNameError, match="elbow_flex"):
        EmulatedArm(mirrored=["elbow"])


def test_the_same_seed_is_the_same_arm() -> None:
    one, same, other = (arm_profile("worn").draw(seed) for seed in (5, 5, 6))
    assert np.array_equal(one.stiffness, same.stiffness)
    assert one.homing_offset == same.homing_offset
    assert not np.array_equal(one.stiffness, other.stiffness)


def test_a_hand_leads_a_slack_joint_and_leaves_it(arm: EmulatedArm, bus: Bus) -> None:
    arm.guide({"wrist_roll": 1.0, "gripper": 1.5})
    until(lambda: bool(np.abs(arm.positions[4:] - (1.0, 1.5)).max() < 0.05))
    assert read(bus, arm)[4:] == pytest.approx(arm.positions[4:], abs=0.02)
    arm.let_go()


def test_the_true_scene_is_told(arm: EmulatedArm) -> None:
    laid = {spec.name: spec for spec in random_table(3)}
    scene = arm.truth().scene
    assert {thing.name for thing in scene.objects} == set(laid)
    for thing in scene.objects:
        assert thing.position == pytest.approx(laid[thing.name].position, abs=0.01)


def test_a_blocked_joint_overloads(arm: EmulatedArm, bus: Bus) -> None:
    send(bus, arm, REST)
    until(lambda: bool(np.abs(arm.positions - REST).max() < 0.06))
    arm.stall(3)
    send(bus, arm, REST - (0, 0, 0.8, 0, 0, 0))
    until(lambda: any(flag.name == "overload" for flag in bus.measure()[ELBOW].errors))
    until(lambda: abs(bus.measure()[ELBOW].load) == pytest.approx(0.2, abs=0.02))
    arm.free(3)
    send(bus, arm, REST + (0, 0, 0.3, 0, 0, 0))
    until(lambda: not bus.measure()[ELBOW].errors)


def test_heat_lets_go_and_a_brown_out_forgets(arm: EmulatedArm, bus: Bus) -> None:
    send(bus, arm, REST)
    arm.heat(4)
    until(lambda: any(flag.name == "overheated" for flag in bus.measure()["wrist_flex"].errors))
    assert bus.read(ELBOW, "torque_enable") == 1
    arm.brown_out(3)
    assert bus.read(ELBOW, "torque_enable") == 0


def test_a_servo_at_another_rate_is_silent(arm: EmulatedArm, bus: Bus) -> None:
    arm.set_baud(2, 500_000)
    with pytest.raises(NoReplyError, match="shoulder_lift"):
        bus.ping("shoulder_lift")
    with pytest.raises(UnknownNameError, match="1000000"):
        arm.set_baud(2, 9600)


def test_a_doubled_id_leaves_one_servo_without_answer(arm: EmulatedArm, bus: Bus) -> None:
    arm.double(5)
    with pytest.raises(NoReplyError, match="gripper"):
        bus.ping("gripper")


def test_without_its_supply_it_is_silent(arm: EmulatedArm, bus: Bus) -> None:
    arm.supply(0.0)
    with pytest.raises(NoReplyError):
        bus.ping(ELBOW)
    arm.supply(7.4)
    bus.ping(ELBOW)


def test_faults_name_a_servo_that_there_is(arm: EmulatedArm, bus: Bus) -> None:
    arm.inject(Fault("silent", id=3, count=3))
    with pytest.raises(NoReplyError):
        bus.ping(ELBOW)
    bus.ping(ELBOW)
    with pytest.raises(UnknownNameError, match="1, 2, 3, 4, 5, 6"):
        arm.inject(Fault("silent", id=7))


def test_unplugged_the_port_is_lost(arm: EmulatedArm, bus: Bus) -> None:
    send(bus, arm, REST)
    until(lambda: bool(np.abs(arm.positions - REST).max() < 0.06))
    arm.unplug()
    with pytest.raises(PortLostError):
        bus.measure()
    arm.replug()
    with Bus(arm.port, IDS, patience=0.3) as again:
        assert again.read(ELBOW, "torque_enable") == 1
    assert np.abs(arm.positions - REST).max() < 0.06


def test_an_unknown_profile_is_told() -> None:
    with pytest.raises(UnknownNameError, match="new, stranger, weak_supply, worn"):
        EmulatedArm(profile="wrecked")


def test_its_camera_shows_the_table_as_its_markers_and_lens_say() -> None:
    objects = random_table(3)
    with EmulatedArm(objects, camera_port=0) as arm, open_camera(arm.camera_url) as camera:
        image, _ = camera.frame(timeout=60.0)
        assert image.shape == (*reversed(PICTURE_SIZE), 3)
        seen = Eye(arm.markers, arm.lens).look(image).sightings
        assert set(seen) == {spec.name for spec in objects}
        for slot, spec in enumerate(objects):
            np.testing.assert_allclose(seen[spec.name].position, arm.view().object_position[0, slot], atol=0.005)


def test_a_port_in_use_for_the_camera_leaves_nothing_behind(tmp_path: Path) -> None:
    link = tmp_path / "so101.tty"
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(MjpegError),
        EmulatedArm(link=link, camera_port=taken.getsockname()[1]),
    ):
        pass
    assert not link.is_symlink()
