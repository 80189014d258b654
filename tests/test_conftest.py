"""What the tests share is itself tried, on small files of tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

CONFTEST = Path(__file__).parent / "conftest.py"
SETTINGS = """
[pytest]
testpaths = tests
pythonpath = .
addopts = --import-mode=importlib
markers =
    realtime: alone
    slow: not quick
"""
SKIPS = {
    "test_file.py": "import pytest\npytest.skip('no reason', allow_module_level=True)\n",
    "test_one.py": "import pytest\ndef test_one(): pytest.skip('no reason')\n",
}
DRAWS = """
from hypothesis import given, strategies as st
class Emulator: ...
@given(st.lists(st.integers()))
def test_it(values):
    print("drawn", values)
"""


def run(folder: Path, sources: dict[str, str], *options: str, ci: str = "") -> str:
    """What pytest says about files of tests beside this project's `conftest.py`."""
    (folder / "tests").mkdir(exist_ok=True)
    for path in (CONFTEST, CONFTEST.with_name("wheels.py")):
        shutil.copy(path, folder / "tests")
    for name, source in sources.items():
        (folder / "tests" / name).write_text(source)
    (folder / "pytest.ini").write_text(SETTINGS)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options]
    environment = os.environ | {"CI": ci, "PYTEST_ADDOPTS": ""}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment).stdout


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "side by side"])
def test_a_skip_fails_on_ci(workers: list[str], tmp_path: Path) -> None:
    said = run(tmp_path, SKIPS, "--continue-on-collection-errors", *workers, ci="true")
    assert "test_file.py was skipped on CI" in said
    assert "test_one.py::test_one was skipped on CI" in said
    assert "1 failed" in said
    assert "1 error" in said


def test_elsewhere_a_skip_is_a_skip(tmp_path: Path) -> None:
    assert "2 skipped" in run(tmp_path, SKIPS)


def test_the_same_examples_are_drawn_every_time_unless_others_are_wanted(tmp_path: Path) -> None:
    def drawn(*options: str) -> str:
        return run(tmp_path, {"test_draws.py": DRAWS}, "-q", "-s", "-m", "realtime", *options).split("\n1 passed")[0]

    first = drawn()
    assert first.count("drawn") == 100
    assert drawn() == first
    assert drawn("--hypothesis-profile=fuzz") != drawn("--hypothesis-profile=fuzz")


def test_libraries_of_numbers_take_one_thread() -> None:
    assert torch.get_num_threads() == 1
