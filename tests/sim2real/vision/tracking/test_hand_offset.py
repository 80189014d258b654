"""What is learnt of a hand that is seen beside where its joints put it."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from pontine.envs.arrays import Array
from pontine.envs.robot import RobotState
from pontine.sim2real.emulation.tagging import marked
from pontine.sim2real.vision.lens import CameraPose, Lens
from pontine.sim2real.vision.tag_pose import Look, Sighting
from pontine.sim2real.vision.tracking.hand_offset import MOST, HandOffset
from pontine.sim2real.vision.tracking.tracker import Tracker
from tests.sim2real.vision.test_tag_scene import TABLE

LENS, CAMERA = Lens.from_fovy(0.5, 1280, 720), CameraPose(np.eye(3), np.zeros(3))
CORNERS = {10: np.zeros((4, 2))}


def state(speed: float = 0.0, at: float = 0.3) -> RobotState:
    joints = np.array([at, -0.4, 0.5, 1.2, 0.0, 0.3])
    return RobotState(joints, np.full(6, speed), np.zeros(6), joints, 0.0)


def looked(offset: HandOffset, seconds: float, speed: float = 0.0) -> None:
    for k in range(round(seconds * 25)):
        offset.follow(state(speed), k / 25)
        if k % 4 == 0 and k > 20:
            offset.see(CORNERS, LENS, CAMERA, k / 25)


def test_tags_on_a_hand_that_stands_still_tell_slowly_and_level(caplog: pytest.LogCaptureFixture) -> None:
    offset = HandOffset(lambda *seen: np.array([0.008, -0.002, 0.004]))
    with caplog.at_level(logging.WARNING):
        looked(offset, 12.0)
    assert np.allclose(offset.value, [0.008, -0.002, 0.0], atol=5e-4)
    assert len(offset.corrections) == 2
    assert offset.corrections[-1]["by"] == "the tags on the hand"
    assert "made up for" in caplog.text


def test_nothing_is_learnt_while_the_hand_moves_or_by_tags_that_tell_nothing() -> None:
    moving = HandOffset(lambda *seen: np.array([0.008, 0.0, 0.0]))
    looked(moving, 4.0, speed=0.3)
    unknown = HandOffset(lambda *seen: None)
    looked(unknown, 4.0)
    unaligned = HandOffset()
    looked(unaligned, 4.0)
    for offset in (moving, unknown, unaligned):
        assert not np.any(offset.value)
        assert offset.corrections == []


def test_no_more_is_made_up_for_than_is_said(caplog: pytest.LogCaptureFixture) -> None:
    offset = HandOffset(lambda *seen: np.array([0.039, 0.0, 0.0]))
    with caplog.at_level(logging.WARNING):
        looked(offset, 12.0)
    assert np.linalg.norm(offset.value) == pytest.approx(MOST)
    assert caplog.text.count("run `pontine arm align`") == 1


def test_what_was_put_down_and_lies_beside_that_tells_too() -> None:
    offset = HandOffset()
    left = np.array([0.2, 0.1, 0.015])
    offset.placed("cube", left, left + (0.008, 0.0, 0.0), 3.0)
    assert np.allclose(offset.value, [0.004, 0.0, 0.0])
    offset.placed("cube", left, left + (0.0, 0.05, 0.0), 4.0)
    assert np.allclose(offset.value, [0.004, 0.0, 0.0])


def sighting(position: Array) -> Sighting:
    return Sighting(position, np.eye(3), 0.3, True)


def test_a_scene_has_things_where_the_hand_finds_them() -> None:
    offset = HandOffset()
    tracker = Tracker(marked(TABLE), offset)
    there = np.array([0.25, 0.06, 0.0165])
    tracker.scene(state(), 0.0)
    tracker.see(Look(CAMERA, {"red_cube": sighting(there)}), 0.1)
    before = tracker.scene(state(), 0.2)
    offset.placed("green_block", there, there + (0.008, 0.0, 0.0), 0.3)
    after = tracker.scene(state(), 0.4)
    assert np.allclose(before.object("red_cube").position, there, atol=1e-4)
    assert np.allclose(after.object("red_cube").position, there - (0.004, 0.0, 0.0), atol=1e-4)
    assert after.hand == before.hand
    assert after.object("red_cube").support == "table"
