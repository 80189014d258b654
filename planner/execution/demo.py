"""`pontine demo`: lay a table in simulation and do what a person says."""

from __future__ import annotations

from collections.abc import Sequence

from pontine.envs.errors import PontineError
from pontine.envs.files import check_writable
from pontine.envs.scene import Scene
from pontine.envs.simulated import SimulatedRobot
from pontine.planner.brain import Brain, load_brain
from pontine.planner.brain.written_goal import WrittenGoal
from pontine.planner.execution.display import Display
from pontine.planner.execution.events import Stream
from pontine.planner.execution.report import ReportFile
from pontine.planner.execution.session import Session
from pontine.planner.execution.showing.video import filming
from pontine.planner.execution.terminal import Terminal
from pontine.planner.planning.plan import TIME_LIMIT
from pontine.planner.planning.score import Judge
from pontine.planner.rehearsal.choosing import SURE, rehearser
from pontine.planner.rehearsal.rehearsal import COPIES
from pontine.policies.skills.loading import load_library
from pontine.policies.threads import torch_threads


def demo(
    instruction: str | None = None,
    goal: str | None = None,
    seed: int = 0,
    objects: int | None = None,
    fixtures: Sequence[str] = (),
    scene: str | None = None,
    report: str | None = None,
    video: str | None = None,
    failures: str | None = None,
    replans: int = 3,
    plan_seconds: float = TIME_LIMIT,
    rehearse: bool = False,
    copies: int = COPIES,
    randomization: str = "real",
    dynamics: str | None = None,
    sure: float = SURE,
    library: str | None = None,
    adapter: str | None = None,
    brain: str = "embedded",
    model: str | None = None,
    url: str | None = None,
) -> int:
    """Do one instruction, or reach one goal that is written as predicates, or do what comes from the terminal.

    `fixtures` are the kinds that stand on a random table. With `rehearse` plans are played in `copies` copies of the
    scene first, which differ as `randomization` (around an arm's own `dynamics`) has it, and where the best of them has
    less than the chance `sure` the arm asks instead of moving.

    Returns 0 if the goal was reached (or the person left), 1 if not.

    Raises PontineError for input that cannot be used.
    """
    check_writable(report, "report")
    check_writable(video, "video")
    check_writable(failures, "failures")
    if goal is not None and instruction is not None:
        raise PontineError("give either instruction= or goal=, not both")
    display = Display()
    robot = (
        SimulatedRobot.of_scene(Scene.read(scene))
        if scene is not None
        else SimulatedRobot.of_seed(seed, objects, fixtures)
    )
    skills = load_library(library)
    reader: Brain
    if goal is not None:
        instruction, reader = goal, WrittenGoal()
    else:
        with display.waiting("loading the language model"):
            reader = load_brain(adapter, brain, model, url)
    display.scene(robot.scene())
    # One thread reads no slower than two, more evenly, and always sums in the same order.
    stream = Stream()
    with torch_threads(1), filming(robot, video, stream) as filmed:
        judge = Judge(skills, library)
        session = Session(
            filmed,
            reader,
            skills,
            seed=seed,
            replans=replans,
            judge=judge,
            rehearser=rehearser(skills, rehearse, copies, randomization, dynamics, sure, seed),
            plan_seconds=plan_seconds,
            stream=stream,
        )
        terminal = Terminal(session, display)
        session.stream.follow(ReportFile(report, display.report, failures=failures))
        return 0 if terminal.run(instruction) else 1
