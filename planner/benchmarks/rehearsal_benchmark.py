"""`pontine bench demo rehearse=true`: what rehearsals say of plans, against what then happens."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from pontine.envs.arrays import Bool
from pontine.envs.declarations.kind import KINDS
from pontine.envs.files import check_writable, write_json
from pontine.envs.io.plain_text import terminal
from pontine.envs.predicates import Predicate
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.tabletop.layout import HEADING, PAN_X, REACH, clear, footprint, random_table
from pontine.envs.tabletop.objects import ObjectSpec
from pontine.envs.tabletop.randomization import REAL
from pontine.planner.benchmarks.demo_benchmark import rate
from pontine.planner.benchmarks.sentences import FIRST_TABLE, SHAPES, castings
from pontine.planner.execution.events import Execution
from pontine.planner.execution.run import perform
from pontine.planner.planning.plan import Plan, make_plan
from pontine.planner.planning.score import Judge
from pontine.planner.reading import Reading, subgoals
from pontine.planner.rehearsal.choosing import SURE, Rehearser
from pontine.policies.provenance import command
from pontine.policies.skills.loading import load_library
from pontine.policies.skills.skill import Skill
from pontine.policies.statistics import expected_calibration_error, ranking
from pontine.policies.threads import torch_threads

HARD = ("crowded", "stack of three", "near the edge", "worn")
"""What is hard about every second table, in turn; all of those have an arm and objects drawn from `real`."""

_STREAM, _TRIES = 33, 1000


@dataclass(frozen=True)
class Task:
    """A table, what is to be true there, and what is hard about it (None: nothing)."""

    seed: int
    table: tuple[ObjectSpec, ...]
    goals: tuple[Predicate, ...]
    hard: str | None


@dataclass(frozen=True)
class Outcome:
    """What was said of a task's plan before, and what then happened.

    `probability` and `copies` are the rehearsal's, `critics` is their number for the same plan; `reached` with the plan
    that was best rehearsed, after so many `replans`, `without` with the one that the critics alone would have taken.
    """

    task: Task
    probability: float
    copies: int
    critics: float
    seconds: float
    reached: bool
    replans: int
    without: bool

    def to_json(self) -> dict[str, Any]:
        """As it stands in the result file."""
        task = {"seed": self.task.seed, "hard": self.task.hard, "goals": [list(g) for g in self.task.goals]}
        said = {name: round(getattr(self, name), 4) for name in ("probability", "critics", "seconds")}
        return {
            **task, **said, "copies": self.copies, "reached": self.reached, "replans": self.replans,
            "without": self.without,
        }  # fmt: skip


def tasks(count: int, seed: int) -> Iterator[Task]:
    """`count` tasks on tables that nothing was trained on, every second one a hard one. Equal seeds, equal tasks."""
    for i in range(count):
        hard = HARD[i // 2 % len(HARD)] if i % 2 else None
        for attempt in range(_TRIES):
            table_seed = FIRST_TABLE + 500_000_000 + (seed * 10_000 + i) * _TRIES + attempt
            rng = np.random.default_rng([_STREAM, table_seed])
            found = _stack(rng, table_seed) if hard == HARD[1] else _sentence(rng, table_seed, hard, i // 2)
            if found is not None:
                yield Task(table_seed, *found, hard)
                break


def _sentence(
    rng: np.random.Generator, seed: int, hard: str | None, number: int
) -> tuple[tuple[ObjectSpec, ...], tuple[Predicate, ...]] | None:
    """A table and the goals of one of the sentences that can be said of it; None if there is none."""
    shape = SHAPES[number % len(SHAPES)]
    table: tuple[ObjectSpec, ...] | None = random_table(seed, 8 if hard == HARD[0] else None)
    if hard == HARD[2] and table is not None:
        table = _to_the_edge(rng, table)
    fitting = list(castings(shape, table)) if table is not None else []
    if table is None or not fitting:
        return None
    roles = fitting[rng.integers(len(fitting))]
    return table, tuple((goal[0], *(roles[role].name for role in goal[1:])) for goal in shape.goals)


def _to_the_edge(rng: np.random.Generator, table: tuple[ObjectSpec, ...]) -> tuple[ObjectSpec, ...] | None:
    """The table with everything that can be grasped as far from the arm as it reaches; None where there is no room."""
    laid = [thing for thing in table if not KINDS[thing.kind].graspable]
    for thing in table:
        if thing in laid:
            continue
        for _ in range(60):
            heading = rng.uniform(-HEADING, HEADING)
            x, y = PAN_X + REACH[1] * math.cos(heading), REACH[1] * math.sin(heading)
            if clear(x, y, footprint(thing)[2], [footprint(other) for other in laid]):
                laid.append(thing.moved(np.array([x, y, thing.position[2]]), thing.yaw))
                break
        else:
            return None
    names = [thing.name for thing in table]
    return tuple(sorted(laid, key=lambda thing: names.index(thing.name)))


def _stack(rng: np.random.Generator, seed: int) -> tuple[tuple[ObjectSpec, ...], tuple[Predicate, ...]] | None:
    """Three cubes on each other and a container, into which the lowest one is to go; None if the table has none."""
    table = random_table(seed)
    into = next((thing for thing in table if KINDS[thing.kind].container), None)
    below = next((thing for thing in table if KINDS[thing.kind].graspable and KINDS[thing.kind].cubic), None)
    if into is None or below is None:
        return None
    tower = []
    for level, color in enumerate(("red", "green", "blue")):
        x, y = np.array(below.position[:2]) + (rng.uniform(-0.003, 0.003, 2) if level else 0.0)
        at = np.array([x, y, below.size[2] * level + below.rest_height])
        cube = ObjectSpec(f"{color}_{below.kind}", below.kind, color, below.size)
        tower.append(cube.moved(at, rng.uniform(-math.pi, math.pi)))
    apart = [thing for thing in table if thing is not below and thing.name not in {cube.name for cube in tower}][:5]
    if into not in apart:
        return None
    return (*tower, *apart), (("in", tower[0].name, into.name),)


def attempt(task: Task, skills: Mapping[str, Skill], judge: Judge, rehearser: Rehearser, replans: int) -> Outcome:
    """Rehearse a task's plans, then carry out the best whatever its chance, and what the critics would have taken."""
    robot = SimulatedRobot(task.table)
    if task.hard is not None:
        robot.worlds.set_dynamics(0, **REAL.dynamics(np.random.default_rng([_STREAM, task.seed, 1])))
        robot.worlds.refresh(np.zeros(1, int))
    start, reading = robot.get_state(), subgoals(*task.goals)
    candidates = judge.candidates(reading, robot, make_plan)
    began = time.perf_counter()
    best, rehearsals = rehearser.choose(candidates, robot.scene(), robot.observe())
    seconds = time.perf_counter() - began
    run = _carried_out(robot, reading, best.plan, skills, replans)
    without = run
    if best.plan != candidates[0].plan:
        robot.set_state(start)
        without = _carried_out(robot, reading, candidates[0].plan, skills, replans)
    return Outcome(
        task,
        rehearsals[0].probability,
        rehearsals[0].copies,
        best.score.plan,
        seconds,
        run.goal_reached,
        run.replans,
        without.goal_reached,
    )


