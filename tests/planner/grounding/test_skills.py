"""Copied verbs and the skills that they ask for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import pytest

from pontine.envs.scene import Scene, SceneObject
from pontine.planner.dialogue.followup import set_phrase, skill_phrase
from pontine.planner.grounding import skills
from pontine.planner.grounding.grounder import ground
from pontine.planner.language.form import Form
from pontine.planner.language.segments import split_units
from pontine.policies.skills.object_skills import PushSkill
from pontine.policies.skills.operator import Operator
from pontine.policies.skills.skill import SKILLS

SCENE = Scene(
    (
        SceneObject("red_cylinder", "cylinder", "red", (0.2, 0.1, 0.03), size=(0.03, 0.03, 0.06)),
        SceneObject("blue_cylinder", "cylinder", "blue", (0.2, -0.1, 0.03), size=(0.03, 0.03, 0.06)),
        SceneObject("plate", "plate", None, (0.25, 0.0, 0.01), size=(0.12, 0.12, 0.01)),
    )
)


@pytest.fixture
def topple() -> Iterator[None]:
    """A skill of a stranger, whose words Pontine has never seen."""

    class Topple(PushSkill):
        name, task = "topple_for_test", "topple_for_test"
        words: ClassVar = {"en": ("glorp over", "frobnicate"), "zh": ("推倒", "咕噜")}
        operator = Operator({"object": "thing"}, (("not", "holding", "*"),), (("on", "?object", "table"),))

    SKILLS.register(Topple)
    yield
    del SKILLS._found[Topple.name], SKILLS._origins[Topple.name]


@pytest.mark.usefixtures("topple")
@pytest.mark.parametrize(
    "form",
    [
        "do glorp over the red cylinder", "do frobnicate the red cylinder", "do frobnicating the red cylinder",
        "do frobnicates the red cylinder", "do 推倒 the 红色圆柱", "do 推倒一下 the 红色圆柱", "do 推倒了 the 红色圆柱",
        "do 咕噜咕噜 the 红色圆柱", "do 咕噜一咕噜 the 红色圆柱",
        "do 推倒在地 the 红色圆柱", "do glorp the red cylinder",
    ],
)  # fmt: skip
def test_the_words_of_a_registered_skill_are_understood(form: str) -> None:
    reading = ground(Form.parse(form), SCENE)
    assert reading.subgoals == (("on", "red_cylinder", "table"),)


@pytest.mark.usefixtures("topple")
def test_a_skill_is_done_to_each_thing_and_beside_other_goals() -> None:
    reading = ground(Form.parse("do glorp over all cylinders; left the plate, the red cylinder"), SCENE)
    assert reading.subgoals == (
        ("on", "red_cylinder", "table"),
        ("on", "blue_cylinder", "table"),
        ("left_of", "plate", "red_cylinder"),
    )


@pytest.mark.parametrize(
    ("form", "language", "said"),
    [
        ("do pour the milk, the plate", "en", "I cannot pour."),
        ("do glorp over the red cylinder", "en", "I cannot glorp over."),
        ("hold the red cylinder; do 擦干净 the 盘子", "zh", "我不会擦干净。"),
        ("do turn off the lamp", "en", "I cannot turn off."),
        ("do pull the plate", "en", "I cannot pull."),
    ],
)
def test_what_no_skill_is_called_is_refused_by_its_word(form: str, language: str, said: str) -> None:
    reading = ground(Form.parse(form), SCENE, language)
    assert (reading.kind, reading.reason, reading.text) == ("refusal", "unsupported", said)


@pytest.mark.parametrize(
    ("form", "goals"),
    [
        ("do go home", [("hand_home",)]),
        ("do 回原位", [("hand_home",)]),
        ("do reach for the red cylinder", [("hand_over", "red_cylinder")]),
        ("do 伸向 the 盘子", [("hand_over", "plate")]),
        ("do reach the left", [("hand_over", "left")]),
        ("do hover over the right", [("hand_over", "right")]),
        ("right the plate, the red cylinder", [("right_of", "plate", "red_cylinder")]),
        ("do lift the blue cylinder", [("holding", "blue_cylinder")]),
    ],
)
def test_the_shipped_skills_are_reached_by_words(form: str, goals: list[tuple[str, ...]]) -> None:
    assert list(ground(Form.parse(form), SCENE).subgoals) == goals


@pytest.mark.parametrize(
    ("form", "kind"),
    [("do lift the plate", "refusal"), ("do reach", "question"), ("do push the plate", "question")],
)
def test_what_is_not_told_is_asked_for(form: str, kind: str) -> None:
    assert ground(Form.parse(form), SCENE).kind == kind


@pytest.mark.parametrize("said", ["Go home.", "please go home now", "回原位", "请回到原位吧", "return home please"])
def test_a_skill_that_is_done_to_nothing_needs_no_model(said: str) -> None:
    form = set_phrase(said)
    assert form is not None
    assert ground(form, SCENE).subgoals == (("hand_home",),)
    assert Form.parse(str(form)) == form


@pytest.mark.parametrize(
    ("said", "form"),
    [
        ("Please reach for the red cylinder.", "do reach for the red cylinder"),
        ("伸向红色圆柱", "do 伸向 the 红色圆柱"),
        ("把红色圆柱指向吧", "do 指向 the 红色圆柱"),
        ("reach the red cylinder over there", None),
        ("reach for the moon", None),
        ("take the red cylinder", None),
    ],
)
def test_the_words_of_a_skill_and_of_a_thing_need_no_model(said: str, form: str | None) -> None:
    found = skill_phrase(said, SCENE)
    assert (None if found is None else str(found)) == form


def test_every_shipped_skill_is_meant_by_each_of_its_words() -> None:
    for skill in SKILLS.own():
        for said in skill.words.values():
            for word in said:
                assert skill in skills.meant(split_units(word)), word


def test_a_verb_that_is_what_a_thing_is_called_makes_no_sense() -> None:
    assert ground(Form.parse("do red cylinder"), SCENE).half
    assert not ground(Form.parse("do dance"), SCENE).half
    assert not ground(Form.parse("do plate the red cylinder"), SCENE).half


@pytest.mark.usefixtures("topple")
def test_what_a_skill_is_called_is_a_verb_whatever_the_scene_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skills, "Subject", lambda thing: pytest.fail("the scene was looked through"))
    assert not skills.no_verb(("frobnicate",), SCENE)
