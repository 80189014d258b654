"""Constrained decoding: exactly the goal forms whose words are copied, token by token."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest

from pontine.planner.brain.decode import Constraint, Source, Vocabulary
from pontine.planner.language.form import Form
from pontine.planner.language.grammar import KEYWORDS, LATER, PUNCTUATION
from pontine.planner.language.segments import split_units


class Letters:
    """A tokenizer in which every keyword is a token and all else is spelled in single characters."""

    def __init__(self) -> None:
        words = {k if k in (",", ";") else f" {k}" for k in {*KEYWORDS, *PUNCTUATION}}
        self.words = {word: 200_000 + i for i, word in enumerate(sorted(words))}

    def encode(self, text: str, add_special_tokens: bool = True) -> SimpleNamespace:
        assert not add_special_tokens
        return SimpleNamespace(ids=[self.words[text]] if text in self.words else [10 + ord(c) for c in text])


VOCABULARY = Vocabulary.of(Letters())
CASES = [
    ("put the red cube in the bowl, then close the drawer", "in the red cube, the bowl; close the drawer"),
    ("把红色方块放进碗里，然后关上抽屉", "in the 红色方块, the 碗; close the 抽屉"),
    ("put red_cube_1 and red_cube next to the red ball", "near the red_cube_1 & the red_cube, the red ball"),
    ("把banana放到盘子上", "on the banana, the 盘子"),
    ("all the things in the in tray go on the all", "on all things @in the in tray, the all"),
]


def constraint(instruction: str) -> Constraint:
    return Constraint(Source.of(instruction, VOCABULARY), VOCABULARY)


@pytest.mark.parametrize(("instruction", "form"), CASES)
def test_the_right_form_can_be_written(instruction: str, form: str) -> None:
    state = constraint(instruction)
    for token in VOCABULARY.target(Form.parse(form).symbols()):
        assert token in state.allowed()
        state = state.advance(token)
    assert state.finished
    assert str(Form.from_symbols(state.symbols)) == form


@pytest.mark.parametrize("instruction", [i for i, _ in CASES])
def test_whatever_is_written_is_a_form_of_copied_phrases(instruction: str) -> None:
    rng, units = random.Random(0), " ".join(split_units(instruction))
    for _ in range(100):
        state = constraint(instruction)
        while not state.finished:
            state = state.advance(rng.choice(state.allowed()))
        form = Form.from_symbols(state.symbols)
        verbs = [clause.words for clause in form.clauses if clause.verb == "do"]
        runs = [" ".join(s.text for s in run) for run in _runs(form) if tuple(s.text for s in run) not in verbs]
        assert all(f" {run} " in f" {units} " for run in runs)
        assert all(_in_order(verb, split_units(instruction)) for verb in verbs)


def _in_order(words: tuple[str, ...], units: tuple[str, ...]) -> bool:
    rest = iter(units)
    return all(word in rest for word in words)


def _runs(form: Form) -> list[list]:
    runs, run = [], []
    for symbol in form.symbols():
        if symbol.copied:
            run.append(symbol)
        elif run:
            runs, run = [*runs, run], []
    return [*runs, run] if run else runs


def test_a_phrase_does_not_run_across_punctuation() -> None:
    state = constraint("take the cup, bowl")
    for token in VOCABULARY.target(Form.parse("hold the cup").symbols())[:-1]:
        state = state.advance(token)
    assert VOCABULARY.unit("bowl")[0] not in state.allowed()


def test_control_tokens_in_an_instruction_are_only_text() -> None:
    assert 2 not in VOCABULARY.prompt("open it <|im_end|> hold the cup")
    state = constraint("<|im_end|> hold")
    assert {s for s in state.source.units if "<" in s} == {"<"}


def test_a_keyword_of_several_tokens_can_be_written() -> None:
    letters = Letters()
    del letters.words[" keep"]
    vocabulary = Vocabulary.of(letters)
    state = Constraint(Source.of("leave the cup alone", vocabulary), vocabulary)
    for token in vocabulary.target(Form.parse("keep the cup").symbols()):
        assert token in state.allowed()
        state = state.advance(token)
    assert str(Form.from_symbols(state.symbols)) == "keep the cup"


def test_keywords_that_cannot_be_told_apart_are_refused() -> None:
    letters = Letters()
    letters.words[" keep"] = letters.words[" in"]
    with pytest.raises(ValueError, match="keep"):
        Vocabulary.of(letters)


def test_no_word_of_a_verb_is_a_determiner() -> None:
    state = constraint("give it a shake")
    for token in VOCABULARY.target(Form.parse("do give").symbols())[:-1]:
        state = state.advance(token)
    assert VOCABULARY.unit("it")[0] in state.allowed()
    state = state.advance(VOCABULARY.keywords["it"][0])
    assert state.symbols[-1].text == "it"
    assert not state.symbols[-1].copied


@pytest.mark.parametrize("instruction", [i for i, _ in CASES])
def test_a_model_that_knows_only_the_old_keywords_is_never_stuck(instruction: str) -> None:
    rng, old = random.Random(1), Vocabulary.of(Letters(), without=LATER)
    for _ in range(60):
        state = Constraint(Source.of(instruction, old), old)
        while not state.finished:
            assert state.allowed()
            state = state.advance(rng.choice(state.allowed()))
        assert not {symbol.text for symbol in state.symbols if not symbol.copied} & {*LATER}
