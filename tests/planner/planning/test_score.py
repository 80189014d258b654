"""The plan's score: what it is made of, and that it chooses between plans that would do as well."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from pontine.envs.simulated import SimulatedRobot
from pontine.envs.tabletop.layout import random_table
from pontine.planner.grounding.grounder import MAX_ALTERNATIVES, ground
from pontine.planner.grounding.naming.abilities import graspable
from pontine.planner.language.form import Form
from pontine.planner.planning.plan import make_plan
from pontine.planner.planning.score import TESTED, Judge, _look
from pontine.planner.reading import subgoals
from pontine.policies import critic as critics
from pontine.policies.skills.loading import LIBRARY, load_library


@pytest.fixture(scope="module")
def robot() -> SimulatedRobot:
    return SimulatedRobot(random_table(3, 5))


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """The shipped library without any critics."""
    shutil.copytree(LIBRARY, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("critic.*", "__*"))
    return tmp_path


def test_without_critics_it_is_the_product_of_what_was_measured(robot: SimulatedRobot, bare: Path) -> None:
    scene = robot.scene()
    skills = load_library(bare)
    thing = next(o.name for o in scene.objects if graspable(o))
    reading = ground(Form.parse(f"hold the {thing}"), scene)
    chosen, plan, score = Judge(skills, bare).choose(reading, robot, make_plan)
    rate = json.loads((bare / "pick" / "policy.json").read_text())["test"][TESTED]["success"]
    assert chosen == reading
    assert plan == make_plan(scene, reading.subgoals)
    assert score is not None
    assert [e.source for e in score.steps] == ["rate"] * len(score.steps)
    assert score.value == pytest.approx(rate ** len(score.steps))


def test_a_critic_chooses_between_things_that_would_do_as_well(robot: SimulatedRobot, bare: Path) -> None:
    judge = Judge(load_library(bare), bare)
    scene = robot.scene()
    names = [o.name for o in scene.objects if graspable(o)]
    assert len(names) > 1
    chances = {name: 0.1 + 0.15 * i for i, name in enumerate(names)}

    class Told(critics.Critic):
        def probability(self, seen: np.ndarray) -> np.ndarray:
            name = min(names, key=lambda n: float(np.abs(seen[0] - looks[n]).sum()))
            return np.array([chances[name]])

    looks = {name: _look(judge.skills["pick"], (name,), robot, scene) for name in names}  # type: ignore[arg-type]
    judge.critics["pick"] = Told()
    reading = ground(Form.parse("hold a thing"), scene)
    assert len(reading.alternatives) == min(len(names), MAX_ALTERNATIVES) - 1
    chosen, plan, score = judge.choose(reading, robot, make_plan)
    options = [goals[0][1] for goals in (reading.subgoals, *reading.alternatives)]
    assert chosen.subgoals == (("holding", max(options, key=chances.__getitem__)),)
    assert score is not None
    assert score.steps[0].source == "critic"
    assert plan is not None
    assert plan.goal == chosen.subgoals


def test_a_plan_that_needs_a_skill_without_a_policy_cannot_succeed(robot: SimulatedRobot, bare: Path) -> None:
    shutil.rmtree(bare / "pick")
    thing = next(o.name for o in robot.scene().objects if graspable(o))
    reading = subgoals(("holding", thing))
    _, _, score = Judge(load_library(bare), bare).choose(reading, robot, make_plan)
    assert score is not None
    assert score.steps[-1].source == "no policy"
    assert score.value == 0.0
