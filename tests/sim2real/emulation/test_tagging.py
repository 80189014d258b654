"""Tags drawn on a simulated table, found again by OpenCV."""

from __future__ import annotations

import cv2
import mujoco
import numpy as np
import pytest

from pontine.envs.simulated import SimulatedRobot
from pontine.envs.tabletop.objects import ObjectSpec
from pontine.sim2real.emulation.tagging import TABLE_TAGS, decals, marked
from pontine.sim2real.vision import tags
from pontine.sim2real.vision.lens import Lens

OBJECTS = (
    ObjectSpec("bowl", "bowl", "white", (0.13, 0.13, 0.04), (0.21, -0.17, 0.0), 0.3),
    ObjectSpec("box", "box", "blue", (0.12, 0.12, 0.045), (0.22, 0.18, 0.0), 0.5),
    ObjectSpec("plate", "plate", "gray", (0.12, 0.12, 0.012), (0.12, -0.22, 0.0), 0.2),
    ObjectSpec("cube", "cube", "red", (0.025,) * 3, (0.30, 0.05, 0.0125), 0.4),
    ObjectSpec("block", "block", "green", (0.03, 0.05, 0.035), (0.33, -0.06, 0.0175), 0.9),
    ObjectSpec("cylinder", "cylinder", "purple", (0.03, 0.03, 0.05), (0.14, 0.14, 0.025)),
)


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    robot = SimulatedRobot(OBJECTS, decals=decals(marked(OBJECTS)))
    frame = robot.render(1280, 720, "workspace", "fast")
    robot.close()
    return frame


def test_the_camera_sees_tags_round_the_table_and_on_every_object(picture: np.ndarray) -> None:
    detector = cv2.aruco.ArucoDetector(tags.dictionary("tag36h11"))
    found = set(detector.detectMarkers(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))[1].ravel().tolist())
    assert found >= {tag.id for tag in TABLE_TAGS}
    for thing in marked(OBJECTS).objects:
        assert found & {tag.id for tag in thing.tags}, thing.name


def test_tags_lie_where_they_are_said_to_lie(picture: np.ndarray) -> None:
    """The camera's true pose puts every corner of the table's tags within a pixel of where it is seen."""
    model = SimulatedRobot(()).worlds.model
    camera = model.camera("workspace")
    lens = Lens.from_fovy(np.deg2rad(float(camera.fovy[0])), 1280, 720)
    turn = np.zeros(9)
    mujoco.mju_quat2Mat(turn, camera.quat)
    rotation = (turn.reshape(3, 3) @ np.diag([1.0, -1.0, -1.0])).T
    detector = cv2.aruco.ArucoDetector(tags.dictionary("tag36h11"))
    corners, ids, _ = detector.detectMarkers(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))
    seen = dict(zip(ids.ravel().tolist(), corners, strict=True))
    for tag in TABLE_TAGS:
        expected = lens.project((tag.corners() - camera.pos) @ rotation.T)
        assert np.abs(seen[tag.id][0] - expected).max() < 1.5


def test_decals_change_nothing_but_the_picture() -> None:
    ends = []
    for stuck in ((), decals(marked(OBJECTS))):
        robot = SimulatedRobot(OBJECTS, decals=stuck)
        for k in range(20):
            robot.command(robot.observe().command + 0.01 * np.sin(k + np.arange(6)))
            if k == 10:
                robot.render(160, 90, "workspace", "fast")
        ends.append(robot.worlds.batch.bind("qpos").copy())
        robot.close()
    assert (ends[0] == ends[1]).all()
