"""Reinforcement learning of goal forms from the symbolic world: GRPO, and PPO to compare it with.

The reward of a form is that of `imagine.Task`: what it leads to in a scene. GRPO (Shao et al. 2024, arXiv 2402.03300)
takes the mean of a group of rollouts as the baseline; PPO (Schulman et al. 2017, arXiv 1707.06347) a value network,
here of the same size: the same transformer with an adapter of its own. There is one update for each batch of rollouts,
so the probability ratio is 1 and never clipped, and there is no pull towards the start (trl's default as well).

The loop is our own because trl's `GRPOTrainer` samples with `generate`, without the constraint under which the forms
are read later, and takes every rollout through the network, where equal ones, which are most, need it once.
"""

from __future__ import annotations

import random
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from tokenizers import Tokenizer

from pontine.envs.errors import PontineError
from pontine.envs.io import platform
from pontine.planner.brain.decode import Vocabulary
from pontine.planner.brain.weights import base_model
from pontine.planner.planning.problem import prepare
from pontine.planner.tuning.corpus import samples
from pontine.planner.tuning.lora import TuneConfig, autocast, checkpoint, due, resume, save_adapter, trainable
from pontine.planner.tuning.rollouts import Rollout, hidden_states, log_probabilities, sample
from pontine.planner.tuning.synthetic_scenes import Task, imagine

GROUPS = 4
"""Instructions in one step whose rollouts did not all earn the same; those where they did teach nothing."""

DRAW = 64
"""Instructions drawn at a time."""


@dataclass(frozen=True)
class RlConfig(TuneConfig):
    """What decides the result. `samples` counts the instructions rolled out, `group` times each."""

    stage: str = "grpo"
    group: int = 8


def train(
    config: RlConfig, out: Path, excluded: Collection[tuple[str, ...]] = (), save_every: int = 20
) -> dict[str, Any]:
    """Train into `out`, going on from its last checkpoint; returns the curve and counts. A checkpoint is written after
    the step in which `save_every` more samples are done.

    A row of the curve is one step: instructions rolled out so far, the mean reward of all that were for this step,
    the share of groups that taught something, and CPU seconds.

    Raises PontineError without an adapter to start from, or if `out` holds a run with another configuration.
    """
    if config.init is None:
        raise PontineError(f"stage={config.stage} needs init=, an adapter to start from")
    torch.manual_seed(config.seed)
    prepare()
    folder = base_model()
    vocabulary = Vocabulary.of(Tokenizer.from_file(str(folder / "tokenizer.json")))
    model = trainable(folder, config.rank, config.init)
    learner = _Ppo(model, folder, config) if config.stage == "ppo" else _Grpo(model, config)
    out.mkdir(parents=True, exist_ok=True)
    done, curve = resume(config, out, learner.trained, learner.optimizer)
    kept = done
    columns = TextColumn(config.stage), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, TextColumn("reward {task.fields[reward]}")) as progress:
        bar = progress.add_task("rl", total=config.samples, completed=done, reward=curve[-1][1] if curve else "–")
        while done < config.samples:
            began, groups, rewards, tried = time.process_time(), [], [], 0
            for task in _tasks(config, done, excluded):
                done, tried = done + 1, tried + 1
                generator = torch.Generator().manual_seed(config.seed * 1_000_003 + done)
                group = rewarded(task, sample(model, vocabulary, task.instruction, task.scene, config.group, generator))
                rewards.append(sum(r.count * r.reward for r in group) / config.group)
                groups += [group] if 0 < rewards[-1] < 1 else []
                progress.update(bar, completed=done, reward=f"{rewards[-1]:.2f}")
                if len(groups) == GROUPS or done == config.samples:
                    break
            if groups:
                learner.update(groups)
            seconds = time.process_time() - began
            curve.append([done, round(sum(rewards) / tried, 4), round(len(groups) / tried, 4), round(seconds, 2)])
            if due(kept, done, save_every, config):
                checkpoint(config, out, curve, learner.trained, learner.optimizer)
                kept = done
    save_adapter(out, learner.policy, config.rank)
    peak = platform.peak_memory() / 1e6
    return {"samples": done, "curve": curve, "peak_mb": round(peak)}


