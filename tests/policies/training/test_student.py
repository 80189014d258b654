from __future__ import annotations

import json
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch

from pontine.envs.errors import PontineError
from pontine.envs.tasks.observation import SIZE
from pontine.policies.actor import Actor, load
from pontine.policies.evaluate import evaluate
from pontine.policies.library import policy_path
from pontine.policies.training.run_folder import claimed
from pontine.policies.training.student import DistillConfig, SkillOfStudent, acting_as, distill, parameters

TINY = DistillConfig(rounds=3, worlds=4, steps=5, updates=10, batch=32, hidden=(16, 16))


def teachers() -> dict[str, Actor]:
    return {name: load(policy_path(name))[0] for name in ("pick", "place")}


def student_in(folder: Path, progress: Callable[[int, float], None] = lambda turn, loss: None) -> Actor:
    with claimed(folder, {}, print) as run:
        return distill(run, teachers(), TINY, "real", 0, 1, progress)


def test_distilling_learns_and_the_same_seed_gives_the_same_student(tmp_path: Path) -> None:
    losses: list[float] = []
    first = student_in(tmp_path / "a", lambda turn, loss: losses.append(loss))
    again = student_in(tmp_path / "b")
    assert losses[-1] < losses[0]
    for a, b in zip(first.parameters(), again.parameters(), strict=True):
        assert torch.equal(a, b)
    assert parameters(first) < parameters(next(iter(teachers().values()))) / 10


def test_a_killed_run_goes_on(tmp_path: Path) -> None:
    program = """
        import json, sys
        from pathlib import Path
        from pontine.policies.actor import load
        from pontine.policies.library import policy_path
        from pontine.policies.training.run_folder import claimed
        from pontine.policies.training.student import DistillConfig, distill
        teachers = {name: load(policy_path(name))[0] for name in ("pick", "place")}
        config = DistillConfig(**json.loads(sys.argv[2]))
        with claimed(sys.argv[1], {}, print) as run:
            distill(run, teachers, config, "real", 0, 1, lambda turn, loss: print(turn, flush=True))
    """
    config = json.dumps(asdict(TINY))
    words = [sys.executable, "-c", textwrap.dedent(program), str(tmp_path / "run"), config]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "1\n"
        process.send_signal(signal.SIGKILL)
    time.sleep(0.1)
    turns: list[int] = []
    student_in(tmp_path / "run", lambda turn, loss: turns.append(turn))
    assert turns[-1] == TINY.rounds
    assert len(turns) < TINY.rounds


def test_a_damaged_checkpoint_is_told(tmp_path: Path) -> None:
    student_in(tmp_path)
    learner = tmp_path / "checkpoint" / "student" / "learner.safetensors"
    learner.write_bytes(learner.read_bytes()[:1000])
    with pytest.raises(PontineError, match=r"learner\.safetensors cannot be read"):
        student_in(tmp_path)


def test_a_student_is_told_which_skill_is_wanted() -> None:
    student = Actor(SIZE + 2, 6, (8,)).eval()
    seen = np.random.default_rng(0).normal(size=(3, SIZE)).astype(np.float32)
    which = np.repeat([[0.0, 1.0]], 3, 0).astype(np.float32)
    wanted = student.act(np.concatenate([seen, which], axis=1))
    assert np.array_equal(SkillOfStudent(student, 1, 2).act(seen), wanted)
    seen[:, -9:] = 0.0
    wanted = student.act(np.concatenate([seen, which], axis=1))
    assert np.array_equal(SkillOfStudent(student, 1, 2).act(seen[:, :-9]), wanted)


def test_teachers_may_see_different_things(tmp_path: Path) -> None:
    mixed = {name: load(policy_path(name))[0] for name in ("pick", "reach")}
    assert len({teacher.observation for teacher in mixed.values()}) == 2
    losses: list[float] = []
    with claimed(tmp_path, {}, print) as run:
        learned = distill(run, mixed, TINY, "real", 0, 1, lambda turn, loss: losses.append(loss))
    assert losses[-1] < losses[0]
    result = evaluate("reach", acting_as(learned, 1, 2), 4, 0, threads=1)
    assert result["episodes"] == 4
