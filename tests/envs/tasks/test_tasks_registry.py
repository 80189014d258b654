"""Tasks are registered by name, in any spelling, and only whole ones."""

from __future__ import annotations

import pytest

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.registry import RegistryError
from pontine.envs.tasks import TASKS, Task, task
from pontine.envs.tasks.reach import Reach


def test_a_task_is_found_in_any_spelling() -> None:
    assert {type(task(name)) for name in ("PickPlace", "pick_place", "PICKPLACE")} == {TASKS["PickPlace"]}
    with pytest.raises(UnknownNameError, match=r"unknown task 'fly'; valid: Button, .*Tabletop"):
        task("fly")


def test_a_task_that_is_not_whole_is_refused() -> None:
    class Half(Task):
        name = "Half"

    with pytest.raises(PontineError, match="task 'Half' lacks judge, observation_space, observe, start"):
        TASKS.register(Half)
    with pytest.raises(PontineError, match="one word"):
        TASKS.register(type("Spaced", (Reach,), {"name": "two words"}))
    with pytest.raises(RegistryError, match="'reach' is already registered by pontine"):
        TASKS.register(type("Again", (Reach,), {"name": "reach"}))
