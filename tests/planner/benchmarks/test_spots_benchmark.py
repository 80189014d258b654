"""Wishes on random tables, and what becomes of them."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from pontine.envs.scene import Scene, SceneObject, Spot
from pontine.envs.tabletop.layout import random_table
from pontine.planner.benchmarks.spots_benchmark import bench_spots, judge, summary
from pontine.planner.benchmarks.wished import FIRST_TABLE, KINDS, Wished, wished
from pontine.planner.execution.events import Execution
from pontine.planner.execution.report import Report
from pontine.planner.language.form import Form
from pontine.planner.reading import Reading
from pontine.planner.spots.places import put

CASES = [case for case, _ in wished(20, seed=5)]


def test_a_wish_depends_on_its_number_and_the_seed_alone() -> None:
    assert [case for case, _ in wished(3, seed=5, first=7)] == CASES[7:10]
    assert [case for case, _ in wished(3, seed=6)] != CASES[:3]


def test_kinds_come_equally_often_on_tables_of_their_own_and_places_are_as_said() -> None:
    assert [case.kind for case in CASES] == [*KINDS] * 2
    assert len({case.table_seed for case in CASES}) == len(CASES)
    assert min(case.table_seed for case in CASES) >= FIRST_TABLE
    for case in CASES:
        assert Form.parse(case.form)
        assert [goal[1] for goal in case.reading.subgoals] == list(case.places)
        scene = Scene(tuple(SceneObject(o.name, o.kind, o.color, o.position, size=o.size) for o in case.table))
        assert case.said(scene, case.places)


CUBE = SceneObject("cube", "cube", position=(0.2, 0.0, 0.015), size=(0.03, 0.03, 0.03))
SCENE = Scene((CUBE,))
GOAL = ("at", "cube", "spot_1")
FORM, READING = "move the cube, by 5 cm to the left", Reading("subgoals", (GOAL,), spots=(Spot("spot_1", (0.2, 0.05)),))
CASE = Wished("offset", 1, (), FORM, READING, {"moved": "left", "by": [0.03, 0.07]})


@pytest.mark.parametrize(
    ("end", "reached", "as_said"),
    [
        (put(SCENE, "cube", (0.2, 0.06)), True, True),
        (put(SCENE, "cube", (0.219, 0.05)), True, True),
        (put(SCENE, "cube", (0.2, 0.075)), False, False),
        (put(SCENE, "cube", (0.225, 0.05)), False, True),
        (replace(SCENE, holding="cube"), False, False),
        (SCENE, False, False),
    ],
)
def test_the_world_is_held_against_the_wish(end: Scene, reached: bool, as_said: bool) -> None:
    claimed = Execution(end, goal=(GOAL,), goal_reached=True)
    trial = judge(CASE, Report("x", 1, SCENE, Reading("subgoals"), 0.0, 0.0, claimed), SCENE, end)
    assert (trial.reached, trial.as_said) == (reached, as_said)
    assert math.isinf(trial.off["cube"]) == (end.holding == "cube")
    result = summary([trial], Counter(no_room=2))
    assert result["reached"]["successes"] == reached
    assert result["done_with_goal_false"] == (not reached)
    assert result["declined"] == {"no_room": 2}


def test_the_benchmark_runs_and_writes_its_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "spots.json"
    assert bench_spots(wishes=1, first=9, out=str(out)) == 0
    result = json.loads(out.read_text())
    (run,) = result["runs"]
    assert run["kind"] == "push"
    assert run["reached"]
    assert run["off"][run["things"][0]] < 0.02
    assert {o.name for o in random_table(run["seed"])} >= set(run["things"])
    assert "reached: 1 of 1" in capsys.readouterr().out
