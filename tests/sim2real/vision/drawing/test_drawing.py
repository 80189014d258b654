"""What is drawn into pictures lies where the thing itself is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from pontine.conf import arm_look
from pontine.envs.arrays import Array, Image
from pontine.envs.errors import PontineError
from pontine.envs.robot import RobotState
from pontine.envs.simulated import SimulatedRobot
from pontine.sim2real.emulation.mjpeg import MjpegServer
from pontine.sim2real.emulation.tagging import decals, marked
from pontine.sim2real.vision import sheet
from pontine.sim2real.vision.drawing.overlay import ArmOutline
from pontine.sim2real.vision.drawing.painter import LiveView, Painter, write_kept
from pontine.sim2real.vision.drawing.plan import table_plan
from pontine.sim2real.vision.lens import CameraPose, Lens
from pontine.sim2real.vision.tag_scene import APART, KEPT, TagScene
from tests.sim2real.views import shot, true_camera
from tests.sim2real.vision.test_tag_scene import TABLE

Seen = tuple[Image, Array, Lens, CameraPose]


@pytest.fixture(scope="module")
def seen() -> Iterator[Seen]:
    """A picture, the joints in it, and the camera's lens and pose."""
    robot = SimulatedRobot(TABLE, decals=decals(marked(TABLE)))
    yield shot(robot), robot.observe().position, *true_camera(robot.worlds.model)
    robot.close()


def covered(joints: Array, picture: Image, lens: Lens, camera: CameraPose) -> float:
    """How much of the arm's yellow plastic lies within its outline."""
    hue, saturation, value = cv2.split(cv2.cvtColor(picture, cv2.COLOR_RGB2HSV))
    yellow = (np.abs(hue.astype(int) - 24) < 6) & (saturation > 180) & (value > 60)
    outline = np.zeros(picture.shape[:2], np.uint8)
    for part in ArmOutline().parts(joints):
        hull = cv2.convexHull(lens.project(camera.into(part)).astype(np.float32))
        cv2.fillConvexPoly(outline, hull.round().astype(np.int32), 1)
    return float((outline.astype(bool) & yellow).sum() / yellow.sum())


def test_the_arms_outline_is_where_the_arm_is(seen: Seen) -> None:
    picture, joints, lens, camera = seen
    assert covered(joints, picture, lens, camera) > 0.95
    assert covered(joints + (0.3, 0, 0, 0, 0, 0), picture, lens, camera) < 0.9


def test_a_picture_is_explained_in_itself_and_in_words(seen: Seen) -> None:
    picture, joints, lens, _ = seen
    painter = Painter(marked(TABLE), lens)
    painted = painter.paint(picture, 1.0, joints)
    assert painted.scene is not None
    assert painted.picture.shape == picture.shape
    assert (painted.picture != picture).any(axis=2).mean() > 0.01
    assert any(line.startswith("red_cube: at (0.2") for line in painted.lines)
    black = painter.paint(np.zeros_like(picture), 1.1, joints)
    assert black.scene is None
    assert "black" in black.lines[0]
    assert black.picture.any(), "the reason is written into the picture"


def test_what_a_scene_saw_last_is_drawn_once_as_it_is_for_who_looks(seen: Seen) -> None:
    picture, joints, lens, _ = seen
    markers, zero = marked(TABLE), np.zeros(6)
    scenes = TagScene(markers, lens, clock=lambda: 1.0)
    live = LiveView(scenes, markers, lens, lambda: RobotState(joints, zero, zero, joints, 1.0))
    assert live() is None
    scenes.see(picture, 1.0)
    np.testing.assert_array_equal(live(), Painter(markers, lens).paint(picture, 1.0, joints).picture)
    assert live() is None
    with pytest.raises(PontineError, match="black"):
        scenes.see(np.zeros_like(picture), 1.1)
    black = live()
    assert black is not None
    assert black.any(), "the reason is written into the picture"


def test_the_last_pictures_are_kept_within_bounds_and_drawn_into(seen: Seen, tmp_path: Path) -> None:
    picture, _, lens, _ = seen
    scenes = TagScene(marked(TABLE), lens, clock=lambda: 0.0)
    for k in range(2):
        scenes.see(picture, 10.0 * k)
    for k in range(60):
        scenes._keep(picture, 20.0 + 0.1 * k)
    assert len(scenes.kept) == KEPT
    assert np.diff([one.time for one in scenes.kept]).min() >= APART - 1e-9
    write_kept(scenes.kept[-2:], marked(TABLE), lens, tmp_path / "run.pictures")
    written = sorted(path.name for path in (tmp_path / "run.pictures").iterdir())
    assert written == ["00_0.5s_before.jpg", "01_0.0s_before.jpg"]
    assert cv2.imread(str(tmp_path / "run.pictures" / written[0])).shape == picture.shape


def test_arm_look_writes_what_a_camera_sees(seen: Seen, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture, _, lens, _ = seen
    marked(TABLE).write(tmp_path / "markers.json")
    lens.write(tmp_path / "lens.json")
    files = {"markers": str(tmp_path / "markers.json"), "lens": str(tmp_path / "lens.json")}
    out = tmp_path / "seen.png"
    with MjpegServer(lambda: picture, rate=10) as server:
        assert arm_look.run(arm_look.Config(camera=server.url, out=str(out), **files)) == 0
    assert cv2.imread(str(out)).shape == picture.shape
    assert "green_block: at (0.16" in capsys.readouterr().out
    with pytest.raises(PontineError, match=r"must end in \.png"):
        arm_look.Config(camera="0", out="seen.jpg")
    with pytest.raises(PontineError, match="camera= is missing"):
        arm_look.Config()


def test_a_window_is_opened_only_where_there_is_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")
    with pytest.raises(PontineError, match=r"no screen here.*out=seen\.png"):
        arm_look.run(arm_look.Config(camera="0"))


def test_the_table_from_above_has_the_origin_and_every_tag() -> None:
    markers = marked(())
    page = table_plan(markers)
    assert page.shape == (sheet.pixels(0.297), sheet.pixels(0.210))
    dark = np.argwhere(page < 60)
    assert dark[:, 0].max() < page.shape[0] - 50
    assert dark[:, 1].max() < page.shape[1] - 50
    # no real tag is drawn there, which somebody might cut out
    found = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11))
    assert found.detectMarkers(page)[1] is None
