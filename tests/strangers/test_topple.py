"""A stranger's package that declares a skill: a task, its demonstrator, a predicate, words and a trained policy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.strangers.conftest import Runner, Stranger

TABLE = {
    "objects": [
        {"name": "red_cylinder", "kind": "cylinder", "color": "red", "position": [0.22, 0.06, 0.025],
         "size": [0.032, 0.032, 0.05], "support": "table"},
        {"name": "blue_cube", "kind": "cube", "color": "blue", "position": [0.2, -0.1, 0.015],
         "size": [0.03, 0.03, 0.03], "support": "table"},
    ],
    "fixtures": [],
    "robot": {"holding": None},
}  # fmt: skip


@pytest.fixture
def pontine(stranger: Stranger, tmp_path: Path) -> Path:
    """The command in an environment with the package, and a scene in the folder where it runs."""
    (tmp_path / "scene.json").write_text(json.dumps(TABLE))
    return stranger("pontine_topple") / "pontine"


def test_it_is_listed_with_where_it_came_from(pontine: Path, run: Runner) -> None:
    for sort in ("skills", "tasks", "demonstrators", "predicates"):
        ran = run(pontine, "list", sort)
        assert ran.returncode == 0, ran.stderr
        row = next(line for line in ran.stdout.splitlines() if "topple" in line.lower())
        assert "pontine-topple" in row


def test_the_policy_that_it_ships_is_as_good_as_its_card_says(pontine: Path, run: Runner, tmp_path: Path) -> None:
    ran = run(pontine, "eval", "skill=topple", "episodes=100", "seed=40000000", "threads=1", "out=found.json")
    assert ran.returncode == 0, ran.stderr
    assert json.loads((tmp_path / "found.json").read_text())["successes"] >= 90, ran.stdout


def test_it_is_planned_and_done(pontine: Path, run: Runner, tmp_path: Path) -> None:
    planned = run(pontine, "plan", "goal=lying(red_cylinder)", "scene=scene.json", "out=plan.json")
    assert planned.returncode == 0, planned.stderr
    steps = json.loads((tmp_path / "plan.json").read_text())["plan"]["steps"]
    assert [(step["skill"], step["args"]) for step in steps] == [("topple", ["red_cylinder"])]
    done = run(pontine, "demo", "goal=lying(red_cylinder)", "scene=scene.json", "report=run.json")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "run.json").read_text())
    assert report["goal_reached"]
    (cylinder,) = (thing for thing in report["final_scene"]["objects"] if thing["name"] == "red_cylinder")
    w, x, y, z = cylinder["orientation"]
    assert abs(1 - 2 * (x * x + y * y) / (w * w + x * x + y * y + z * z)) < 0.3


SAID = {
    "topple the red cylinder, then pick up the blue cube": [["lying", "red_cylinder"], ["holding", "blue_cube"]],
    "put the blue cube to the left of the red cylinder and then knock over the red cylinder": [
        ["left_of", "blue_cube", "red_cylinder"], ["lying", "red_cylinder"],
    ],
    "could you please topple the red cylinder for me": [["lying", "red_cylinder"]],
    "推倒红色圆柱": [["lying", "red_cylinder"]],
    "先把蓝色方块拿起来再放下，然后推倒红色圆柱": [["on", "blue_cube", "table"], ["lying", "red_cylinder"]],
}  # fmt: skip


def test_it_is_put_into_words(pontine: Path, run: Runner, tmp_path: Path) -> None:
    """No language model was trained with these words: the skill declares them."""
    said = "instruction=knock over the red cylinder"
    done = run(pontine, "demo", said, "scene=scene.json", "report=run.json")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "run.json").read_text())
    assert report["reading"]["subgoals"] == [["lying", "red_cylinder"]]
    assert report["goal_reached"]
    (tmp_path / "said.jsonl").write_text(
        "".join(json.dumps({"instruction": said, "scene": TABLE}) + "\n" for said in SAID), encoding="utf-8"
    )
    planned = run(pontine, "plan", "batch=said.jsonl", "out=plans.jsonl")
    assert planned.returncode == 0, planned.stdout + planned.stderr
    answers = [json.loads(line) for line in (tmp_path / "plans.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [answer["reading"].get("subgoals") for answer in answers] == list(SAID.values())
    assert [step["skill"] for step in answers[0]["plan"]["steps"]] == ["topple", "pick"]


def test_what_would_slide_is_refused_and_said(pontine: Path, run: Runner, tmp_path: Path) -> None:
    ran = run(pontine, "demo", "goal=lying(blue_cube)", "scene=scene.json", "report=run.json")
    assert ran.returncode == 1, ran.stderr
    report = (tmp_path / "run.json").read_text()
    assert "would slide or roll, and not topple" in report


def test_how_it_is_trained_is_checked_before_anything_runs(pontine: Path, run: Runner) -> None:
    ran = run(pontine, "train", "task=topple", "algo=a2c", "run_dir=here")
    assert ran.returncode == 2
    assert "unknown algorithm 'a2c'" in ran.stderr
