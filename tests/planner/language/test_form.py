"""The goal form: what it parses, prints and rejects."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pontine.planner.language.form import Form
from pontine.planner.language.grammar import END, KEYWORDS, PUNCTUATION, FormError, State, Symbol

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
    "if not there a orange; hold the lemon; else; on it, the plate; endif; not press the button",
    "ask not in any, the bowl",
    "move the cup & the glass, by left & by 5 cm @from the bowl; do push it, spot @between the cup & the box",
    "which any @held",
]
README = (Path(__file__).parents[3] / "planner" / "README.md").read_text(encoding="utf-8")
SHOWN = [form for row in re.findall(r"^\| [^`|]+ \| (`.+) \|$", README, re.M) for form in re.findall(r"`([^`]+)`", row)]
BAD = [
    "", "in", "in the", "in the cube", "in the cube,", "bring the cube", "hold the cube, the bowl", "unsafe; hold it",
    "hold it cube", "hold the cube @", "hold the cube @beside the cup", "hold the cube;", "on a block @between the cup",
    "do", "do the cup", "do it", "do knock over the", "do a b c d e f g", "do wave, the cup",
    "else; hold it", "if there a cup", "if open the drawer; hold it", "if there a cup; if", "endif; hold it",
    "not unsafe", "which it; why", "move it, the bowl", "move it, by", "move it, spot", "move it, spot @under it",
    "in it, by left", "hold each cup", "ask near the cup", "is the cup, as red", "which the one @is the red",
    "in all cubes, own bowl ! the red one", "if there a cup; hold it; else; hold it; else; hold it",
]  # fmt: skip


@pytest.mark.parametrize("text", [*GOOD, *SHOWN])
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


def test_a_clause_knows_what_stands_before_its_verb() -> None:
    clauses = Form.parse("if not in any, the bowl; hold it; else; not open the drawer").clauses
    assert [(c.mark, c.negated, c.verb) for c in clauses] == [
        ("if", True, "in"), ("", False, "hold"), ("", False, "else"), ("", True, "open"),
    ]  # fmt: skip


def test_the_readme_shows_forms() -> None:
    assert len(SHOWN) > 40
    verbs = {clause.verb for form in SHOWN for clause in Form.parse(form).clauses}
    assert {"in", "move", "row", "is", "else", "which", "count", "why"} <= verbs


@given(st.lists(st.integers(0, 10**6), max_size=120))
def test_every_walk_through_the_grammar_is_a_form(turns: list[int]) -> None:
    state, symbols = State(), []
    while state.phase != "ended":
        choices = [Symbol(k) for k in state.keywords()] + [Symbol("x", copied=True)] * state.words()
        if turns:
            symbols.append(choices[turns.pop() % len(choices)])
        else:
            # The shortest way out.
            short = [Symbol(END), Symbol(","), Symbol(";"), Symbol("x", copied=True), Symbol("hold"), Symbol("the")]
            symbols.append(next((c for c in short if c in choices), choices[0]))
        state = state.advance(symbols[-1])
    form = Form.from_symbols(symbols[:-1])
    assert form.symbols() == symbols[:-1]
    assert Form.parse(str(form)) == form


@given(st.lists(st.sampled_from([*KEYWORDS, *PUNCTUATION, "x"]), max_size=12))
def test_what_is_no_form_is_said_to_be_none(pieces: list[str]) -> None:
    try:
        form = Form.parse(" ".join(pieces))
    except FormError:
        return
    assert Form.parse(str(form)) == form


def test_every_walk_through_the_grammar_ends() -> None:
    rng = random.Random(0)
    for _ in range(40):
        state, symbols = State(), []
        while state.phase != "ended":
            choices = [Symbol(k) for k in state.keywords()] + [Symbol("x", copied=True)] * state.words()
            symbols.append(rng.choice([c for c in choices if c.text != END] or choices))
            state = state.advance(symbols[-1])
            assert len(symbols) < 30_000
        assert Form.from_symbols(symbols[:-1]).symbols() == symbols[:-1]
