"""Environment steps per CPU-second, against other ways to get them, in one run and interleaved."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from ..gym import TaskEnv, TaskVectorEnv
from ..tabletop.worlds import SUBSTEPS
from .fetch_env import ENVIRONMENT, REQUIREMENTS, Fetch


def compare(
    task: str,
    worlds: int,
    rounds: int,
    seed: int = 0,
    fetch: Fetch | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> dict[str, Any]:
    """Time `rounds` rounds, in each of which every contender steps in turn with random actions.

    The contenders: `worlds` worlds by one call a step; one world stepped in a loop; FetchPickAndPlace, if
    given, which too simulates 40 ms a step, in more and shorter physics steps. Costs are CPU time, of all threads. Two
    threads against one is a matter of wall-clock time, and only means something on a machine that has nothing else to
    do.
    """
    rng = np.random.default_rng(seed)
    one, two = (TaskVectorEnv(task, worlds, threads=threads) for threads in (1, 2))
    single = TaskEnv(task)
    for env in (one, two, single):
        env.reset(seed=seed)
    calls = max(1, 2560 // worlds)
    rates: dict[str, list[float]] = {"vector": [], "loop": [], **({"fetch": []} if fetch else {})}
    speedups: list[float] = []
    for turn in range(rounds):
        walls = []
        for env in (one, two) if turn % 2 else (two, one):
            actions = rng.uniform(-1.0, 1.0, (calls, worlds, 6))
            cpu, wall = time.process_time(), time.perf_counter()
            for action in actions:
                env.step(action)
            walls.append(time.perf_counter() - wall)
            if env is one:
                rates["vector"].append(calls * worlds / (time.process_time() - cpu))
        speedups.append(walls[0] / walls[1] if turn % 2 else walls[1] / walls[0])
        rates["loop"].append(300 / _loop(single, rng, 300))
        if fetch is not None:
            rates["fetch"].append(100 / fetch.seconds(100))
        progress(turn + 1, rounds)
    median = {name: float(np.median(values)) for name, values in rates.items()}
    found = {
        "task": task,
        "worlds": worlds,
        "rounds": rounds,
        "env_steps_per_cpu_second": {name: round(value) for name, value in median.items()},
        "times_the_loop": round(median["vector"] / median["loop"], 2),
        "two_threads_against_one": round(float(np.median(speedups)), 2),
    }
    if fetch is not None:
        times = float(np.median(np.divide(rates["vector"], rates["fetch"])))
        found["times_fetch"] = round(times, 2)
        found["times_fetch_by_physics_steps"] = round(times * SUBSTEPS / fetch.substeps, 2)
        found["fetch"] = f"{ENVIRONMENT} ({', '.join(REQUIREMENTS)})"
    return found


def _loop(env: TaskEnv, rng: np.random.Generator, steps: int) -> float:
    """CPU time of one world's steps, resets of ended episodes among them, s."""
    actions = rng.uniform(-1.0, 1.0, (steps, 6))
    start = time.process_time()
    for action in actions:
        *_, terminated, truncated, _ = env.step(action)
        if terminated or truncated:
            env.reset()
    return time.process_time() - start
