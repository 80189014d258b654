"""`pontine bench spots`: how often things come to stand where somebody wished them to."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from pontine.envs.files import check_writable, write_json
from pontine.envs.io.plain_text import terminal
from pontine.envs.predicates import holds
from pontine.envs.scene import Scene
from pontine.envs.simulated import SimulatedRobot
from pontine.planner.benchmarks.demo_benchmark import rate, rate_line
from pontine.planner.benchmarks.wished import KINDS, Wished, wished
from pontine.planner.execution.executive import Skill
from pontine.planner.execution.report import Report
from pontine.planner.execution.run import perform
from pontine.policies.provenance import command
from pontine.policies.skills.loading import load_library
from pontine.policies.threads import torch_threads


@dataclass(frozen=True)
class Trial:
    """A wish and what became of it.

    `off` is how far (m) from its spot each thing is at the end, infinite where it does not stand on the table. The
    spots are reached if all are within their tolerance; `as_said`: the things stand as the wish's label wants them,
    which more places than the spot do, and fewer where the spot was on the edge.
    """

    case: Wished
    report: Report
    off: Mapping[str, float]
    reached: bool
    as_said: bool

    def to_json(self) -> dict[str, Any]:
        """As it stands in the result file; `seed` lays the same table in `pontine demo`."""
        run = self.report.execution
        out: dict[str, Any] = {
            "kind": self.case.kind,
            "seed": self.case.table_seed,
            "form": self.case.form,
            "things": list(self.case.places),
            "spots": {name: list(p) for name, p in self.case.places.items()},
            "off": {name: None if math.isinf(off) else round(off, 4) for name, off in self.off.items()},
            "reached": self.reached,
            "as_said": self.as_said,
            "replans": run.replans if run else 0,
            "seconds": round(self.report.seconds, 3),
        }
        if not self.reached:
            out |= {"cause": self.report.cause, "reason": self.report.reason}
        return out


@torch_threads()
def bench_spots(
    wishes: int = 200,
    seed: int = 0,
    first: int = 0,
    out: str | None = None,
    replans: int = 3,
    library: str | None = None,
) -> int:
    """Run the benchmark, print the result and write it to `out`.

    Returns 0, or 1 if a run called itself done while a thing was not at its spot.
    """
    check_writable(out, "the result")
    console, skills = terminal(), load_library(library)
    start, trials, declined = time.perf_counter(), list[Trial](), Counter[str]()
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console) as progress:
        for case, others in progress.track(wished(wishes, seed, first), total=wishes, description="wishes"):
            trials.append(attempt(case, skills, replans))
            declined += others
    result = summary(trials, declined)
    result |= {
        "command": command(),
        "seconds": round(time.perf_counter() - start, 1),
        "runs": [trial.to_json() for trial in trials],
    }
    _show(console, result, trials)
    if out is not None:
        write_json(out, result)
    return 1 if result["done_with_goal_false"] else 0


def attempt(case: Wished, skills: Mapping[str, Skill], replans: int = 3) -> Trial:
    """Bring things where they are wished, in simulation."""
    robot = SimulatedRobot(case.table)
    before = robot.scene()
    report = perform(case.form, robot, lambda text, scene: case.reading, skills, seed=case.table_seed, replans=replans)
    return judge(case, report, before, robot.scene())


def judge(case: Wished, report: Report, before: Scene, world: Scene) -> Trial:
    """Compare the world, looked at once more, with where the things were wished."""
    marked = world.marked(case.reading.spots)
    ends = {name: world.object(name).position for name in case.places}
    off = {
        name: math.dist(end[:2], case.places[name])
        if end is not None and holds(world, ("on", name, "table"))
        else math.inf
        for name, end in ends.items()
    }
    reached = all(holds(marked, goal) for goal in case.reading.subgoals)
    places = {name: (end[0], end[1]) for name, end in ends.items() if end is not None}
    return Trial(case, report, off, reached, math.inf not in off.values() and case.said(before, places))


def summary(trials: Sequence[Trial], declined: Counter[str]) -> dict[str, Any]:
    """The rates of a number of trials."""
    known = sorted(off for t in trials for off in t.off.values() if math.isfinite(off))
    return {
        "wishes": len(trials),
        "reached": rate(sum(t.reached for t in trials), len(trials)),
        "as_said": rate(sum(t.as_said for t in trials), len(trials)),
        "kinds": {
            kind: rate(sum(t.reached for t in trials if t.case.kind == kind), sum(t.case.kind == kind for t in trials))
            for kind in KINDS
        },
        "done_with_goal_false": sum(t.report.goal_reached and not t.reached for t in trials),
        "off_median": round(known[len(known) // 2], 4) if known else None,
        "off_p95": round(known[int(0.95 * len(known))], 4) if known else None,
        "causes": dict(Counter(t.report.cause for t in trials if not t.reached)),
        "declined": dict(declined),
    }


def _show(console: Console, result: dict[str, Any], trials: Sequence[Trial]) -> None:
    table = Table("wish", "tables", "spot reached", "as said", box=None, header_style="bold")
    for kind in KINDS:
        of = [t for t in trials if t.case.kind == kind]
        if of:
            table.add_row(kind, str(len(of)), str(sum(t.reached for t in of)), str(sum(t.as_said for t in of)))
    console.print(table)
    for trial in trials:
        if not trial.reached:
            what = f"{trial.case.form} (seed={trial.case.table_seed})"
            console.print(Text(f"  {what}: {trial.report.cause}: {trial.report.reason}"), soft_wrap=True)
    for key in ("reached", "as_said"):
        console.print(rate_line(key, result[key]))
    console.print(f"off the spot: {result['off_median']} m at the median, {result['off_p95']} m at the 95th percentile")
    console.print(f"done with the goal false: {result['done_with_goal_false']}")
    refused = ", ".join(f"{reason} ({n})" for reason, n in result["declined"].items())
    console.print(f"declined on other tables: {refused or 'none'}")
