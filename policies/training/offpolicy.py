"""Reinforcement learning from nothing: SAC, TQC, CrossQ, and SAC with demonstrations (RLPD), on stable-baselines3.

All but CrossQ learn goal tasks, with their own reward, by hindsight relabelling (HER, Andrychowicz et al. 2017).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from stable_baselines3 import SAC
from stable_baselines3.common.buffers import ReplayBuffer
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor, FlattenExtractor
from stable_baselines3.her import HerReplayBuffer
from torch import nn

from pontine.envs.errors import PontineError
from pontine.envs.tasks import task as task_of
from pontine.envs.tasks.observation import GOAL_PARTS, goal_dict, goal_parts
from pontine.envs.tasks.starts import OWN, Curriculum

from .. import checkpoint
from ..actor import Actor, load
from .keeper import Keeper, go_on, resume
from .rlpd import HalfDemonstrated, HalfDemonstratedHer, LayerNormSACPolicy, demonstrate
from .run_folder import RunFolder
from .vec_env import OWN_REWARD, Reward, TaskVecEnv, make


@dataclass(frozen=True)
class OffPolicyConfig:
    """`steps` environment steps in `worlds` worlds, `updates` gradient steps after each step of all worlds.

    The replay buffer holds `buffer` transitions. Training also ends after `cpu_seconds` of CPU time (0: never).
    Defaults follow RL Zoo's TQC+HER for Fetch in gamma, tau and learning rate, with networks for one CPU core.
    """

    steps: int = 1_000_000
    worlds: int = 16
    updates: int = 8
    batch: int = 256
    learning_rate: float = 1e-3
    gamma: float = 0.95
    tau: float = 0.05
    buffer: int = 300_000
    warmup: int = 3_200
    hidden: tuple[int, ...] = (256, 256)
    demonstrations: int = 200
    cpu_seconds: float = 0.0
    validate_every: int = 20_000
    validation_episodes: int = 100


class GoalFeatures(BaseFeaturesExtractor):
    """`envs.observation.flat` of a goal dict, in torch."""

    def __init__(self, observation_space: spaces.Dict) -> None:
        super().__init__(observation_space, sum(int(np.prod(observation_space[k].shape or ())) for k in GOAL_PARTS))

    def forward(self, observations: dict[str, torch.Tensor]) -> torch.Tensor:
        return torch.cat(goal_parts(observations), dim=1)


def learn(
    run: RunFolder,
    algorithm: str,
    task: str,
    config: OffPolicyConfig,
    physics: str,
    seed: int,
    threads: int = 0,
    progress: Callable[[int, dict[str, float]], None] = lambda env_steps, figures: None,
    curriculum: Curriculum = OWN,
    reward: Reward = OWN_REWARD,
) -> Actor:
    """The best actor that the algorithm finds. `progress(env_steps, figures)`.

    The folder keeps the checkpoint a killed run goes on from (in `checkpoint/`, with the filled part of the replay
    buffer), and the best actor (`best.*`).
    """
    # hindsight rewards goals alone; other rewards are learned from as they came
    hindsight = reward == OWN_REWARD and algorithm != "crossq"
    env = make(task, config.worlds, physics, threads, curriculum, reward, plain=not hindsight)
    model = _new(env, algorithm, task, config, seed)
    keeper = _OffPolicyKeeper(run, algorithm, task, config, physics, threads, progress)
    resume(model, keeper.path)
    if model.num_timesteps:
        assert model.replay_buffer is not None
        restore(model.replay_buffer, keeper.buffer)
    if algorithm == "rlpd":
        shown = demonstrate(env, task_of(task), config.demonstrations, seed)
        assert isinstance(model.replay_buffer, HalfDemonstrated | HalfDemonstratedHer)
        model.replay_buffer.demonstrations = shown
    # a resumed run must not replay the episodes of its beginning
    env.seed(seed * 1_000_003 + model.num_timesteps)
    if model.num_timesteps < config.steps and not keeper.spent:
        go_on(model, config.steps, keeper)
    env.close()
    return load(run.path / "best")[0]


def _class(algorithm: str) -> type[OffPolicyAlgorithm]:
    if algorithm not in ("tqc", "crossq"):
        return SAC
    try:
        from sb3_contrib import TQC, CrossQ
    except ImportError:
        raise PontineError(f"algo={algorithm} needs sb3-contrib: pip install 'pontine[train]'") from None
    return TQC if algorithm == "tqc" else CrossQ


def _new(env: TaskVecEnv, algorithm: str, task: str, config: OffPolicyConfig, seed: int) -> OffPolicyAlgorithm:
    goals, shown = goal_dict(env.observation_space), algorithm == "rlpd"
    buffers: dict[tuple[bool, bool], type[ReplayBuffer]] = {
        (False, False): ReplayBuffer,
        (False, True): HalfDemonstrated,
        (True, False): HerReplayBuffer,
        (True, True): HalfDemonstratedHer,
    }
    widths = list(config.hidden)
    # Batch normalisation in the critics does without slowly following targets.
    following: dict[str, Any] = {} if algorithm == "crossq" else {"tau": config.tau}
    policy: Any = LayerNormSACPolicy if shown else "MultiInputPolicy" if goals else "MlpPolicy"
    return _class(algorithm)(
        policy,
        env,
        learning_rate=config.learning_rate,
        buffer_size=config.buffer,
        # hindsight needs whole episodes to sample from
        learning_starts=max(config.warmup, config.worlds * (task_of(task).max_steps + 1)),
        batch_size=config.batch,
        gamma=config.gamma,
        train_freq=1,
        gradient_steps=config.updates,
        replay_buffer_class=buffers[goals, shown],
        seed=seed,
        device="cpu",
        policy_kwargs={
            "net_arch": {"pi": widths, "qf": widths},
            "activation_fn": nn.ELU,
            "features_extractor_class": GoalFeatures if goals else FlattenExtractor,
        },
        **following,
    )


def _actor(model: OffPolicyAlgorithm, hidden: tuple[int, ...]) -> Actor:
    """The model's deterministic actor as a policy of ours."""
    theirs: Any = model.policy.actor
    actor = Actor(theirs.features_dim, theirs.mu.out_features, hidden, squash=True)
    if not any(hasattr(layer, "ra_mean") for layer in theirs.latent_pi):
        actor.body.load_state_dict(theirs.latent_pi.state_dict())
        actor.head.load_state_dict(theirs.mu.state_dict())
        return actor
    # CrossQ's has a batch normalisation before every layer, which is a part of that layer once it is trained
    norms = [layer for layer in theirs.latent_pi if hasattr(layer, "ra_mean")]
    theirs = [layer for layer in theirs.latent_pi if isinstance(layer, nn.Linear)] + [theirs.mu]
    mine = [layer for layer in actor.body if isinstance(layer, nn.Linear)] + [actor.head]
    with torch.no_grad():
        for norm, given, layer in zip(norms, theirs, mine, strict=True):
            scale = norm.scale / (norm.ra_var + norm.eps).sqrt()
            layer.weight.copy_(given.weight * scale)
            layer.bias.copy_(given.bias + given.weight @ (norm.bias - norm.ra_mean * scale))
    return actor


