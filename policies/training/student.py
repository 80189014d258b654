"""One small network for all skills, distilled from the skills' own policies.

The student sees what a teacher sees, filled up with zeros to the widest teacher's observation, and which skill is
wanted (one of n, appended). It learns as the clone does, by DAgger: it acts, the teachers say what they would have
done, in randomised worlds of every task at once.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from pontine.envs.arrays import Array, Bool, Float32
from pontine.envs.errors import PontineError
from pontine.envs.files import replacing
from pontine.envs.tabletop.randomization import randomization
from pontine.envs.tasks import task as task_of
from pontine.envs.tasks.episodes import Episodes
from pontine.envs.tasks.starts import Curriculum

from ..actor import Actor
from ..evaluate import Act
from . import dagger
from .run_folder import RunFolder


@dataclass(frozen=True)
class DistillConfig:
    """`rounds` of `steps` control steps in `worlds` worlds of every task, each followed by `updates` Adam steps.

    The student acts in all but `teacher_share` of the episodes, after `teacher_rounds` in which it only watches;
    half of the executed actions carry noise of standard deviation `noise`. A share `nominal` of the episodes is not
    randomised: where nothing trembles, a student that presses a little less than its teacher comes to rest.
    """

    rounds: int = 80
    worlds: int = 96
    steps: int = 25
    updates: int = 500
    batch: int = 2048
    learning_rate: float = 2e-3
    teacher_rounds: int = 4
    teacher_share: float = 0.15
    noise: float = 0.15
    nominal: float = 0.4
    hidden: tuple[int, ...] = (200, 200)


class SkillOfStudent:
    """The student of so many `skills` doing one of them: acts as that skill's teacher would, on its observation."""

    def __init__(self, student: Actor, index: int, skills: int) -> None:
        self._student = student
        self._wanted = student.observation - skills + index

    def act(self, observation: Float32) -> Array:
        """Deterministic actions (n, 6) in [-1, 1] for the teacher's observations (n, k)."""
        seen = np.zeros((len(observation), self._student.observation), np.float32)
        seen[:, : observation.shape[1]] = observation
        seen[:, self._wanted] = 1.0
        return self._student.act(seen)


def acting_as(student: Actor, index: int, skills: int) -> Act:
    """The student doing its skill of that number, as a function of episodes."""
    one = SkillOfStudent(student, index, skills)
    return lambda e: one.act(observed(e))


def parameters(network: torch.nn.Module) -> int:
    """How many numbers a network has learned."""
    return sum(p.numel() for p in network.parameters())


@dataclass
class _Class:
    """The worlds in which one teacher teaches."""

    episodes: Episodes
    teacher: Actor
    led: Bool
    observation: Float32

    def collect(self, act: Callable[[Float32], Array], config: DistillConfig, share: float,
                rng: np.random.Generator) -> tuple[Float32, Float32]:  # fmt: skip
        """One round: what was seen (steps x worlds, k), and what the teacher would have done."""
        seen, label = [], []
        for _ in range(config.steps):
            wanted = self.teacher.act(self.observation)
            seen.append(self.observation)
            label.append(wanted.astype(np.float32))
            dagger.step(self.episodes, wanted, act(self.observation), self.led, config.noise, share, rng)
            self.observation = observed(self.episodes)
        return np.concatenate(seen), np.concatenate(label)


def observed(e: Episodes) -> Float32:
    """The observation of a skill's task, which is one array."""
    observation = e.observe()
    assert isinstance(observation, np.ndarray), f"{e.task.id} has a goal dict for an observation"
    return observation


def distill(
    run: RunFolder,
    teachers: Mapping[str, Actor],
    config: DistillConfig,
    physics: str,
    seed: int,
    threads: int = 0,
    progress: Callable[[int, float], None] = lambda turn, loss: None,
) -> Actor:
    """A student of these teachers (task name to policy), in the order given; `progress(round, loss)` after each round.

    The worlds differ as the randomisation `physics` has it. After every round the folder holds all that a killed
    run needs to lose no more than the round it was in. Raises PontineError where that cannot be read.
    """
    torch.manual_seed(seed)
    width = max(teacher.observation for teacher in teachers.values())
    student = Actor(width + len(teachers), 6, config.hidden)
    optimizer = torch.optim.Adam(student.parameters(), config.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, config.rounds, config.learning_rate / 40)
    rounds = _Rounds(run.path, len(teachers), width, config)
    first = rounds.resume(student, optimizer, schedule)
    rng = np.random.default_rng([seed, 3, first])
    classes = [_open(name, teacher, config, physics, rng, threads) for name, teacher in teachers.items()]
    for turn in range(first, config.rounds):
        share = 1.0 if turn < config.teacher_rounds else config.teacher_share
        for k, one in enumerate(classes):
            act = SkillOfStudent(student, k, len(teachers)).act
            rounds.add(turn, k, *one.collect(act, config, share, rng))
        loss = rounds.fit(turn + 1, student, optimizer, rng)
        schedule.step()
        rounds.checkpoint(turn + 1, student, optimizer, schedule)
        run.checkpointed()
        run.scalars("distill", (turn + 1) * config.steps * config.worlds * len(teachers), {"loss": loss})
        progress(turn + 1, loss)
    return student.eval()


