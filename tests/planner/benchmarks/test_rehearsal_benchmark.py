"""What rehearsals say, held against what then happens."""

from __future__ import annotations

from dataclasses import replace

from pontine.envs.simulated import SimulatedRobot
from pontine.envs.tabletop.randomization import REAL
from pontine.planner.benchmarks.rehearsal_benchmark import HARD, Outcome, Task, attempt, summary, tasks
from pontine.planner.planning.plan import make_plan
from pontine.planner.planning.score import Judge
from pontine.planner.rehearsal.choosing import Rehearser
from pontine.policies.skills.loading import load_library


def test_half_of_the_tasks_are_hard_and_all_can_be_laid_and_planned() -> None:
    found = list(tasks(8, seed=0))
    assert [task.hard for task in found] == [None, HARD[0], None, HARD[1], None, HARD[2], None, HARD[3]]
    assert list(tasks(8, seed=0)) == found
    assert len(found[1].table) == 8
    scene = SimulatedRobot(found[3].table).scene()
    bottom = found[3].goals[0][1]
    (middle,) = [thing.name for thing in scene.objects if thing.support == bottom]
    assert [thing.support for thing in scene.objects].count(middle) == 1
    # two cubes are put aside first
    assert len(make_plan(scene, found[3].goals).steps) == 6


def test_a_plan_is_rehearsed_and_carried_out() -> None:
    skills = load_library()
    outcome = attempt(next(iter(tasks(1, seed=0))), skills, Judge(skills), Rehearser(skills, REAL, copies=2), 1)
    assert outcome.copies == 2
    assert outcome.reached is outcome.without is True
    assert outcome.to_json()["goals"] == [list(goal) for goal in outcome.task.goals]


def test_what_was_said_is_held_against_what_happened() -> None:
    task = Task(1, (), (), HARD[0])
    good = Outcome(task, 0.9, 32, 0.8, 1.0, reached=True, replans=0, without=False)
    again = replace(good, probability=0.6, replans=2)
    bad = replace(good, probability=0.2, critics=0.9, reached=False)
    told = summary([good, again, bad], sure=0.7)
    assert told["reached"]["successes"] == 2
    assert told["reached_by_the_first_plan"]["successes"] == 1
    assert told["reached_without_rehearsal"]["successes"] == 0
    assert (told["stopped_that_would_have_failed"], told["stopped_that_would_have_worked"]) == (1, 1)
    assert told["rehearsal_reached"]["auroc"] == 1.0
    assert told["critics_reached"]["auroc"] == 0.0
    assert told["rehearsal_reached"]["calibration_error"] == 0.2333
