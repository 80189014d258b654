"""One instruction on one robot: read it, plan it, do it, and report."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from pontine.envs.errors import RobotError, SceneError
from pontine.envs.robot import Robot
from pontine.envs.scene import Scene
from pontine.planner.execution.events import Done, Event, Heard, Read, Scored, Tell, silent
from pontine.planner.execution.executive import Planner, Skill, cause_of, execute
from pontine.planner.execution.marked import marked
from pontine.planner.execution.records import Execution
from pontine.planner.execution.report import Report
from pontine.planner.planning.plan import make_plan
from pontine.planner.planning.score import Judge
from pontine.planner.reading import Reading

Reader = Callable[[str, Scene], Reading]
"""What reads an instruction about a scene: a brain's `read`, or that of a person who can be asked."""


def perform(
    instruction: str,
    robot: Robot,
    read: Reader,
    library: Mapping[str, Skill],
    *,
    seed: int | None = None,
    replans: int = 3,
    planner: Planner = make_plan,
    judge: Judge | None = None,
    tell: Tell = silent,
) -> Report:
    """Carry out `instruction` and say what became of it; `tell` takes the events on the way. With a `judge` the plan is
    scored before anything moves, and the best is taken and carried out where several would do.

    Raises PontineError if the instruction is empty.
    """
    events: list[Event] = []

    def note(event: Event) -> None:
        events.append(event)
        tell(event)

    start = time.perf_counter()
    scene = robot.scene()
    note(Heard(instruction, scene, seed))
    reading = read(instruction, scene)
    note(Read(reading, time.perf_counter() - start))
    execution, plan = None, None
    if reading.kind == "subgoals":
        robot, scene = marked(robot, reading.spots), scene.marked(reading.spots)
        try:
            if judge is not None:
                reading, plan, score = judge.choose(reading, robot, planner)
                if plan is not None and score is not None:
                    note(Scored(reading, plan, score))
        except (SceneError, RobotError) as error:
            execution = Execution(scene, cause=cause_of(error), reason=str(error))
        else:
            execution = execute(robot, library, reading.subgoals, planner, replans, note, plan, scene)
    note(Done(execution, time.perf_counter() - start))
    return Report.of(events)
