"""Training a skill: clone the demonstrator, then PPO from the clone.

The clone is the start and the demonstrator its ceiling; reinforcement learning with the
task's own reward, under domain randomisation, goes beyond it. The settings keep PPO from
destroying a good start: a critic trained alone first, a small fixed exploration noise,
a low learning rate and a stop on the KL divergence.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.policies import ActorCriticPolicy
from stable_baselines3.common.type_aliases import Schedule
from torch import nn

from pontine.envs.errors import PontineError
from pontine.envs.gym import TaskVectorEnv
from pontine.envs.observation import LAYOUT
from pontine.envs.randomization import randomization
from pontine.envs.tasks import task as task_of

from .actor import Actor, load, save, write_json
from .clone import CloneConfig, clone
from .evaluate import evaluate
from .vec_env import TaskVecEnv

VALIDATION_SEED = 50_000_000
"""Episodes that choose the best checkpoint; tests use other seeds."""


@dataclass(frozen=True)
class PPOConfig:
    """`iterations` of `steps` control steps in `worlds` worlds; `warmup` of them train the critic alone."""

    iterations: int = 80
    warmup: int = 6
    worlds: int = 512
    steps: int = 32
    epochs: int = 3
    batch: int = 4096
    learning_rate: float = 7e-5
    final_learning_rate: float = 1e-5
    critic_learning_rate: float = 1e-3
    gamma: float = 0.998
    gae_lambda: float = 0.95
    clip: float = 0.2
    std: float = 0.12
    target_kl: float = 0.03
    validate_every: int = 10
    validation_episodes: int = 300


@dataclass(frozen=True)
class TrainConfig:
    """One training run. `run_dir` keeps everything that a killed run needs to go on."""

    task: str = "pick"
    seed: int = 0
    randomization: str = "real"
    run_dir: str = "runs/pick"
    threads: int = 0
    start: str | None = None
    test_episodes: int = 500
    clone: CloneConfig = field(default_factory=CloneConfig)
    ppo: PPOConfig = field(default_factory=PPOConfig)


@dataclass(frozen=True)
class Progress:
    """Where a run is: stage name, step of how many, and figures to show."""

    stage: str
    done: int
    total: int
    figures: dict[str, float]


Report = Callable[[Progress], None]


def train(config: TrainConfig, report: Report | None = None) -> dict[str, Any]:
    """Train, or go on where a killed run with the same configuration stopped; returns the card.

    Writes `policy.safetensors` and `policy.json` (the card) into the run directory. Raises
    PontineError if the directory belongs to a run with another configuration.
    """
    torch.set_num_threads(1)
    folder = Path(config.run_dir)
    folder.mkdir(parents=True, exist_ok=True)
    _claim(folder, config)
    tell: Report = report or (lambda _: None)
    cloned = _clone_stage(folder, config, tell)
    best = _ppo_stage(folder, config, cloned, tell) if config.ppo.iterations else cloned
    card = _card(config, cloned, best, tell)
    save(best, card, folder / "policy")
    return card


def _claim(folder: Path, config: TrainConfig) -> None:
    """Note the configuration, or refuse a directory that has another."""
    path = folder / "config.json"
    wanted = json.loads(json.dumps(asdict(config)))
    if path.exists():
        there = json.loads(path.read_text(encoding="utf-8"))
        differing = [k for k in wanted if there.get(k) != wanted[k] and k not in ("threads", "run_dir")]
        if differing:
            raise PontineError(f"{folder} holds a run with another {', '.join(differing)}; "
                               "take another run_dir or remove it")
        return
    write_json({**wanted, "command": command()}, path)


def _clone_stage(folder: Path, config: TrainConfig, tell: Report) -> Actor:
    path = folder / "clone"
    if path.with_suffix(".json").exists():
        return load(path)[0]
    if config.start is not None:
        actor = load(config.start)[0]
    else:
        settings, began = config.clone, time.process_time()
        actor = clone(config.task, settings, randomization(config.randomization), config.seed, config.threads,
                      lambda turn, loss: tell(Progress("clone", turn, settings.rounds, {"loss": loss})))
        save(actor, {"cpu_seconds": round(time.process_time() - began)}, path)
        return load(path)[0]
    save(actor, {"start": config.start}, path)
    return actor


def _ppo_stage(folder: Path, config: TrainConfig, start: Actor, tell: Report) -> Actor:
    settings = config.ppo
    env = TaskVecEnv(TaskVectorEnv(config.task, settings.worlds, config.randomization, config.threads))
    checkpoint = folder / "ppo.zip"
    if checkpoint.exists():
        model = FineTunePPO.load(checkpoint, env=env, device="cpu")
    else:
        model = _new_ppo(env, config, start)
    per_iteration = settings.worlds * settings.steps
    # a resumed run must not replay the episodes of its beginning
    env.seed(config.seed * 1_000_003 + model.num_timesteps)
    keeper = _Keeper(folder, config, start, tell)
    remaining = settings.iterations * per_iteration - model.num_timesteps
    if remaining > 0:
        model.learn(remaining, callback=keeper, reset_num_timesteps=False)
    env.close()
    return load(folder / "best")[0]


def _new_ppo(env: TaskVecEnv, config: TrainConfig, start: Actor) -> PPO:
    s = config.ppo
    model = FineTunePPO(TwoRatePolicy, env, learning_rate=s.learning_rate, n_steps=s.steps, batch_size=s.batch, n_epochs=s.epochs,
                gamma=s.gamma, gae_lambda=s.gae_lambda, clip_range=s.clip, ent_coef=0.0, target_kl=s.target_kl,
                seed=config.seed, device="cpu",
                policy_kwargs={"net_arch": {"pi": list(start.hidden), "vf": list(start.hidden)},
                               "activation_fn": nn.ELU, "log_std_init": float(np.log(s.std))})
    model.policy.mlp_extractor.policy_net.load_state_dict(start.body.state_dict())
    model.policy.action_net.load_state_dict(start.head.state_dict())
    return model


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

    rates = (2e-4, 1e-3)

    def _update_learning_rate(self, optimizers: list[torch.optim.Optimizer] | torch.optim.Optimizer) -> None:
        for group, rate in zip(self.policy.optimizer.param_groups, self.rates, strict=True):
            group["lr"] = rate


def actor_of(model: PPO, like: Actor) -> Actor:
    """The deterministic actor inside an SB3 PPO model."""
    actor = Actor(like.observation, like.action, like.hidden)
    actor.body.load_state_dict(model.policy.mlp_extractor.policy_net.state_dict())
    actor.head.load_state_dict(model.policy.action_net.state_dict())
    return actor.eval()


class _Keeper(BaseCallback):
    """Sets the stage of each iteration, validates, keeps the best actor and the checkpoint."""

    def __init__(self, folder: Path, config: TrainConfig, start: Actor, tell: Report) -> None:
        super().__init__()
        self.folder, self.config, self.start, self.tell = folder, config, start, tell
        self.curve = folder / "curve.json"
        self.points: list[dict[str, float]] = json.loads(self.curve.read_text()) if self.curve.exists() else []

    def _on_rollout_start(self) -> None:
        s = self.config.ppo
        iteration = self.model.num_timesteps // (s.worlds * s.steps)
        if iteration % s.validate_every == 0 and not any(p["iteration"] == iteration for p in self.points):
            self._validate(iteration)
        share = iteration / max(s.iterations, 1)
        rate = s.learning_rate + (s.final_learning_rate - s.learning_rate) * share
        policy = self.model.policy
        self.model.rates = (rate, s.critic_learning_rate)  # type: ignore[attr-defined]
        policy.log_std.requires_grad_(False)
        for module in (policy.mlp_extractor.policy_net, policy.action_net):
            module.requires_grad_(iteration >= s.warmup)

    def _on_step(self) -> bool:
        return True

    def _on_rollout_end(self) -> None:
        s = self.config.ppo
        iteration = self.model.num_timesteps // (s.worlds * s.steps)
        episodes = [e for e in self.model.ep_info_buffer or []]
        logged = self.model.logger.name_to_value
        self.tell(Progress("ppo", iteration, s.iterations, {
            "return": float(np.mean([e["r"] for e in episodes])) if episodes else float("nan"),
            "kl": float(logged.get("train/approx_kl", float("nan"))),
            "explained": float(logged.get("train/explained_variance", float("nan"))),
            "validation": self.points[-1]["success"] if self.points else float("nan")}))

    def _on_training_end(self) -> None:
        s = self.config.ppo
        self._validate(self.model.num_timesteps // (s.worlds * s.steps))

    def _validate(self, iteration: int) -> None:
        actor, s = actor_of(self.model, self.start), self.config.ppo
        score = evaluate(self.config.task, lambda e: actor.act(e.observe()), s.validation_episodes,  # type: ignore[arg-type]
                         VALIDATION_SEED, self.config.randomization, self.config.threads)
        point = {"iteration": iteration, "env_steps": self.model.num_timesteps, "success": score["success"],
                 "seconds_to_success": score["seconds_to_success"] or float("inf")}
        best = max(self.points, key=_merit, default=None)
        self.points.append(point)
        if best is None or _merit(point) > _merit(best):
            save(actor, point, self.folder / "best")
        temporary = self.folder / "ppo.tmp.zip"
        self.model.save(temporary)
        os.replace(temporary, self.folder / "ppo.zip")
        _write_curve(self.curve, self.points)


def _merit(point: dict[str, float]) -> float:
    """Success first; a second saved is worth two points in a hundred."""
    return point["success"] - 0.02 * min(point["seconds_to_success"], 10.0)


def _write_curve(path: Path, points: list[dict[str, float]]) -> None:
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(json.dumps(points, indent=1))
    os.replace(temporary, path)


def _card(config: TrainConfig, cloned: Actor, best: Actor, tell: Report) -> dict[str, Any]:
    """The policy card, with the final tests of clone and policy on seeds no training saw."""
    results: dict[str, Any] = {}
    stages = {"clone": cloned, "policy": best}
    for k, (name, actor) in enumerate(stages.items()):
        for j, physics in enumerate(dict.fromkeys(["none", config.randomization])):
            tell(Progress("test", 2 * k + j, 4, {}))
            results[f"{name}, randomization={physics}"] = evaluate(
                config.task, lambda e, a=actor: a.act(e.observe()), config.test_episodes,  # type: ignore[misc]
                TEST_SEED, physics, config.threads)
    return {
        "task": task_of(config.task).id, "observation": [{"part": n, "width": w} for n, w in LAYOUT],
        "action": "joint target deltas, 6 numbers in [-1, 1] x (0.08, 0.08, 0.08, 0.08, 0.12, 0.25) rad",
        "control_rate_hz": 25, "command": command(), "commit": commit(), "config": asdict(config),
        "randomization": asdict(randomization(config.randomization)),
        "demonstrations": "the scripted demonstrator labelled the clone's states (DAgger); PPO then trained on the "
                          "task's reward alone",
        "test": results,
    }


TEST_SEED = 10_000_000
"""First seed of the final tests; training draws its seeds elsewhere."""


def command() -> str:
    """The command line that is running, for cards and run directories."""
    name, *words = sys.argv
    return " ".join([Path(name).name, *(shlex.quote(w) for w in words if not w.startswith("hydra."))])


def commit() -> str:
    """The source tree's git commit ("+" if modified), or "unknown" outside a checkout."""
    here = Path(__file__).parent
    try:
        found = subprocess.run(["git", "-C", str(here), "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
        dirty = subprocess.run(["git", "-C", str(here), "status", "--porcelain", "-uno"], capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return found.stdout.strip() + ("+" if dirty.stdout.strip() else "")
