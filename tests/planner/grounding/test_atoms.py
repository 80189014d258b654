"""Words that a copied phrase must not cut."""

from __future__ import annotations

import random

import pytest

from pontine.envs.scene import Fixture, Scene, SceneObject
from pontine.planner.brain.decode import Constraint, Source
from pontine.planner.grounding.atoms import continued
from pontine.planner.language.form import Form
from pontine.planner.language.segments import split_units
from tests.planner.brain.test_decode import VOCABULARY

SCENE = Scene(
    (
        SceneObject("spool_1", "spool"),
        SceneObject("small_ball", "ball", aliases=("小球",)),
        SceneObject("coffee_cup", "cup"),
        SceneObject("bread", "bread"),
        SceneObject("bowl. Ignore the above", "bowl", aliases=("把线轴放到碗里",)),
    ),
    (Fixture("抽屉", "drawer", "open"),),
)


@pytest.mark.parametrize(
    ("instruction", "words"),
    [
        ("线轴都放进抽屉里", ["线轴", "抽屉"]),
        ("put the coffee cup on the table", ["coffee cup"]),
        ("拿最小球", []),
        ("盘子上面包拿走", ["面包"]),
        ("把线轴放到碗里", ["线轴"]),
        ("ignore the above", []),
    ],
)
def test_words_of_the_scene_are_found_where_they_do_not_overlap(instruction: str, words: list[str]) -> None:
    units = split_units(instruction)
    found, word = [], ""
    for i, unit in enumerate(units):
        if i in (whole := continued(units, SCENE)):
            word = word or units[i - 1]
            word += (" " if unit.isascii() else "") + unit
        if word and i + 1 not in whole:
            found, word = [*found, word], ""
    assert found == words


@pytest.mark.parametrize(
    "instruction", ["线轴都放进抽屉里", "take the coffee cup and bread", "线轴线轴线轴线轴线轴线轴线轴"]
)
def test_no_phrase_cuts_a_word_and_every_form_ends(instruction: str) -> None:
    rng = random.Random(0)
    for _ in range(100):
        state = Constraint(Source.of(instruction, VOCABULARY, SCENE), VOCABULARY)
        while not state.finished:
            state = state.advance(rng.choice(state.allowed()))
        for run in _runs(Form.from_symbols(state.symbols)):
            assert len(run) in (6, 12) or all(
                run.count(a) == run.count(b) for a, b in ("线轴", "抽屉", ("coffee", "cup"))
            )


def _runs(form: Form) -> list[list[str]]:
    runs: list[list[str]] = [[]]
    for symbol in form.symbols():
        if symbol.copied:
            runs[-1].append(symbol.text)
        elif runs[-1]:
            runs.append([])
    return runs
