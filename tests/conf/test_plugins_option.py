"""`plugins=`, the option of every verb, and the lines about plugins that are left out."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

import pytest

from pontine.conf import plugins, verbs
from pontine.conf.main import dispatch, main
from pontine.conf.overrides import prepare
from pontine.envs import registry
from pontine.envs.errors import PontineError, UnknownNameError
from pontine.policies import provenance


def test_the_words_are_taken_off_wherever_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    monkeypatch.chdir(tmp_path)
    rest, folders = plugins.take(["train", f"plugins=a{os.pathsep}b", "task=pick", "-m", "plugins=null"])
    assert rest == ["train", "task=pick", "-m"]
    assert folders == [str(tmp_path / "a"), str(tmp_path / "b")]


@pytest.mark.parametrize("value", ["nowhere", "", f"{os.sep}{os.pathsep}nowhere"])
def test_a_folder_that_is_not_there_is_one_line(value: str, capsys: pytest.CaptureFixture[str],
                                                monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(sys, "argv", ["pontine", "plan", f"plugins={value}"])
    assert main() == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("pontine: plugins=: there is no folder ")


def test_it_holds_within_and_not_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(registry.FOLDERS, "/mine")
    with plugins.offered([str(tmp_path), "/mine"]):
        assert os.environ[registry.FOLDERS] == f"/mine{os.pathsep}{tmp_path}"
    assert os.environ[registry.FOLDERS] == "/mine"
    monkeypatch.delenv(registry.FOLDERS)
    with plugins.offered([str(tmp_path)]):
        assert os.environ[registry.FOLDERS] == str(tmp_path)
    assert registry.FOLDERS not in os.environ


def test_a_plugin_that_is_left_out_is_one_line_and_the_verb_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "left_out_of_the_command_line.py").write_text("raise ValueError('no\\nway')\n")
    with pytest.raises(PontineError, match="needs instruction= "):
        dispatch(["plan", f"plugins={tmp_path}"])
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("pontine: plugin left_out_of_the_command_line in ")
    assert line.endswith(" is left out: ValueError: no way")


def test_other_warnings_are_shown_as_ever(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.warns(UserWarning, match="something else"), plugins.offered([]):
        warnings.warn("something else", UserWarning, stacklevel=1)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", verbs.NAMES)
def test_every_verb_shows_it(name: str) -> None:
    assert "\n  plugins: null\n" in verbs.Verb(name).help()


def test_a_near_miss_is_told_of_it() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'plugins'"):
        prepare(["plugin=here"], ["seed"], [])


def test_what_results_name_is_what_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/bin/pontine", "eval", "out=my file"])
    assert provenance.command() == "pontine eval 'out=my file'"
    with provenance.made_by(["pontine", "train", "seed=1"]):
        assert provenance.command() == "pontine train seed=1"
    assert provenance.command() == "pontine eval 'out=my file'"


def test_runs_that_a_launcher_makes_elsewhere_load_them_too(tmp_path: Path) -> None:
    note = "import os, pathlib\npathlib.Path(__file__).with_suffix(f'.{os.getpid()}').touch()\n"
    (tmp_path / "noting_who_loads_it.py").write_text(note)
    words = ["-m", "task=reach", "algo=clone", "clone.rounds=1", "clone.worlds=2", "clone.steps=1", "clone.updates=1",
             "clone.validation_episodes=1", "test_episodes=1", "randomization=none", "clone.hidden=[8]"]  # fmt: skip
    folder = tmp_path / "sweep"
    assert dispatch(["train", *words, "launcher=joblib", f"plugins={tmp_path}", f"run_dir={folder}"]) == 0
    pids = {path.suffix for path in tmp_path.glob("noting_who_loads_it.*")} - {".py"}
    assert pids - {f".{os.getpid()}"}, "only this process has loaded it"
    assert f"pontine train plugins={tmp_path} task=reach" in (folder / "0" / "reproduce.txt").read_text()


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["--version"]) == 0
    assert capsys.readouterr().out.startswith(f"pontine {provenance.metadata.version('pontine')} (Python ")
