"""`pontine watch` and `eval video=`: what is shown is what is measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from pontine.conf import watch
from pontine.conf.main import dispatch
from pontine.envs.errors import PontineError
from pontine.envs.visuals import window
from pontine.policies.actor import load
from pontine.policies.evaluate import acting, run_episodes
from pontine.policies.library import policy_path
from pontine.policies.watching import Ended, one_world, play


def frames(path: Path) -> int:
    with av.open(str(path)) as film:
        return sum(1 for _ in film.decode(video=0))


def test_what_is_played_is_what_is_measured() -> None:
    act = acting(load(policy_path("reach"))[0])
    ends = [end for end in play(one_world("reach"), act, 4, 7) if end is not None]
    found = run_episodes("reach", act, 4, 7, threads=1)
    assert ends == [Ended(7 + i, bool(found.success[i]), int(found.steps[i])) for i in range(4)]


def test_without_a_screen_it_is_a_video(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.chdir(tmp_path)
    assert dispatch(["watch", "skill=reach", "episodes=1"]) == 0
    first, *ends = capsys.readouterr().out.splitlines()
    assert first.endswith("in the video reach.mp4 (there is no screen for a window)")
    assert all("success after" in end for end in ends)
    steps = sum(int(end.split(" after ")[1].split()[0]) for end in ends)
    assert frames(tmp_path / "reach.mp4") == steps + len(ends)


def test_on_a_screen_it_is_a_window(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    import mujoco.viewer

    poses: list[Any] = []

    class Viewer:
        closed = False

        def __init__(self, model: Any, data: Any, **options: bool) -> None:
            self.data = data

        def is_running(self) -> bool:
            return len(poses) < 30

        def lock(self) -> Any:
            import contextlib

            return contextlib.nullcontext()

        def sync(self) -> None:
            poses.append(self.data.qpos.copy())

        def close(self) -> None:
            Viewer.closed = True

    monkeypatch.setenv("DISPLAY", ":7")
    monkeypatch.setattr(mujoco.viewer, "launch_passive", Viewer)
    monkeypatch.setattr(window, "CONTROL_SECONDS", 0.0)
    assert dispatch(["watch", "task=reach", "policy=demonstrator"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "the demonstrator of Reach in a window"
    assert Viewer.closed
    assert len(poses) == 30
    assert np.abs(poses[-1] - poses[0]).max() > 0.05


def test_eval_writes_a_video_of_the_first_episodes(tmp_path: Path) -> None:
    path = tmp_path / "reach.mp4"
    assert dispatch(["eval", "skill=reach", "episodes=3", "video_episodes=1", f"video={path}"]) == 0
    assert 5 < frames(path) < 80


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "task= or skill= is missing"),
        (["task=fly"], "unknown task 'fly'"),
        (["skill=fly"], "unknown skill 'fly'"),
        (["task=tabletop"], "Tabletop has neither a policy nor a demonstrator"),
        (["task=reach", "policy=nowhere"], "no policy file"),
        (["skill=pick", "task=reach"], "is not for Reach: it takes"),
        (["task=reach", "episodes=0"], "episodes=0 must be at least 1"),
        (["task=reach", "video=film.gif"], "must end in .mp4"),
    ],
)
def test_bad_input(words: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(PontineError) as caught:
        dispatch(["watch", *words])
    assert says in str(caught.value)
    assert watch.DEMONSTRATOR == "demonstrator"
