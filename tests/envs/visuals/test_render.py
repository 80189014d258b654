"""Pictures: what is where, and that looking changes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import mujoco
import numpy as np
import pytest

from pontine.envs.declarations.colors import COLORS
from pontine.envs.declarations.kind import KINDS
from pontine.envs.errors import UnknownNameError
from pontine.envs.so101.model import REST
from pontine.envs.tabletop.objects import ObjectSpec
from pontine.envs.tabletop.table import slots_for
from pontine.envs.tabletop.worlds import Worlds
from pontine.envs.visuals import gl
from pontine.envs.visuals.gl import RenderError
from pontine.envs.visuals.render import CAMERAS, MAX_SIDE, Quality, Renderer

OBJECTS = (
    ObjectSpec("bowl", "bowl", "pink", (0.13, 0.13, 0.042), (0.29, -0.14, 0.0), 0.2),
    ObjectSpec("box", "box", "blue", (0.12, 0.11, 0.045), (0.24, 0.20, 0.0), 0.4),
    ObjectSpec("plate", "plate", "cyan", (0.13, 0.13, 0.012), (0.10, -0.25, 0.0)),
    ObjectSpec("cube", "cube", "red", (0.032,) * 3, (0.25, 0.02, 0.016), 0.3),
    ObjectSpec("block", "block", "green", (0.03, 0.055, 0.035), (0.33, 0.08, 0.0175), 0.9),
    ObjectSpec("cylinder", "cylinder", "purple", (0.035, 0.035, 0.05), (0.17, 0.12, 0.025)),
    ObjectSpec("ball", "ball", "orange", (0.04,) * 3, (0.32, -0.03, 0.02)),
)


def laid(n: int = 1) -> Worlds:
    worlds = Worlds(slots_for(OBJECTS), n, 1)
    for i in range(n):
        for slot, spec in enumerate(OBJECTS):
            worlds.lay(i, slot, spec)
    worlds.refresh(np.arange(n))
    return worlds


@pytest.fixture(scope="module")
def worlds() -> Worlds:
    return laid(2)


@pytest.fixture(scope="module")
def renderer(worlds: Worlds) -> Iterator[Renderer]:
    with Renderer(worlds) as made:
        yield made


def pixel(worlds: Worlds, point: tuple[float, float, float], width: int, height: int) -> tuple[int, int]:
    """Row and column at which the front camera sees a point (m)."""
    camera = worlds.model.camera("front")
    turn = np.zeros(9)
    mujoco.mju_quat2Mat(turn, camera.quat)
    x, y, z = turn.reshape(3, 3).T @ (np.array(point) - camera.pos)
    focal = height / 2 / np.tan(np.deg2rad(float(camera.fovy[0])) / 2)
    return round(height / 2 + focal * y / z), round(width / 2 - focal * x / z)


def around(frame: np.ndarray, place: tuple[int, int]) -> np.ndarray:
    """Median colour (3,) in [0, 1] of a patch of five pixels."""
    row, column = place
    return np.median(frame[row - 2 : row + 3, column - 2 : column + 3].reshape(-1, 3), axis=0) / 255


def hue_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Angle (rad) between two colours' departures from grey."""
    a, b = a - a.mean(), b - b.mean()
    return float(np.arccos(np.clip(a @ b / np.linalg.norm(a) / np.linalg.norm(b), -1, 1)))


@pytest.mark.parametrize("quality", ["nice", "fast"])
def test_every_object_shows_its_colour_where_it_stands(worlds: Worlds, renderer: Renderer, quality: Quality) -> None:
    frame = renderer.render("front", quality=quality)
    assert frame.shape == (480, 640, 3)
    assert frame.dtype == np.uint8
    for spec in OBJECTS:
        x, y, z = spec.position
        inside = (x, y, z + (0.0 if KINDS[spec.kind].graspable else 0.006))
        seen = around(frame, pixel(worlds, inside, 640, 480))
        assert hue_distance(seen, np.array(COLORS[spec.color])) < 0.25, (spec.name, seen)


def test_the_arm_is_yellow_with_black_servos(worlds: Worlds, renderer: Renderer) -> None:
    frame = renderer.render("front") / 255
    row, column = pixel(worlds, (0.05, 0.0, 0.10), 640, 480)
    arm = frame[row - 90 : row + 90, column - 60 : column + 60].reshape(-1, 3)
    yellow = (arm[:, 0] > 0.45) & (arm[:, 2] < 0.5 * arm[:, 1]) & (arm[:, 1] > 0.6 * arm[:, 0])
    black = arm.max(1) < 0.25
    assert yellow.mean() > 0.10
    assert black.mean() > 0.01


