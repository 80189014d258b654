"""A person at a robot: what was done is remembered for what is said next."""

from __future__ import annotations

from collections.abc import Iterator

from pontine.envs.scene import Scene
from pontine.planner.brain.reader import FormBrain
from pontine.planner.execution.display import Display
from pontine.planner.execution.session import Session
from pontine.planner.language.form import Form
from tests.planner.fakes import FakeRobot, library

FORMS = {"put the red cube in the bowl": "in the red cube, the bowl", "hold the blue cube": "hold the blue cube"}


class Scripted(FormBrain):
    """Writes the forms it was given."""

    def forms(self, instruction: str, scene: Scene | None = None) -> Iterator[tuple[Form, float | None]]:
        yield Form.parse(FORMS[instruction]), 1.0


def test_undo_takes_back_one_instruction_after_the_other() -> None:
    robot = FakeRobot()
    session = Session(robot, Scripted(), library(), Display())
    assert session.do("put the red cube in the bowl", None)
    assert session.do("hold the blue cube", None)
    assert session.do("undo that", None)
    assert robot.world.holding is None
    assert robot.world.object("red_cube").support == "bowl"
    assert session.do("undo", None)
    assert robot.world.object("red_cube").support == "table"
    assert session.turns == []
    assert not session.do("undo", None)


def test_put_it_back_means_the_last_thing() -> None:
    robot = FakeRobot()
    session = Session(robot, Scripted(), library(), Display())
    assert session.do("put the red cube in the bowl", None)
    assert session.do("现在放回去", None)
    assert robot.world.object("red_cube").support == "table"
