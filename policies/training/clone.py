"""Cloning the demonstrator: DAgger (Ross et al. 2011) over many worlds.

The learner's own mistakes lead the way, the demonstrator labels every state it gets
into. Labels are clean, but half of the executed actions carry noise, so that recoveries
are demonstrated too.
"""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch
from torch.nn import functional as F

from pontine.envs.errors import PontineError
from pontine.envs.files import replacing
from pontine.envs.tabletop.randomization import randomization
from pontine.envs.tasks import task as task_of
from pontine.envs.tasks.episodes import Episodes
from pontine.envs.tasks.observation import flat
from pontine.envs.tasks.starts import OWN, Curriculum

from ..actor import Actor, save
from ..demonstrators.demonstrator import DEMONSTRATORS
from ..evaluate import VALIDATION_SEED, acting, evaluate
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

    After every round the folder's `clone/` has what a killed run goes on from: that round's states and
    labels in a file of its own, and the learner. `progress(env_steps, figures)`.
    """
    learner = _Learner(run.path / "clone", task, config, physics, seed, threads)
    learner.episodes.curriculum = curriculum
    done = learner.resume()
    figures: dict[str, float] = {}
    while True:
        points = run.of("clone")
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
        figures["loss"] = learner.round(done)
        learner.keep(done)
        run.checkpointed()
        done += 1
        run.scalars("clone", learner.count, {"loss": figures["loss"]})
    save(learner.actor, {"cpu_seconds": round(run.cpu_seconds)}, run.path / "clone")
    shutil.rmtree(run.path / "clone")


class _Learner:
    """The actor, its optimiser, the worlds it visits and all that it has seen there, `count` states."""

    def __init__(self, folder: Path, task: str, config: CloneConfig, physics: str, seed: int, threads: int) -> None:
        self.folder, self.config = folder, config
        self.rng = np.random.default_rng([seed, 1])
        torch.manual_seed(seed)
        self.episodes = e = Episodes(task_of(task), config.worlds, threads, randomization(physics))
        self.expert = DEMONSTRATORS[e.task.name]
        width = flat(e.observe()).shape[1]
        self.actor = Actor(width, 6, config.hidden)
        self.optimizer = torch.optim.Adam(self.actor.parameters(), config.learning_rate)
        self.schedule = torch.optim.lr_scheduler.CosineAnnealingLR(
            self.optimizer, max(config.rounds, 1), config.learning_rate / 20
        )
        size = config.rounds * config.steps * config.worlds
        self.seen, self.label = np.empty((size, width), np.float32), np.empty((size, 6), np.float32)
        self.count = 0
        self.led = np.ones(config.worlds, bool)

    def resume(self) -> int:
        """Take up what `keep` wrote, and begin fresh episodes; the rounds that are done."""
        self.folder.mkdir(exist_ok=True)
        path, done = self.folder / "learner.pt", 0
        try:
            if path.exists():
                state = torch.load(path, weights_only=True)
                self.actor.load_state_dict(state["actor"])
                self.optimizer.load_state_dict(state["optimizer"])
                self.schedule.load_state_dict(state["schedule"])
                self.rng.bit_generator.state = json.loads(state["rng"])
                done = state["rounds"]
            for turn in range(done):
                with np.load(self._round_file(turn), allow_pickle=False) as kept:
                    self._note(kept["seen"], kept["label"])
        except (OSError, RuntimeError, KeyError, ValueError, BadZipFile, pickle.UnpicklingError) as error:
            reason = str(error).splitlines()[0]
            raise PontineError(f"the checkpoint in {self.folder} cannot be read ({reason}); remove it") from None
        ids = np.arange(self.config.worlds)
        self.episodes.seed(ids, [int(s) for s in self.rng.integers(2**31, size=len(ids))])
        self.episodes.reset(ids)
        return done

    def keep(self, turn: int) -> None:
        """Write the round's states, then the learner: the states of a round that no learner knows do no harm."""
        first = self.count - self.config.steps * self.config.worlds
        with replacing(self._round_file(turn)) as temporary:
            np.savez(temporary, seen=self.seen[first : self.count], label=self.label[first : self.count])
        state = {
            "actor": self.actor.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "rng": json.dumps(self.rng.bit_generator.state),
            "rounds": turn + 1,
        }
        with replacing(self.folder / "learner.pt") as temporary:
            torch.save(state, temporary)

    def _round_file(self, turn: int) -> Path:
        return self.folder / f"round-{turn:04d}.npz"

    def _note(self, seen: np.ndarray, label: np.ndarray) -> None:
        rows = slice(self.count, self.count + len(seen))
        self.seen[rows], self.label[rows] = seen, label
        self.count = rows.stop

    def round(self, turn: int) -> float:
        """Visit states, have them labelled, and fit all there are; the mean loss."""
        e, config = self.episodes, self.config
        share = 1.0 if turn < config.expert_rounds else max(0.1, 1.0 - turn / 20)
        for _ in range(config.steps):
            observation, wanted = flat(e.observe()), self.expert(e)
            self._note(observation, wanted)
            dagger.step(e, wanted, self.actor.act(observation), self.led, config.noise, share, self.rng)
        loss = self._fit()
        self.schedule.step()
        return loss

    def _fit(self) -> float:
        total = 0.0
        for _ in range(self.config.updates):
            rows = self.rng.integers(self.count, size=self.config.batch)
            loss = F.mse_loss(self.actor(torch.from_numpy(self.seen[rows])), torch.from_numpy(self.label[rows]))
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            total += loss.item()
        return total / self.config.updates
