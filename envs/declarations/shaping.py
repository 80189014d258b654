"""Rewards that teach: the potentials that a task declares, and what a step of them is worth.

A potential says how far the goal is in one respect, from -1 to 0 where nothing is left to do. A step is worth
`discount * after - before`, and with a discount of 1, as it is unless another is named, just what it gained: an
episode's terms add up to what it gained from its beginning to its end, whichever way it went.

With the learner's own discount shaping is neutral, it does not change which policy is best (Ng, Harada & Russell,
Policy invariance under reward transformations, 1999). Then resting far from the goal earns in the long run, at
`1 - discount` of what is left a step, just what coming near would, so a learner that values what would follow the time
limit is taught nothing before it first succeeds. With a discount of 1 resting earns nothing.

Where an episode has succeeded all potentials are 0. One that failed has lost all it had, each potential is -1 there,
so that failing never pays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array, Bool
from ..errors import PontineError, UnknownNameError

DISCOUNT = 1.0
"""What a potential is multiplied by after a step, unless another number is named: every gain is paid as it is."""

REWARDS = ("task", "shaped", "sparse")
"""The rewards there are of every task: its own, as its docstring says; the same and its potentials; and -1 until the
goal state holds, 0 while it does, with no end but the time limit (what goal tasks have as their own)."""

PREFIX = "to_"
"""What the names of a potential's reward term begin with, in `info` and in `weights`."""

GOAL, COMMON = ("goal",), ("time", "smoothness", "success", "failure")
"""Names of the reward terms of every sparse reward, and of every other."""

_RATE_PENALTY = 0.01
# small against success, or PPO gives up successes for time
_TIME_PENALTY = 0.003
_SUCCESS = 1.0
_FAILURE = 1.0


@dataclass(frozen=True)
class Potential:
    """What is left to do in one respect.

    `of(state)` gives (n,) numbers from -1 to 0, `weight` is the reward for all of it, `says` what it is. A weight is
    such that what random play gains and loses stands out from what its trembling costs (`smoothness`).
    """

    name: str
    weight: float
    of: Callable[[Any], Array]
    says: str


def common_terms(change: Array, success: Bool, failure: Bool) -> dict[str, Array]:
    """The `COMMON` terms of a step that changed the actions by (n, 6), and ended episodes well or badly."""
    terms = (
        np.full(len(change), -_TIME_PENALTY),
        -_RATE_PENALTY * (change**2).mean(1),
        _SUCCESS * success,
        -_FAILURE * failure,
    )
    return dict(zip(COMMON, terms, strict=True))


def reward_terms(task: Any, reward: str) -> tuple[str, ...]:
    """Names of the terms of a task's reward, as `info` and `weights` have them."""
    own = GOAL if task.sparse or reward == "sparse" else (*COMMON, *task.terms)
    return (*own, *(PREFIX + p.name for p in task.potentials)) if reward == "shaped" else own


def check_reward(reward: str, potentials: Sequence[Potential], task: str) -> None:
    """Raises UnknownNameError for a reward that there is not, PontineError for a task that cannot be shaped."""
    if reward not in REWARDS:
        raise UnknownNameError("reward", reward, REWARDS)
    if reward == "shaped" and not potentials:
        raise PontineError(f"{task} declares no potentials, so reward=shaped is not for it; take task or sparse")


class Shaping:
    """The potentials of n worlds, and what each step did to them: `before` (n, potentials) is what they were.

    It is handed the potentials each time, for a task's may be what cannot be pickled.
    """

    def __init__(self, count: int, n: int, discount: float = DISCOUNT) -> None:
        self.discount, self.before = discount, np.zeros((n, count))

    def begin(self, potentials: Sequence[Potential], state: Any, ids: NDArray[np.int_]) -> None:
        """Note where the episodes of those worlds begin."""
        for column, potential in zip(self.before.T, potentials, strict=True):
            column[ids] = potential.of(state)[ids]

    def step(self, potentials: Sequence[Potential], state: Any, success: Bool, failure: Bool) -> dict[str, Array]:
        """The reward terms of a step after which episodes have ended well or badly, (n,) each."""
        terms = {}
        for column, potential in zip(self.before.T, potentials, strict=True):
            after = np.where(success, 0.0, np.where(failure, -1.0, potential.of(state)))
            terms[PREFIX + potential.name] = potential.weight * (self.discount * after - column)
            column[:] = after
        return terms


def weighted(terms: Mapping[str, Array], weights: Mapping[str, float]) -> dict[str, Array]:
    """The terms, those that are named multiplied by their weights."""
    return {name: value * weights[name] if name in weights else value for name, value in terms.items()}


def check_weights(weights: Mapping[str, float], names: Sequence[str]) -> None:
    """Raises UnknownNameError for a term that there is not, PontineError for a weight that is no finite number."""
    for name, weight in weights.items():
        if name not in names:
            raise UnknownNameError("reward term", name, names)
        if not np.isfinite(weight):
            raise PontineError(f"the weight of {name} must be a finite number, not {weight}")


def left(distance: Array, scale: float) -> Array:
    """The potential (n,) of a distance to bring to nothing: half of it coarse, within `scale`, half fine, a fifth of
    that."""
    return -0.5 * np.tanh(distance / scale) - 0.5 * np.tanh(5.0 * distance / scale)
