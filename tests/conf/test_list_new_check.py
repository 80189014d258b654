"""`pontine list`, `pontine new` and `pontine check`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pontine.conf import list as list_verb
from pontine.conf import new
from pontine.conf.main import dispatch
from pontine.conf.registries import of_sort, plural, registries, summary
from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.registry import OWN, REGISTRIES


@pytest.fixture(autouse=True)
def _forget_what_the_test_declared() -> Iterator[None]:
    yield
    for registry in REGISTRIES.values():
        for origin in {registry.origin(name) for name in registry} - {OWN}:
            registry._forget(origin)


def test_every_registry_is_known() -> None:
    """Importing everything makes none that the list does not have."""
    code = (
        "import importlib, pkgutil\n"
        "from pontine.conf.registries import registries\n"
        "before = set(registries())\n"
        "for room in ('envs', 'policies', 'planner', 'sim2real'):\n"
        "    package = importlib.import_module('pontine.' + room)\n"
        "    for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "        importlib.import_module(module.name)\n"
        "print(sorted(set(registries()) - before))\n"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"


def test_alone_it_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == sorted(plural(sort) for sort in registries())
    (tasks,) = [line for line in lines if line.startswith("tasks ")]
    assert f" {len(registries()['task'])} " in tasks


@pytest.mark.parametrize("sort", sorted(registries()))
def test_each_has_a_line_with_its_origin(sort: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["list", plural(sort)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines] == list(registries()[sort])
    assert all(f" {registries()[sort].origin(line.split('  ')[0])}" in line for line in lines)


@pytest.mark.parametrize(
    ("sort", "name"), [(sort, name) for sort, registry in registries().items() for name in registry]
)
def test_what_comes_with_pontine_says_what_it_is(sort: str, name: str) -> None:
    if registries()[sort].origin(name) == OWN:
        assert len(summary(registries()[sort][name])) > 3


def test_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["list", "kind", "json=true"]) == 0
    rows = json.loads(capsys.readouterr().out)["kinds"]
    assert {"name": "bowl", "origin": "pontine", "summary": "bowl; 碗"} in rows


def test_an_unknown_sort(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'kinds'"):
        dispatch(["list", "kinds_"])
    assert of_sort("Kinds") is of_sort("kind")
    assert list_verb.Config().what is None


@pytest.mark.parametrize("sort", new.SORTS)
def test_a_new_package_passes_from_the_first_minute(sort: str, tmp_path: Path) -> None:
    name = f"made_by_a_test_{sort}"
    folder = tmp_path / "made"
    assert dispatch(["new", sort, name, f"out={folder}", "zh=新的"]) == 0
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout
    assert "2 passed" in ran.stdout or "3 passed" in ran.stdout


def test_check_shows_each_contract_and_fails_where_one_is_broken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "made"
    assert dispatch(["new", "kind", "half_done", f"out={folder}", "zh=新的"]) == 0
    module = folder / "pontine_half_done" / "__init__.py"
    module.write_text(module.read_text().replace('"zh": ("新的",)', ""))
    (folder / "not_even_python.py").write_text("raise RuntimeError('not yet')\n")
    capsys.readouterr()
    assert dispatch(["check", str(folder)]) == 1
    out = capsys.readouterr().out
    assert "ok      kind half_done has a footprint" in out
    assert "broken  kind half_done has words in each language: it has no words in Chinese" in out
    assert "RuntimeError: not yet" in out
    assert "2 kept, 2 broken" in out
    # what is listed beside Pontine's own says where it is from
    assert dispatch(["list", "kinds", f"plugins={folder}"]) == 0
    assert f"pontine_half_done in {folder}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["new"], "unknown sort to make ''; valid: kind, skill, task"),
        (["new", "robot", "x"], "unknown sort to make 'robot'"),
        (["new", "kind"], "the name is missing"),
        (["new", "kind", "My Mug"], "small letters"),
        (["new", "kind", "class"], "no word of Python"),
        (["new", "kind", "a__b"], "small letters"),
        (["new", "kind", "bowl"], "there is a kind 'bowl' already, of pontine"),
        (["new", "task", "pick_place"], "there is a task 'pick_place' already, of pontine"),
        (["new", "kind", "mug", 'en="'], "must be a word"),
        (["new", "kind", "mug", "out=."], "is there already"),
        (["new", "kind", "mug", "out=no/where"], "there is no folder"),
        (["new", "kind", "mug", "more"], "'more' is not KEY=VALUE"),
        (["check"], "package= is missing"),
        (["check", "nothing-of-that-name"], "unknown package that registers something 'nothing-of-that-name'"),
    ],
)
def test_bad_input(words: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PontineError) as caught:
        dispatch(words)
    assert says in str(caught.value)
    assert list(tmp_path.iterdir()) == []