def _carried_out(
    robot: SimulatedRobot, reading: Reading, plan: Plan, skills: Mapping[str, Skill], replans: int
) -> Execution:
    report = perform("rehearsed", robot, lambda *_: reading, skills, plan=plan, replans=replans)
    assert report.execution is not None, "subgoals are carried out"
    return report.execution


@torch_threads()
def bench_rehearsal(
    scenes: int = 200,
    seed: int = 0,
    out: str | None = None,
    replans: int = 3,
    library: str | None = None,
    copies: int = 32,
    sure: float = SURE,
) -> int:
    """Rehearse and carry out plans on `scenes` tables, print what came of it and write it to `out`; returns 0.

    There is no language model in it: what is to be reached is given as predicates. Nothing is stopped; those that
    would have been are counted.
    """
    check_writable(out, "the result")
    console, skills = terminal(), load_library(library)
    judge, rehearser = Judge(skills, library), Rehearser(skills, REAL, copies, sure)
    began, outcomes = time.perf_counter(), []
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console) as progress:
        for task in progress.track(tasks(scenes, seed), total=scenes, description="tables"):
            outcomes.append(attempt(task, skills, judge, rehearser, replans))
    result: dict[str, Any] = {
        "command": command(),
        "seconds": round(time.perf_counter() - began, 1),
        "all": summary(outcomes, sure),
        "hard": summary([o for o in outcomes if o.task.hard], sure),
        "runs": [outcome.to_json() for outcome in outcomes],
    }
    _show(console, result)
    if out is not None:
        write_json(out, result)
    return 0


def summary(outcomes: Sequence[Outcome], sure: float) -> dict[str, Any]:
    """How what was said compares with what happened: calibration error (bins of equal count) and area under the ROC
    curve of the rehearsals and of the critics, against the goal being reached with and without new plans; and what
    stopping below `sure` would have stopped."""
    reached: Bool = np.array([o.reached for o in outcomes], bool)
    first: Bool = np.array([o.reached and not o.replans for o in outcomes], bool)
    said = {
        "rehearsal": np.array([o.probability for o in outcomes], float),
        "critics": np.array([o.critics for o in outcomes], float),
    }
    stopped = said["rehearsal"] < sure
    told: dict[str, Any] = {
        "reached": rate(int(reached.sum()), len(outcomes)),
        "reached_without_rehearsal": rate(sum(o.without for o in outcomes), len(outcomes)),
        "reached_by_the_first_plan": rate(int(first.sum()), len(outcomes)),
        "stopped_that_would_have_failed": int((stopped & ~reached).sum()),
        "stopped_that_would_have_worked": int((stopped & reached).sum()),
        "seconds_to_rehearse": round(float(np.mean([o.seconds for o in outcomes])), 2) if outcomes else None,
    }
    for name, chances in said.items() if outcomes else ():
        for what, came in (("reached", reached), ("first_plan", first)):
            rank = ranking(chances, came)
            told[f"{name}_{what}"] = {
                "calibration_error": round(expected_calibration_error(chances, came)[0], 4),
                "auroc": None if rank is None else round(rank, 3),
            }
    return told


def _show(console: Console, result: Mapping[str, Any]) -> None:
    table = Table("", "all", "hard", box=None, header_style="bold")
    for key in result["all"]:
        table.add_row(key.replace("_", " "), *(_short(result[part].get(key)) for part in ("all", "hard")))
    console.print(table)


def _short(value: Any) -> str:
    if isinstance(value, dict) and "successes" in value:
        return f"{value['successes']} of {value['episodes']}"
    if isinstance(value, dict):
        return ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in value.items())
    return str(value)
