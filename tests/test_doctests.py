"""The examples in the docstrings run, and show what they say that they show."""

from __future__ import annotations

import doctest
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest

from pontine.envs.registry import REGISTRIES

ROOT = Path(__file__).parent.parent
ROOMS = ("envs", "policies", "planner", "sim2real", "conf")
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS | doctest.REPORT_NDIFF


def module_name(path: Path) -> str:
    inside = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(["pontine", *inside]).removesuffix(".__init__")


MODULES = [
    module_name(path)
    for room in ROOMS
    for path in sorted((ROOT / room).rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


@contextmanager
def taken_back() -> Iterator[None]:
    """What is registered meanwhile is forgotten afterwards."""
    # What a registry holds is imported when it is asked for, and may bring another registry along.
    before = {sort: set(registry) for sort, registry in list(REGISTRIES.items())}
    yield
    for sort, names in before.items():
        registry = REGISTRIES[sort]
        for name in set(registry) - names:
            del registry._found[name], registry._origins[name]


@pytest.mark.parametrize("name", MODULES)
def test_its_examples_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    module = import_module(name)
    finder = doctest.DocTestFinder(exclude_empty=True)
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    said: list[str] = []
    with taken_back():
        for test in finder.find(module, name):
            runner.run(test, out=said.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(said)
    assert runner.tries > 0
