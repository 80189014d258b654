"""Short conversations, through the session's door, with a brain that writes the forms it was given: what needs a model
is written down, what is said about it is what is tested."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pytest

from pontine.envs.predicates import holds
from pontine.envs.scene import Scene, SceneObject
from pontine.planner.brain.reader import FormBrain, NoFormError
from pontine.planner.execution.session import Session
from pontine.planner.language.form import Form
from pontine.planner.reading import Reading
from tests.planner.fakes import FakeRobot, library

TABLE_OF = Scene(
    (
        SceneObject("red_cube", "cube", "red", (0.2, 0.12, 0.015), size=(0.03, 0.03, 0.03)),
        SceneObject("blue_cube", "cube", "blue", (0.2, -0.05, 0.015), size=(0.03, 0.03, 0.03)),
        SceneObject("green_ball", "ball", "green", (0.3, 0.05, 0.015), size=(0.03, 0.03, 0.03)),
        SceneObject("apple", "apple", position=(0.3, 0.15, 0.0), size=(0.05, 0.05, 0.05)),
        SceneObject("bowl", "bowl", "white", (0.25, -0.12, 0.0), size=(0.1, 0.1, 0.04), container=True),
    )
)
FORMS = {
    "put the red cube in the bowl": "in the red cube, the bowl",
    "put the blue cube in the bowl": "in the blue cube, the bowl",
    "hold the blue cube": "hold the blue cube",
    "put the cube in the bowl": "in the cube, the bowl",
    "把方块放进碗里": "in the 方块, the 碗",
    "hold the granny smith": "hold the granny smith",
    "put the gizmo in the bowl": "in the gizmo, the bowl",
    "move the red cube": "move the red cube",
    "move the red cube into the bowl": "in the red cube, the bowl",
    "hold the cube": "hold the cube",
    "把红方块放进碗里": "in the 红方块, the 碗",
}


class Scripted(FormBrain):
    """Writes the forms it was given, and none for anything else."""

    def forms(self, instruction: str, scene: Scene | None = None) -> Iterator[tuple[Form, float | None]]:
        if instruction not in FORMS:
            raise NoFormError("there is none")
        yield Form.parse(FORMS[instruction]), 1.0


@dataclass(frozen=True)
class Line:
    """What a person says, the answers to what they are asked, and what must hold then, or what is said back; the last
    question that an instruction comes to offers `offers`."""

    said: str
    holds: Sequence[str] = ()
    answers: Sequence[str] = ()
    says: str = ""
    offers: Sequence[str] = ()


RED, BLUE = (
    Line("put the red cube in the bowl", ["in red_cube bowl"]),
    Line("hold the blue cube", ["holding blue_cube"]),
)

SESSIONS = {
    "left": [Line("put the cube in the bowl", ["in red_cube bowl", "on blue_cube table"], ["the left one"])],
    "right, zh": [Line("把方块放进碗里", ["in blue_cube bowl", "on red_cube table"], ["右边那个"])],
    "either": [Line("put the cube in the bowl", ["in red_cube bowl"], ["either one is fine"])],
    "either, zh": [Line("把方块放进碗里", ["in red_cube bowl"], ["都行"])],
    "second": [Line("hold the cube", ["holding blue_cube"], ["the second one"])],
    "color, zh": [Line("把方块放进碗里", ["in blue_cube bowl"], ["蓝色的"])],
    "yes": [Line("hold the granny smith", ["holding apple"], ["yes please"])],
    "no": [Line("hold the granny smith", ["on apple table"], ["no"], says="granny smith")],
    "into the bowl": [Line("move the red cube", ["in red_cube bowl"], ["into the bowl"])],
    "what was not understood is asked again": [
        Line("put the cube in the bowl", ["in blue_cube bowl"], ["well, you know", "the blue one"])
    ],
    "the other": [RED, Line("no, the other one", ["in blue_cube bowl", "on red_cube table"])],
    "the other, zh": [
        Line("把红方块放进碗里", ["in red_cube bowl"]),
        Line("不是这个，另一个", ["in blue_cube bowl", "on red_cube table"]),
    ],
    "the same": [RED, Line("do the same with the green one", ["in green_ball bowl", "in red_cube bowl"])],
    "as well": [RED, Line("and the blue one as well", ["in blue_cube bowl", "in red_cube bowl"])],
    "as well, zh": [
        Line("把红方块放进碗里", ["in red_cube bowl"]),
        Line("蓝色的也一样", ["in blue_cube bowl", "in red_cube bowl"]),
    ],
    "again": [
        RED,
        Line("put it back", ["on red_cube table"]),
        Line("hold the blue cube", ["holding blue_cube"]),
        Line("again", ["holding blue_cube"]),
    ],
    "again, after it was taken back": [
        Line("put the cube in the bowl", ["in red_cube bowl"], ["1"]),
        Line("once more", ["in red_cube bowl"], ["red"]),
    ],
    "stop": [RED, Line("stop!", ["in red_cube bowl"], says="Nothing is moving"), Line("停！", says="没有在动")],
    "undo to the beginning": [
        RED,
        BLUE,
        Line("undo", ["on blue_cube table", "in red_cube bowl"]),
        Line("undo that please", ["on red_cube table"]),
        Line("undo", ["on red_cube table"], says="nothing to take back"),
    ],
    "undo with something in the hand": [
        BLUE,
        Line("put the red cube in the bowl", ["in red_cube bowl", "not holding blue_cube"]),
        Line("undo", ["on red_cube table"]),
        Line("撤销", ["on blue_cube table", "not holding red_cube"]),
    ],
    "why": [RED, Line("why?", says="in(red_cube, bowl)"), Line("为什么这么做？", says="in(red_cube, bowl)")],
    "why, of nothing": [Line("why did you do that", says="Nothing was done")],
    "see": [RED, Line("what do you see?", says="red_cube (bowl)"), Line("你看见了什么", says="我看到red_cube（bowl）")],
    "can": [Line("what can you do?", says="pick"), Line("你会做什么？", says="放置")],
    "there is no other": [
        Line("hold the granny smith", ["holding apple"], ["对"]),
        Line("the other one", offers=["red_cube"]),
    ],
}


@pytest.mark.parametrize("lines", SESSIONS.values(), ids=SESSIONS)
def test_a_conversation(lines: Sequence[Line]) -> None:
    robot, left = FakeRobot(TABLE_OF), list[str]()

    def ask(asked: Reading) -> str | None:
        return left.pop(0) if left else None

    session = Session(robot, Scripted(), library(), ask=ask)
    for line in lines:
        left[:] = line.answers
        report = session.do(line.said)
        assert left == [], report.reading
        assert line.says in report.reading.text, report.reading
        assert set(line.offers) <= set(report.reading.options), report.reading
        for told in line.holds:
            assert holds(robot.world, tuple(told.split())), (told, report.reading)


def test_there_are_enough_conversations() -> None:
    assert len(SESSIONS) >= 18


def test_left_in_an_answer_is_left_of_whoever_speaks() -> None:
    robot = FakeRobot(replace(TABLE_OF, speaker="opposite"))
    session = Session(robot, Scripted(), library(), ask=lambda asked: "the left one")
    assert session.do("put the cube in the bowl").goal_reached
    assert holds(robot.world, ("in", "blue_cube", "bowl"))