def test_all_that_can_be_reached_is_in_view(worlds: Worlds) -> None:
    for angle in np.deg2rad(np.arange(-110, 111, 10)):
        row, column = pixel(worlds, (0.039 + 0.36 * np.cos(angle), 0.36 * np.sin(angle), 0.0), 640, 480)
        assert 0 <= row < 480
        assert 0 <= column < 640


def test_the_wrist_sees_what_is_between_the_jaws() -> None:
    worlds = laid()
    worlds.place_arm(0, np.array([*REST[:5], 1.0]))
    tool = worlds.model.site("tool")
    data = mujoco.MjData(worlds.model)
    data.qpos[:6] = worlds.q[0]
    mujoco.mj_kinematics(worlds.model, data)
    worlds.move_object(0, 3, data.site_xpos[tool.id], np.array([1.0, 0.0, 0.0, 0.0]))
    with Renderer(worlds) as renderer:
        frame = renderer.render("wrist", 128, 96)
    assert hue_distance(around(frame, (48, 64)), np.array(COLORS["red"])) < 0.25


def test_each_world_is_drawn_as_it_is_now() -> None:
    worlds = laid(2)
    with Renderer(worlds, 1) as renderer:
        before = renderer.render(width=160, height=120, quality="fast")
        worlds.lay(1, 3, None)
        emptied = renderer.render(width=160, height=120, quality="fast")
        renderer.world = 0
        other = renderer.render(width=160, height=120, quality="fast")
    assert (before == other).all()
    row, column = pixel(worlds, OBJECTS[3].position, 160, 120)
    assert before[row, column].argmax() == 0
    assert np.ptp(emptied[row, column].astype(int)) < np.ptp(before[row, column].astype(int)) / 2


def test_sizes_and_cameras(renderer: Renderer) -> None:
    for camera in CAMERAS:
        assert renderer.render(camera, 84, 62, "fast").shape == (62, 84, 3)
    assert renderer.render("front", 1400, 1000, "fast").shape == (1000, 1400, 3)
    with pytest.raises(UnknownNameError, match=r"front.*wrist"):
        renderer.render("back")
    with pytest.raises(RenderError, match=str(MAX_SIDE)):
        renderer.render(width=0)


def test_renderers_do_not_disturb_each_other(worlds: Worlds, renderer: Renderer) -> None:
    before = renderer.render(quality="fast")
    with Renderer(worlds) as other:
        assert (other.render(quality="fast") == before).all()
    assert (renderer.render(quality="fast") == before).all()
    with pytest.raises(RenderError, match="closed"):
        other.render()
    other.close()


def test_looking_changes_nothing() -> None:
    rng = np.random.default_rng(0)
    actions = rng.uniform(-1, 1, (15, 2, 6))
    ends = []
    for looks in (False, True):
        worlds = laid(2)
        if looks:
            renderer = Renderer(worlds)
        for step, action in enumerate(actions):
            worlds.step(action)
            if looks and step % 3 == 0:
                renderer.world = step % 2
                renderer.render(width=64, height=48)
        if looks:
            renderer.close()
        ends.append([worlds.batch.bind(name).copy() for name in ("qpos", "qvel", "qacc_warmstart", "sensordata")])
    for plain, watched in zip(*ends, strict=True):
        assert (plain == watched).all()


@pytest.mark.skipif(sys.platform != "linux", reason="the variables choose a platform on Linux only")
@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ({"MUJOCO_GL": "glfw"}, "apt-get install libegl1 libgl1-mesa-dri"),
        ({"PYOPENGL_PLATFORM": "osmesa"}, "apt-get install libegl1 libgl1-mesa-dri"),
        ({"MUJOCO_GL": "osmesa", "PYOPENGL_PLATFORM": "egl"}, "apt-get install libegl1 libgl1-mesa-dri"),
        ({"MUJOCO_GL": "wrong"}, "unknown value of MUJOCO_GL 'wrong'; valid: egl, glfw, glx, osmesa"),
    ],
)
def test_where_nothing_can_be_drawn_one_line_says_what_to_do(broken: dict[str, str], says: str) -> None:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "MUJOCO_GL", "PYOPENGL_PLATFORM")
    kept = {key: value for key, value in os.environ.items() if key not in hidden}
    code = (
        "from pontine.envs.tabletop.worlds import Worlds\nfrom pontine.envs.visuals.render import Renderer\n"
        "from pontine.envs.errors import PontineError\n"
        "try:\n    Renderer(Worlds([], 1, 1))\nexcept PontineError as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**kept, **broken}, capture_output=True, text=True, check=True
    )
    assert says in done.stdout
    assert done.stdout.count("\n") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is a screen or nothing")
def test_a_display_that_nobody_answers_at_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4711")
    monkeypatch.delenv("MUJOCO_GL", raising=False)
    gl.context().free()


def test_nothing_is_drawn_where_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUJOCO_GL", "off")
    with pytest.raises(RenderError, match="MUJOCO_GL=off says that nothing is to be drawn"):
        gl.context()
