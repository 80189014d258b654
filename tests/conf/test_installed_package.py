"""No verb writes into the installed package, whatever it is asked."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pontine.conf import verbs
from pontine.conf.main import dispatch
from pontine.envs import files
from pontine.envs.errors import WriteError
from pontine.policies import critic as critics
from pontine.policies.library import LIBRARY, critic_for, critic_path, policy_path

DEFAULTS = {
    f"{verb.stem}.{field.name}": field.default
    for verb in map(verbs.Verb, verbs.NAMES)
    for field in fields(verb.module().Config)
    if isinstance(field.default, str) and field.name in ("out", "run_dir", "report", "video", "failures")
}


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The current folder, with the package's files as those of an installed package."""
    monkeypatch.setattr(files, "_INSTALLED", LIBRARY.resolve().parents[1])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_where_results_go_by_default_lies_in_the_current_folder() -> None:
    assert {"train.run_dir", "distill.run_dir", "tune.out"} <= set(DEFAULTS)
    for name, default in DEFAULTS.items():
        assert not Path(default).is_absolute(), name
        assert ".." not in Path(default).parts, name


def test_nothing_is_written_into_the_package(installed: Path) -> None:
    inside = LIBRARY / "pick" / "critic.json"
    before = inside.read_bytes()
    for write in (files.write_json, files.check_writable):
        with pytest.raises(
            WriteError if write is files.write_json else Exception, match="inside the installed package"
        ):
            write(inside, "the critic")
    with pytest.raises(WriteError, match="inside the installed package"):
        files.make_folder(LIBRARY / "new")
    assert inside.read_bytes() == before


def test_a_critic_of_a_shipped_policy_goes_to_runs(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path: path.stat().st_mtime_ns for path in LIBRARY.rglob("*") if path.is_file()}

    def play(task: str, actor: Any, episodes: int, seed: int, *rest: Any) -> critics.Played:
        rng = np.random.default_rng(seed)
        return critics.Played(rng.normal(size=(episodes, critics.FEATURES)), rng.random(episodes) < 0.7)

    monkeypatch.setattr(critics, "play", play)
    assert dispatch(["critic", "task=button", "episodes=100", "test_episodes=20"]) == 0
    assert (installed / "runs/critic-button/critic.safetensors").is_file()
    assert {path: path.stat().st_mtime_ns for path in LIBRARY.rglob("*") if path.is_file()} == before


def test_a_critic_of_one_s_own_policy_goes_beside_it(tmp_path: Path) -> None:
    assert critic_for("pick", tmp_path / "policy") == tmp_path / "critic"
    for inside in (policy_path("pick"), Path("/venv/lib/python3.12/site-packages/topple/library/topple/policy")):
        assert critic_for("pick", inside) == Path("runs/critic-pick/critic") != critic_path("pick")
