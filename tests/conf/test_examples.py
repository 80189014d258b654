"""The examples that `--help` shows: all can be typed, and those of quick verbs are run."""

from __future__ import annotations

import shlex
import shutil
from dataclasses import MISSING
from importlib import import_module
from inspect import signature
from pathlib import Path

import pytest

from pontine.conf import verbs
from pontine.conf.app import groups
from pontine.conf.main import dispatch
from pontine.conf.options import bare_keys, text_keys
from pontine.conf.overrides import prepare
from pontine.planner.brain import Brain, load_brain


def examples(name: str) -> list[list[str]]:
    """The words of a verb's examples, without `pontine`."""
    shown = verbs.Verb(name).help().split("Examples:\n")[1].split("\n\n")[0].splitlines()
    return [shlex.split(line, comments=True)[1:] for line in shown if line.strip().startswith("pontine ")]


ALL = [(name, words) for name in verbs.NAMES for words in examples(name)]


@pytest.mark.parametrize(("name", "words"), ALL, ids=[shlex.join(words) for _, words in ALL])
def test_it_can_be_typed(name: str, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    words = [word for word in words if not word.startswith("plugins=")]
    verb, rest = verbs.find(words)
    assert verb.name == name
    if "-m" in rest:  # a sweep's values stand for one only when it runs
        config = verb.module().Config
        keys = config.__dataclass_fields__
        assert prepare(rest, keys, text_keys(config), groups(), bare_keys(config))[0] == "-m"
        return
    assert dispatch([*words, "--cfg", "job"]) == 0
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("words", [*examples("list"), *examples("new")], ids=shlex.join)
def test_it_works(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_skills" / "other").mkdir(parents=True)
    assert dispatch([word.replace("out=my_skills", "out=my_skills/new") for word in words]) == 0


@pytest.fixture(scope="module")
def brain() -> Brain:
    """The language model, loaded once for all."""
    return load_brain()


RUN = [
    *examples("plan"),
    *(words for words in examples("demo") if {"scene=table.json", "goal=in(red_cube, bowl)"} & {*words}),
]
"""The examples that are quick enough to be run for real beside those above; the others are composed."""


@pytest.mark.parametrize("words", RUN, ids=shlex.join)
def test_it_works_with_the_files_that_come_along(
    words: list[str], brain: Brain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in Path(str(verbs.EXAMPLES)).iterdir():
        shutil.copy(file, tmp_path)
    monkeypatch.chdir(tmp_path)
    for module in ("batch", "demo"):
        monkeypatch.setattr(f"pontine.planner.execution.{module}.load_brain", lambda *args: brain)
    assert dispatch(words) == 0


def test_the_files_that_examples_name_come_along() -> None:
    named = {word.partition("=")[2] for words in examples("plan") + examples("demo") for word in words if "=" in word}
    read = {name for name in named if name.endswith((".json", ".jsonl"))} - {"plan.json", "out.jsonl", "run.json"}
    assert read == {file.name for file in verbs.EXAMPLES.iterdir()}
    assert f"copy from {verbs.EXAMPLES}" in verbs.Verb("plan").help()


def test_the_first_readmes_own_scene_is_among_them() -> None:
    readme = (Path(__file__).parent.parent.parent / "README.md").read_text(encoding="utf-8")
    shown = readme.split("```json table.json\n")[1].split("```")[0]
    assert shown == verbs.EXAMPLES.joinpath("table.json").read_text(encoding="utf-8")


WORK = {
    "demo": ("pontine.planner.execution.demo", "demo"),
    "console": ("pontine.planner.console.serving", "console_verb"),
    "plan": ("pontine.planner.execution.batch", "plan_verb"),
    "rehearse": ("pontine.planner.rehearsal.rehearsing", "rehearse_verb"),
    "mcp": ("pontine.planner.agents.serving", "mcp_verb"),
    "tune": ("pontine.planner.tuning.tune", "tune_verb"),
}
"""The functions that verbs hand all their options to."""


@pytest.mark.parametrize("name", WORK)
def test_who_does_the_work_has_the_same_defaults(name: str) -> None:
    module, function = WORK[name]
    taken = {key: p.default for key, p in signature(getattr(import_module(module), function)).parameters.items()}
    options = {
        key: f.default if f.default_factory is MISSING else tuple(f.default_factory())
        for key, f in verbs.Verb(name).module().Config.__dataclass_fields__.items()
    }
    assert taken == options
