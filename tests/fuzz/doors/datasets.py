"""Datasets of episodes, whoever recorded them: read, replayed from, and added to."""

from __future__ import annotations

import random
import shutil
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from pontine.envs.errors import PontineError
from pontine.envs.io import json_text
from pontine.sim2real.data.dataset import Dataset
from pontine.sim2real.data.recording import Recorder
from tests.fuzz.frame import LostError, door
from tests.fuzz.mutations import mutated_text, rotten


@cache
def recorded() -> dict[str, bytes]:
    """The files of a dataset of three episodes."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "set"
        with Recorder(root) as recorder:
            for k in range(3):
                with recorder.episode("stay") as episode:
                    for _ in range(4 + k):
                        episode.add(np.zeros(6), np.full(6, 0.1))
        files = [path for path in root.rglob("*") if path.is_file()]
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def hostile(rng: random.Random) -> dict[str, bytes]:
    """The files, of which one is gone or says something else."""
    files = dict(recorded())
    name = rng.choice([*sorted(files), "meta/info.json", "meta/info.json"])
    if rng.random() < 0.15:
        del files[name]
    elif name.endswith(".json") and rng.random() < 0.8:
        files[name] = mutated_text(json_text.parse(files[name]), rng)
    else:
        files[name] = rotten(files[name], rng)
    if rng.random() < 0.2:
        files[".recording/front.mp4"] = b"half a film"
    return files


@door("datasets", hostile)
def open_dataset(files: dict[str, bytes], folder: Path) -> None:
    """Every episode read; then one recorded on top of them, and no byte of a frame lost by that."""
    root = folder / "set"
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    refused = []
    try:
        found = Dataset(root)
        for index in range(len(found)):
            episode = found.episode(index)
            assert np.isfinite(episode.state).all()
    except PontineError as error:
        refused.append(error)
    try:
        with Recorder(root) as recorder, recorder.episode("go") as more:
            more.add(np.zeros(6), np.zeros(6))
    except PontineError as error:
        refused.append(error)
    there = sorted(path.read_bytes() for path in root.rglob("file-*.parquet"))
    lost = [name for name, data in files.items() if name.startswith("data/") and data not in there]
    shutil.rmtree(root)
    if lost:
        raise LostError(f"{lost} are gone")
    if refused:
        raise refused[0]
