"""Measuring a policy on fresh seeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pontine.envs.episodes import Episodes
from pontine.envs.observation import flat
from pontine.envs.randomization import Randomization, randomization
from pontine.envs.robot import CONTROL_SECONDS
from pontine.envs.tasks import task as task_of

from .actor import Actor
from .statistics import wilson

Act = Callable[[Episodes], NDArray[np.float64]]
Progress = Callable[[int, int], None]


def acting(actor: Actor) -> Act:
    """The actor, deterministic, as a function of episodes."""
    return lambda e: actor.act(flat(e.observe()))


BATCH = 250
"""Worlds stepped together."""

VALIDATION_SEED = 50_000_000
"""First seed of the episodes that choose the best checkpoint; the final tests use other seeds."""


def merit(score: Mapping[str, Any]) -> float:
    """What makes one actor better than another: success; a second saved is worth two points in a hundred."""
    seconds = score["seconds_to_success"]
    return score["success"] - 0.02 * (10.0 if seconds is None else min(seconds, 10.0))


@dataclass(frozen=True)
class Outcome:
    """Per episode: whether it succeeded, after how many control steps it ended, and how jerky it was
    (mean absolute change of action)."""

    success: NDArray[np.bool_]
    steps: NDArray[np.int_]
    jerk: NDArray[np.float64]
    seeds: NDArray[np.int_]

    def summary(self) -> dict[str, Any]:
        """Episodes, successes, Wilson interval, mean seconds to success, smoothness, seeds that failed."""
        n, good = len(self.success), int(self.success.sum())
        return {
            "episodes": n,
            "successes": good,
            "success": round(good / n, 4),
            "wilson95": [round(v, 4) for v in wilson(good, n)],
            "seconds_to_success": round(float(self.steps[self.success].mean()) * CONTROL_SECONDS, 3) if good else None,
            "mean_abs_action_change": round(float(self.jerk.mean()), 4),
            "failed_seeds": [int(s) for s in self.seeds[~self.success]],
        }


def run_episodes(
    task: str,
    act: Act,
    episodes: int,
    seed: int,
    physics: Randomization | None = None,
    threads: int = 0,
    progress: Progress | None = None,
    on_start: Callable[[Episodes], None] | None = None,
) -> Outcome:
    """Play `episodes` episodes of a task, one for each seed from `seed` on.

    `on_start` sees the batches in order, each when its episodes have just begun.

    Every seed gives one episode whatever the batch, so a failed one can be played again alone.
    """
    parts = []
    for first in range(0, episodes, BATCH):
        count = min(BATCH, episodes - first)
        parts.append(_run_batch(task, act, seed + first + np.arange(count), physics, threads, on_start))
        if progress is not None:
            progress(first + count, episodes)
    return Outcome(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def _run_batch(
    task: str,
    act: Act,
    seeds: NDArray[np.int_],
    physics: Randomization | None,
    threads: int,
    on_start: Callable[[Episodes], None] | None,
) -> tuple[NDArray, ...]:
    n = len(seeds)
    e = Episodes(task_of(task), n, threads, physics)
    ids = np.arange(n)
    e.seed(ids, [int(s) for s in seeds])
    e.reset(ids)
    if on_start is not None:
        on_start(e)
    open_, success = np.ones(n, bool), np.zeros(n, bool)
    steps, jerk, last = np.zeros(n, int), np.zeros(n), np.zeros((n, 6))
    for _ in range(e.task.max_steps):
        action = np.clip(act(e), -1.0, 1.0)
        result = e.step(action)
        steps += open_
        jerk += open_ * np.abs(action - last).mean(axis=1)
        last = action
        success |= open_ & result.success & (result.terminated | e.task.sparse)
        open_ &= ~result.terminated
        if not open_.any():
            break
    if e.task.sparse:
        success = result.success
    return success, steps, jerk / np.maximum(steps, 1), seeds


def evaluate(
    task: str,
    act: Act,
    episodes: int,
    seed: int,
    physics: str = "none",
    threads: int = 0,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """`run_episodes` under a named randomisation, summed up for a report."""
    outcome = run_episodes(task, act, episodes, seed, randomization(physics), threads, progress)
    return {"task": task, "seed": seed, "randomization": physics, **outcome.summary()}
