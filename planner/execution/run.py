"""One instruction on one robot: read it, plan it, do it, and report."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from pontine.envs.errors import RobotError, SceneError
from pontine.envs.robot import Robot
from pontine.envs.scene import Scene
from pontine.planner.execution.executive import Event, Execution, Planner, Skill, cause_of, execute
from pontine.planner.execution.marked import marked
from pontine.planner.execution.report import Report
from pontine.planner.planning.plan import make_plan
from pontine.planner.planning.score import Judge, Score
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
    on_reading: Callable[[Reading], None] = lambda reading: None,
    on_score: Callable[[Score], None] = lambda score: None,
    on_event: Callable[[Event], None] = lambda event: None,
) -> Report:
    """Carry out `instruction` and say what became of it. With a `judge` the plan is scored before anything moves, and
    the best is taken and carried out where several would do.

    Raises PontineError if the instruction is empty.
    """
    start = time.perf_counter()
    scene = robot.scene()
    reading = read(instruction, scene)
    reading_seconds = time.perf_counter() - start
    on_reading(reading)
    execution, plan, score = None, None, None
    if reading.kind == "subgoals":
        robot, scene = marked(robot, reading.spots), scene.marked(reading.spots)
        try:
            if judge is not None:
                reading, plan, score = judge.choose(reading, robot, planner)
        except (SceneError, RobotError) as error:
            execution = Execution(scene, cause=cause_of(error), reason=str(error))
        else:
            if score is not None:
                on_score(score)
            execution = execute(robot, library, reading.subgoals, planner, replans, on_event, plan, scene)
    return Report(instruction, seed, scene, reading, reading_seconds, time.perf_counter() - start, execution, score)
