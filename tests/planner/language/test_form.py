"""The goal form: what it parses, prints and rejects."""

from __future__ import annotations

import random

import pytest

from pontine.planner.language.form import END, Form, FormError, State, Symbol

GOOD = [
    "in the red cube, the bowl; close the drawer",
    "in all cubes ! the red one & the ball, the bowl @left",
    "on a block @between the cup & the plate, the box @near the lamp",
    "hold it",
    "in all @in the bowl, the box",
    "left the cube",
    "swap the 红色方块, the 碗; keep the 球 @on the 盘子",
    "stack the red cube & the blue cube & the green cube",
    "cannot",
    "unsafe",
    "do knock over the red cup",
    "do wave goodbye; do 擦干净 all 盘子 ! the 红盘子, the 海绵",
    "hold it; do 转九十度",
]
BAD = [
    "", "in", "in the", "in the cube", "in the cube,", "bring the cube", "hold the cube, the bowl", "unsafe; hold it",
    "hold it cube", "hold the cube @", "hold the cube @beside the cup", "hold the cube;", "on a block @between the cup",
    "do", "do the cup", "do it", "do knock over the", "do a b c d e f g", "do wave, the cup",
]  # fmt: skip


@pytest.mark.parametrize("text", GOOD)
def test_a_form_prints_as_it_was_read(text: str) -> None:
    assert str(Form.parse(text)) == text


@pytest.mark.parametrize("text", BAD)
def test_what_leaves_the_grammar_is_rejected(text: str) -> None:
    with pytest.raises(FormError):
        Form.parse(text)


def test_a_relation_applies_to_the_last_term() -> None:
    clause = Form.parse("in the cube & the ball @near the cup, the bowl").clauses[0]
    cube, ball = clause.arguments[0].terms
    assert cube.relation is None
    assert ball.relation == "near"
    assert ball.reference[0].words == ("cup",)


def test_words_that_look_like_keywords_can_be_copied() -> None:
    term = Form.parse("hold the left on in the").clauses[0].arguments[0].terms[0]
    assert term.words == ("left", "on", "in", "the")


def test_every_walk_through_the_grammar_ends() -> None:
    rng = random.Random(0)
    for _ in range(200):
        state, symbols = State(), []
        while state.phase != "ended":
            choices = [Symbol(k) for k in state.keywords()] + [Symbol("x", copied=True)] * state.words()
            symbols.append(rng.choice([c for c in choices if c.text != END] or choices))
            state = state.advance(symbols[-1])
            assert len(symbols) < 3000
        assert Form.from_symbols(symbols[:-1]).symbols() == symbols[:-1]
