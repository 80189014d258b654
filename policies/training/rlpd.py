"""What RLPD adds to SAC (Ball et al. 2023): half of every batch from demonstrations, and LayerNorm critics.

Merely preloading demonstrations into the buffer drowns them; drawing half of each batch from
them does not, and LayerNorm bounds what the critics say of actions that nobody has shown.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from stable_baselines3.common.buffers import ReplayBuffer
from stable_baselines3.common.policies import ContinuousCritic
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from stable_baselines3.her import HerReplayBuffer
from stable_baselines3.sac.policies import SACPolicy
from torch import nn

from pontine.envs.tasks.base import Task
from pontine.envs.tasks.observation import goal_dict

from ..demonstrators.demonstrator import DEMONSTRATORS
from .dagger import perturbed
from .vec_env import TaskVecEnv

_NOISE = 0.1
"""Standard deviation of the noise on half of the demonstrated actions, so that they show recoveries too."""


class LayerNormSACPolicy(SACPolicy):
    """SAC's policy with a LayerNorm after every hidden layer of the critics."""

    def make_critic(self, features_extractor: BaseFeaturesExtractor | None = None) -> ContinuousCritic:
        critic = super().make_critic(features_extractor)
        for index, network in enumerate(critic.q_networks):
            assert isinstance(network, nn.Sequential)
            layers: list[nn.Module] = []
            for layer in network:
                layers.append(layer)
                if isinstance(layer, nn.Linear) and layer is not network[-1]:
                    layers.append(nn.LayerNorm(layer.out_features))
            critic.q_networks[index] = nn.Sequential(*layers)
            setattr(critic, f"qf{index}", critic.q_networks[index])
        return critic.to(self.device)


class HalfDemonstrated(ReplayBuffer):
    """A replay buffer half of whose samples come from `demonstrations`, another buffer."""

    demonstrations: ReplayBuffer

    def sample(self, batch_size: int, env: Any = None) -> Any:
        shown = batch_size // 2
        return _joined(super().sample(batch_size - shown, env), self.demonstrations.sample(shown, env))


class HalfDemonstratedHer(HerReplayBuffer):
    """The same with hindsight relabelling in both halves."""

    demonstrations: ReplayBuffer

    def sample(self, batch_size: int, env: Any = None) -> Any:
        shown = batch_size // 2
        return _joined(super().sample(batch_size - shown, env), self.demonstrations.sample(shown, env))


def _joined(mine: Any, theirs: Any) -> Any:
    def cat(a: Any, b: Any) -> Any:
        if a is None:
            return None
        return {key: torch.cat([a[key], b[key]]) for key in a} if isinstance(a, dict) else torch.cat([a, b])

    return type(mine)(*(cat(a, b) for a, b in zip(mine, theirs, strict=True)))


def demonstrate(env: TaskVecEnv, task: Task, episodes: int, seed: int) -> ReplayBuffer:
    """A buffer of at least `episodes` whole episodes of the task's demonstrator, in `env`."""
    rng = np.random.default_rng([seed, 2])
    steps = -(-episodes // env.num_envs) * task.max_steps
    # one row to spare: HerReplayBuffer takes an episode that ends on its last row for one that has not ended
    size = (steps + 1) * env.num_envs
    buffer: ReplayBuffer
    if goal_dict(env.observation_space):
        buffer = HerReplayBuffer(
            size, env.observation_space, env.action_space, env=env, device="cpu", n_envs=env.num_envs
        )
    else:
        buffer = ReplayBuffer(
            size, env.observation_space, env.action_space, "cpu", env.num_envs, handle_timeout_termination=True
        )
    env.seed(int(rng.integers(2**31)))
    observation = env.reset()
    for _ in range(steps):
        action = np.clip(perturbed(DEMONSTRATORS[task.name](env.env.episodes), _NOISE, rng), -1.0, 1.0)
        after, reward, done, infos = env.step(action)
        buffer.add(observation, _true_next(after, done, infos), action, reward, done, infos)
        observation = after
    return buffer


def _true_next(after: Any, done: np.ndarray, infos: list[dict[str, Any]]) -> Any:
    """The observations that the actions led to: of an ended episode its last, not the next one's first."""
    ended = np.flatnonzero(done)
    if not len(ended):
        return after
    if isinstance(after, dict):
        out = {key: values.copy() for key, values in after.items()}
        for i in ended:
            for key in out:
                out[key][i] = infos[i]["terminal_observation"][key]
        return out
    flat = after.copy()
    for i in ended:
        flat[i] = infos[i]["terminal_observation"]
    return flat
