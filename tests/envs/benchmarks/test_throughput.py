"""The comparison of environments runs, with a stand-in for what needs a network."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pontine.envs.benchmarks import fetch_env
from pontine.envs.benchmarks.compare import compare
from pontine.envs.benchmarks.fetch_env import Fetch
from pontine.envs.errors import PontineError


@pytest.fixture
def fetch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fetch:
    """A worker that says that a step of 20 physics steps costs 2 ms, in an environment that is 'installed'."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / "installed").touch()
    worker = "import sys\nprint('20', flush=True)\nfor line in sys.stdin: print(0.002 * int(line), flush=True)"
    monkeypatch.setattr(fetch_env, "_WORKER", worker)
    return Fetch(tmp_path)


def test_the_contenders_take_turns_and_are_compared(fetch: Fetch) -> None:
    assert fetch.installed
    with fetch:
        found = compare("reach", 64, 2, fetch=fetch)
    rates = found["env_steps_per_cpu_second"]
    assert rates["fetch"] == 500
    assert found["times_the_loop"] == pytest.approx(rates["vector"] / rates["loop"], rel=0.01)
    assert found["times_fetch"] > 0
    assert found["times_fetch_by_physics_steps"] == pytest.approx(found["times_fetch"] * 8 / 20, abs=0.01)
    assert found["two_threads_against_one"] > 0
    assert "fetch" not in compare("reach", 8, 1)["env_steps_per_cpu_second"]


def test_a_worker_that_breaks_is_one_clear_line(fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch_env, "_WORKER", "raise SystemExit('no such environment')")
    with pytest.raises(PontineError, match="does not run: no such environment"), fetch:
        pass


def test_an_install_that_fails_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch_env, "REQUIREMENTS", (f"{tmp_path}/nowhere.whl",))
    said: list[str] = []
    other = Fetch(tmp_path / "home", said.append)
    with pytest.raises(PontineError, match="cannot be installed"):
        other.install()
    assert "nowhere.whl" in said[0]
    assert not other.installed
