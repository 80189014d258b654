"""A disk that is full costs a line and what was being written, and nothing that was there."""

from __future__ import annotations

import json
import resource
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from pontine.conf.main import dispatch, guarded
from pontine.envs.errors import PontineError
from pontine.envs.files import MARK
from pontine.envs.visuals.video import VideoWriter
from pontine.planner.tuning import sft
from pontine.planner.tuning.lora import TuneConfig, checkpoint
from pontine.policies import critic
from pontine.policies.training.failures import append_failures
from pontine.sim2real.data.recording import Recorder
from tests.planner.tuning.test_sft import toy as toy_model

TINY = [
    "task=reach", "algo=clone", "randomization=none", "clone.rounds=2", "clone.worlds=4", "clone.steps=4",
    "clone.updates=1", "clone.batch=8", "clone.hidden=[64,64]", "clone.validation_episodes=1", "test_episodes=1",
    "threads=1",
]  # fmt: skip


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[None]:
    """A disk of so many bytes at `folder`; where none may be mounted, no file there may have a quarter of that."""
    folder.mkdir()
    mount = shutil.which("mount")
    told = [str(mount), "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if mount and subprocess.run(told, capture_output=True, check=False).returncode == 0:
        try:
            yield
        finally:
            subprocess.run(["umount", "-l", str(folder)], check=True)
        return
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size // 4, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def check_whole(folder: Path) -> None:
    """Whatever has its own name is whole, and nothing lies about that has not."""
    for path in folder.rglob("*"):
        assert not path.name.startswith(MARK), path
        if path.suffix == ".json":
            json.loads(path.read_text())
        if path.suffix == ".safetensors":
            load_file(path)
        assert path.suffix not in (".onnx", ".mp4"), path


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> None:
    """A critic's episodes need not be played here."""

    def play(task: str, actor: Any, episodes: int, seed: int, *rest: Any) -> critic.Played:
        rng = np.random.default_rng(seed)
        return critic.Played(rng.normal(size=(episodes, critic.FEATURES)), rng.random(episodes) < 0.7)

    monkeypatch.setattr(critic, "play", play)


@pytest.fixture
def toys(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tuned here is a toy of the language model."""
    monkeypatch.setattr(sft, "trainable", toy_model)


@pytest.mark.usefixtures("played", "toys")
@pytest.mark.parametrize(
    ("words", "size"),
    [
        (["train", *TINY, "run_dir=disk/run"], 4_096),
        (["train", *TINY, "run_dir=disk/run"], 65_536),
        (["train", *TINY, "run_dir=disk/run"], 131_072),
        (["critic", "task=button", "episodes=100", "test_episodes=20", "out=disk/critic"], 16_384),
        (["export", "policy=pick", "out=disk/pick.onnx"], 65_536),
        (["distill", "tasks=[reach]", "run_dir=disk/run", "student.rounds=1", "student.worlds=2", "student.steps=3",
          "student.updates=1", "student.batch=8", "test_episodes=1", "threads=1"], 65_536),
        (["tune", "samples=8", "rank=16", "out=disk/run", "threads=1"], 4_096),
        (["tune", "samples=8", "rank=16", "out=disk/run", "threads=1"], 65_536),
        (["new", "kind", "mug", "out=disk/mug"], 8_192),
    ],
)  # fmt: skip
def test_a_verb_on_a_full_disk_ends_with_one_line(
    words: list[str], size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    with small_disk(tmp_path / "disk", size):
        status = guarded(lambda: dispatch(words))
        said = [line for line in capfd.readouterr().err.splitlines() if line.strip()]
        assert status == 2, said
        assert len(said) == 1, said
        assert "cannot write" in said[0] or "cannot make" in said[0]
        check_whole(tmp_path / "disk")


def toy() -> tuple[dict[str, torch.nn.Parameter], torch.optim.Optimizer]:
    trained = {"a": torch.nn.Parameter(torch.zeros(200, 100))}
    optimizer = torch.optim.AdamW(trained.values())
    trained["a"].sum().backward()
    optimizer.step()
    return trained, optimizer


def film(folder: Path) -> None:
    with Recorder(folder / "set", cameras={"front": (240, 320)}) as recorder, recorder.episode("look") as episode:
        for k in range(12):
            noise = np.random.default_rng(k).integers(0, 255, (240, 320, 3)).astype(np.uint8)
            episode.add(np.zeros(6), np.zeros(6), {"front": noise})


def fail(folder: Path) -> None:
    append_failures(folder / "failures.jsonl", ({"task": "pick", "seed": k} for k in range(4000)))


def video(folder: Path) -> None:
    with VideoWriter(folder / "demo.mp4") as film:
        for k in range(12):
            film.add(np.random.default_rng(k).integers(0, 255, (240, 320, 3)).astype(np.uint8))


@pytest.mark.parametrize(
    "write", [film, video, fail, lambda folder: checkpoint(TuneConfig(), folder, [[8, 0.5]], *toy())]
)
def test_a_writer_on_a_full_disk_leaves_what_was_there(write: Callable[[Path], None], tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 65_536):
        (tmp_path / "disk" / "failures.jsonl").write_text('{"task": "pick", "seed": 1}\n')
        with pytest.raises(PontineError) as error:
            write(tmp_path / "disk")
        assert "\n" not in str(error.value)
        assert (tmp_path / "disk" / "failures.jsonl").read_text() == '{"task": "pick", "seed": 1}\n'
        check_whole(tmp_path / "disk")
