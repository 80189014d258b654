"""Cloning the demonstrator: DAgger (Ross et al. 2011) over many worlds.

The learner's own mistakes lead the way, the demonstrator labels every state it gets
into. Labels are clean, but half of the executed actions carry noise, so that recoveries
are demonstrated too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional as F

from pontine.envs.episodes import Episodes
from pontine.envs.randomization import Randomization
from pontine.envs.tasks import task as task_of

from .actor import Actor
from .demonstrators import DEMONSTRATORS


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


def clone(
    task: str,
    config: CloneConfig,
    physics: Randomization,
    seed: int,
    threads: int = 0,
    progress: Callable[[int, float], None] | None = None,
) -> Actor:
    """An actor that imitates the task's demonstrator; `progress(round, loss)` after every round."""
    rng = np.random.default_rng([seed, 1])
    torch.manual_seed(seed)
    e = Episodes(task_of(task), config.worlds, threads, physics)
    ids = np.arange(config.worlds)
    e.seed(ids, [int(s) for s in rng.integers(2**31, size=config.worlds)])
    e.reset(ids)
    expert = DEMONSTRATORS[e.task.name]
    observation = e.observe()
    assert isinstance(observation, np.ndarray)
    actor = Actor(observation.shape[1], 6, config.hidden)
    optimizer = torch.optim.Adam(actor.parameters(), config.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, config.rounds, config.learning_rate / 20)
    size = config.rounds * config.steps * config.worlds
    seen = np.empty((size, observation.shape[1]), np.float32)
    label = np.empty((size, 6), np.float32)
    led = np.ones(config.worlds, bool)
    count = 0
    for turn in range(config.rounds):
        share = 1.0 if turn < config.expert_rounds else max(0.1, 1.0 - turn / 20)
        for _ in range(config.steps):
            wanted = expert(e)
            seen[count : count + config.worlds], label[count : count + config.worlds] = observation, wanted
            count += config.worlds
            action = np.where(led[:, None], wanted, actor.act(observation))
            noisy = rng.random(config.worlds) < 0.5
            action = action + noisy[:, None] * rng.normal(scale=config.noise, size=action.shape)
            result = e.step(action)
            done = np.flatnonzero(result.terminated | result.truncated)
            if len(done):
                e.reset(done)
                led[done] = rng.random(len(done)) < share
            observation = e.observe()
            assert isinstance(observation, np.ndarray)
        loss = _fit(actor, optimizer, seen[:count], label[:count], config, rng)
        schedule.step()
        if progress is not None:
            progress(turn + 1, loss)
    return actor


def _fit(
    actor: Actor,
    optimizer: torch.optim.Optimizer,
    seen: np.ndarray,
    label: np.ndarray,
    config: CloneConfig,
    rng: np.random.Generator,
) -> float:
    total = 0.0
    for _ in range(config.updates):
        rows = rng.integers(len(seen), size=config.batch)
        loss = F.mse_loss(actor(torch.from_numpy(seen[rows])), torch.from_numpy(label[rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / config.updates
