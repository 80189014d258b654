"""Every skill's policy beside the clone it started from and the student it taught, on the same fresh seeds."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from pontine.envs.io import json_text

from .actor import Actor, load
from .evaluate import Act, acting, evaluate
from .export import Exported, export
from .library import clone_path, is_there, policy_path, student_path
from .skills.loading import trained_tasks
from .training.student import acting_as

SEED = 30_000_000
"""First seed of the benchmark's episodes: neither training, validation nor a card's test uses them."""

CONDITIONS = ("none", "real", "delay2")
"""Nominal, randomised, and nominal with exactly two control steps of delay."""


KINDS = ("clone", "rl", "student")
"""Which policies there may be for a task."""

POLICIES = {**{task: task for task in trained_tasks(own=True)}, "stack": "place"}
"""The tasks that are measured, and whose policy each is for: a stack is what placing finds hardest."""


@dataclass(frozen=True)
class Contender:
    """One policy for one task: which of `KINDS`, and how it acts."""

    task: str
    kind: str
    act: Act


def contenders(
    folder: str | Path | None, tasks: Sequence[str] = tuple(POLICIES), kinds: Sequence[str] = KINDS
) -> Iterator[Contender]:
    """Those that the library at `folder` (None: the shipped one) has.

    A task's own policy must be there, a clone or a student may.

    What was cloned and nothing more is the task's clone, even where it is the policy that ships.

    Raises PolicyError for a file that is missing or damaged.
    """
    student = _if_there(student_path(folder))
    for task in tasks:
        name = POLICIES[task]
        policy, card = load(policy_path(name, folder))
        with json_text.expecting(f"the card of the policy of {task}"):
            own = "clone" if card["config"].get("algo") == "clone" else "rl"
        clone = _if_there(clone_path(name, folder))
        if clone is not None and own != "clone" and "clone" in kinds:
            yield Contender(task, "clone", acting(clone[0]))
        if own in kinds:
            yield Contender(task, own, acting(policy))
        if student is not None and name in student[1]["tasks"] and "student" in kinds:
            known = student[1]["tasks"]
            yield Contender(task, "student", acting_as(student[0], known.index(name), len(known)))


def _if_there(path: Path) -> tuple[Actor, dict[str, Any]] | None:
    return load(path) if is_there(path) else None


def bench_skills(
    episodes: int = 500,
    seed: int = SEED,
    library: str | Path | None = None,
    tasks: Sequence[str] = tuple(POLICIES),
    kinds: Sequence[str] = KINDS,
    threads: int = 0,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[dict[str, Any]]:
    """Results of `evaluate` for every contender under every condition, each with `kind`."""
    cases = [(c, physics) for c in contenders(library, tasks, kinds)
             for physics in CONDITIONS]  # fmt: skip
    rows = []
    for done, (contender, physics) in enumerate(cases):
        progress(done, len(cases))
        found = evaluate(contender.task, contender.act, episodes, seed, physics, threads)
        rows.append({"kind": contender.kind, **found})
    progress(len(cases), len(cases))
    return rows


def inference(policy: str | Path | None = None, steps: int = 5000) -> dict[str, float | None]:
    """Microseconds of one control step's inference at batch 1 on one core: median with torch, median with ONNX.

    Of the policy for picking, or of the one given.
    The second is None where ONNX is not installed.
    """
    actor, card = load(policy_path("pick") if policy is None else policy)
    seen = np.random.default_rng(0).normal(size=(1, actor.observation)).astype(np.float32)
    out: dict[str, float | None] = {"torch_us": _median_us(lambda: actor.act(seen), steps), "onnx_us": None}
    if find_spec("onnx") and find_spec("onnxruntime"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "policy.onnx"
            export(actor, card, path)
            exported = Exported(path)
            out["onnx_us"] = _median_us(lambda: exported.act(seen), steps)
    return out


def _median_us(call: Callable[[], object], steps: int) -> float:
    taken = np.zeros(steps)
    for k in range(steps):
        start = time.perf_counter()
        call()
        taken[k] = time.perf_counter() - start
    return round(float(np.median(taken)) * 1e6, 1)


def markdown(rows: Sequence[Mapping[str, Any]]) -> str:
    """The table for a README: a line for each policy, success with its Wilson interval under each condition."""
    lines = [
        "| task | policy | nominal | randomised | 2 steps of delay | seconds (randomised) | smoothness |",
        "|---|---|---|---|---|---|---|",
    ]
    for task, kind in dict.fromkeys((row["task"], row["kind"]) for row in rows):
        found = {row["randomization"]: row for row in rows if (row["task"], row["kind"]) == (task, kind)}
        rates = [_rate(found[condition]) for condition in CONDITIONS]
        real = found["real"]
        figures = [*rates, str(real["seconds_to_success"]), str(real["mean_abs_action_change"])]
        lines.append(f"| {task} | {kind} | {' | '.join(figures)} |")
    return "\n".join(lines)


def _rate(found: Mapping[str, Any]) -> str:
    low, high = found["wilson95"]
    return f"{found['success']:.1%} ({low:.1%}–{high:.1%})"
