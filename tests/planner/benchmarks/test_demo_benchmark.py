from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from pontine.envs.predicates import Predicate, check_predicate
from pontine.planner.benchmarks.demo_benchmark import Trial, judge, summary
from pontine.planner.benchmarks.sentences import FIRST_TABLE, SHAPES, Case, cases
from pontine.planner.execution.run import perform
from pontine.planner.reading import Reading, question, subgoals
from tests.command import pontine
from tests.planner.fakes import TABLETOP, FakeRobot, FakeSkill, library, make_plan, picked

CASES = list(cases(30, seed=5))


def test_the_same_seed_gives_the_same_cases() -> None:
    assert list(cases(30, seed=5)) == CASES
    assert list(cases(30, seed=6)) != CASES
    assert list(cases(4, seed=5)) == CASES[:4]


def test_ten_shapes_come_equally_often() -> None:
    counts = [sum(c.shape == shape.name for c in CASES) for shape in SHAPES]
    assert counts == [3] * 10


def test_every_table_is_another_one_that_nothing_was_trained_on() -> None:
    seeds = [c.table_seed for s in range(3) for c in cases(20, seed=s)]
    assert len(set(seeds)) == len(seeds)
    assert min(seeds) >= FIRST_TABLE


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.instruction)
def test_an_instruction_names_exactly_one_object_each_time(case) -> None:  # type: ignore[no-untyped-def]
    names = {o.name for o in case.table}
    for goal in case.goals:
        check_predicate(goal)
        assert set(goal[1:]) <= names
    kinds = [o.kind for o in case.table]
    for word, following in itertools.pairwise(case.instruction.strip(".?").replace(",", "").split()):
        if word == "the" and following in kinds:
            assert kinds.count(following) == 1, f"'the {following}' in {case.instruction!r}"


IN_BOWL: Predicate = ("in", "red_cube", "bowl")


def trial(reading: Reading, **skills: FakeSkill) -> Trial:
    robot = FakeRobot()
    report = perform("do it", robot, lambda text, scene: reading, library(**skills), planner=make_plan)
    return judge(Case("put in", 1, (), "do it", (IN_BOWL,)), report, robot.scene())


def test_what_was_done_is_held_against_what_was_meant() -> None:
    worked = trial(subgoals(IN_BOWL))
    other = trial(subgoals(("in", "blue_cube", "bowl")))
    asked = trial(question("Which one?"))
    failed = trial(subgoals(IN_BOWL), pick=FakeSkill(picked, fails=range(9)))
    found = [worked, other, asked, failed]
    assert [t.read_right for t in found] == [True, False, False, True]
    assert [t.reached for t in found] == [True, False, False, False]
    assert [t.cause for t in found] == [None, "reading", "reading", "skill"]
    assert other.reason == "read as in(blue_cube, bowl) and not as in(red_cube, bowl)"
    result = summary(found)
    assert (result["reading_correct"]["rate"], result["goal_reached"]["rate"]) == (0.5, 0.25)
    assert (result["done_with_goal_false"], result["done_something_else"]) == (0, 1)
    assert result["causes"] == {"reading": 2, "skill": 1}


def test_a_run_that_calls_itself_done_is_checked_in_the_world() -> None:
    worked = trial(subgoals(IN_BOWL))
    lying = judge(worked.case, worked.report, TABLETOP)
    assert (lying.done_but_false, lying.reached, lying.cause) == (True, False, "perception")
    assert lying.reason == "it was seen as done, but in(red_cube, bowl) does not hold"
    result = summary([worked, lying])
    assert (result["done_with_goal_false"], result["causes"]) == (1, {"perception": 1})


def test_the_benchmark_runs_and_writes_its_result(tmp_path: Path) -> None:
    run = pontine("bench", "demo", "scenes=2", "out=bench.json", cwd=tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    result = json.loads((tmp_path / "bench.json").read_text())
    assert result["command"] == "pontine bench demo scenes=2 out=bench.json"
    assert [r["shape"] for r in result["runs"]] == ["pick up", "grab"]
    assert result["done_with_goal_false"] == 0
    assert len(result["goal_reached"]["wilson95"]) == 2