class _OffPolicyKeeper(Keeper):
    """Ends the training when its CPU time is spent too."""

    def __init__(
        self,
        run: RunFolder,
        algorithm: str,
        task: str,
        config: OffPolicyConfig,
        physics: str,
        threads: int,
        progress: Callable[[int, dict[str, float]], None],
    ) -> None:
        super().__init__(run, algorithm, task, config.worlds, config.validation_episodes, physics, threads, progress)
        self.config, self.due = config, -1

    @property
    def learner(self) -> OffPolicyAlgorithm:
        assert isinstance(self.model, OffPolicyAlgorithm)
        return self.model

    @property
    def spent(self) -> bool:
        """Whether the CPU time that the training may take is gone."""
        return 0 < self.config.cpu_seconds <= self.run.cpu_seconds

    def actor(self) -> Actor:
        return _actor(self.learner, self.config.hidden)

    @property
    def buffer(self) -> Path:
        """The replay buffer's file."""
        return self.run.checkpoints / "buffer.safetensors"

    def checkpoint(self) -> None:
        assert self.learner.replay_buffer is not None
        # the buffer first: one that is newer than its model does no harm
        keep(self.learner.replay_buffer, self.buffer)
        super().checkpoint()

    def _on_training_start(self) -> None:
        every = self.config.validate_every
        self.due = (self.num_timesteps // every + 1) * every

    def _on_rollout_start(self) -> None:
        explored = list(self.learner.ep_success_buffer or [])
        figures = {"explored": float(np.mean(explored)) if explored else float("nan"), "success": self.success}
        self.progress(self.num_timesteps, figures)
        if self.num_timesteps >= self.due:
            self.due += self.config.validate_every
            self.validate()

    def _on_step(self) -> bool:
        return not self.spent


def keep(buffer: ReplayBuffer, path: Path) -> None:
    """Write the filled part of a replay buffer, whole or not at all. Raises WriteError."""
    checkpoint.keep(path, _arrays(buffer, buffer.size()), {"pos": buffer.pos, "full": buffer.full})


def restore(buffer: ReplayBuffer, path: Path) -> None:
    """Fill a fresh replay buffer with what `keep` wrote; episodes that were under way end there.

    Raises CheckpointError if the file is missing or damaged.
    """
    with checkpoint.reading(path) as (tensors, facts):
        pos, full = checkpoint.count(facts, "pos", buffer.buffer_size - 1), facts["full"]
        if type(full) is not bool:
            raise ValueError("full is neither true nor false")
        checkpoint.fill(_arrays(buffer, buffer.buffer_size if full else pos), tensors)
        buffer.pos, buffer.full = pos, full
        if isinstance(buffer, HerReplayBuffer):
            rows, size = np.arange(buffer.buffer_size)[:, None], buffer.buffer_size
            for starts in (buffer.ep_start, buffer._current_ep_start):
                if starts.min() < 0 or starts.max() >= size:
                    raise ValueError("an episode begins outside the buffer")
            within, length = (rows - buffer.ep_start) % size, buffer.ep_length
            if length.min() < 0 or length.max() > size or ((length > 0) & (within >= length)).any():
                raise ValueError("an episode is not as long as it says")
    if isinstance(buffer, HerReplayBuffer):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            buffer.truncate_last_trajectory()


def _arrays(buffer: ReplayBuffer, filled: int) -> dict[str, np.ndarray]:
    """The filled rows of the buffer's arrays by name, those of a goal dict as `observations.achieved_goal`."""
    out: dict[str, np.ndarray] = {}
    for name in (
        "observations",
        "next_observations",
        "actions",
        "rewards",
        "dones",
        "timeouts",
        "ep_start",
        "ep_length",
    ):
        value = getattr(buffer, name, None)
        if isinstance(value, dict):
            out |= {f"{name}.{key}": array[:filled] for key, array in value.items()}
        elif value is not None:
            out[name] = value[:filled]
    if isinstance(buffer, HerReplayBuffer):
        out["current"] = buffer._current_ep_start
    return out
