"""The wheel built from this tree, installed away from the tree and used from another folder."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from tests.wheels import run_away, tracked

ROOMS = ("conf", "envs", "planner", "policies", "sim2real")


def test_everything_that_is_not_code_is_in_the_wheel(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    for name in tracked():
        if name.startswith(ROOMS):
            assert f"pontine/{name}" in inside, f"{name} is missing from the wheel; see package-data in pyproject.toml"


def test_it_is_the_installed_copy_that_runs(environment: Path, tmp_path: Path) -> None:
    code = "import pontine.envs, pontine.conf.main as m; print(m.__file__)"
    out = run_away(tmp_path, environment / "python", "-c", code)
    assert Path(out.stdout.strip()).is_relative_to(environment.parent)


def test_the_demo_runs_from_another_folder(environment: Path, tmp_path: Path) -> None:
    words = ["instruction=put the red cube in the bowl", "seed=3", "report=run.json"]
    run = run_away(tmp_path, environment / "pontine", "demo", *words)
    assert run.returncode == 0, run.stdout + run.stderr
    assert json.loads((tmp_path / "run.json").read_text())["goal_reached"] is True
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]
