"""PPO from nothing (Schulman et al. 2017), on stable-baselines3: many worlds, short rollouts, a small network.

Rollouts are short and worlds many because a world's next step costs least beside others; one epoch of updates then
costs about as much as the rollout. The learning rate follows the KL divergence of the last update (Schulman's
adaptive penalty, applied to the rate), so that one setting serves all tasks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from stable_baselines3 import PPO
from torch import nn

from ...actor import Actor, load
from ...soundness import check_rollout, check_settings
from ..algorithm import ALGORITHMS, Algorithm, Job
from ..config import NEVER, Progress, TrainConfig
from ..keeper import Keeper, go_on, resume
from ..vec_env import TaskVecEnv, make


@dataclass(frozen=True)
class Settings:
    """`steps` environment steps at most, in `worlds` worlds, `rollout` control steps of each between updates.

    `gamma` is the discount. The learning rate begins at `learning_rate` and moves by half towards a KL divergence of
    `kl` an update. `std` is the standard deviation of the exploration at the beginning,
    `entropy` the weight of its entropy in the loss. Training ends early after `cpu_seconds` of CPU time (0: never),
    and once two validations running have had a success of `enough`.
    """

    steps: int = 3_000_000
    worlds: int = 128
    rollout: int = 24
    epochs: int = 5
    batch: int = 768
    learning_rate: float = 5e-4
    gamma: float = 0.99
    gae_lambda: float = 0.95
    clip: float = 0.2
    kl: float = 0.015
    entropy: float = 0.0
    std: float = 0.6
    hidden: tuple[int, ...] = (128, 128)
    cpu_seconds: float = 0.0
    enough: float = 1.0
    validate_every: int = 100_000
    validation_episodes: int = 100

    def __post_init__(self) -> None:
        """Raises PontineError for a value that cannot be."""
        check_settings(self, zero=("entropy", "cpu_seconds"))
        check_rollout(self, "settings", "rollout")


SLOWEST, FASTEST = 1e-5, 2e-3
"""Bounds of the learning rate."""


class AdaptivePPO(PPO):
    """PPO whose learning rate `rate`, a number that its checkpoints keep, follows the KL divergence."""

    rate: torch.Tensor

    def _setup_model(self) -> None:
        super()._setup_model()
        self.rate = torch.tensor(self.lr_schedule(1.0), dtype=torch.float64)

    def _update_learning_rate(self, optimizers: list[torch.optim.Optimizer] | torch.optim.Optimizer) -> None:
        for group in self.policy.optimizer.param_groups:
            group["lr"] = self.rate.item()

    def _get_torch_save_params(self) -> tuple[list[str], list[str]]:
        names, variables = super()._get_torch_save_params()
        return names, [*variables, "rate"]


def learn(job: Job) -> dict[str, Actor]:
    """The best actor in the run's validations.

    The folder keeps the checkpoint a killed run goes on from (in `checkpoint/`) and the best actor (`best.*`).
    """
    run, config, settings = job.run, job.config, job.settings
    env = make(
        config.task, settings.worlds, config.randomization, config.threads, job.curriculum, job.reward, plain=True
    )
    model, keeper = _new(env, settings, config.seed), _Keeper(job)
    resume(model, keeper.path)
    # a resumed run must not replay the episodes of its beginning
    env.seed(config.seed * 1_000_003 + model.num_timesteps)
    if model.num_timesteps < settings.steps and not keeper.ended:
        go_on(model, settings.steps, keeper)
    env.close()
    return {"policy": load(run.path / "best")[0]}


def _new(env: TaskVecEnv, settings: Settings, seed: int) -> AdaptivePPO:
    widths = list(settings.hidden)
    return AdaptivePPO(
        "MlpPolicy",
        env,
        learning_rate=settings.learning_rate,
        n_steps=settings.rollout,
        batch_size=settings.batch,
        n_epochs=settings.epochs,
        gamma=settings.gamma,
        gae_lambda=settings.gae_lambda,
        clip_range=settings.clip,
        ent_coef=settings.entropy,
        vf_coef=1.0,
        max_grad_norm=1.0,
        seed=seed,
        device="cpu",
        policy_kwargs={
            "net_arch": {"pi": widths, "vf": widths},
            "activation_fn": nn.ELU,
            "log_std_init": float(np.log(settings.std)),
        },
    )


class _Keeper(Keeper):
    """Sets the learning rate after each update, and ends the training when it has cost or found enough."""

    def __init__(self, job: Job) -> None:
        settings = job.settings
        super().__init__(
            job.run,
            "ppo",
            job.config.task,
            settings.worlds * settings.rollout,
            settings.validation_episodes,
            job.config.randomization,
            job.config.threads,
            lambda done, figures: job.report(Progress("ppo", done, max(done, self.total), figures)),
        )
        self.settings: Settings = settings
        self.due = 0

    @property
    def total(self) -> int:
        """How many environment steps it will be, as far as can be told."""
        most, budget = self.settings.steps, self.settings.cpu_seconds
        return min(most, int(self.num_timesteps * budget / max(self.run.cpu_seconds, 1.0))) if budget else most

    @property
    def ended(self) -> bool:
        """Whether the training has cost or found enough."""
        spent = 0 < self.settings.cpu_seconds <= self.run.cpu_seconds
        last = [point["success"] for point in self.run.of(self.stage)[-2:]]
        return spent or (len(last) == 2 and min(last) >= self.settings.enough)

    @property
    def ppo(self) -> AdaptivePPO:
        assert isinstance(self.model, AdaptivePPO)
        return self.model

    def actor(self) -> Actor:
        policy = self.ppo.policy
        assert isinstance(policy.action_net, nn.Linear)
        actor = Actor(policy.features_dim, policy.action_net.out_features, self.settings.hidden)
        actor.body.load_state_dict(policy.mlp_extractor.policy_net.state_dict())
        actor.head.load_state_dict(policy.action_net.state_dict())
        return actor

    def _on_training_start(self) -> None:
        every = self.settings.validate_every
        self.due = (self.num_timesteps // every + 1) * every

    def _on_rollout_start(self) -> None:
        # first, for the checkpoint of a validation keeps the rate and not the divergence that moves it
        kl = self.ppo.logger.name_to_value.get("train/approx_kl")
        if kl is not None:
            factor = 1 / 1.5 if kl > 2 * self.settings.kl else 1.5 if 0 < kl < self.settings.kl / 2 else 1.0
            self.ppo.rate.mul_(factor).clamp_(SLOWEST, FASTEST)
        if self.num_timesteps >= self.due:
            self.due += self.settings.validate_every
            self.validate()

    def _on_step(self) -> bool:
        return not self.ended

    def _on_rollout_end(self) -> None:
        ended = list(self.ppo.ep_info_buffer or [])
        done = list(self.ppo.ep_success_buffer or [])
        figures = {
            "success": self.success,
            "explored": float(np.mean(done)) if done else float("nan"),
            "return": float(np.mean([episode["r"] for episode in ended])) if ended else float("nan"),
            "std": float(self.ppo.policy.log_std.exp().mean().item()),
            "rate": self.ppo.rate.item(),
        }
        self.run.scalars("ppo", self.num_timesteps, figures)
        self.progress(self.num_timesteps, figures)


def _budgeted(config: TrainConfig, seconds: float) -> TrainConfig:
    return replace(config, settings={**config.settings, "cpu_seconds": seconds, "steps": NEVER, "enough": 0.99})


ALGORITHMS.register(
    Algorithm(
        "ppo",
        "proximal policy optimisation from nothing, on the task's shaped reward",
        "none",
        learn,
        reward="shaped",
        any_reward=True,
        settings=Settings,
        budgeted=_budgeted,
    )
)
