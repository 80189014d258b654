"""What `pontine rehearse` does: one instruction, read, planned, and played in randomised copies of its scene."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pontine.envs.errors import PontineError
from pontine.envs.files import check_writable, replacing, write_json
from pontine.envs.io.plain_text import plain, terminal
from pontine.envs.predicates import written
from pontine.envs.scene import Scene
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.tabletop.randomization import randomization as randomization_of
from pontine.envs.tabletop.randomization import with_dynamics
from pontine.envs.visuals.png import png
from pontine.planner.brain import Brain, load_brain
from pontine.planner.brain.written_goal import WrittenGoal
from pontine.planner.planning.plan import TIME_LIMIT, planner_for
from pontine.planner.planning.score import Judge, Score
from pontine.planner.rehearsal.choosing import SURE
from pontine.planner.rehearsal.rehearsal import COPIES, Rehearsal, rehearse
from pontine.planner.rehearsal.rehearsal import picture as picture_of
from pontine.policies.provenance import command
from pontine.policies.skills.loading import load_library
from pontine.policies.threads import torch_threads


@torch_threads()
def rehearse_verb(
    instruction: str | None = None,
    goal: str | None = None,
    scene: str | None = None,
    seed: int = 0,
    fixtures: tuple[str, ...] = (),
    copies: int = COPIES,
    randomization: str = "real",
    dynamics: str | None = None,
    sure: float = SURE,
    picture: str | None = None,
    out: str | None = None,
    threads: int = 0,
    plan_seconds: float = TIME_LIMIT,
    library: str | None = None,
    adapter: str | None = None,
    brain: str = "embedded",
    model: str | None = None,
    url: str | None = None,
) -> int:
    """Rehearse the plan for one instruction (or written goal) in `copies` copies of a scene; nothing moves.

    Without a `scene` it is the random table of `seed`. Returns 0 if the chance of reaching the goal is at least `sure`,
    1 if not or if there is nothing to plan.

    Raises PontineError for input that cannot be used.
    """
    check_writable(picture, "picture")
    check_writable(out, "result")
    if (instruction is None) == (goal is None):
        raise PontineError("give instruction=, or goal= instead")
    physics = randomization_of(with_dynamics(randomization, dynamics))
    console, skills = terminal(), load_library(library)
    robot = (
        SimulatedRobot.of_scene(Scene.read(scene))
        if scene is not None
        else SimulatedRobot.of_seed(seed, None, fixtures)
    )
    reader: Brain = WrittenGoal() if goal is not None else load_brain(adapter, brain, model, url)
    measured = robot.scene()
    reading = reader.read(goal if goal is not None else str(instruction), measured)
    if reading.kind != "subgoals":
        console.print(Text(plain(f"{reading.kind}: {reading.text}")), soft_wrap=True)
        return 1
    measured = measured.marked(reading.spots)
    plan = planner_for(reading)(measured, reading.subgoals, time_limit=plan_seconds)
    score = Judge(skills, library).score(reading, plan, robot, measured)
    found, worlds = rehearse(plan, measured, robot.observe(), skills, physics, copies, seed, threads)
    _show(console, found, score)
    if picture is not None:
        if found.worst is None:
            console.print("no picture: it failed in no copy")
        else:
            with replacing(Path(picture)) as temporary:
                temporary.write_bytes(png(picture_of(worlds, found.worst)))
    if out is not None:
        told: dict[str, Any] = {"instruction": instruction if goal is None else goal, "reading": reading.to_json()}
        told |= {"plan": plan.to_json(), "score": score.to_json(), "rehearsal": found.to_json(), "command": command()}
        write_json(out, told)
    return 0 if found.probability >= sure else 1


def _show(console: Console, found: Rehearsal, score: Score) -> None:
    """Print what the rehearsal came to, beside what the critics say."""
    table = Table("", "step", "rehearsed", "critics", box=None, header_style="bold")
    each = zip(found.plan.steps, found.steps, score.steps, strict=True)
    for number, (step, (well, begun), estimate) in enumerate(each, 1):
        call = Text(written((step.skill, *step.args)))
        said = f"{well} of {begun}" if begun else "never begun"
        table.add_row(str(number), call, said, f"{estimate.probability:.0%} ({estimate.source})")
    if found.plan.steps:
        console.print(table)
    goal = ", ".join(map(written, found.plan.goal))
    console.print(Text(plain(f"{goal}: {found.text}")), soft_wrap=True)
    console.print(f"the critics say {score.plan:.0%}; rehearsed in {found.seconds:.1f} s")
