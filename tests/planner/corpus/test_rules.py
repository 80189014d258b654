"""The rules of the training sentences: they end, their forms are forms, and every part of the goal form is taught."""

from __future__ import annotations

import random
import re

import pytest

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.planner.corpus.chinese import Chinese
from pontine.planner.corpus.english import English
from pontine.planner.corpus.manners import copied
from pontine.planner.corpus.rules import Rules
from pontine.planner.corpus.templates import load
from pontine.planner.language import grammar
from pontine.planner.language.form import Form
from pontine.planner.language.languages import languages
from pontine.planner.language.segments import split_units
from pontine.planner.tuning.corpus import parsed, samples

SLOT = re.compile(r"\{([a-z_]+?)\d*\}")


def test_a_piece_has_its_words_in_the_text_and_its_form_in_the_form() -> None:
    told = {
        "order": ["put {the} in {the2} => in {the}, {the2}"],
        "the": ["the {noun} => the {noun}"],
        "noun": ["[red|red] cup", "0: bowl"],
    }
    said = Rules(told).draw("order", random.Random(0))
    assert (said.text, said.form) == ("put the red cup in the red cup", "in the red cup, the red cup")


def test_what_is_wrong_with_rules_is_said() -> None:
    with pytest.raises(UnknownNameError, match="noun"):
        Rules({"the": ["the {noun}"]}).draw("the", random.Random(0))
    with pytest.raises(PontineError, match="does not end"):
        Rules({"a": ["{a} and {a}"]}).draw("a", random.Random(0))


@pytest.mark.parametrize("language", languages())
def test_all_that_a_form_says_stands_in_the_text(language: str) -> None:
    rules = load(language, "rules")
    for lines in rules.values():
        for line in lines:
            text, arrow, form = line.partition(" => ")
            if arrow:
                slots = {found[0] for found in SLOT.finditer(text)}
                assert {found[0] for found in SLOT.finditer(form)} <= slots, line
    used = {found[1] for lines in rules.values() for line in lines for found in SLOT.finditer(line)}
    assert set(rules) - used <= {"sentence", "leftward", "clause_of_rules"}


@pytest.mark.parametrize("speaker", [English, Chinese])
def test_what_rules_draw_are_forms_of_their_texts(speaker: type[English | Chinese]) -> None:
    says = speaker(random.Random(12))
    unfit = []
    for line in says.rules.told["sentence"]:
        for _ in range(40):
            said = says.rules.draw(SLOT.findall(line)[0], says.rng)
            if (form := parsed(said.form)) is None:
                unfit.append(said)
                continue
            spaced = f" {' '.join(split_units(said.text))} "
            assert all(f" {' '.join(phrase)} " in spaced for phrase in copied(form)), said
    assert len(unfit) < 5, unfit


def test_every_part_of_the_goal_form_is_taught_in_every_language() -> None:
    taught: dict[str, set[str]] = {code: set() for code in languages()}
    for sample in samples(seed=11, chunk=0, count=4000, chinese=0.5):
        assert Form.parse(str(sample.form)) == sample.form
        taught[sample.language] |= {symbol.text for symbol in sample.form.symbols() if not symbol.copied}
    for code, found in taught.items():
        assert set(grammar.KEYWORDS) - found <= {"five", "six", "seven", "eight", "nine", "ten"}, code
