"""What the tasks teach from nothing: every algorithm and task with several seeds, each run in a folder of its own.

A run that there is, finished or not, is not made anew: the benchmark goes on where it was stopped. With another
budget or number of episodes it is another run. A run's success is that of its final test, on seeds that neither
training nor validation used; beside it stands what doing nothing reaches on the same episodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.io import json_text
from pontine.envs.tasks import TASKS
from pontine.envs.tasks import task as task_of

from ...evaluate import evaluate
from ..algorithm import ALGORITHMS
from ..config import Report, TrainConfig
from ..curve import draw, seconds_to
from ..train import TEST_SEED, train

BUDGET, BUDGETS = 300.0, {"Push": 900.0, "Pick": 900.0, "PickPlace": 900.0}
"""CPU-seconds of a run, and of the tasks that take longer."""

EASIER = 0.5
"""Share of the training episodes that begin at an easier start, of the tasks that have any; tests have none."""


@dataclass(frozen=True)
class Case:
    """One run."""

    task: str
    algo: str
    seed: int

    def config(self, folder: Path, threads: int, episodes: int, budget: float) -> TrainConfig:
        """Its options, with a budget of CPU-seconds. Raises UnknownNameError for an algorithm that takes none."""
        check_budget(self.algo)
        budgeted = ALGORITHMS[self.algo].budgeted
        assert budgeted is not None
        config = TrainConfig(
            task=self.task,
            algo=self.algo,
            seed=self.seed,
            randomization="none",
            run_dir=str(folder / f"{self.task}-{self.algo}-seed{self.seed}-{budget:g}s-{episodes}"),
            threads=threads,
            test_episodes=episodes,
            easier=EASIER if task_of(self.task).easier else 0.0,
        )
        return budgeted(config, budget)


def check_budget(algo: str) -> None:
    """Raises UnknownNameError for an algorithm that there is not, or whose budget cannot be set."""
    if ALGORITHMS[algo].budgeted is None:
        able = [name for name, other in ALGORITHMS.items() if other.budgeted is not None]
        raise UnknownNameError("algorithm with a budget", algo, able)


def bench_learning(
    folder: str | Path,
    cases: Sequence[Case],
    threads: int = 1,
    episodes: int = 500,
    scale: float = 1.0,
    report: Callable[[Case], Report] = lambda case: lambda progress: None,
) -> Iterator[dict[str, Any]]:
    """A row for every run as it ends; one that failed, whatever it was, says why, and the others go on.

    `scale` multiplies the budgets. Raises UnknownNameError for a task that there is not and an algorithm that takes no
    budget.
    """
    idle = {task: nothing(task, episodes, threads) for task in dict.fromkeys(case.task for case in cases)}
    for case in cases:
        row = {"task": case.task, "algo": case.algo, "seed": case.seed, "nothing": idle[case.task]}
        config = case.config(Path(folder), threads, episodes, scale * BUDGETS.get(task_of(case.task).name, BUDGET))
        try:
            card = train(config, report(case))
        except Exception as error:  # noqa: BLE001 - whatever it was, the other runs go on
            yield row | {"failed": _said(error)}
            continue
        test = card["test"]["policy, randomization=none"]
        points = curve(Path(config.run_dir))
        yield row | {
            "success": test["success"],
            "wilson95": test["wilson95"],
            "episodes": test["episodes"],
            "env_steps": card["training_env_steps"],
            "cpu_seconds": card["training_cpu_seconds"],
            "cpu_seconds_to_95": seconds_to(points, 0.95),
            "run": config.run_dir,
        }


def _said(error: Exception) -> str:
    """What a run ended with, in one line."""
    if isinstance(error, PontineError):
        return str(error)
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}".removesuffix(": ")


def nothing(task: str, episodes: int, threads: int = 1) -> float:
    """The success of keeping still on the episodes of the final test."""
    found = evaluate(task, lambda e: np.zeros((e.n, 6)), episodes, TEST_SEED, "none", threads)
    return float(found["success"])


def curve(run: Path) -> list[dict[str, Any]]:
    """A run's validations."""
    path = run / "curve.json"
    return list(json_text.read(path, "the learning curve")) if path.exists() else []


def picture(rows: Sequence[Mapping[str, Any]], path: str | Path) -> None:
    """All curves in one PNG. Raises ImportError where matplotlib is not installed."""
    runs = {f"{row['task']} {row['algo']} {row['seed']}": curve(Path(row["run"])) for row in rows if "run" in row}
    draw({name: points for name, points in runs.items() if points}, path, size=(12.0, 5.0))


def markdown(rows: Sequence[Mapping[str, Any]]) -> str:
    """The table for a README, a line for each run, failures included."""
    lines = [
        "| task | algorithm | seed | success | doing nothing | environment steps | CPU-s | CPU-s to 95 % |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = [row["task"], row["algo"], str(row["seed"])]
        if "failed" in row:
            failed = row["failed"].replace("|", r"\|")
            cells += [f"failed: {failed}", f"{row['nothing']:.1%}", "", "", ""]
        else:
            low, high = row["wilson95"]
            first = row["cpu_seconds_to_95"]
            cells += [
                f"{row['success']:.1%} ({low:.1%}–{high:.1%})",
                f"{row['nothing']:.1%}",
                f"{row['env_steps']:,}",
                f"{row['cpu_seconds']:,.0f}",
                "never" if first is None else f"{first:,.0f}",
            ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def tasks() -> list[str]:
    """The tasks that teach: those that come with Pontine and can be shaped."""
    return [declared.name for declared in TASKS.own() if declared.potentials]
