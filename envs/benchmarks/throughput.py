"""What the Python layer costs: a vector environment's step against the bare physics beneath it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..gym import TaskVectorEnv
from ..tabletop.worlds import SUBSTEPS, Worlds
from ..tasks.episodes import Episodes


def bench(
    task: str = "Pick",
    worlds: int = 256,
    steps: int = 200,
    threads: int = 1,
    seed: int = 0,
    act: Callable[[Episodes], NDArray[np.float64]] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Time `steps` vector steps and, in turn with them, bare `mujoco.batch` steps from the same states.

    `act` chooses the actions (random ones if None) and is not timed. Resets of ended
    episodes are part of the vector step. Returns medians in ms, their ratio, and
    environment steps per second.
    """
    env = TaskVectorEnv(task, worlds, threads=threads)
    env.reset(seed=seed)
    inner = env.episodes.worlds
    twin = Worlds(inner.slots, worlds, threads, inner.mounted.slots)
    rng = np.random.default_rng(seed)
    vector, bare = np.zeros(steps), np.zeros(steps)
    for k in range(steps):
        action = act(env.episodes) if act is not None else rng.uniform(-1.0, 1.0, (worlds, 6))
        twin.batch.state[:] = inner.batch.state
        for name, values in inner.mounted.field.items():
            twin.mounted.field[name][:] = values
        twin.batch.set_const()
        # alternate who goes first, so that neither always finds the warmer cache
        for timed in (vector, bare) if k % 2 else (bare, vector):
            start = time.perf_counter()
            if timed is vector:
                env.step(action)
            else:
                twin.batch.step(nstep=SUBSTEPS)
            timed[k] = time.perf_counter() - start
        if progress is not None:
            progress(k + 1, steps)
    return {
        "task": task,
        "worlds": worlds,
        "steps": steps,
        "threads": threads,
        "vector_step_ms": round(1e3 * float(np.median(vector)), 3),
        "bare_step_ms": round(1e3 * float(np.median(bare)), 3),
        "ratio_of_medians": round(float(np.median(vector) / np.median(bare)), 3),
        "ratio_of_totals": round(float(vector.sum() / bare.sum()), 3),
        "env_steps_per_second": round(worlds * steps / float(vector.sum())),
    }
