"""Sweeps at the command line: all runs finish under every launcher and end in one table."""

from __future__ import annotations

import csv
import json
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pontine.conf.main import dispatch
from pontine.conf.progress import EVERY, Watch
from pontine.conf.sweep import prepare
from pontine.policies.training import train as training
from tests.command import PONTINE, pontine

TINY = [
    "task=reach", "algo=clone", "clone.rounds=1", "clone.worlds=4", "clone.steps=2", "clone.updates=1",
    "clone.validation_episodes=1", "test_episodes=1", "randomization=none", "clone.hidden=[8]",
]  # fmt: skip


def executable(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """What launchers need, whose workers outlive a process that was forked from another."""
    return subprocess.run([PONTINE, *words], cwd=cwd, capture_output=True, text=True, timeout=600, check=False)


def sweep(
    *args: str, cwd: Path, fails: bool = False, start: Callable[..., subprocess.CompletedProcess[str]] = pontine
) -> str:
    result = start("train", "-m", *TINY, *args, cwd=cwd)
    assert result.returncode == (2 if fails else 0), result.stderr + result.stdout
    return result.stdout


@pytest.mark.parametrize(
    ("launcher", "seeds"),
    # All but the first start processes, which import all anew.
    [("basic", "0,1"), ("joblib", "0"), ("submitit_local", "0"), ("ray", "0")],
)
def test_all_runs_finish_under_every_launcher(launcher: str, seeds: str, tmp_path: Path) -> None:
    words = [f"seed={seeds}", "clone.noise=0.1,0.3", f"launcher={launcher}", "run_dir=found"]
    out = sweep(*words, cwd=tmp_path, start=executable)
    rows = json.loads((tmp_path / "found" / "sweep.json").read_text())
    swept = {(row["overrides"].get("seed", seeds), row["overrides"]["clone.noise"]) for row in rows}
    assert swept == {(seed, noise) for seed in seeds.split(",") for noise in ("0.1", "0.3")}
    assert all(row["episodes"] == 1 and 0 <= row["low"] <= row["success"] <= row["high"] <= 1 for row in rows)
    assert f"{len(swept)} runs in found" in out
    with (tmp_path / "found" / "sweep.csv").open() as file:
        table = list(csv.DictReader(file))
    assert [row["success"] for row in table] == [str(row["success"]) for row in rows]
    assert {"run", "clone.noise", "cpu_seconds"} <= set(table[0])
    one = tmp_path / "found" / str(len(swept) - 1)
    recipe = (one / "reproduce.txt").read_text()
    assert "pontine train task=reach" in recipe
    assert "clone.noise=0.3" in recipe
    assert "launcher" not in recipe
    assert (one / "curve.png").exists()


def test_optuna_looks_for_the_best_and_a_sweep_goes_on_where_it_was(tmp_path: Path) -> None:
    args = ["sweeper=optuna", "hydra.sweeper.n_trials=3", "clone.noise=interval(0.1,0.5)"]
    sweep(*args, cwd=tmp_path)
    (folder,) = (tmp_path / "runs").iterdir()
    rows = json.loads((folder / "sweep.json").read_text())
    assert len({row["overrides"]["clone.noise"] for row in rows}) == 3
    best = (folder / "optimization_results.yaml").read_text()
    assert f"best_value: {max(row['success'] for row in rows)}" in best
    stamp = (folder / "1" / "policy.json").stat().st_mtime_ns
    (folder / "2" / "policy.json").unlink()
    assert "finished" in sweep(*args, cwd=tmp_path)
    assert (folder / "1" / "policy.json").stat().st_mtime_ns == stamp
    assert (folder / "2" / "policy.json").exists()


def test_a_run_that_cannot_be_made_does_not_end_the_sweep(tmp_path: Path) -> None:
    (tmp_path / "found" / "0").mkdir(parents=True)
    (tmp_path / "found" / "0" / "config.json").write_text('{"task": "pick", "seed": 7}')
    out = sweep("seed=0,1", "run_dir=found", cwd=tmp_path, fails=True)
    assert "holds no run" in out
    rows = json.loads((tmp_path / "found" / "sweep.json").read_text())
    assert {row["run"]: "failed" in row for row in rows} == {"0": True, "1": False}


def test_whatever_happens_in_a_run_the_others_go_on_and_the_table_says_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = training.train

    def fails_once(config: training.TrainConfig, *rest: Any) -> Any:
        if config.seed == 0:
            raise ZeroDivisionError("division by zero\nand more")
        return real(config, *rest)

    monkeypatch.setattr(training, "train", fails_once)
    monkeypatch.chdir(tmp_path)
    assert dispatch(["train", "-m", *TINY, "seed=0,1", "run_dir=found"]) == 2
    rows = {row["run"]: row for row in json.loads(Path("found/sweep.json").read_text())}
    assert rows["0"]["failed"].startswith("ZeroDivisionError: division by zero (see ")
    assert "fails_once" in Path("found/0/.hydra/traceback.txt").read_text()
    assert rows["1"]["episodes"] == 1


def test_a_value_that_cannot_be_does_not_end_optunas_sweep(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["sweeper=optuna", "hydra.sweeper.n_trials=2", "clone.noise=choice(-1.0,-2.0)", "run_dir=found"]
    assert dispatch(["train", "-m", *TINY, *words]) == 2
    rows = json.loads(Path("found/sweep.json").read_text())
    assert len(rows) == 2
    assert all("must be a number of at least 0" in row["failed"] for row in rows)


def test_the_folder_follows_from_what_is_swept_not_from_how() -> None:
    _, one = prepare(["-m", "task=pick", "seed=0,1"])
    _, two = prepare(["-m", "task=pick", "seed=0,1", "launcher=ray", "hydra.launcher.ray.init.num_cpus=2"])
    _, other = prepare(["-m", "task=pick", "seed=0,1,2"])
    assert one == two != other


def test_without_a_terminal_a_line_says_now_and_then_where_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console

    now = [0.0]
    with Watch(Console(highlight=False, width=200), clock=lambda: now[0]) as watch:
        for second in range(0, 301, 5):
            now[0] = float(second)
            watch.update("ppo", 1000 + 100 * second, 61_000, {"success": 0.5, "kl": float("nan")})
    lines = capsys.readouterr().out.splitlines()
    assert 9 <= len(lines) <= 300 / EVERY + 1
    assert lines[0] == "ppo: 4,000 of 61,000 steps, 100 a second, 9:30 min left  success 50.0%"


def test_a_verb_that_leaves_nothing_leaves_nothing_where_others_could_plant_a_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shared, mine = tmp_path / "shared", tmp_path / "mine.yaml"
    (shared / "pontine").mkdir(parents=True)
    mine.write_text("precious")
    (shared / "pontine" / "multirun.yaml").symlink_to(mine)
    monkeypatch.setenv("TMPDIR", str(shared))
    monkeypatch.setattr(tempfile, "tempdir", None)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert dispatch(["list", "kinds", "-m", "json=true,false"]) == 0
    assert "cube" in capsys.readouterr().out
    assert mine.read_text() == "precious"
    assert [path.name for path in shared.iterdir()] == ["pontine"]
    assert list((tmp_path / "here").iterdir()) == []
