"""Words that nobody wrote down, and words that are misspelt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pontine.envs.scene import Scene, SceneObject
from pontine.planner.grounding.grounder import ground
from pontine.planner.grounding.naming.query import find
from pontine.planner.grounding.naming.spelling import mended
from pontine.planner.language.form import Form
from pontine.planner.language.segments import split_units

BREAKFAST = Scene(
    tuple(SceneObject(n, n) for n in ("flashlight", "lemon", "cream_cheese", "apple", "couch", "篮子", "香蕉"))
)


@pytest.mark.parametrize(
    ("said", "taken", "asked"),
    [
        ("torch", ["flashlight"], []),
        ("citrus fruit", ["lemon"], []),
        ("yellow citrus fruit", [], ["lemon"]),
        ("soft cheese", ["cream_cheese"], []),
        ("granny smith", [], ["apple"]),
        ("香焦", [], ["香蕉"]),
        ("lanzi", [], ["篮子"]),
        ("籃子", ["篮子"], []),
        ("unicorn", [], []),
        ("独角兽", [], []),
    ],
)
def test_what_is_sure_is_taken_and_what_is_near_is_asked_about(said: str, taken: list[str], asked: list[str]) -> None:
    found = find(split_units(said), BREAKFAST.objects)
    assert ([t.name for t in found.things], [t.name for t in found.near]) == (taken, asked)


def test_the_question_names_both() -> None:
    reading = ground(Form.parse("hold the granny smith"), BREAKFAST)
    assert (reading.kind, reading.options) == ("question", ("apple",))
    assert "granny smith" in reading.text
    assert "apple" in reading.text


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("opne the draawer", "open the drawer"),
        ("Put teh grean cube in the bwol!", "Put the green cube in the bowl!"),
        ("put the crag on the bell, don't hurry", "put the crag on the bell, don't hurry"),
        ("grab the qwxz", "grab the qwxz"),
        ("把红方块 giv 我", "把红方块 give 我"),
    ],
)
def test_slips_are_mended_and_words_are_left(said: str, meant: str) -> None:
    things = (SceneObject("green_cube", "cube", "green"), SceneObject("bowl", "bowl"), SceneObject("drawer", "drawer"))
    assert mended(said, Scene(things)) == meant


@given(st.text(max_size=60))
def test_nothing_but_latin_words_is_touched(text: str) -> None:
    out = mended(text, BREAKFAST)
    assert [c for c in out if not (c.isascii() and c.isalpha())] == [
        c for c in text if not (c.isascii() and c.isalpha())
    ]
