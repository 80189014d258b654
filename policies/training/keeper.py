"""What every algorithm of stable-baselines3 does now and then in a run: validate, keep the best, checkpoint."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path

import torch
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback

from pontine.envs.io import json_text

from .. import checkpoint
from ..actor import Actor, save
from ..evaluate import VALIDATION_SEED, acting, evaluate, merit
from ..soundness import DivergedError
from .run_folder import RunFolder


def keep(model: BaseAlgorithm, path: Path) -> None:
    """Write what a model has learned and how far it is. Raises WriteError."""
    # SB3's own `save` pickles the whole object; what it is made of, the run's options say.
    checkpoint.keep(path, _parts(model), {"env_steps": model.num_timesteps, "updates": model._n_updates})


def resume(model: BaseAlgorithm, path: Path) -> None:
    """Bring a fresh model of the same options to where `keep` left it; nothing if it never did.

    Raises CheckpointError.
    """
    if not path.exists():
        return
    with checkpoint.reading(path) as (tensors, facts):
        model.num_timesteps, model._n_updates = (checkpoint.count(facts, key) for key in ("env_steps", "updates"))
        checkpoint.fill(_parts(model), tensors)
    # A resumed run must not draw again what it drew at its beginning.
    model.set_random_seed(((model.seed or 0) * 1_000_003 + model.num_timesteps) % 2**32)


def go_on(model: BaseAlgorithm, steps: int, keeper: Keeper) -> None:
    """Train up to so many environment steps in all. Raises DivergedError."""
    try:
        model.learn(steps - model.num_timesteps, callback=keeper, reset_num_timesteps=False)
    except ValueError:
        # torch's distributions refuse means that are not finite
        keeper.check_finite()
        raise


def _parts(model: BaseAlgorithm) -> dict[str, checkpoint.Part]:
    names, variables = model._get_torch_save_params()
    return {name: part for name in [*names, *variables] if (part := attrgetter(name)(model)) is not None}


def _merit(card: Path) -> float:
    """The merit of the best actor so far, as its card has it; the curve lacks a validation that was killed after it."""
    if not card.exists():
        return -math.inf
    said = json_text.read(card, "the best actor's card")
    with json_text.expecting(f"the card {card}"):
        return float(merit(said))


class Keeper(BaseCallback):
    """Validates the actor, keeps the best one (`best.*` in the folder) and the checkpoint, and reports progress.

    `stage` is what the run's curve calls the algorithm, `rows` how many environment steps an iteration has.
    A validation follows the end of the training; those before it are the subclass's to call for.
    """

    def __init__(
        self,
        run: RunFolder,
        stage: str,
        task: str,
        rows: int,
        validation_episodes: int,
        physics: str,
        threads: int,
        progress: Callable[[int, dict[str, float]], None],
    ) -> None:
        super().__init__()
        self.run, self.stage, self.task, self.rows, self.progress = run, stage, task, rows, progress
        self._validation = validation_episodes, VALIDATION_SEED, physics, threads

    @abstractmethod
    def actor(self) -> Actor:
        """The model's deterministic actor as it is now."""

    @property
    def path(self) -> Path:
        """The checkpoint's file."""
        return self.run.checkpoints / f"{self.stage}.safetensors"

    def checkpoint(self) -> None:
        """Write what a killed run goes on from."""
        keep(self.model, self.path)

    @property
    def success(self) -> float:
        """Success in the last validation, nan before the first."""
        points = self.run.of(self.stage)
        return float(points[-1]["success"]) if points else float("nan")

    def validate(self) -> None:
        """Measure the actor, unless that is done; keep it if it is the best so far; save the checkpoint."""
        steps, points, best = self.model.num_timesteps, self.run.of(self.stage), self.run.path / "best"
        if points and points[-1]["env_steps"] >= steps:
            return
        self.check_finite()
        actor = self.actor()
        score = evaluate(self.task, acting(actor), *self._validation)
        if merit(score) > _merit(best.with_suffix(".json")):
            save(actor, {"env_steps": steps, **score}, best)
        self.checkpoint()
        self.run.checkpointed()
        self.run.validated(self.stage, steps // self.rows, steps, score)

    def check_finite(self) -> None:
        """Raises DivergedError if the network has numbers that are not finite."""
        if not all(torch.isfinite(p).all() for p in self.model.policy.parameters()):
            raise DivergedError(self.stage, self.model.num_timesteps)

    def _on_step(self) -> bool:
        return True

    def _on_training_end(self) -> None:
        self.validate()
