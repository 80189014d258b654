"""Learning curves of several runs side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pontine.conf.curves import Config, run
from pontine.envs.errors import PontineError
from pontine.envs.files import write_json
from pontine.policies.training.curve import compare, seconds_to


def curve(*points: tuple[float, float]) -> list[dict[str, Any]]:
    """Validations of 100 episodes from (CPU-seconds, success)."""
    return [
        {"stage": "clone", "iteration": i, "env_steps": 1000 * i, "cpu_seconds": seconds, "episodes": 100,
         "successes": round(100 * success), "success": success}
        for i, (seconds, success) in enumerate(points, 1)
    ]  # fmt: skip


def folder(path: Path, algo: str, points: list[dict[str, Any]]) -> str:
    path.mkdir()
    write_json(path / "config.json", {"algo": algo, "seed": 0})
    write_json(path / "curve.json", points)
    return str(path)


FAST, SLOW = curve((10, 0.5), (20, 0.96), (30, 0.94)), curve((100, 0.02), (200, 0.6), (400, 0.4))


def test_a_run_that_never_got_there_took_more_than_all_it_had() -> None:
    assert (seconds_to(FAST, 0.95), seconds_to(SLOW, 0.95)) == (20, None)
    row = compare(FAST, SLOW, 0.95)
    assert (row["times"], row["at_least"], row["best"], row["times_at_best"]) == (20.0, True, 0.6, 10.0)
    assert compare(FAST, SLOW, 0.5) == {**row, "to_success": 200, "times": 20.0, "at_least": False}
    assert compare(SLOW, FAST, 0.95)["times"] is None


def test_curves_become_a_picture_and_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = [folder(tmp_path / "a", "clone", FAST), folder(tmp_path / "b", "sac", SLOW)]
    assert run(Config(runs=runs, out=str(tmp_path / "c.png"))) == 0
    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")
    said = capsys.readouterr().out
    assert "> 20.0" in said
    assert "never" in said


@pytest.mark.parametrize("made", ["nothing", "no config", "no validation"])
def test_a_folder_without_a_curve_is_one_clear_line(made: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    if made != "nothing":
        folder(path, "clone", [] if made == "no validation" else FAST)
    if made == "no config":
        (path / "config.json").write_text("{")
    with pytest.raises(PontineError, match="is not JSON" if made == "no config" else "validation"):
        run(Config(runs=[str(path)], out=str(tmp_path / "c.png")))
    assert not (tmp_path / "c.png").exists()
