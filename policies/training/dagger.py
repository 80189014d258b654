"""What the clone and the student share: a step of DAgger (Ross et al. 2011) in many worlds, and its rounds on disk."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch
from numpy.typing import DTypeLike

from pontine.envs.arrays import Array, Bool
from pontine.envs.tasks.episodes import Episodes

from .. import checkpoint
from ..actor import Actor

_ENOUGH = 20
"""Control steps at its goal after which an episode of a goal task, which has no end but its time limit, teaches
nothing more."""


def perturbed(action: Array, scale: float, rng: np.random.Generator) -> Array:
    """Actions (n, 6) with normal noise of that standard deviation on half of the rows."""
    noisy = rng.random(len(action)) < 0.5
    return action + noisy[:, None] * rng.normal(scale=scale, size=action.shape)


def step(
    e: Episodes, wanted: Array, own: Array, led: Bool, noise: float, share: float,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Do what the teacher wants (n, 6) in the worlds that it leads, else the learner's own actions (n, 6), perturbed.

    Episodes that end begin anew, and the teacher will lead (`led`, changed in place) that `share` of them.
    """
    result = e.step(perturbed(np.where(led[:, None], wanted, own), noise, rng))
    done = np.flatnonzero(result.terminated | result.truncated | (e.task.sparse & (e.streak >= _ENOUGH)))
    if len(done):
        e.reset(done)
        led[done] = rng.random(len(done)) < share


class Rounds:
    """What a learner has seen and been taught, `seen` and `label`, (rounds, *shape, width) each, and the learner.

    Both are in the folder too, so that a killed run loses no more than the round it was in.
    """

    def __init__(
        self, folder: Path, rounds: int, shape: tuple[int, ...], widths: tuple[int, int], dtype: DTypeLike = np.float32
    ) -> None:
        self._folder = folder
        self.seen, self.label = (np.zeros((rounds, *shape, width), dtype) for width in widths)

    def keep(self, turn: int, actor: Actor, optimizer: torch.optim.Optimizer) -> None:
        """Write the round, then the learner after it: a round that no learner knows does no harm."""
        checkpoint.keep(self._round(turn), self._parts(turn))
        checkpoint.keep(self._learner, {"actor": actor, "optimizer": optimizer}, {"rounds": turn + 1})

    def resume(self, actor: Actor, optimizer: torch.optim.Optimizer) -> int:
        """How many rounds are done; all is as it was after them. Raises CheckpointError."""
        if not self._learner.exists():
            return 0
        with checkpoint.reading(self._learner) as (tensors, facts):
            done = checkpoint.count(facts, "rounds", len(self.seen))
            checkpoint.fill({"actor": actor, "optimizer": optimizer}, tensors)
        for turn in range(done):
            checkpoint.restore(self._round(turn), self._parts(turn))
        return done

    @property
    def _learner(self) -> Path:
        return self._folder / "learner.safetensors"

    def _round(self, turn: int) -> Path:
        return self._folder / f"round-{turn:04d}.safetensors"

    def _parts(self, turn: int) -> dict[str, np.ndarray]:
        return {"seen": self.seen[turn], "label": self.label[turn]}


def set_rate(optimizer: torch.optim.Optimizer, done: float, first: float, last: float) -> None:
    """Let the learning rate fall from `first` to `last` along a cosine; a share `done` of the training is."""
    for group in optimizer.param_groups:
        group["lr"] = last + (first - last) * (1 + math.cos(math.pi * done)) / 2
