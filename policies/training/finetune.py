"""PPO from a cloned actor, on stable-baselines3.

The settings keep PPO from destroying a good start: the critic is trained alone first, the
exploration noise is small and fixed, the actor's learning rate is low, and an iteration's
updates stop on the KL divergence. The best actor on validation episodes is kept.

What a hasty release costs shows up to a second later, when the stack topples: rollouts and a
GAE lambda that look less far ahead than 64 steps and 0.995 let it go unpaid.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.policies import ActorCriticPolicy
from stable_baselines3.common.type_aliases import Schedule
from torch import nn

from pontine.envs.tasks.starts import OWN, Curriculum

from ..actor import Actor, load
from .keeper import Keeper, go_on, resume
from .run_folder import RunFolder
from .vec_env import TaskVecEnv, make


@dataclass(frozen=True)
class PPOConfig:
    """`iterations` of `steps` control steps in `worlds` worlds; `warmup` of them train the critic alone."""

    iterations: int = 48
    warmup: int = 8
    worlds: int = 512
    steps: int = 64
    epochs: int = 3
    batch: int = 8192
    learning_rate: float = 3e-5
    final_learning_rate: float = 1e-5
    critic_learning_rate: float = 1e-3
    gamma: float = 0.998
    gae_lambda: float = 0.995
    clip: float = 0.2
    std: float = 0.06
    target_kl: float = 0.03
    validate_every: int = 8
    validation_episodes: int = 400


class TwoRatePolicy(ActorCriticPolicy):
    """SB3's MLP policy with separate optimiser groups: a cloned actor is changed slowly, a fresh critic fast."""

    def _build(self, lr_schedule: Schedule) -> None:
        super()._build(lr_schedule)
        critic = [*self.mlp_extractor.value_net.parameters(), *self.value_net.parameters()]
        known = {id(p) for p in critic}
        actor = [p for p in self.parameters() if id(p) not in known]
        self.optimizer = torch.optim.Adam([{"params": actor}, {"params": critic}], lr=lr_schedule(1), eps=1e-5)


class FineTunePPO(PPO):
    """PPO whose actor and critic have learning rates of their own, `rates`."""

    rates = (3e-5, 1e-3)

    def _update_learning_rate(self, optimizers: list[torch.optim.Optimizer] | torch.optim.Optimizer) -> None:
        for group, rate in zip(self.policy.optimizer.param_groups, self.rates, strict=True):
            group["lr"] = rate


def finetune(
    run: RunFolder,
    task: str,
    start: Actor,
    config: PPOConfig,
    physics: str,
    seed: int,
    threads: int = 0,
    progress: Callable[[int, dict[str, float]], None] = lambda env_steps, figures: None,
    curriculum: Curriculum = OWN,
) -> Actor:
    """The best actor PPO finds from `start`, under the named randomisation.

    The folder keeps the checkpoint a killed run goes on from (`checkpoint/ppo.safetensors`) and the best actor
    (`best.*`). `progress(env_steps, figures)`.
    """
    env = make(task, config.worlds, physics, threads, curriculum)
    model = _new(env, config, start, seed)
    keeper = _PPOKeeper(run, task, start, config, physics, threads, progress)
    resume(model, keeper.path)
    # a resumed run must not replay the episodes of its beginning
    env.seed(seed * 1_000_003 + model.num_timesteps)
    progress(model.num_timesteps, {})
    remaining = config.iterations * config.worlds * config.steps - model.num_timesteps
    if remaining > 0:
        go_on(model, model.num_timesteps + remaining, keeper)
    env.close()
    return load(run.path / "best")[0]


def _new(env: TaskVecEnv, config: PPOConfig, start: Actor, seed: int) -> FineTunePPO:
    widths = list(start.hidden)
    model = FineTunePPO(
        TwoRatePolicy,
        env,
        learning_rate=config.learning_rate,
        n_steps=config.steps,
        batch_size=config.batch,
        n_epochs=config.epochs,
        gamma=config.gamma,
        gae_lambda=config.gae_lambda,
        clip_range=config.clip,
        ent_coef=0.0,
        target_kl=config.target_kl,
        seed=seed,
        device="cpu",
        policy_kwargs={
            "net_arch": {"pi": widths, "vf": widths},
            "activation_fn": nn.ELU,
            "log_std_init": float(np.log(config.std)),
        },
    )
    body, head = _parts(model)
    body.load_state_dict(start.body.state_dict())
    head.load_state_dict(start.head.state_dict())
    return model


def _parts(model: PPO) -> tuple[nn.Module, nn.Module]:
    """The actor's hidden layers and its head inside an SB3 model."""
    policy = model.policy
    assert isinstance(policy, ActorCriticPolicy)
    return policy.mlp_extractor.policy_net, policy.action_net


class _PPOKeeper(Keeper):
    """Sets the rates of each iteration too."""

    def __init__(
        self,
        run: RunFolder,
        task: str,
        start: Actor,
        config: PPOConfig,
        physics: str,
        threads: int,
        progress: Callable[[int, dict[str, float]], None],
    ) -> None:
        rows = config.worlds * config.steps
        super().__init__(run, "ppo", task, rows, config.validation_episodes, physics, threads, progress)
        self.start, self.config = start, config

    @property
    def ppo(self) -> FineTunePPO:
        assert isinstance(self.model, FineTunePPO)
        return self.model

    def actor(self) -> Actor:
        actor = Actor(self.start.observation, self.start.action, self.start.hidden)
        for mine, theirs in zip((actor.body, actor.head), _parts(self.ppo), strict=True):
            mine.load_state_dict(theirs.state_dict())
        return actor

    def _on_rollout_start(self) -> None:
        config, iteration = self.config, self.ppo.num_timesteps // self.rows
        if iteration % config.validate_every == 0:
            self.validate()
        share = iteration / max(config.iterations, 1)
        rate = config.learning_rate + (config.final_learning_rate - config.learning_rate) * share
        self.ppo.rates = (rate, config.critic_learning_rate)
        policy = self.ppo.policy
        assert isinstance(policy, ActorCriticPolicy)
        policy.log_std.requires_grad_(False)
        for part in _parts(self.ppo):
            part.requires_grad_(iteration >= config.warmup)

    def _on_rollout_end(self) -> None:
        returns = [episode["r"] for episode in self.ppo.ep_info_buffer or []]
        logged = self.ppo.logger.name_to_value
        figures = {
            "success": self.success,
            "return": float(np.mean(returns)) if returns else float("nan"),
            "kl": float(logged.get("train/approx_kl", float("nan"))),
            "explained": float(logged.get("train/explained_variance", float("nan"))),
        }
        self.run.scalars("ppo", self.ppo.num_timesteps, figures)
        self.progress(self.ppo.num_timesteps, figures)
