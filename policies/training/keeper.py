"""What every algorithm of stable-baselines3 does now and then in a run: validate, keep the best, checkpoint."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from stable_baselines3.common.callbacks import BaseCallback

from ..actor import Actor, save
from ..evaluate import VALIDATION_SEED, acting, evaluate, merit
from .run_folder import RunFolder


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

    @abstractmethod
    def checkpoint(self) -> None:
        """Write what a killed run goes on from."""

    @property
    def success(self) -> float:
        """Success in the last validation, nan before the first."""
        points = self.run.of(self.stage)
        return float(points[-1]["success"]) if points else float("nan")

    def validate(self) -> None:
        """Measure the actor, unless that is done; keep it if it is the best so far; save the checkpoint."""
        steps, points = self.model.num_timesteps, self.run.of(self.stage)
        if points and points[-1]["env_steps"] >= steps:
            return
        actor = self.actor()
        score = evaluate(self.task, acting(actor), *self._validation)
        if not points or merit(score) > max(map(merit, points)):
            save(actor, {"env_steps": steps, **score}, self.run.path / "best")
        self.checkpoint()
        self.run.checkpointed()
        self.run.validated(self.stage, steps // self.rows, steps, score)

    def _on_step(self) -> bool:
        return True

    def _on_training_end(self) -> None:
        self.validate()
