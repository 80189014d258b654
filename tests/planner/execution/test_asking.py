from __future__ import annotations

from collections.abc import Sequence

import pytest

from pontine.envs.scene import Scene, SceneObject
from pontine.planner.dialogue.replies import Told, chosen
from pontine.planner.execution.asking import read_asking, without
from pontine.planner.reading import Reading, Turn, question, subgoals
from tests.planner.fakes import TABLETOP

OPTIONS = ("red_cube", "blue_cube")


class AmbiguousBrain:
    """Asks which cube as long as it sees two, and takes the one there is."""

    def __init__(self) -> None:
        self.read_texts: list[str] = []

    def read(self, instruction: str, scene: Scene, turns: Sequence[Turn] = ()) -> Reading:
        self.read_texts.append(instruction)
        cubes = [o.name for o in scene.objects if o.kind == "cube" and (o.color or "") in instruction]
        cubes = cubes or [o.name for o in scene.objects if o.kind == "cube"]
        return subgoals(("in", cubes[0], "bowl")) if len(cubes) == 1 else question("Which cube?", tuple(cubes))


@pytest.mark.parametrize(
    ("answer", "picked"),
    [
        ("1", "red_cube"), ("2", "blue_cube"), ("blue_cube", "blue_cube"), ("the red one", "red_cube"),
        (" The BLUE cube ", "blue_cube"), ("3", Told.UNCLEAR), ("the cube", Told.UNCLEAR),
        ("the green one", Told.UNCLEAR), ("", Told.UNCLEAR),
    ],
)  # fmt: skip
def test_an_answer_picks_an_option(answer: str, picked: str | Told) -> None:
    assert chosen(answer, question("Which cube?", OPTIONS), TABLETOP) == picked


def ask_with(*answers: str | None) -> tuple[AmbiguousBrain, Reading]:
    brain, left = AmbiguousBrain(), iter(answers)
    return brain, read_asking(brain, "put the cube in the bowl", TABLETOP, lambda asked: next(left))


def test_a_picked_option_is_used() -> None:
    brain, reading = ask_with("2")
    assert reading.subgoals == (("in", "blue_cube", "bowl"),)
    assert brain.read_texts == ["put the cube in the bowl"] * 2


@pytest.mark.parametrize("number", ["9", "0", " 3 ", "９"])
def test_a_number_that_no_option_has_is_asked_again(number: str) -> None:
    brain, reading = ask_with(number, "2")
    assert reading.subgoals == (("in", "blue_cube", "bowl"),)
    assert brain.read_texts == ["put the cube in the bowl"] * 2


def test_another_answer_is_the_instruction_said_better() -> None:
    brain, reading = ask_with("put a green thing in it", "put the red cube in the bowl")
    assert reading.subgoals == (("in", "red_cube", "bowl"),)
    assert brain.read_texts[1:] == ["put a green thing in it", "put the red cube in the bowl"]


@pytest.mark.parametrize("answers", [(None,), ("",), ("what?",) * 3])
def test_a_question_that_is_not_answered_stays_one(answers: Sequence[str | None]) -> None:
    assert ask_with(*answers)[1].kind == "question"


def test_what_stood_on_an_object_that_is_not_meant_stays_in_the_scene() -> None:
    stacked = Scene((SceneObject("red_cube", "cube"), SceneObject("ball", "ball", support="red_cube")), holding=None)
    assert without(stacked, ["red_cube"]).object("ball").support is None
