"""Lenses found again from pictures of the board that were taken with them."""

from __future__ import annotations

import math
import re
import signal
import subprocess
import sys
import time
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from pontine.conf import arm_camera
from pontine.envs.errors import PontineError
from pontine.envs.io.plain_text import terminal
from pontine.envs.simulated import SimulatedRobot
from pontine.sim2real.emulation.mjpeg import MjpegServer
from pontine.sim2real.emulation.tagging import decals, marked
from pontine.sim2real.vision.camera_calibration import CameraCalibrationError, Views, calibrate, find_board, read_views
from pontine.sim2real.vision.camera_pose import PoseChecker
from pontine.sim2real.vision.lens import Lens
from pontine.sim2real.vision.markers import Markers
from pontine.sim2real.vision.tag_pose import SightError
from tests.sim2real.boards import LENS, Photographer
from tests.sim2real.views import true_camera

PONTINE = Path(sys.executable).parent / "pontine"


@pytest.fixture(scope="module")
def photographer() -> Photographer:
    return Photographer(LENS)


@pytest.fixture(scope="module")
def pictures(photographer: Photographer) -> list[np.ndarray]:
    return photographer.round(18)


@pytest.fixture(scope="module")
def table() -> tuple[np.ndarray, Lens, np.ndarray]:
    """A picture of the simulated table, the lens it was taken with, and where the camera stands."""
    robot = SimulatedRobot((), decals=decals(marked(())))
    picture = robot.render(1280, 720, "workspace", "fast")
    lens, camera = true_camera(robot.worlds.model)
    robot.close()
    return picture, lens, camera.position


def save(pictures: list[np.ndarray], folder: Path) -> Path:
    folder.mkdir()
    for k, picture in enumerate(pictures):
        cv2.imwrite(str(folder / f"{k:02}.png"), picture[:, :, ::-1])
    return folder


def close(lens: Lens, truth: Lens) -> bool:
    """Whether focal lengths agree within 1 % and points fall within 0.4 % of the picture's width."""
    axis = np.linspace(-0.5, 0.5, 9)
    rays = np.stack(np.meshgrid(axis, 0.55 * axis), axis=-1).reshape(-1, 2)
    off = lens.project(np.column_stack([rays, np.ones(len(rays))])) - truth.project(
        np.column_stack([rays, np.ones(len(rays))])
    )
    # where the middle is may differ by a turn of the camera, which the pose takes up
    return bool(
        np.allclose(lens.focal, truth.focal, rtol=0.01)
        and np.abs(np.subtract(lens.centre, truth.centre)).max() < 4
        and np.linalg.norm(off - off.mean(axis=0), axis=1).max() < 0.004 * truth.width
    )


def test_a_bent_lens_is_found_from_a_folder_of_pictures(pictures: list[np.ndarray], tmp_path: Path) -> None:
    folder = save(pictures, tmp_path / "photos")
    blank = np.full_like(pictures[0], 90)
    cv2.imwrite(str(folder / "blank.png"), blank)
    cv2.imwrite(str(folder / "again.jpg"), pictures[3][:, :, ::-1])
    views = Views(16)
    left = read_views(folder, views)
    assert set(left) == {"blank.png", "again.jpg"}
    assert "much like" in left["again.jpg"]
    assert views.missing() is None
    lens = calibrate(views.taken)
    assert lens.error < 0.5
    assert close(lens, LENS)
    assert not close(replace(LENS, distortion=(0.0,) * 5), LENS)


def test_what_a_view_lacks_is_said(photographer: Photographer) -> None:
    views = Views(16)

    def shown(*args: object, blur: float = 0.0) -> str:
        picture = photographer.shot(*args, blur=blur)
        views.offer(find_board(picture))
        return views.offer(find_board(picture)) or "taken"

    middle, flat = (0.5, 0.5), (0.0, 0.0)
    assert "all of the board" in shown((0.05, 0.5), 0.4, flat)
    assert "nearer" in shown(middle, 1.3, flat)
    assert "blurred" in shown(middle, 0.45, flat, blur=2.5)
    assert views.offer(find_board(photographer.shot((0.45, 0.45), 0.45, flat))) == "hold it still"
    assert shown(middle, 0.45, flat) == "taken"
    assert "much like" in shown((0.503, 0.5), 0.45, flat)
    assert shown(middle, 0.45, (0.0, 0.5)) == "taken"
    assert "of the picture" in views.missing()
    small = cv2.resize(photographer.shot((0.3, 0.5), 0.45, flat), (320, 180), interpolation=cv2.INTER_AREA)
    with pytest.raises(CameraCalibrationError, match="640x360 and 320x180"):
        views.offer(find_board(small))


