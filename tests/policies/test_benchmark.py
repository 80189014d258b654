from __future__ import annotations

import shutil
from pathlib import Path

from pontine.policies.benchmark import CONDITIONS, KINDS, POLICIES, bench_skills, contenders, inference, markdown
from pontine.policies.library import LIBRARY, clone_path, policy_path


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


def test_every_skill_ships_with_its_clone_and_in_the_student() -> None:
    for task in POLICIES:
        assert [c.kind for c in contenders(LIBRARY, (task,))] == list(KINDS), task


def test_what_was_only_cloned_does_not_pass_for_what_reinforcement_learning_made(tmp_path: Path) -> None:
    (tmp_path / "place").mkdir()
    for suffix in (".json", ".safetensors"):
        shutil.copy(f"{clone_path('place')}{suffix}", f"{policy_path('place', tmp_path)}{suffix}")
    assert [c.kind for c in contenders(tmp_path, ("place",))] == ["clone"]
