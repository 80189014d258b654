"""`pontine demo` as a person runs it: the real executable, brain, planner, skills and physics."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import av
import pytest

from pontine.envs.predicates import holds
from pontine.envs.scene import Scene
from tests.command import PONTINE, pontine

INSTRUCTION = "instruction=put the red cube in the bowl"
TABLE = {
    "objects": [
        {"name": "red_cube", "kind": "cube", "color": "red", "position": [0.22, 0.06, 0.0]},
        {"name": "blue_cube", "kind": "cube", "color": "blue", "position": [0.24, -0.02, 0.0]},
        {"name": "bowl", "kind": "bowl", "color": "white", "position": [0.2, -0.14, 0.0], "container": True},
    ]
}


def demo(cwd: Path, *words: str, typed: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run it without a terminal; `typed` is what comes on its input."""
    return pontine("demo", *words, cwd=cwd, typed=typed or "")


def without_seconds(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_seconds(v) for key, v in value.items() if key != "seconds"}
    return [without_seconds(v) for v in value] if isinstance(value, list) else value


def test_the_main_job_twice_gives_the_same_report_but_for_times(tmp_path: Path) -> None:
    reports = []
    for name in ("first.json", "second.json"):
        result = demo(tmp_path, INSTRUCTION, "seed=3", f"report={name}")
        assert result.returncode == 0, result.stdout + result.stderr
        assert "goal reached" in result.stdout
        reports.append(json.loads((tmp_path / name).read_text()))
    first, second = reports
    assert first["goal_reached"] is True
    final = Scene.from_json(first["final_scene"])
    assert first["goal"]
    assert all(holds(final, goal) for goal in first["goal"])
    assert without_seconds(first) == without_seconds(second)


def test_exactly_the_table_of_a_scene_file_is_laid_and_filmed(tmp_path: Path) -> None:
    (tmp_path / "table.json").write_text(json.dumps(TABLE))
    words = ["scene=table.json", "report=run.json", "video=run.mp4"]
    result = demo(tmp_path, "instruction=put the blue cube in the bowl", *words)
    assert result.returncode == 0, result.stdout + result.stderr
    report = json.loads((tmp_path / "run.json").read_text())
    laid = Scene.from_json(report["scene"])
    assert [o.name for o in laid.objects] == [o["name"] for o in TABLE["objects"]]
    for thing, given in zip(laid.objects, TABLE["objects"], strict=True):
        assert thing.position is not None
        assert thing.position[:2] == pytest.approx(given["position"][:2], abs=2e-3)
    assert Scene.from_json(report["final_scene"]).object("blue_cube").support == "bowl"
    with av.open(tmp_path / "run.mp4") as film:
        frames = sum(1 for _ in film.decode(video=0))
    assert frames >= sum(step["control_steps"] for step in report["steps"])
    assert {path.name for path in tmp_path.iterdir()} == {"table.json", "run.json", "run.mp4"}


def test_what_is_not_there_is_asked_about_or_declined(tmp_path: Path) -> None:
    result = demo(tmp_path, "instruction=put the teapot in the bowl", "seed=3", "report=run.json")
    assert result.returncode == 1, result.stdout + result.stderr
    report = json.loads((tmp_path / "run.json").read_text())
    assert report["reading"]["kind"] in ("question", "refusal")
    assert report["steps"] == []
    assert report["cause"] in ("grounding", "reading")


def test_instructions_come_from_the_terminal_until_the_person_leaves(tmp_path: Path) -> None:
    """The world stays between instructions, and a question's answer is used."""
    (tmp_path / "table.json").write_text(json.dumps(TABLE))
    typed = "\nput the red cube in the bowl\nput the blue cube in the bowl\nquit\nnot read any more\n"
    result = demo(tmp_path, "scene=table.json", "report=run.json", typed=typed)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.count("goal reached") == 2
    assert json.loads((tmp_path / "run.json").read_text())["goal_reached"] is True
    last = Scene.from_json(json.loads((tmp_path / "run-2.json").read_text())["final_scene"])
    assert last.object("red_cube").support != "table"


def test_a_question_is_answered_in_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "table.json").write_text(json.dumps(TABLE))
    typed = "put the cube in the bowl\nthe blue one\n"
    result = demo(tmp_path, "scene=table.json", "report=run.json", typed=typed)
    assert result.returncode == 0, result.stdout + result.stderr
    final = Scene.from_json(json.loads((tmp_path / "run.json").read_text())["final_scene"])
    assert holds(final, ("in", "blue_cube", "bowl"))
    assert not holds(final, ("in", "red_cube", "bowl"))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["scene=nowhere.json"], "cannot read scene 'nowhere.json'"),
        (["scene=text.json"], "is not JSON"),
        (["scene=twice.json"], "names 'a' twice"),
        (["scene=kettle.json"], "unknown kind 'kettle'"),
        (["report=nowhere/run.json"], "there is no folder 'nowhere'"),
        (["video=nowhere/run.mp4"], "there is no folder 'nowhere'"),
        (["scene=kettle.json", "objects=3"], "objects="),
        (["library=nowhere"], "nowhere"),
        (["adapter=nowhere"], "nowhere"),
    ],
)
def test_bad_input_is_one_clear_line(words: list[str], says: str, tmp_path: Path) -> None:
    (tmp_path / "text.json").write_text("a table")
    twice = [{"name": "a", "kind": "cube", "position": [0.2, y, 0.0]} for y in (-0.1, 0.1)]
    (tmp_path / "twice.json").write_text(json.dumps({"objects": twice}))
    kettle = {"name": "a", "kind": "kettle", "position": [0.2, 0.0, 0.0]}
    (tmp_path / "kettle.json").write_text(json.dumps({"objects": [kettle]}))
    result = demo(tmp_path, INSTRUCTION, *words)
    assert result.returncode == 2, result.stdout + result.stderr
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("pontine: ")
    assert says in lines[0]


def test_ctrl_c_stops_it_and_leaves_a_whole_film(tmp_path: Path) -> None:
    run = subprocess.Popen(
        [PONTINE, "demo", "seed=3", "video=run.mp4"], cwd=tmp_path,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert run.stdout is not None
    while "Say what to do" not in run.stdout.readline():
        assert run.poll() is None
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 130
    assert errors == "pontine: stopped\n"
    with av.open(tmp_path / "run.mp4") as film:
        assert sum(1 for _ in film.decode(video=0)) >= 1
