"""Arms that nobody here built: what is drawn, what of it a user meets, and that it can be kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pontine.envs.errors import UnknownNameError
from pontine.envs.so101.kinematics import tool_pose
from pontine.envs.so101.model import GRIPPER, RANGE, REST
from pontine.envs.tabletop.layout import random_table
from pontine.sim2real.emulation import profiles
from pontine.sim2real.emulation.arm_profile import ARM_PROFILES, ArmProfileError, StrangerProfile, arm_profile, drawn
from pontine.sim2real.emulation.body import Body
from pontine.sim2real.emulation.drawn_arm import Arm, Optics
from pontine.sim2real.emulation.emulated_arm import CAMERA, EmulatedArm
from pontine.sim2real.emulation.optics import Stream
from pontine.sim2real.emulation.shaft import Drive
from pontine.sim2real.vision.tag_pose import Eye

STRANGER = ARM_PROFILES["stranger"]
SEED = 5


@pytest.fixture(scope="module")
def stranger() -> Iterator[EmulatedArm]:
    with EmulatedArm(random_table(3), profile="stranger", seed=SEED) as arm:
        yield arm


def same(one: Arm, other: Arm) -> bool:
    return all(np.array_equal(getattr(one, name), value) for name, value in vars(other).items() if name != "optics")


def test_another_seed_is_another_arm_within_the_ranges_of_its_file() -> None:
    assert isinstance(STRANGER, StrangerProfile)
    arms = [STRANGER.draw(seed) for seed in range(40)]
    assert len({arm.stiffness[0] for arm in arms}) == len({arm.optics.lag for arm in arms}) == 40
    for arm in arms:
        assert np.all((STRANGER.motor_play[0] <= arm.motor_play) & (arm.motor_play <= STRANGER.motor_play[1]))
        assert np.all(np.abs(arm.zero_error[:GRIPPER]) <= STRANGER.zero_error[1])
        assert 0 <= arm.base_position[2] <= STRANGER.base_height[1]
        assert np.hypot(*arm.base_turn[:2]) <= STRANGER.base_tilt[1]
        assert STRANGER.distortion[0] <= arm.optics.distortion[0] <= STRANGER.distortion[1]
    # The ranges are used, not just their middles.
    height = [arm.base_position[2] / STRANGER.base_height[1] for arm in arms]
    assert min(height) < 0.2
    assert max(height) > 0.8


def test_an_arm_is_kept_in_a_file_and_read_back(tmp_path: Path) -> None:
    arm, path = STRANGER.draw(SEED), tmp_path / "mine.json"
    arm.write(path)
    again = Arm.read(path)
    assert same(again, arm)
    assert again.optics == arm.optics
    assert same(drawn(str(path), seed=99), arm)
    with pytest.raises(ArmProfileError, match="drawn already"):
        drawn(str(path), 0, ["gripper"])


@pytest.mark.parametrize(("change", "told"), [
    ({"version": 2}, "no emulated arm of version 1"), ({"volts": "7"}, "'volts' of 'mine.json' must be 1 finite"),
    ({"stiffness": [1.0] * 5}, "'stiffness' of 'mine.json' must be 6"), ({"stops": [[0.0, 1.0]]}, "6 lists of 2"),
    ({"optics": {"fog": 1.0}}, "unknown field 'fog'"), ({"direction": [1.0] * 5 + [0.5]}, "1 or -1")])  # fmt: skip
def test_a_spoilt_file_is_told_in_one_line(tmp_path: Path, change: dict[str, object], told: str) -> None:
    path = tmp_path / "mine.json"
    STRANGER.draw(SEED).write(path)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ArmProfileError, match=told):
        drawn(str(path), 0)


def test_a_range_that_runs_backwards_is_refused(tmp_path: Path) -> None:
    shipped = json.loads((Path(profiles.__file__).parent / "stranger.json").read_text(encoding="utf-8"))
    shipped["camera_lag"]["value"] = [0.3, 0.1]
    path = tmp_path / "slow.json"
    path.write_text(json.dumps(shipped))
    with pytest.raises(ArmProfileError, match=r"'slow\.json': camera_lag must be a range"):
        arm_profile(str(path))
    with pytest.raises(UnknownNameError, match="elbow_flex"):
        STRANGER.draw(0, ["elbow"])


def held(body: Body, joints: np.ndarray, seconds: float) -> np.ndarray:
    """Hold joint positions; where the encoders then say that the joints are."""
    arm = body.arm
    for _ in range(round(seconds * 100)):
        now = body.time + 0.01
        targets = arm.direction * joints + arm.zero
        motions = [shaft.advance(now, Drive(float(t))) for shaft, t in zip(body.shafts, targets, strict=True)]
    return np.array([(m.angle - z) * d for m, z, d in zip(motions, arm.zero, arm.direction, strict=True)])


def test_play_before_the_encoder_does_not_part_it_from_the_link() -> None:
    arm = STRANGER.draw(SEED)
    body = Body((), arm)
    held(body, REST, 1.5)
    seen = held(body, REST + 0.3, 1.0)
    assert np.all(np.abs(seen - body.positions) <= arm.backlash / 2 + 1e-9)
    # The motor's side has crossed a play that is far wider.
    assert np.abs(body._gap).max() > 0.8 * arm.motor_play.min() / 2


def test_gears_that_carry_rub_more() -> None:
    rubbing = {}
    for load in (0.0, 0.2):
        arm = Arm(**(vars(STRANGER.draw(SEED)) | {"load_friction": np.full(6, load), "stribeck": np.full(6, 0.01)}))
        body = Body((), arm)
        stretched = np.array([0.0, 1.0, -0.8, 0.0, 0.0, 0.2])
        held(body, REST, 1.0)
        held(body, stretched, 2.0)
        rubbing[load] = body.worlds.field["dof_frictionloss"][0, :6].copy()
    # The lift carries the stretched arm, the roll carries nothing.
    more = rubbing[0.2] - rubbing[0.0]
    assert more[1] > 0.1
    assert more[4] < 0.02


def test_the_hand_is_where_base_and_links_put_it(stranger: EmulatedArm) -> None:
    truth = stranger.truth()
    expected = truth.base + truth.base_rotation @ tool_pose(truth.joints[None]).position[0]
    # Apart from the links, whose six joints are off by up to 0.7 mm along each axis.
    assert np.linalg.norm(truth.tool - expected) < 6 * 0.0007 * np.sqrt(3)
    assert np.linalg.norm(truth.tool - expected) > 1e-5
    assert truth.scene.hand == pytest.approx(truth.tool, abs=1e-4)


def test_the_calibration_that_its_user_has_is_off_as_the_arm_says(stranger: EmulatedArm) -> None:
    angles = stranger.true_calibration.to_encoder(np.zeros(6))
    np.testing.assert_allclose(stranger.calibration.to_model(angles), -stranger.arm.zero_error, atol=1e-9)
    assert stranger.calibration.range[:4] == pytest.approx(RANGE[:4], abs=1e-9)
    assert np.degrees(np.abs(stranger.arm.zero_error[GRIPPER])) >= 0.9


def test_its_camera_is_where_the_truth_has_it_and_its_tags_are_not_where_the_user_noted_them(
    stranger: EmulatedArm,
) -> None:
    truth = stranger.truth()
    picture = stranger.picture()
    look = Eye(stranger.markers, truth.lens).look(picture)
    assert set(look.sightings) == {thing.name for thing in truth.scene.objects}
    # Six tags that are stuck on up to a millimetre off still tell where it stands, to some millimetres.
    off = np.linalg.norm(look.camera.position - truth.camera.position)
    assert off < 0.015
    model = stranger.view().model
    assert np.linalg.norm(truth.camera.position - model.camera(CAMERA).pos) > 1e-3
    for thing in truth.scene.objects:
        assert np.linalg.norm(look.sightings[thing.name].position - thing.position) < 0.006
    assert max(look.table_errors.values()) > 0.3


def test_pictures_come_late_and_freeze_now_and_then() -> None:
    now = 0.0
    stream = Stream(Optics(lag=0.2, frozen=0.05, freeze=0.5), lambda: now, seed=1)
    ages, repeated, last = [], 0, -1
    for index in range(300):
        now = index * 0.1
        came = int(stream.pass_on(np.full((1, 1, 3), index % 256, np.uint8))[0, 0, 0])
        repeated += came == last % 256
        last = came
        ages.append((index - came) % 256)
    assert min(ages[3:]) == 2
    assert max(ages) >= 6
    assert 10 < repeated < 150


def test_an_arm_without_errors_is_the_simulated_one() -> None:
    with EmulatedArm(seed=4) as arm:
        truth = arm.truth()
        assert arm.calibration == arm.true_calibration
        assert truth.lens == arm.lens
        np.testing.assert_allclose(truth.tool, tool_pose(truth.joints[None]).position[0], atol=1e-4)
