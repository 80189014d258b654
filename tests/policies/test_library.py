"""The library's layout, and that all of it is shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from pontine.policies.library import (
    LIBRARY,
    clone_path,
    critic_beside,
    critic_path,
    find,
    is_there,
    policy_path,
    student_path,
    tasks,
)
from pontine.policies.skills.loading import policy_of, trained_tasks


def test_every_file_is_one_that_the_layout_knows() -> None:
    known = {student_path(), *(path(task) for task in tasks() for path in (policy_path, clone_path, critic_path))}
    files = [f for f in LIBRARY.rglob("*") if f.is_file() and f.suffix in (".json", ".safetensors", ".png")]
    assert {f.with_suffix("") for f in files} <= known
    assert set(tasks()) == set(trained_tasks(own=True))
    assert {critic_beside(policy_path(task)) for task in tasks()} == {critic_path(task) for task in tasks()}


def test_a_policy_is_found_by_its_task_or_by_its_path(tmp_path: Path) -> None:
    assert find("pick") == policy_path("pick") == policy_of("pick")
    assert find("student") == student_path()
    assert find(str(tmp_path / "policy")) == tmp_path / "policy"
    assert not is_there(policy_path("pick", tmp_path))
    assert tasks(tmp_path) == ()


@pytest.mark.parametrize("task", ["Unheard", "pick"])
def test_another_library_has_the_same_layout(task: str, tmp_path: Path) -> None:
    assert policy_of(task, tmp_path) == tmp_path / task / "policy"
