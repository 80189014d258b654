"""Every room and every part says what of it is public, and has all that it says."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("envs", "policies", "planner", "sim2real", "conf")
PACKAGES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("__init__.py"))


def label(path: Path) -> str:
    return str(path.parent.relative_to(ROOT))


def public(module: ast.Module) -> list[str] | None:
    """The names in a module's `__all__`, None if it has none."""
    for node in module.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id="__all__")], value=value)
                | ast.AnnAssign(target=ast.Name(id="__all__"), value=ast.expr() as value)
            ):
                return list(ast.literal_eval(value))
    return None


def defined(module: ast.Module) -> set[str]:
    """The names that a module's own statements give something to."""
    found: set[str] = set()
    for node in module.body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
            case ast.ImportFrom(names=names) | ast.Import(names=names):
                found |= {alias.asname or alias.name for alias in names}
            case ast.Assign(targets=targets):
                found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


@pytest.mark.parametrize("path", PACKAGES, ids=label)
def test_it_says_what_is_public_and_has_it(path: Path) -> None:
    module = ast.parse(path.read_text(encoding="utf-8"))
    names = public(module)
    assert names is not None
    assert ast.get_docstring(module)
    beside = {p.stem for p in path.parent.glob("*.py")} | {p.parent.name for p in path.parent.glob("*/__init__.py")}
    assert not [name for name in names if name not in defined(module) | beside]
    assert not [name for name in names if name.startswith("_")]


def test_a_room_is_light_until_something_of_it_is_wanted() -> None:
    heavy = ("torch", "transformers", "unified_planning", "cv2", "stable_baselines3", "pyarrow", "hydra", "serial")
    rooms = ", ".join(f"pontine.{room}" for room in ROOMS)
    script = f"import sys, {rooms}; print(*[name for name in {heavy} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
