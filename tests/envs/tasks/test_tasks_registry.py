"""Tasks are registered by name, in any spelling, and only whole ones."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

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


PLUGIN = """
from pontine.envs.tasks import TASKS
from pontine.envs.tasks.reach import Reach
TASKS.register(type("Wave", (Reach,), {"name": "Wave"}))
"""


@pytest.mark.parametrize("first", ["pontine.envs", "pontine.envs.scene"])
def test_a_plugin_s_task_is_known_to_gymnasium_when_the_room_is_imported(tmp_path: Path, first: str) -> None:
    (tmp_path / "waving.py").write_text(PLUGIN)
    (tmp_path / "half.py").write_text(PLUGIN.replace("Wave", "Half") + "1 / 0\n")
    code = (
        f"import {first}, gymnasium\n"
        "assert 'pontine/Half-v0' not in gymnasium.registry\n"
        "print(gymnasium.make('pontine/Wave-v0').reset(seed=1)[0].shape)"
    )
    environment = {**os.environ, "PONTINE_PLUGINS": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout == "(36,)\n", done.stderr
    assert "plugin half in" in done.stderr


def test_a_plugin_with_the_name_of_another_module_is_said(tmp_path: Path) -> None:
    (tmp_path / "wave.py").write_text(PLUGIN)
    environment = {**os.environ, "PONTINE_PLUGINS": str(tmp_path)}
    command = [sys.executable, "-c", "import pontine.envs"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert re.search(r"plugin wave in .* is left out: \S*wave.py has that name already", done.stderr)
