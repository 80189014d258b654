"""One small network for all skills, distilled from the skills' own policies.

The student sees what a teacher sees, filled up with zeros to the widest teacher's observation, and which skill is
wanted (one of n, appended). It learns as the clone does, by DAgger: it acts, the teachers say what they would have
done, in randomised worlds of every task at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional as F

from pontine.envs.arrays import Array, Bool, Float32
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
    run needs to lose no more than the round it was in. Raises CheckpointError where that cannot be read.
    """
    torch.manual_seed(seed)
    width = max(teacher.observation for teacher in teachers.values())
    student = Actor(width + len(teachers), 6, config.hidden)
    optimizer = torch.optim.Adam(student.parameters(), config.learning_rate)
    each = config.steps * config.worlds
    rounds = dagger.Rounds(
        run.checkpoints / "student", config.rounds, (len(teachers), each), (width, 6), dtype=np.float16
    )
    first = rounds.resume(student, optimizer)
    rng = np.random.default_rng([seed, 3, first])
    classes = [_open(name, teacher, config, physics, rng, threads) for name, teacher in teachers.items()]
    for turn in range(first, config.rounds):
        share = 1.0 if turn < config.teacher_rounds else config.teacher_share
        for k, one in enumerate(classes):
            act = SkillOfStudent(student, k, len(teachers)).act
            seen, rounds.label[turn, k] = one.collect(act, config, share, rng)
            rounds.seen[turn, k, :, : seen.shape[1]] = seen
        dagger.set_rate(optimizer, turn / config.rounds, config.learning_rate, config.learning_rate / 40)
        loss = _fit(rounds, turn + 1, student, optimizer, config, rng)
        rounds.keep(turn, student, optimizer)
        run.checkpointed()
        run.scalars("distill", (turn + 1) * each * len(teachers), {"loss": loss})
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


def _fit(
    rounds: dagger.Rounds, done: int, student: Actor, optimizer: torch.optim.Optimizer, config: DistillConfig,
    rng: np.random.Generator,
) -> float:  # fmt: skip
    """The mean loss of one round's updates; every batch has as much of each skill."""
    skills, each = rounds.seen.shape[1:3]
    which = np.repeat(np.arange(skills), config.batch // skills)
    wanted = np.eye(skills, dtype=np.float32)[which]
    total = 0.0
    for _ in range(config.updates):
        turn, row = np.divmod(rng.integers(done * each, size=len(which)), each)
        seen = np.concatenate([rounds.seen[turn, which, row].astype(np.float32), wanted], axis=1)
        label = rounds.label[turn, which, row].astype(np.float32)
        loss = F.mse_loss(student(torch.from_numpy(seen)), torch.from_numpy(label))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / config.updates
