"""`pontine arm run` and `arm console` as a person runs them, against an emulated arm: real port, real pictures, real
language model."""

from __future__ import annotations

import json
import re
import signal
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pontine.envs.predicates import holds
from pontine.envs.tabletop.objects import ObjectSpec, draw
from pontine.sim2real.data.dataset import Dataset
from pontine.sim2real.emulation.emulated_arm import EmulatedArm
from pontine.sim2real.vision.lens import Lens
from tests.command import Started, pontine


def table() -> list[ObjectSpec]:
    rng = np.random.default_rng(1)
    cube, bowl = draw(rng, "red_cube", "cube", "red"), draw(rng, "bowl", "bowl", "white")
    return [cube.moved(np.array([0.22, 0.06, cube.rest_height]), 0.3), bowl.moved(np.array([0.21, -0.1, 0.0]), 0.0)]


@pytest.fixture
def arm(tmp_path: Path) -> Iterator[EmulatedArm]:
    with EmulatedArm(table(), camera_port=0, seed=1) as emulated:
        emulated.calibration.write(tmp_path / "arm.json")
        emulated.markers.write(tmp_path / "markers.json")
        emulated.lens.write(tmp_path / "lens.json")
        yield emulated


def command(arm: EmulatedArm, *words: str, verb: str = "run") -> list[str]:
    files = ["calibration=arm.json", "markers=markers.json", "lens=lens.json", "report=run.json"]
    # On a busy machine the emulation may be kept waiting; that is no fault of the arm.
    common = [f"port={arm.port}", f"camera={arm.camera_url}", "patience=1.0", *files]
    return ["arm", verb, *common, *words]


def torque(arm: EmulatedArm) -> list[int]:
    found = []
    for id in range(1, 7):
        with arm.servo(id) as servo:
            found.append(servo["torque_enable"])
    return found


def test_a_dry_run_shows_what_would_move_and_touches_nothing(arm: EmulatedArm, tmp_path: Path) -> None:
    before = arm.positions
    words = command(arm, "instruction=把红色方块放进碗里", "dry=true", "profile=normal")
    done = pontine(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing was moved" in done.stdout
    report = json.loads((tmp_path / "run.json").read_text())
    assert report["goal"] == [["in", "red_cube", "bowl"]]
    assert report["arm"]["dry"] is True
    assert report["arm"]["motion_seconds"] > 1
    assert torque(arm) == [0] * 6
    # slack, it settles on its stops by itself
    assert np.allclose(arm.positions, before, atol=0.05)


def test_what_is_said_is_done_on_the_arm_reported_and_recorded(arm: EmulatedArm, tmp_path: Path) -> None:
    words = command(arm, "instruction=put the red cube in the bowl", "profile=normal", "dataset=episodes")
    done = pontine(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert holds(arm.truth().scene, ("in", "red_cube", "bowl"))
    report = json.loads((tmp_path / "run.json").read_text())
    assert report["goal_reached"] is True
    assert report["arm"]["stops"] == []
    assert report["arm"]["ending"] == {"at_rest": True, "unreached": {}}
    assert torque(arm) == [0] * 6
    episode = Dataset(tmp_path / "episodes").episode(0)
    assert episode.task == "put the red cube in the bowl"
    assert len(episode.state) >= report["arm"]["timing"]["control_steps"] - 5


def test_an_arm_that_is_told_to_end_is_let_go(arm: EmulatedArm, tmp_path: Path) -> None:
    words = command(arm, "instruction=put the red cube in the bowl", "profile=normal")
    start = arm.positions
    run = Started(*words, cwd=tmp_path)
    deadline = time.monotonic() + 300
    while not (np.linalg.norm(arm.positions - start) > 0.3 and all(torque(arm))):
        assert run.running, run.ended()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    run.send_signal(signal.SIGTERM)
    assert run.ended(120).returncode != 0
    assert torque(arm) == [0] * 6


def test_a_page_is_served_while_the_arm_is_awake_and_at_the_end_it_is_let_go(arm: EmulatedArm, tmp_path: Path) -> None:
    reader = ("brain=endpoint", "model=none", "url=http://127.0.0.1:9/v1")  # nothing is said, so nothing is asked
    run = Started(*command(arm, "profile=normal", "page=0", *reader, verb="console"), cwd=tmp_path)
    deadline = time.monotonic() + 300
    while (address := re.search(r"the arm is at (http://\S+)", run.printed())) is None:
        assert run.running, run.ended()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    with urllib.request.urlopen(address[1], timeout=60) as page:
        assert page.status == 200
    assert torque(arm) == [1] * 6
    run.send_signal(signal.SIGINT)
    done = run.ended(120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert torque(arm) == [0] * 6


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["camera=0"], "port= is missing"),
        (["port=nowhere"], "camera= is missing"),
        (["port=x", "camera=0", "profile=fast"], "valid: gentle, normal"),
        (["port=x", "camera=0", "scenes=lidar"], "unknown scene source 'lidar'; valid: tags"),
        (["port=x", "camera=0", "dataset=d"], "dataset= records one instruction"),
        (["port=x", "camera=0", "instruction= "], "the instruction is empty"),
        (["port=x", "camera=0", "calibration=none.json", "instruction=go"], "none.json"),
    ],
)
def test_what_is_wrong_is_one_line(words: list[str], complaint: str, tmp_path: Path) -> None:
    Lens.from_fovy(0.5, 1280, 720).write(tmp_path / "lens.json")
    done = pontine("arm", "run", *words, cwd=tmp_path)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
