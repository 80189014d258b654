"""The locks: every file is known by its sum, and everything that is declared is in them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements.nodeps.lock")
ADDED = "# What development adds.\n"
"""The line that the Makefile cuts a lock at, for the package alone."""


def plain(name: str) -> str:
    """A package's name as indexes write it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(text: str) -> set[str]:
    return {plain(name) for name in re.findall(r"^(\S+)==", text, re.MULTILINE)}


def declared(*extras: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    said = [*project["dependencies"], *(r for extra in extras for r in project["optional-dependencies"][extra])]
    return {plain(re.split(r"[<>=~!\[; ]", requirement)[0]) for requirement in said} - {"pontine"}


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_has_its_sums(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert lines
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        assert re.fullmatch(r"\S+==\S+ \\|    --hash=sha256:[0-9a-f]{64}( \\)?", line), line
        assert after.startswith("    --hash=") == line.endswith("\\"), line
    assert text.count(ADDED) == 1


def test_what_is_declared_is_locked_the_package_alone_first() -> None:
    core, _, added = (ROOT / "requirements.lock").read_text(encoding="utf-8").partition(ADDED)
    assert declared() - pinned(core) == set()
    assert declared("train", "sweep", "onnx", "arm", "mcp", "console", "dev") - pinned(core) - pinned(added) == set()
    assert pinned(core) & pinned(added) == set()
    nodeps = (ROOT / "requirements.nodeps.lock").read_text(encoding="utf-8")
    assert declared("looks") - declared() - pinned(nodeps) == set()


def test_the_makefile_cuts_where_that_line_is() -> None:
    assert f"ADDED := \\{ADDED}" in (ROOT / "Makefile").read_text(encoding="utf-8")
