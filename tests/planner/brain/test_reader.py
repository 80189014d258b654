"""Which of several forms is believed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pontine.envs.scene import Scene, SceneObject
from pontine.planner.brain.reader import FormBrain
from pontine.planner.language.form import Form

SCENE = Scene(
    (
        SceneObject("spool", "spool"),
        SceneObject("red_cup", "cup", "red", container=True),
        SceneObject("blue_cup", "cup", "blue", container=True),
        SceneObject("tin", "tin", container=True),
    )
)


class Scripted(FormBrain):
    """Writes the forms it was given, and counts how many were asked for."""

    def __init__(self, *forms: tuple[str, float | None]) -> None:
        self.scripted, self.asked = forms, 0

    def forms(self, instruction: str, scene: Scene | None = None) -> Iterator[tuple[Form, float | None]]:
        for text, chance in self.scripted:
            self.asked += 1
            yield Form.parse(text), chance


WHOLE = "in the spool, the tin"


@pytest.mark.parametrize(
    ("forms", "kind", "asked"),
    [
        ([(WHOLE, 0.5), ("cannot", 0.4)], "subgoals", 1),
        ([("in the spo, the tin", 0.5), (WHOLE, 0.3)], "subgoals", 2),
        ([("in the thread, the tin", 0.97), (WHOLE, 0.02)], "refusal", 1),
        ([("in the spool, the cup", 0.6), (WHOLE, 0.3)], "subgoals", 2),
        ([("in the spool, the cup", 0.9), ("in the spool, the red cup", 0.06)], "question", 2),
        ([("hold the spool", 0.9), (WHOLE, 0.04)], "question", 2),
        ([("hold the spool", 0.9), (WHOLE, 0.08)], "subgoals", 2),
        ([("unsafe", 0.4), (WHOLE, 0.4)], "refusal", 1),
        ([("cannot", 0.9), (WHOLE, 0.08)], "refusal", 1),
        ([("in the pony, the tin", None), (WHOLE, None)], "refusal", 1),
    ],
)
def test_what_can_be_carried_out_is_preferred_if_it_is_likely_enough(
    forms: list[tuple[str, float | None]], kind: str, asked: int
) -> None:
    brain = Scripted(*forms)
    reading = brain.read("put the spool in the tin", SCENE)
    assert reading.kind == kind
    assert brain.asked == asked


def test_words_of_taking_back_are_no_things() -> None:
    brain = Scripted(("in the 错了, the 碗", 0.9), ("in the 线轴, the 碗", 0.03))
    scene = Scene((SceneObject("线轴", "spool"), SceneObject("碗", "bowl", container=True)))
    assert brain.read("线轴放盘子上，哦说错了，是放碗里", scene).subgoals == (("in", "线轴", "碗"),)


@pytest.mark.parametrize(
    ("instruction", "forms", "goals"),
    [
        (
            "could you reach for the spool",
            [("hold the spool", 0.95), ("do reach for the spool", 0.03)],
            [("hand_over", "spool")],
        ),
        (
            "could you hover over the spool",
            [("unsafe", 0.95), ("do hover over the spool", 0.03)],
            [("hand_over", "spool")],
        ),
        ("take the spool", [("hold the spool", 0.95), ("do reach the spool", 0.03)], [("holding", "spool")]),
        (
            "could you reach for the spool",
            [("hold the spool", 0.95), ("do reach for the spool", 0.003)],
            [("holding", "spool")],
        ),
    ],
)
def test_a_skill_that_is_named_word_for_word_is_meant(
    instruction: str, forms: list[tuple[str, float]], goals: list[tuple[str, ...]]
) -> None:
    assert list(Scripted(*forms).read(instruction, SCENE).subgoals) == goals


def test_a_verb_that_no_skill_is_called_is_named_rather_than_taken_for_harm() -> None:
    reading = Scripted(("do squash the spool", 0.6), ("unsafe", 0.3)).read("squash the spool", SCENE)
    assert reading.text == "I cannot squash."


@pytest.mark.parametrize(
    ("instruction", "verb", "noun"),
    [
        ("and now the spool", "and", "spool"),
        ("now the spool", "spool", "spool"),
        ("然后线轴", "然后", "线轴"),
        ("线轴再", "线轴再", "线轴"),
    ],
)
def test_what_joins_sentences_or_is_the_name_of_a_thing_is_no_verb(instruction: str, verb: str, noun: str) -> None:
    scene = Scene((SceneObject("spool", "spool", aliases=("线轴",)), SceneObject("tin", "tin", aliases=("铁罐",))))
    wrong = (f"do {verb} the {noun}", 0.6)
    assert Scripted(wrong, (f"hold the {noun}", 0.3)).read(instruction, scene).subgoals == (("holding", "spool"),)
    assert Scripted(wrong).read(instruction, scene).kind == "question"


def test_a_reading_says_by_which_words_it_was_made() -> None:
    reading = Scripted((WHOLE, 0.9)).read("put the spool into the tin", SCENE)
    assert reading.words == ("spool", "tin")
    assert reading.to_json()["words"] == ["spool", "tin"]
    assert Scripted(("in the 线轴, the 罐子", 0.9)).read("把线轴放进罐子", SCENE).words == ("线轴", "罐子")
    assert Scripted(("in the pony, the tin", 0.9)).read("put the pony into the tin", SCENE).words == ("pony", "tin")
