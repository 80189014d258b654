"""Folders of runs, curves and failures: what `train`, `curves` and `starts=` find there."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from pontine.conf import curves, train
from pontine.envs.errors import PontineError
from pontine.envs.tasks import task
from pontine.policies.claim import claim
from pontine.policies.training.failures import read_curriculum
from pontine.policies.training.run_folder import RunFolder, read_curve
from tests.fuzz.frame import LostError, door
from tests.fuzz.mutations import NASTY_BYTES, mutated_text, written

OPTIONS = {"task": "reach", "algo": "clone", "seed": 0, "clone": {"rounds": 3}}
ORIGIN = {"command": "pontine train", "commit": "0123", "versions": {"python": "3.12"}}
TEST = {"episodes": 10, "successes": 9, "success": 0.9, "wilson95": [0.6, 0.98], "seconds_to_success": 1.5}
POINT = {"stage": "clone", "iteration": 10, "env_steps": 64_000, "cpu_seconds": 12.5, **TEST}
FILES: dict[str, Any] = {
    "config.json": {**OPTIONS, **ORIGIN},
    "curve.json": [POINT, {**POINT, "iteration": 20, "env_steps": 128_000}],
    "spent.json": {"cpu_seconds": 40.5},
    "policy.json": {"config": {"randomization": "real"}, "test": {"policy, randomization=real": TEST},
                    "training_env_steps": 128_000, "training_cpu_seconds": 40.5},
}  # fmt: skip


@door("run folders", lambda rng: (name := rng.choice(list(FILES)), mutated_text(FILES[name], rng)), seconds=30)
def open_run(hostile: tuple[str, bytes], folder: Path) -> None:
    """Claimed by the run whose it is, compared with others, and told in a sweep's table."""
    name, data = hostile
    for other, value in FILES.items():
        (folder / other).write_text(json.dumps(value))
    (folder / name).write_bytes(data)
    (folder / "notes.txt").write_text("mine")
    refused = []
    for enter in (go_on, told, compared):
        try:
            enter(folder)
        except PontineError as error:
            refused.append(error)
    if (folder / name).read_bytes() != data or (folder / "notes.txt").read_text() != "mine":
        raise LostError("a file that was there is gone or changed")
    if refused:
        raise refused[0]


def go_on(folder: Path) -> None:
    with claim(folder, OPTIONS) as origin:
        if not (folder / "reproduce.txt").is_file():
            raise LostError("nothing says how the run is made again")
        run = RunFolder(folder, OPTIONS, origin, lambda words: None)
        try:
            assert run.env_steps >= 0
            assert run.cpu_seconds is not None
        finally:
            run.close()


def told(folder: Path) -> None:
    train.summary(folder)


def compared(folder: Path) -> None:
    curves.run(curves.Config([str(folder)], out=str(folder / "curves.png")))
    read_curve(folder / "curve.json")


STARTS: list[Any] = [
    {"task": "pick", "seed": 20_000_017, "randomization": "real"},
    {"skill": "pick", "args": ["red_cube"], "position": [0.0] * 6, "command": [0.0] * 6,
     "scene": {"objects": [{"name": "red_cube", "kind": "cube", "color": "red", "position": [0.2, 0.05, 0.015],
                            "size": [0.03, 0.03, 0.03], "support": "table"}], "robot": {"holding": None}}},
]  # fmt: skip


def starts(rng: random.Random) -> bytes:
    lines = [written(rng.choice(STARTS)).encode() for _ in range(2)]
    lines.insert(rng.randrange(3), mutated_text(rng.choice(STARTS), rng))
    return rng.choice([b"\n", b"\n\n", *NASTY_BYTES[:1]]).join(lines)


@door("starts", starts)
def read_starts(data: bytes, folder: Path) -> None:
    """A file of failures, as `train starts=` takes it."""
    (folder / "failures.jsonl").write_bytes(data)
    found = read_curriculum(folder / "failures.jsonl", task("pick"), 0.5)
    assert found.starts
