"""The registry: names, origins, and plugins that fail without taking the others along."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.registry import REGISTRIES, Registry, RegistryError


class Thing:
    def __init__(self, name: str) -> None:
        self.name = name


@pytest.fixture
def things() -> Registry[Thing]:
    return Registry("thing of a test", key=lambda name: name.lower().replace("_", ""))


def test_it_is_a_mapping_by_name_in_the_order_of_registration(things: Registry[Thing]) -> None:
    one, two = things.register(Thing("TwoWords")), things.register(Thing("another"))
    assert list(things.items()) == [("TwoWords", one), ("another", two)]
    assert things["two_words"] is one
    assert "TWOWORDS" in things
    assert things.get("nothing") is None
    assert things.origin("another") == "pontine"
    assert things.own() == (one, two)


def test_an_unknown_name_is_answered_with_the_valid_ones(things: Registry[Thing]) -> None:
    things.register(Thing("cup"))
    with pytest.raises(UnknownNameError, match=r"^unknown thing of a test 'cap' \(did you mean 'cup'\?\); valid: cup$"):
        things["cap"]


def test_a_name_is_taken_once(things: Registry[Thing]) -> None:
    things.register(Thing("cup"))
    with pytest.raises(RegistryError, match="'CUP' is already registered by pontine"):
        things.register(Thing("CUP"))


def test_what_cannot_be_is_refused(things: Registry[Thing]) -> None:
    def check(thing: Thing) -> None:
        raise PontineError(f"{thing.name} cannot be")

    checked = Registry("checked thing of a test", check=check)
    with pytest.raises(PontineError, match="cup cannot be"):
        checked.register(Thing("cup"))
    assert not checked


PLUGINS = {
    "good.py": "from shared import THINGS, Thing\nTHINGS.register(Thing('good'))\n",
    "raises.py": "from shared import THINGS, Thing\nTHINGS.register(Thing('half'))\n1 / 0\n",
    "twice.py": "from shared import THINGS, Thing\nTHINGS.register(Thing('own'))\n",
    "reads/__init__.py": "from shared import THINGS, Thing\nassert 'own' in THINGS\nTHINGS.register(Thing('reads'))\n",
}


def test_plugins_that_fail_are_left_out_whole_and_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "shared.py").write_text(
        "from pontine.envs.registry import Registry\n"
        "class Thing:\n    def __init__(self, name): self.name = name\n"
        "THINGS = Registry('thing', modules=['own_things'])\n"
    )
    (tmp_path / "own_things.py").write_text("from shared import THINGS, Thing\nTHINGS.register(Thing('own'))\n")
    folder = tmp_path / "plugins"
    for name, text in PLUGINS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    code = "import pontine.envs\nfrom shared import THINGS\nfor name in THINGS: print(name, '<-', THINGS.origin(name))"
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    env = os.environ | {"PYTHONPATH": path, "PONTINE_PLUGINS": f"{folder}{os.pathsep}{tmp_path}/nowhere"}
    run = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == [
        "own <- pontine",
        f"good <- good in {folder}",
        f"reads <- reads in {folder}",
    ]
    said = [line for line in run.stderr.splitlines() if "PluginWarning" in line]
    assert len(said) == 3
    assert f"plugin raises in {folder} is left out: ZeroDivisionError: division by zero" in said[0]
    assert f"plugin twice in {folder} is left out: thing 'own' is already registered by pontine" in said[1]
    assert "there is no folder" in said[2]


def test_what_a_plugin_is_the_first_to_import_of_ours_stays_ours(tmp_path: Path) -> None:
    (tmp_path / "first.py").write_text("import pontine.policies.demonstrators.rules\n1 / 0\n")
    code = (
        "from pontine.envs.registry import Registry\n"
        "from pontine.policies.demonstrators.demonstrator import DEMONSTRATORS\n"
        "assert not list(Registry('other'))\n"
        "print(DEMONSTRATORS.origin('pick'))"
    )
    env = os.environ | {"PONTINE_PLUGINS": str(tmp_path)}
    run = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["pontine"]
    assert "plugin first" in run.stderr


def test_every_registry_is_found_by_its_sort(things: Registry[Thing]) -> None:
    assert REGISTRIES[things.sort] is things


@pytest.mark.parametrize("first", ["pontine.envs.registry", "pontine.envs.scene", "pontine.envs.gym"])
def test_a_plugin_that_is_the_first_to_import_what_is_our_own_takes_nothing_of_it_along(
    tmp_path: Path, first: str
) -> None:
    (tmp_path / "greedy.py").write_text(
        "from pontine.envs.predicates import PREDICATES, PredicateKind\n"
        "from pontine.envs.tabletop.fixtures import DRAWER\n"
        "PREDICATES.register(PredicateKind('lost', ('object',), lambda scene, a: True))\n1 / 0\n"
    )
    code = (
        f"import {first}\nfrom pontine.envs.registry import REGISTRIES, load_plugins\nload_plugins()\n"
        "from pontine.envs.predicates import PREDICATES\nfrom pontine.envs.declarations.fixture_kind import FIXTURES\n"
        "assert 'on' in PREDICATES and 'open' in PREDICATES and 'lost' not in PREDICATES\n"
        "origins = {r.origin(name) for r in (PREDICATES, FIXTURES) for name in r}\n"
        "assert origins == {'pontine'}, origins"
    )
    environment = {**os.environ, "PONTINE_PLUGINS": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "plugin greedy in" in done.stderr


def test_a_plugin_that_is_imported_by_its_name_first_is_not_taken_for_ours(tmp_path: Path) -> None:
    (tmp_path / "early.py").write_text(
        "from pontine.envs.tasks import TASKS\nfrom pontine.envs.tasks.reach import Reach\n"
        "TASKS.register(type('Early', (Reach,), {'name': 'Early'}))\n"
    )
    code = (
        "import early\nfrom pontine.envs.tasks import TASKS\n"
        "print(TASKS.origin('Early'), early in TASKS.own(), len(TASKS) - len(TASKS.own()))"
    )
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path, "PONTINE_PLUGINS": str(tmp_path)}
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], env=environment, capture_output=True, text=True)
    assert done.stdout == "early False 1\n", done.stderr