def test_hints_lead_all_over_the_picture(photographer: Photographer) -> None:
    views = Views(8)
    views.offer(find_board(photographer.shot((0.7, 0.67), 0.5, (0.0, 0.0))), live=False)
    assert views.missing() == "bring it to the upper left of the picture"


def test_views_that_tell_no_lens_are_refused(photographer: Photographer, pictures: list[np.ndarray]) -> None:
    views = [find_board(picture, f"{k}.png") for k, picture in enumerate(pictures)]
    with pytest.raises(CameraCalibrationError, match="7 usable views"):
        calibrate(views[:7])
    frontal = [find_board(picture) for picture in photographer.round(12, tilted=False)]
    with pytest.raises(CameraCalibrationError, match="face left and right and up and down"):
        calibrate(frontal)
    # the board bent a little more in every picture, as paper in a hand
    bent = [
        replace(view, corners=view.corners + 8e-4 * (k % 3 - 1) * (view.corners[:, ::-1] - 200) ** 2)
        for k, view in enumerate(views)
    ]
    with pytest.raises(CameraCalibrationError, match=r"no lens explains .* worst: \d+\.png \(\d.*Glue the board"):
        calibrate(bent)


def test_the_verb_reads_a_folder_and_keeps_the_old_file_when_it_refuses(
    pictures: list[np.ndarray], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "lens.json"
    folder = save(pictures, tmp_path / "photos")
    assert arm_camera.run(arm_camera.Config(pictures=str(folder), out=str(out))) == 0
    assert "18 views" in capsys.readouterr().out
    assert close(Lens.read(out), LENS)
    before = out.read_bytes()
    few = save(pictures[:5], tmp_path / "few")
    with pytest.raises(CameraCalibrationError, match="5 usable views"):
        arm_camera.run(arm_camera.Config(pictures=str(few), out=str(out)))
    assert out.read_bytes() == before
    with pytest.raises(CameraCalibrationError, match="no pictures"):
        arm_camera.run(arm_camera.Config(pictures=str(tmp_path), out=str(out)))
    (few / "99.png").write_bytes(b"not a picture")
    with pytest.raises(CameraCalibrationError, match=r"99\.png"):
        arm_camera.run(arm_camera.Config(pictures=str(few), out=str(out)))


def test_the_verb_watches_a_camera_and_then_checks_the_table(
    table: tuple[np.ndarray, Lens, np.ndarray], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Board views one after another, from the start again if some were missed, until the camera file is there."""
    picture, truth, _ = table
    out, markers = tmp_path / "lens.json", tmp_path / "markers.json"
    lens = truth.at(640, 360)
    views = Photographer(lens).round(18)
    small = cv2.resize(picture, (640, 360), interpolation=cv2.INTER_AREA)
    marked(()).write(markers)
    grabbed = iter(range(1_000_000))

    def grab() -> np.ndarray:
        return small if out.exists() else views[next(grabbed) // 6 % len(views)]

    with MjpegServer(grab, rate=12) as server:
        status = arm_camera.run(arm_camera.Config(source=server.url, out=str(out), markers=str(markers)))
    said = capsys.readouterr().out
    assert status == 0, said
    assert "view 16 taken" in said
    assert "the table's tags are where they should be" in said
    assert close(Lens.read(out), lens)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_table_is_checked_with_a_lens_made_before(
    table: tuple[np.ndarray, Lens, np.ndarray],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    picture, lens, _ = table
    lens.write(tmp_path / "lens.json")
    right = marked(())
    moved = replace(right.table[1], position=(0.36, -0.25, 0.0))
    replace(right, table=(right.table[0], moved, *right.table[2:])).write(tmp_path / "markers.json")
    config = {"lens": str(tmp_path / "lens.json"), "markers": str(tmp_path / "markers.json")}
    with MjpegServer(lambda: picture) as server:
        assert arm_camera.run(arm_camera.Config(source=server.url, **config)) == 1
    said = capsys.readouterr().out
    assert "tag 1 is seen 20" in said
    assert said.count("good") == 5
    monkeypatch.setattr(arm_camera, "PATIENCE", 1.0)
    with MjpegServer(lambda: np.full_like(picture, 90)) as server, pytest.raises(SightError, match="table's tags"):
        arm_camera.run(arm_camera.Config(source=server.url, **config))


def test_the_check_says_where_each_tag_is_seen(table: tuple[np.ndarray, Lens, np.ndarray]) -> None:
    picture, lens, place = table
    markers = marked(())
    check = PoseChecker(markers, lens).see(picture)
    assert check.problems == []
    assert np.linalg.norm(check.camera.position - place) < 0.003
    assert max(tag.off for tag in check.tags) < 0.002
    assert max(tag.error for tag in check.tags) < 1.0
    # four of six tags hidden
    hidden = picture.copy()
    for tag in markers.table[2:]:
        spot = lens.project(check.camera.into(np.array([tag.position])))[0].astype(int)
        cv2.circle(hidden, (int(spot[0]), int(spot[1])), 60, (90, 90, 90), -1)
    few = PoseChecker(markers, lens).see(hidden)
    assert not few.enough
    assert few.problems == [line for line in few.problems if line.startswith("only 2 of the table's 6 tags")] != []
    assert few.tags[4].seen is None
    assert not few.tags[4].good


def changed(tags: Collection[int], **fields: object) -> Markers:
    """The simulated table's markers, with some said to be otherwise than they are."""
    markers = marked(())
    return replace(markers, table=tuple(replace(t, **fields) if t.id in tags else t for t in markers.table))  # type: ignore[arg-type]


def test_the_table_is_looked_at_when_the_board_was_put_away(
    table: tuple[np.ndarray, Lens, np.ndarray], pictures: list[np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    picture, lens, _ = table
    shown, looked = [*pictures[:2], *[picture] * arm_camera.LOOKS], []

    class Film:
        def frame(self, after: float) -> tuple[np.ndarray, float]:
            return shown.pop(0), after + 1

    see = PoseChecker.see
    monkeypatch.setattr(PoseChecker, "see", lambda self, image: looked.append(image) or see(self, image))
    monkeypatch.setattr(arm_camera, "PATIENCE", 300.0)
    assert arm_camera._check(Film(), marked(()), lens, terminal()) == 0  # type: ignore[arg-type]
    assert not shown
    assert all(image is picture for image in looked)
    assert len(looked) == arm_camera.LOOKS


QUARTER = (math.sqrt(0.5), 0.0, 0.0, -math.sqrt(0.5))


@pytest.mark.parametrize(
    ("markers", "says"),
    [
        (changed([2], orientation=QUARTER), ["tag 2 lies turned by a quarter turn anticlockwise"]),
        (changed([4], orientation=(0.0, 0.0, 0.0, 1.0)), ["tag 4 lies turned by half a turn"]),
        (changed(range(6), orientation=QUARTER), [f"tag {k} lies turned by a quarter turn" for k in range(6)]),
        (changed(range(6), size=0.04 / 0.94), ["all tags are [56]% smaller than the markers file says"]),
        (changed(range(6), size=0.04 / 1.05), ["all tags are [45]% larger than the markers file says"]),
        (changed([3], position=(-0.02, 0.3, 0.0)), ["tag 3 is seen (9|10)"]),
    ],
    ids=["quarter", "half", "all turned", "small", "large", "elsewhere"],
)
def test_what_was_done_wrong_with_tags_is_named_as_what_it_is(
    table: tuple[np.ndarray, Lens, np.ndarray], markers: Markers, says: list[str]
) -> None:
    picture, lens, place = table
    check = PoseChecker(markers, lens).see(picture)
    assert len(check.problems) == len(says), check.problems
    assert all(re.match(said, line) for said, line in zip(says, check.problems, strict=True)), check.problems
    assert np.linalg.norm(check.camera.position - place) < 0.006


def test_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    blank = np.full((90, 160, 3), 90, np.uint8)
    with (
        MjpegServer(lambda: blank) as server,
        subprocess.Popen(
            [PONTINE, "arm", "camera", f"source={server.url}"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as verb,
    ):
        assert verb.stdout is not None
        try:
            assert verb.stdout.readline().startswith(b"Hold the board")
            time.sleep(0.5)
            verb.send_signal(signal.SIGINT)
            _, said = verb.communicate(timeout=60)
        finally:
            verb.kill()
    assert (verb.returncode, said) == (130, b"pontine: stopped\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "source= is missing"),
        ({"pictures": "photos", "markers": "markers.json"}, "source= is missing"),
        ({"source": "0", "lens": "lens.json"}, "give markers="),
        ({"source": "0", "lens": "l", "pictures": "p"}, "one of them"),
        ({"source": "0", "views": 3}, "at least 8"),
        ({"source": "0", "size": [640]}, "width and a height"),
    ],
)
def test_wrong_options_are_one_clear_line(options: dict[str, object], said: str) -> None:
    with pytest.raises(PontineError, match=said) as caught:
        arm_camera.Config(**options)
    assert "\n" not in str(caught.value)
