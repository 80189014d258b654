"""`pontine bench demo`: how often an instruction is read right, and how often it is done."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from pontine.envs.files import check_writable, write_json
from pontine.envs.io.plain_text import terminal
from pontine.envs.predicates import holds, written
from pontine.envs.robot import Robot
from pontine.envs.scene import Scene
from pontine.envs.simulated import SimulatedRobot
from pontine.planner.benchmarks.sentences import SHAPES, Case, cases
from pontine.planner.brain import Brain, load_brain
from pontine.planner.execution.display import words
from pontine.planner.execution.executive import Skill
from pontine.planner.execution.report import Report
from pontine.planner.execution.run import perform
from pontine.policies.provenance import command
from pontine.policies.skills.loading import load_library
from pontine.policies.statistics import wilson
from pontine.policies.threads import torch_threads


@dataclass(frozen=True)
class Trial:
    """A case and what became of it.

    `done_but_false`: the run called itself done while its own goal did not hold in the
    world, looked at afresh. `reached` asks for more than the run itself does: what the
    instruction *means* must hold, so a goal that was misread and then reached is a failure.
    """

    case: Case
    report: Report
    reached: bool
    done_but_false: bool

    @property
    def read_right(self) -> bool:
        """Whether the subgoals are the meant ones, in the meant order."""
        return self.report.reading.subgoals == self.case.goals

    @property
    def cause(self) -> str | None:
        """What a failure is put down to; what was read right, and only thought done, was not seen right."""
        if self.reached:
            return None
        if not self.read_right:
            return "reading"
        return "perception" if self.done_but_false else self.report.cause

    @property
    def reason(self) -> str:
        """The cause in words."""
        reading = self.report.reading
        if self.read_right and self.done_but_false:
            return f"it was seen as done, but {' and '.join(map(written, self.case.goals))} does not hold"
        if self.read_right or reading.kind != "subgoals":
            return self.report.reason
        return f"read as {words(reading.subgoals)} and not as {words(self.case.goals)}"

    def to_json(self) -> dict[str, Any]:
        """As it stands in the result file; `seed` lays the same table in `pontine demo`."""
        out: dict[str, Any] = {
            "shape": self.case.shape,
            "seed": self.case.table_seed,
            "instruction": self.case.instruction,
            "expected": [list(g) for g in self.case.goals],
            "reading": self.report.reading.to_json(),
            "reading_correct": self.read_right,
            "goal_reached": self.reached,
            "replans": self.report.execution.replans if self.report.execution else 0,
            "seconds": round(self.report.seconds, 3),
        }
        if not self.reached:
            out |= {"cause": self.cause, "reason": self.reason}
        return out


@torch_threads()
def bench_demo(
    scenes: int = 50,
    seed: int = 0,
    out: str | None = None,
    replans: int = 3,
    library: str | None = None,
    adapter: str | None = None,
) -> int:
    """Run the benchmark, print the result and write it to `out`.

    Returns 0, or 1 if a run called itself done with its goal false.
    """
    # As in the demo, so that a case does there what it did here.
    check_writable(out, "the result")
    console = terminal()
    skills, brain = load_library(library), load_brain(adapter)
    start = time.perf_counter()
    trials: list[Trial] = []
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console) as progress:
        for case in progress.track(cases(scenes, seed), total=scenes, description="tables"):
            robot = SimulatedRobot(case.table)
            trials.append(attempt(case, robot, brain, skills, replans))
    result = summary(trials)
    result |= {
        "command": command(),
        "seconds": round(time.perf_counter() - start, 1),
        "runs": [trial.to_json() for trial in trials],
    }
    _show(console, result, trials)
    if out is not None:
        write_json(out, result)
    return 1 if result["done_with_goal_false"] else 0


def attempt(
    case: Case,
    robot: Robot,
    brain: Brain,
    skills: Mapping[str, Skill],
    replans: int = 3,
    world: Callable[[], Scene] | None = None,
) -> Trial:
    """Do a case's instruction. `world` gives the table as it really is, the robot's own view if None."""
    report = perform(case.instruction, robot, brain.read, skills, seed=case.table_seed, replans=replans)
    return judge(case, report, (world or robot.scene)())


def judge(case: Case, report: Report, world: Scene) -> Trial:
    """Compare the world, looked at once more, with what was meant and what was claimed."""
    claimed = report.execution.goal if report.execution else ()
    false = report.goal_reached and not all(holds(world, p) for p in claimed)
    reached = report.goal_reached and not false and all(holds(world, p) for p in case.goals)
    return Trial(case, report, reached, false)


def summary(trials: Sequence[Trial]) -> dict[str, Any]:
    """The rates of a number of trials."""
    return {
        "scenes": len(trials),
        "reading_correct": rate(sum(t.read_right for t in trials), len(trials)),
        "goal_reached": rate(sum(t.reached for t in trials), len(trials)),
        "goal_reached_of_those_read_correctly": rate(
            sum(t.reached and t.read_right for t in trials), sum(t.read_right for t in trials)
        ),
        "done_with_goal_false": sum(t.done_but_false for t in trials),
        "done_something_else": sum(t.report.goal_reached and not t.reached and not t.done_but_false for t in trials),
        "causes": dict(Counter(t.cause for t in trials if t.cause)),
    }


def rate(successes: int, episodes: int) -> dict[str, Any]:
    """Successes, episodes, their ratio and its Wilson 95 % interval."""
    ratio = round(successes / episodes, 4) if episodes else None
    interval = [round(bound, 4) for bound in wilson(successes, episodes)]
    return {"successes": successes, "episodes": episodes, "rate": ratio, "wilson95": interval}


def rate_line(what: str, found: dict[str, Any]) -> str:
    """What `rate` gives, as a line: "goal reached: 49 of 50 (98%; 95 % interval 90% to 100%)"."""
    low, high = found["wilson95"]
    counts = f"{found['successes']} of {found['episodes']}"
    return f"{what.replace('_', ' ')}: {counts} ({found['rate']:.0%}; 95 % interval {low:.0%} to {high:.0%})"


def _show(console: Console, result: dict[str, Any], trials: Sequence[Trial]) -> None:
    table = Table("sentence", "tables", "read correctly", "goal reached", box=None, header_style="bold")
    for shape in SHAPES:
        of = [t for t in trials if t.case.shape == shape.name]
        if of:
            table.add_row(shape.name, str(len(of)), str(sum(t.read_right for t in of)), str(sum(t.reached for t in of)))
    console.print(table)
    for trial in trials:
        if not trial.reached:
            what = f"{trial.case.instruction!r} (seed={trial.case.table_seed}): {trial.cause}: {trial.reason}"
            console.print(Text(f"  {what}"), soft_wrap=True)
    for key in ("reading_correct", "goal_reached"):
        console.print(rate_line(key, result[key]))
    console.print(f"done with the goal false: {result['done_with_goal_false']}")
    console.print(f"done, but not what was meant: {result['done_something_else']}")
