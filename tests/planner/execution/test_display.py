from __future__ import annotations

import io

from rich.console import Console

from pontine.envs.scene import Scene, SceneObject
from pontine.planner.execution.display import Display
from pontine.planner.execution.run import perform
from pontine.planner.reading import question, subgoals
from tests.planner.fakes import FakeRobot, FakeSkill, dropped, library, make_plan, placed


def shown(robot: FakeRobot, reading, skills) -> str:  # type: ignore[no-untyped-def]
    out = io.StringIO()
    display = Display(Console(file=out, width=120, highlight=False))
    display.scene(robot.scene())
    perform("do it", robot, lambda text, scene: reading, skills, planner=make_plan, tell=display)
    return out.getvalue()


def test_plan_steps_and_outcome_are_shown_in_order() -> None:
    skills = library(place=FakeSkill(placed, fails=[0], instead=dropped))
    text = shown(FakeRobot(), subgoals(("in", "red_cube", "bowl"), confidence=0.93), skills)
    order = [
        "read as  in(red_cube, bowl)   (93% sure)", "plan 1", "pick(red_cube)", "done   pick(red_cube)",
        "failed place(red_cube, in, bowl)", "planning again: ", "plan 2", "goal reached: in(red_cube, bowl)",
    ]  # fmt: skip
    at = [text.index(line) for line in order]
    assert at == sorted(at)


def test_a_question_is_shown_as_it_is() -> None:
    text = shown(FakeRobot(), question("Which one: [red] or [/blue]?", ("a", "b")), library())
    assert "question: Which one: [red] or [/blue]?" in text
    assert "nothing was moved (grounding)" in text


def test_names_are_free_text() -> None:
    scene = Scene((SceneObject("[bold]杯子[/nothing]", "cup"),))
    assert "[bold]杯子[/nothing]" in shown(FakeRobot(scene), question("?"), library())