def _open(
    name: str, teacher: Actor, config: DistillConfig, physics: str, rng: np.random.Generator, threads: int
) -> _Class:
    e = Episodes(task_of(name), config.worlds, threads, randomization(physics))
    e.curriculum = Curriculum(nominal=config.nominal)
    ids = np.arange(config.worlds)
    e.seed(ids, [int(s) for s in rng.integers(2**31, size=len(ids))])
    e.reset(ids)
    return _Class(e, teacher, np.ones(len(ids), bool), observed(e))


class _Rounds:
    """What has been seen and taught so far, on disk, so that a killed run finds it again."""

    def __init__(self, folder: Path, skills: int, width: int, config: DistillConfig) -> None:
        self._config, self._skills, self._state = config, skills, folder / "state.pt"
        self._each = config.steps * config.worlds
        shape = skills, config.rounds * self._each
        self._seen = _mapped(folder / "seen.npy", (*shape, width))
        self._label = _mapped(folder / "label.npy", (*shape, 6))

    def resume(self, student: Actor, optimizer: torch.optim.Optimizer, schedule: Any) -> int:
        """How many rounds are done; brings the learner to where it was after them."""
        if not self._state.exists():
            return 0
        try:
            state = torch.load(self._state, weights_only=True)
            student.load_state_dict(state["student"])
            optimizer.load_state_dict(state["optimizer"])
            schedule.load_state_dict(state["schedule"])
            return int(state["rounds"])
        except (OSError, RuntimeError, KeyError, ValueError, pickle.UnpicklingError) as error:
            reason = str(error).splitlines()[0]
            raise PontineError(f"the checkpoint {self._state} cannot be read ({reason}); remove it") from None

    def checkpoint(self, rounds: int, student: Actor, optimizer: torch.optim.Optimizer, schedule: Any) -> None:
        """Note that so many rounds are done."""
        self._seen.flush()
        self._label.flush()
        states = {"student": student, "optimizer": optimizer, "schedule": schedule}
        with replacing(self._state) as temporary:
            torch.save({"rounds": rounds, **{name: part.state_dict() for name, part in states.items()}}, temporary)

    def add(self, turn: int, skill: int, seen: Float32, label: Float32) -> None:
        """Note one skill's part of a round."""
        where = slice(turn * self._each, (turn + 1) * self._each)
        self._seen[skill, where, : seen.shape[1]], self._label[skill, where] = seen, label

    def fit(self, rounds: int, student: Actor, optimizer: torch.optim.Optimizer, rng: np.random.Generator) -> float:
        """The mean loss of one round's updates; every batch has as much of each skill."""
        which = np.repeat(np.arange(self._skills), self._config.batch // self._skills)
        wanted = np.eye(self._skills, dtype=np.float32)[which]
        total = 0.0
        for _ in range(self._config.updates):
            rows = rng.integers(rounds * self._each, size=len(which))
            seen = np.concatenate([self._seen[which, rows].astype(np.float32), wanted], axis=1)
            label = self._label[which, rows].astype(np.float32)
            loss = F.mse_loss(student(torch.from_numpy(seen)), torch.from_numpy(label))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        return total / self._config.updates


def _mapped(path: Path, shape: tuple[int, ...]) -> np.memmap:
    """A float16 array kept in a file, as it was if it was there."""
    if path.exists():
        return np.lib.format.open_memmap(path, mode="r+")
    with replacing(path) as temporary:
        np.lib.format.open_memmap(temporary, mode="w+", dtype=np.float16, shape=shape).flush()
    return np.lib.format.open_memmap(path, mode="r+")


def forget(folder: Path) -> None:
    """Remove what only a resumed run needs."""
    for name in ("state.pt", "seen.npy", "label.npy"):
        (folder / name).unlink(missing_ok=True)