def rewarded(task: Task, group: list[Rollout]) -> list[Rollout]:
    """The rollouts with what they earn."""
    return [replace(r, reward=0.0 if r.form is None else task.reward(r.form)) for r in group]


def _tasks(config: RlConfig, start: int, excluded: Collection[tuple[str, ...]]) -> Iterator[Task]:
    """The tasks from number `start` on, the same for the same seed."""
    chunk, skip = divmod(start, DRAW)
    while True:
        rng = random.Random(f"{config.seed}/{chunk}/scenes")
        found: list[Task] = []
        for said in samples(*_chunk(config, chunk), excluded, config.chinese):
            if len(found) < DRAW and (task := imagine(said.instruction, said.form, rng)) is not None:
                found.append(task)
        yield from found[skip:]
        chunk, skip = chunk + 1, 0


def _chunk(config: RlConfig, chunk: int) -> tuple[int, int, int]:
    """The seed, number and size of a chunk of samples: other seeds than supervised training has, and enough samples
    that a scene is found for `DRAW` of them."""
    return config.seed + 1_000_000, chunk, 2 * DRAW


def drawn(config: RlConfig) -> list[tuple[int, int, int]]:
    """The (seed, chunk, count) of all samples of a run."""
    return [_chunk(config, chunk) for chunk in range(-(-config.samples // DRAW))]


class _Grpo:
    """One adapter, and advantages relative to the group."""

    def __init__(self, model: Any, config: RlConfig) -> None:
        self.model, self.config = model, config
        self.policy = {n: p for n, p in model.named_parameters() if p.requires_grad}
        self.trained = dict(self.policy)
        self.optimizer = torch.optim.AdamW(self.trained.values(), lr=config.lr, betas=(0.9, 0.98), weight_decay=0.0)

    def update(self, groups: list[list[Rollout]]) -> None:
        """One step of gradient ascent on the rollouts."""
        tokens = sum(r.count * len(r.tokens) for group in groups for r in group)
        self.optimizer.zero_grad(set_to_none=True)
        for group in groups:
            with autocast():
                advantage, more = self.advantages(group)
                weight = torch.tensor([float(r.count) for r in group for _ in r.tokens])
                gain = (weight * advantage * log_probabilities(self.model, group)).sum()
                (more - gain / tokens).backward()
        torch.nn.utils.clip_grad_norm_(self.trained.values(), 1.0)
        self.optimizer.step()

    def advantages(self, group: list[Rollout]) -> tuple[torch.Tensor, torch.Tensor]:
        """The advantage of each token, (tokens,), and what else is to be minimised."""
        reward = torch.tensor([r.reward for r in group for _ in range(r.count)])
        spread = reward.std() + 1e-4
        return torch.tensor([(r.reward - reward.mean()) / spread for r in group for _ in r.tokens]), torch.zeros(())


class _Ppo(_Grpo):
    """Two adapters on two transformers: the policy's, and that of the network that estimates the reward."""

    def __init__(self, model: Any, folder: Path, config: RlConfig) -> None:
        super().__init__(model, config)
        self.critic = trainable(folder, config.rank, None)
        self.head = torch.nn.Linear(self.critic.config.hidden_size, 1)
        torch.nn.init.zeros_(self.head.weight)
        own = {f"critic.{n}": p for n, p in self.critic.named_parameters() if p.requires_grad}
        self.trained |= own | {f"head.{n}": p for n, p in self.head.named_parameters()}
        self.optimizer = torch.optim.AdamW(self.trained.values(), lr=config.lr, betas=(0.9, 0.98), weight_decay=0.0)

    def advantages(self, group: list[Rollout]) -> tuple[torch.Tensor, torch.Tensor]:
        """The reward less what the critic expected at each token (discount and lambda are 1), and the critic's loss."""
        reward = torch.tensor([r.reward for r in group for _ in r.tokens])
        weight = torch.tensor([r.count / self.config.group / len(r.tokens) for r in group for _ in r.tokens])
        value = self.head(hidden_states(self.critic, group).float())[:, 0]
        return reward - value.detach(), 0.5 * (weight * (value - reward) ** 2).sum()
