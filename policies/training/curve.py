"""Learning curves: the picture, success against environment steps and against CPU time, and how runs compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..statistics import wilson

Point = Mapping[str, Any]


def draw(runs: Mapping[str, Sequence[Point]], path: str | Path, size: tuple[float, float] = (9.0, 3.6)) -> None:
    """Write a PNG with each run's validations, its Wilson 95 % band shaded and its stages joined.

    `runs` maps labels to curve points. Raises ImportError where matplotlib is not installed.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    for label, points in runs.items():
        success = [100 * point["success"] for point in points]
        bands = [_band(point) for point in points]
        thousands = [steps / 1000 for steps in _steps(points)]
        for axes, across in ((left, thousands), (right, [p.get("cpu_seconds", float("nan")) for p in points])):
            (line,) = axes.plot(across, success, marker=".", label=label)
            low, high = [100 * b[0] for b in bands], [100 * b[1] for b in bands]
            axes.fill_between(across, low, high, alpha=0.2, color=line.get_color(), linewidth=0)
    left.set(xlabel="thousands of environment steps", ylabel="validation success, %", ylim=(-2, 102))
    right.set(xlabel="CPU-seconds")
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.set_xlim(left=0)
    left.legend(loc="lower right", fontsize="small")
    figure.savefig(path, format="png", dpi=100)


def seconds_to(points: Sequence[Point], success: float) -> float | None:
    """CPU time (s) of a run up to its first validation with at least that success, None if there was none."""
    return next((float(p["cpu_seconds"]) for p in points if p["success"] >= success), None)


def compare(first: Sequence[Point], other: Sequence[Point], success: float) -> dict[str, Any]:
    """What another run took to get as far as the first.

    `best` is its highest validated success, `cpu_seconds` what it spent in all, `to_success` the CPU time to the
    success asked for (None: not reached). `times` says how many times the first run's CPU time that is, at least
    (`at_least`) where the other never got there; `times_at_best` the same at the other's best, which both reached.
    Figures that cannot be had are None.
    """
    best, spent = max(float(p["success"]) for p in other), float(other[-1]["cpu_seconds"])
    mine, theirs = seconds_to(first, success), seconds_to(other, success)
    mine_at_best, theirs_at_best = seconds_to(first, best), seconds_to(other, best)
    assert theirs_at_best is not None
    return {
        "best": best,
        "cpu_seconds": spent,
        "to_success": theirs,
        "times": None if mine is None else (spent if theirs is None else theirs) / mine,
        "at_least": theirs is None,
        "times_at_best": None if mine_at_best is None else theirs_at_best / mine_at_best,
    }


def _steps(points: Sequence[Point]) -> list[float]:
    """Environment steps counted on from stage to stage."""
    out: list[float] = []
    base, last, stage = 0.0, 0.0, None
    for point in points:
        if point.get("stage", "ppo") != stage:
            base, stage = base + last, point.get("stage", "ppo")
        last = float(point["env_steps"])
        out.append(base + last)
    return out


def _band(point: Point) -> tuple[float, float]:
    """The Wilson interval; a point without its episodes has none."""
    if "episodes" not in point:
        return point["success"], point["success"]
    return wilson(point["successes"], point["episodes"])
