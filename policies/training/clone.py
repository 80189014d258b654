"""Cloning the demonstrator: DAgger (Ross et al. 2011) over many worlds.

The learner's own mistakes lead the way, the demonstrator labels every state it gets
into. Labels are clean, but half of the executed actions carry noise, so that recoveries
are demonstrated too.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from pontine.envs.tabletop.randomization import randomization
from pontine.envs.tasks import task as task_of
from pontine.envs.tasks.episodes import Episodes
from pontine.envs.tasks.observation import flat
from pontine.envs.tasks.starts import OWN, Curriculum

from ..actor import Actor, save
from ..demonstrators.demonstrator import DEMONSTRATORS
from ..evaluate import VALIDATION_SEED, acting, evaluate
from ..soundness import DivergedError
from . import dagger
from .run_folder import RunFolder


@dataclass(frozen=True)
class CloneConfig:
    """`rounds` of `steps` control steps in `worlds` worlds, each followed by `updates` Adam steps."""

    rounds: int = 60
    worlds: int = 256
    steps: int = 25
    updates: int = 400
    batch: int = 1024
    learning_rate: float = 1e-3
    expert_rounds: int = 8
    noise: float = 0.3
    hidden: tuple[int, ...] = (256, 256)
    validate_every: int = 10
    validation_episodes: int = 100


def clone(
    run: RunFolder,
    task: str,
    config: CloneConfig,
    physics: str,
    seed: int,
    threads: int = 0,
    progress: Callable[[int, dict[str, float]], None] = lambda env_steps, figures: None,
    curriculum: Curriculum = OWN,
) -> None:
    """Train an actor that imitates the task's demonstrator, into `clone.*` of the folder.

    After every round the folder's `checkpoint/clone/` has what a killed run goes on from: that round's states and
    labels in a file of its own, and the learner. `progress(env_steps, figures)`.
    """
    learner = _Learner(run.checkpoints / "clone", task, config, physics, seed, threads)
    learner.episodes.curriculum = curriculum
    learner.resume()
    figures: dict[str, float] = {}
    while True:
        points, done = run.of("clone"), learner.done
        due = done and (done % config.validate_every == 0 or done == config.rounds)
        # A run that was killed between a checkpoint and its validation makes up for that.
        if due and all(point["iteration"] != done for point in points):
            score = evaluate(task, acting(learner.actor), config.validation_episodes, VALIDATION_SEED, physics, threads)
            points = [*points, run.validated("clone", done, learner.count, score)]
        if points:
            figures["success"] = points[-1]["success"]
        progress(learner.count, figures)
        if done == config.rounds:
            break
        figures["loss"] = learner.round()
        if not math.isfinite(figures["loss"]):
            raise DivergedError("clone", learner.count)
        run.checkpointed()
        run.scalars("clone", learner.count, {"loss": figures["loss"]})
    save(learner.actor, {"cpu_seconds": round(run.cpu_seconds)}, run.path / "clone")
    shutil.rmtree(run.checkpoints / "clone", ignore_errors=True)


class _Learner:
    """The actor, its optimiser, the worlds it visits and all that it has seen there, `count` states."""

    def __init__(self, folder: Path, task: str, config: CloneConfig, physics: str, seed: int, threads: int) -> None:
        self.config, self.seed = config, seed
        torch.manual_seed(seed)
        self.episodes = e = Episodes(task_of(task), config.worlds, threads, randomization(physics))
        self.expert = DEMONSTRATORS[e.task.name]
        width = flat(e.observe()).shape[1]
        self.actor = Actor(width, 6, config.hidden)
        self.optimizer = torch.optim.Adam(self.actor.parameters(), config.learning_rate)
        self.rounds = dagger.Rounds(folder, config.rounds, (config.steps, config.worlds), (width, 6))
        self.done = 0
        self.led = np.ones(config.worlds, bool)

    @property
    def count(self) -> int:
        """How many states it has seen."""
        return self.done * self.config.steps * self.config.worlds

    def resume(self) -> None:
        """Take up what the last round kept, and begin fresh episodes."""
        self.done = self.rounds.resume(self.actor, self.optimizer)
        # A resumed run must not draw again what it drew at its beginning.
        self.rng = np.random.default_rng([self.seed, 1, *([self.done] if self.done else [])])
        ids = np.arange(self.config.worlds)
        self.episodes.seed(ids, [int(s) for s in self.rng.integers(2**31, size=len(ids))])
        self.episodes.reset(ids)

    def round(self) -> float:
        """Visit states, have them labelled, and fit all there are; the mean loss."""
        e, config, turn = self.episodes, self.config, self.done
        share = 1.0 if turn < config.expert_rounds else max(0.1, 1.0 - turn / 20)
        for step in range(config.steps):
            observation, wanted = flat(e.observe()), self.expert(e)
            self.rounds.seen[turn, step], self.rounds.label[turn, step] = observation, wanted
            dagger.step(e, wanted, self.actor.act(observation), self.led, config.noise, share, self.rng)
        self.done += 1
        dagger.set_rate(self.optimizer, turn / config.rounds, config.learning_rate, config.learning_rate / 20)
        loss = self._fit()
        self.rounds.keep(turn, self.actor, self.optimizer)
        return loss

    def _fit(self) -> float:
        seen, label = (values.reshape(-1, values.shape[-1]) for values in (self.rounds.seen, self.rounds.label))
        total = 0.0
        for _ in range(self.config.updates):
            rows = self.rng.integers(self.count, size=self.config.batch)
            loss = F.mse_loss(self.actor(torch.from_numpy(seen[rows])), torch.from_numpy(label[rows]))
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            total += loss.item()
        return total / self.config.updates
