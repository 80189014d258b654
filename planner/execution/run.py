"""One instruction on one robot: read it, plan it, do it, and report."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from pontine.envs.errors import RobotError, SceneError, WriteError
from pontine.envs.robot import Robot
from pontine.envs.scene import Scene, rounded
from pontine.planner.dialogue.replies import affirmed, chosen
from pontine.planner.execution.asking import Ask
from pontine.planner.execution.events import (
    Done,
    Event,
    Execution,
    Heard,
    Read,
    Rehearsed,
    Scored,
    Tell,
    Unrehearsed,
    silent,
)
from pontine.planner.execution.executive import STOPPED, Planner, Skill, cause_of, execute
from pontine.planner.execution.marked import marked
from pontine.planner.execution.report import Report
from pontine.planner.planning.plan import Plan, make_plan, planner_for
from pontine.planner.planning.score import Judge
from pontine.planner.reading import Reading, question
from pontine.planner.rehearsal.choosing import Rehearser
from pontine.planner.rehearsal.rehearsal import RehearsalError

Reader = Callable[[str, Scene], Reading]
"""What reads an instruction about a scene: a brain's `read`, or that of a person who can be asked."""

GO_ON = ("yes", "no")
"""What can be answered where a rehearsal leaves the arm unsure."""


def perform(
    instruction: str,
    robot: Robot,
    read: Reader,
    library: Mapping[str, Skill],
    *,
    seed: int | None = None,
    replans: int = 3,
    planner: Planner = make_plan,
    plan: Plan | None = None,
    judge: Judge | None = None,
    rehearser: Rehearser | None = None,
    ask: Ask | None = None,
    tell: Tell = silent,
) -> Report:
    """Carry out `instruction` and say what became of it; `tell` takes the events on the way. With a `judge` the plan is
    scored before anything moves, and the best is taken and carried out where several would do. With a `rehearser` too
    they are rehearsed, and where the best of them is not sure enough `ask` decides whether the arm moves; without it,
    the arm does not. A `plan` that was made for the reading before is carried out without any of that.

    A KeyboardInterrupt after the instruction was read stops the robot, and is raised again when `tell` knows what was
    done until then.

    Raises PontineError if the instruction is empty.
    """
    events, times = list[Event](), list[float]()

    def note(event: Event) -> None:
        events.append(event)
        times.append(time.perf_counter())
        tell(event)

    start = time.perf_counter()
    scene = robot.scene()
    note(Heard(instruction, scene, seed, rounded(robot.observe().position)))
    reading = read(instruction, scene)
    note(Read(reading, time.perf_counter() - start))
    execution = None
    if reading.kind == "subgoals":
        robot, scene = marked(robot, reading.spots), scene.marked(reading.spots)
        execution, planner = Execution(scene), planner_for(reading, planner)
        try:
            if plan is None:
                reading, plan = _chosen(reading, robot, planner, judge, rehearser, note)
            unsure = _unsure(events, rehearser, ask)
            if unsure is not None and plan is not None:
                execution.goal, execution.cause, execution.reason = plan.goal, "rehearsal", unsure
                execution.plans.append(plan)
            else:
                execute(robot, library, reading.subgoals, planner, replans, note, plan, execution)
        except (SceneError, RobotError) as error:
            execution.cause, execution.reason = cause_of(error), str(error)
        except KeyboardInterrupt:
            if not execution.goal_reached and execution.cause is None:
                execution.cause, execution.reason = "stopped", STOPPED
            with suppress(WriteError):
                # Whoever could not write it has shown it; that the person wants it to stop goes on up.
                note(Done(execution, time.perf_counter() - start))
            raise
    note(Done(execution, time.perf_counter() - start))
    return Report.of(events, times)


def _chosen(
    reading: Reading, robot: Robot, planner: Planner, judge: Judge | None, rehearser: Rehearser | None, note: Tell
) -> tuple[Reading, Plan | None]:
    """The reading with the best of its alternatives as its subgoals, and the plan for it; None if nobody judges, or
    there is none."""
    candidates = judge.candidates(reading, robot, planner) if judge is not None else []
    if not candidates:
        return reading, None
    best, rehearsals = candidates[0], None
    if rehearser is not None:
        try:
            best, rehearsals = rehearser.choose(candidates, robot.scene(), robot.observe())
        except (SceneError, RehearsalError) as error:
            note(Unrehearsed(str(error)))
    reading = replace(reading, subgoals=best.goals)
    note(Scored(reading, best.plan, best.score))
    if rehearsals is not None:
        note(Rehearsed(rehearsals[0], tuple(rehearsals[1:])))
    return reading, best.plan


def _unsure(events: Sequence[Event], rehearser: Rehearser | None, ask: Ask | None) -> str | None:
    """Why the arm does not move after what was rehearsed; None if it does."""
    rehearsed = next((event.rehearsal for event in events if isinstance(event, Rehearsed)), None)
    if rehearser is None or rehearsed is None or rehearsed.probability >= rehearser.sure:
        return None
    if ask is not None:
        asked = question(f"{rehearsed.text}. Shall I try it all the same?", GO_ON)
        answer = ask(asked)
        if answer and (affirmed(answer) or chosen(answer, asked, Scene()) == GO_ON[0]):
            return None
    return rehearsed.text
