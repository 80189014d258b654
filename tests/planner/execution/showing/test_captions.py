"""What stands in the picture of a film."""

from __future__ import annotations

import numpy as np

from pontine.envs.simulated import SimulatedRobot
from pontine.planner.execution.events import Heard, Planned, StepStarted
from pontine.planner.execution.showing.captions import caption
from tests.planner.console.test_story import BEGUN, PICK, PLACE, PLAN, ended
from tests.planner.fakes import TABLETOP, move


def test_it_says_what_was_said_the_plan_and_what_holds() -> None:
    events = (*BEGUN, Planned(PLAN, 1, ""), StepStarted(PICK), ended(PICK), StepStarted(PLACE))
    assert caption(events, TABLETOP).splitlines() == [
        '"put it in"',
        "in(red_cube, bowl)",
        "+ pick(red_cube)",
        "> place(red_cube, in, bowl)",
        "[ ] in(red_cube, bowl)",
    ]
    failed = (*events, ended(PLACE, ("in", "red_cube", "bowl")))
    assert "- place(red_cube, in, bowl)" in caption(failed, TABLETOP)
    again = caption((*failed, Planned(PLAN, 2, "it slipped")), move(TABLETOP, "red_cube", "bowl"))
    assert again.splitlines()[2:] == ["  pick(red_cube)", "  place(red_cube, in, bowl)", "[x] in(red_cube, bowl)"]


def test_before_anything_was_said_there_is_nothing() -> None:
    assert caption((), TABLETOP) == ""
    assert caption((Heard("把它放进去", TABLETOP),), TABLETOP) == '"把它放进去"'


def test_it_is_drawn_into_the_corner_and_nowhere_else() -> None:
    robot = SimulatedRobot([])
    bare = robot.render(320, 240, quality="fast")
    told = robot.render(320, 240, quality="fast", caption="pick 方块\nplace")
    robot.close()
    rows, columns = np.nonzero((bare != told).any(-1))
    assert len(rows) > 50
    assert rows.max() < 120
    assert columns.max() < 200
