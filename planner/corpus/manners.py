"""How people say what they want: talk around it, hesitation, no punctuation, slips of the keyboard.

A manner changes an instruction and leaves what it means; only a word with a slip in it is copied with the slip.
"""

from __future__ import annotations

import random
from collections.abc import Sequence, Set

from pontine.planner.corpus.templates import expand, load
from pontine.planner.language.form import Form
from pontine.planner.language.grammar import SKILL, Symbol
from pontine.planner.language.segments import is_cjk, is_word, join_units, split_units

NARRATED, SPOKEN, SLIPPED = 0.12, 0.12, 0.03
"""Shares of instructions with talk around them, as they are spoken, and with a slip of the keyboard."""

SHORTEST_SLIPPED = 4
"""Letters of the shortest word that gets a slip."""


def say(text: str, form: Form, language: str, rng: random.Random) -> tuple[str, Form]:
    """An instruction as somebody would say it, and its form."""
    told = load(language, "manners")
    if rng.random() < NARRATED:
        shape = rng.random()
        text = (expand(told["before"], rng) if shape < 0.6 else "") + text
        text += expand(told["after"], rng) if shape > 0.4 else ""
    if rng.random() < SPOKEN:
        text = _spoken(split_units(text), form, told["fillers"], rng)
    if rng.random() < SLIPPED:
        return _slipped(split_units(text), form, rng)
    return text, form


def _spoken(units: Sequence[str], form: Form, fillers: Sequence[str], rng: random.Random) -> str:
    """Without punctuation, with words of hesitation, and with words said twice."""
    if rng.random() < 0.7:
        units = [unit for unit in units if is_word(unit)]
    whole, begun = _inside(units, form)
    out: list[str] = []
    for i, unit in enumerate(units):
        # Nobody hesitates within a Chinese word, and where words end is only known before what is copied.
        free = i not in whole and (not is_cjk(unit[0]) or i in begun or i == 0)
        if free and rng.random() < (0.3 if is_cjk(unit[0]) else 0.16):
            twice = out and is_word(out[-1]) and rng.random() < 0.3
            out += [out[-1]] if twice else split_units(rng.choice(fillers))
        out.append(unit)
    return join_units(out)


def _inside(units: Sequence[str], form: Form) -> tuple[Set[int], Set[int]]:
    """The places of units before which nothing may be put, which are those within what the form copies and the one
    behind it, so that no copied word is said twice; and the places where it begins."""
    inside: set[int] = set()
    begun: set[int] = set()
    for phrase in copied(form):
        for start in range(len(units) - len(phrase) + 1):
            if tuple(units[start : start + len(phrase)]) == phrase:
                inside |= set(range(start + 1, start + len(phrase) + 1))
                begun.add(start)
    return inside, begun


def copied(form: Form) -> list[tuple[str, ...]]:
    """The phrases that a form copies; the words of a verb one by one, for they may stand apart."""
    phrases: list[tuple[str, ...]] = [()]
    verb = False
    for symbol in form.symbols():
        if not symbol.copied:
            phrases.append(())
            verb = symbol.text == SKILL
        elif verb:
            phrases += [(symbol.text,), ()]
        else:
            phrases[-1] += (symbol.text,)
    return [phrase for phrase in phrases if phrase]


def _slipped(units: Sequence[str], form: Form, rng: random.Random) -> tuple[str, Form]:
    """With a slip in one word, wherever it stands."""
    long = [unit for unit in units if len(unit) >= SHORTEST_SLIPPED and unit.isascii() and unit.isalpha()]
    if not long:
        return join_units(units), form
    word = rng.choice(long)
    at = rng.randrange(1, len(word) - 1)
    before, letter, behind = word[:at], word[at], word[at + 1 :]
    slip = rng.choice([before + behind[0] + letter + behind[1:], before + behind, before + letter + letter + behind])
    symbols = [Symbol(slip, True) if s.copied and s.text == word else s for s in form.symbols()]
    return join_units([slip if unit == word else unit for unit in units]), Form.from_symbols(symbols)
