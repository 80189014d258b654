"""What the clone and the student share: a step of DAgger (Ross et al. 2011) in many worlds."""

from __future__ import annotations

import numpy as np

from pontine.envs.arrays import Array, Bool
from pontine.envs.tasks.episodes import Episodes

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
