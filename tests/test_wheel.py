"""The wheel built from this tree, installed away from the tree and used from another folder.

The wheel always goes into a fresh virtual environment. On CI pip installs its declared
dependencies there too, at the versions of the lock, as it would for anybody. Elsewhere
that minute is saved: the environment borrows this one's dependencies through a .pth
line, which proves that the wheel is complete, but not that it declares all it needs.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("conf", "envs", "planner", "policies", "sim2real")
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]


def tracked() -> list[str]:
    """The tree's files as git would take them, leaving out what it ignores."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy so that the build leaves nothing in the tree."""
    copy, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    for name in tracked():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    subprocess.run([*PIP, "wheel", "--no-deps", "--no-build-isolation", "-w", out, copy], check=True)
    return next(out.glob("pontine-*.whl"))


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of a virtual environment in which the wheel was installed."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    install = [*PIP, "--python", folder / "bin" / "python", "install"]
    if os.environ.get("CI") == "true":
        subprocess.run([*install, "-c", ROOT / "requirements.lock", wheel], check=True)
        subprocess.run([*install, "--no-deps", "-r", ROOT / "requirements.nodeps.lock"], check=True)
    else:
        subprocess.run([*install, "--no-deps", "--no-index", wheel], check=True)
        packages = next(folder.glob("lib/python*/site-packages"))
        (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin"


def test_everything_that_is_not_code_is_in_the_wheel(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    for name in tracked():
        if name.startswith(ROOMS):
            assert f"pontine/{name}" in inside, f"{name} is missing from the wheel; see package-data in pyproject.toml"


def test_it_is_the_installed_copy_that_runs(environment: Path, tmp_path: Path) -> None:
    code = "import pontine.envs, pontine.conf.main as m; print(m.__file__)"
    out = subprocess.run([environment / "python", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(out.stdout.strip()).is_relative_to(environment.parent)


def test_the_demo_runs_from_another_folder(environment: Path, tmp_path: Path) -> None:
    words = ["instruction=put the red cube in the bowl", "seed=3", "report=run.json"]
    run = subprocess.run([environment / "pontine", "demo", *words], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert json.loads((tmp_path / "run.json").read_text())["goal_reached"] is True
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]
