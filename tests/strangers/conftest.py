"""Packages of strangers, installed from their wheels beside Pontine's."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.command import pontine
from tests.wheels import build_wheel, new_environment, run_away

STRANGERS = Path(__file__).parent

Stranger = Callable[[str], Path]
"""From the name of a package in this folder to the `bin` of an environment that holds it and Pontine."""


@pytest.fixture(scope="session")
def stranger(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Stranger:
    """Installs a package of this folder; each has an environment of its own, made once."""

    @cache
    def install(name: str) -> Path:
        built = build_wheel(STRANGERS / name, tmp_path_factory.mktemp(name))
        return new_environment(tmp_path_factory.mktemp(f"{name}_environment"), wheel, built)

    return install


Runner = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Runner:
    """Runs a command of an environment in an empty folder and gives back what it printed.

    `pontine` is forked from a process that has imported what the environment borrows, and nothing of what is in it.
    """

    def run(command: Path, *words: str) -> subprocess.CompletedProcess[str]:
        if command.name == "pontine":
            (packages,) = command.parent.parent.glob("lib/python*/site-packages")
            return pontine(*words, cwd=tmp_path, packages=packages)
        return run_away(tmp_path, command, *words)

    return run
