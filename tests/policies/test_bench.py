from __future__ import annotations

from pathlib import Path

import pytest

from pontine.policies.actor import LIBRARY, load
from pontine.policies.bench import CONDITIONS, POLICIES, bench_skills, contenders, inference, markdown


def test_every_contender_plays_the_same_seeds_under_every_condition() -> None:
    rows = bench_skills(episodes=4, tasks=("pick",), threads=1)
    kinds = {c.kind for c in contenders(LIBRARY, ("pick",))}
    assert "rl" in kinds
    assert [(r["kind"], r["randomization"]) for r in rows] == [(k, p) for k in sorted(kinds) for p in CONDITIONS]
    assert {(r["seed"], r["episodes"]) for r in rows} == {(rows[0]["seed"], 4)}
    table = markdown(rows).splitlines()
    assert len(table) == 2 + len(kinds)
    assert len({line.count("|") for line in table}) == 1


def test_a_step_of_inference_is_timed_both_ways(tmp_path: Path) -> None:
    cost = inference(steps=20)
    assert cost["torch_us"] is not None
    assert cost["onnx_us"] is not None
    assert min(cost["torch_us"], cost["onnx_us"]) > 0


def test_stacks_are_measured_with_the_policy_that_places_and_kinds_can_be_chosen() -> None:
    rows = bench_skills(episodes=2, tasks=("stack",), kinds=("student",), threads=1)
    assert [(r["task"], r["kind"]) for r in rows] == [("stack", "student")] * len(CONDITIONS)


@pytest.mark.parametrize("task", POLICIES)
def test_nothing_that_was_only_cloned_passes_for_what_reinforcement_learning_made(task: str) -> None:
    algorithm = load(LIBRARY / POLICIES[task])[1]["config"].get("algo", "clone+ppo")
    kinds = [c.kind for c in contenders(LIBRARY, (task,))]
    assert ("rl" in kinds) == (algorithm != "clone")
    assert kinds.count("clone") == 1
