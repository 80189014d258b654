"""Measuring a policy on fresh seeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pontine.envs.arrays import Array, Bool
from pontine.envs.robot import CONTROL_SECONDS
from pontine.envs.tabletop.randomization import Randomization, randomization
from pontine.envs.tasks import task as task_of
from pontine.envs.tasks.episodes import Episodes
from pontine.envs.tasks.observation import flat

from .actor import Actor
from .statistics import wilson

Act = Callable[[Episodes], Array]
Progress = Callable[[int, int], None]
Ids = NDArray[np.int_]


def acting(actor: Actor) -> Act:
    """The actor, deterministic, as a function of episodes."""
    return lambda e: actor.act(flat(e.observe()))


WORLDS = 50
"""Worlds stepped together. A world that has ended its episode begins the next; few enough that little is stepped in
vain while the last ones end."""

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

    success: Bool
    steps: NDArray[np.int_]
    jerk: Array
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
    on_start: Callable[[Episodes, Ids], None] | None = None,
) -> Outcome:
    """Play `episodes` episodes of a task, one for each seed from `seed` on.

    Every seed gives one episode whatever is played beside it, so a failed one can be played again alone.
    `on_start` is told which worlds (sorted ids) have just begun an episode; they begin in the order of their seeds.
    """
    n = min(WORLDS, episodes)
    e = Episodes(task_of(task), n, threads, physics)
    success, steps, jerk = np.zeros(episodes, bool), np.zeros(episodes, int), np.zeros(episodes)
    playing, last = np.full(n, -1), np.zeros((n, 6))
    ended, begun = np.arange(n), 0
    while True:
        ids = ended[: episodes - begun]
        if len(ids):
            playing[ids] = begun + np.arange(len(ids))
            begun += len(ids)
            last[ids] = 0.0
            e.seed(ids, [int(s) for s in seed + playing[ids]])
            e.reset(ids)
            if on_start is not None:
                on_start(e, ids)
        open_ = np.flatnonzero(playing >= 0)
        if not len(open_):
            return Outcome(success, steps, jerk / steps, seed + np.arange(episodes))
        action = np.clip(act(e), -1.0, 1.0)
        result = e.step(action)
        row = playing[open_]
        steps[row] += 1
        jerk[row] += np.abs(action - last)[open_].mean(axis=1)
        last = action
        success[row] = (result.success & (result.terminated | e.task.sparse))[open_]
        ended = open_[(result.terminated | result.truncated)[open_]]
        playing[ended] = -1
        if progress is not None and len(ended):
            progress(begun - int((playing >= 0).sum()), episodes)


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
