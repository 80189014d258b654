"""An arm that differs from its model shows its hand to a camera, in simulated time, and is brought together with it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from pontine.envs.arrays import Image
from pontine.envs.robot import JOINTS
from pontine.envs.so101.model import RANGE
from pontine.sim2real.alignment.align import Outcome, align
from pontine.sim2real.alignment.alignment import AlignmentError
from pontine.sim2real.alignment.drift import offset
from pontine.sim2real.alignment.geometry import Geometry
from pontine.sim2real.alignment.picture import draw
from pontine.sim2real.alignment.visit import Series, Visitor
from pontine.sim2real.arm.calibration import Calibration, JointCalibration
from pontine.sim2real.arm.limits import limits
from pontine.sim2real.vision.tag_pose import SightError
from tests.sim2real.alignment.off_arm import OffArm
from tests.sim2real.alignment.synthetic import work_pose

GEOMETRY = Geometry(
    np.array([0.0, 0.02, -0.015, 0.018, 0.0, 0.0]), np.array([0.004, -0.005, 0.01]), np.array([0.003, -0.002, -0.0005])
)
CALIBRATION = Calibration(
    "simulated",
    {name: JointCalibration(i + 1, np.pi, 1, *map(float, RANGE[i])) for i, name in enumerate(JOINTS)},
)


def visitor(arm: OffArm) -> Visitor:
    allowed = limits("normal", CALIBRATION)
    return Visitor(arm, arm, arm.markers, arm.lens, allowed, 0.06, looks=1, clock=lambda: arm.time)


@pytest.fixture(scope="module")
def done() -> tuple[OffArm, Series, Outcome]:
    arm = OffArm(GEOMETRY)
    arm.reset()
    visits = visitor(arm)
    visits.swing(visits.go_round(visits.find(), 22))
    return arm, visits.series, align(visits.series, CALIBRATION, arm.markers, visits.lens)


def test_the_hand_meets_the_camera_afterwards(done: tuple[OffArm, Series, Outcome]) -> None:
    arm, series, outcome = done
    assert len(series.shots) > 0.5 * series.tried
    assert arm.time < 200
    found = outcome.alignment.geometry
    rng = np.random.default_rng(0)
    poses = np.array([work_pose(rng, 0.01) for _ in range(20)])
    truth = GEOMETRY.hand(poses).position
    assert np.linalg.norm(found.hand(poses).position - truth, axis=1).max() < 0.0025
    assert np.linalg.norm(Geometry().hand(poses).position - truth, axis=1).max() > 0.005
    assert np.median(outcome.after) < 0.001 < np.median(outcome.before)
    # Its pictures are of now.
    assert outcome.alignment.late == pytest.approx(0.0, abs=0.02)


def test_a_hand_that_drifted_since_is_told_from_one_look(done: tuple[OffArm, Series, Outcome]) -> None:
    arm, series, outcome = done
    alignment, shot = outcome.alignment, series.shots[-1]
    off = offset(alignment, shot.joints, shot.corners, arm.lens, outcome.camera)
    assert off is not None
    assert np.linalg.norm(off) < 0.002
    turned = shot.joints + np.deg2rad([2.0, 0, 0, 0, 0, 0])
    off = offset(alignment, turned, shot.corners, arm.lens, outcome.camera)
    assert off is not None
    assert np.linalg.norm(off) > 0.004
    assert offset(alignment, shot.joints, {99: np.zeros((4, 2))}, arm.lens, outcome.camera) is None


def test_the_picture_shows_where_the_hand_was_and_is(done: tuple[OffArm, Series, Outcome], tmp_path: Path) -> None:
    arm, series, outcome = done
    draw(series, outcome, arm.lens, tmp_path / "aligned.png")
    picture = cv2.imread(str(tmp_path / "aligned.png"))
    assert picture is not None
    assert series.last is not None
    assert picture.shape == series.last.shape
    assert np.abs(picture[:, :, ::-1].astype(int) - series.last).max(axis=2).astype(bool).mean() > 0.005


class Frozen(OffArm):
    """Its camera hangs."""

    picture: Image | None = None

    def frame(self, after: float = -np.inf, timeout: float = 0.0) -> tuple[Image, float]:
        picture, arrived = super().frame(after) if self.picture is None else (self.picture, max(self.time, after + 0.1))
        self.picture = picture
        return picture, arrived


def test_a_frozen_camera_is_named_and_a_hand_without_tags() -> None:
    arm = Frozen(Geometry())
    with pytest.raises(SightError, match="the same picture wherever the arm stands"):
        visitor(arm).find()
    arm = OffArm(Geometry())
    blank = visitor(arm)
    blank.markers = type(arm.markers)(arm.markers.table, (), hand=(type(arm.markers.hand[0])(77, 0.03, (0, 0, 0)),))
    with pytest.raises(AlignmentError, match=r"tags on the hand \(77\) one was seen at 0 of"):
        blank.find()
