"""Whether a goal form speaks of everything in the scene that the instruction speaks of.

A model that drops half a sentence writes a form that is whole, grounds well, and is wrong. Things that the
instruction names and the form does not are the sign of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import pairwise

from pontine.envs.predicates import Predicate
from pontine.envs.scene import TABLE, Scene
from pontine.planner.grounding.naming.query import Subject
from pontine.planner.language import lexicon
from pontine.planner.language.form import Form
from pontine.planner.language.languages import every
from pontine.planner.language.segments import CJK, is_cjk, is_word, join_units, split_units

_NOT_NOUNS = frozenset(every("signs", "not_nouns"))
"""Nouns that are more often something else."""

_FUNCTION = frozenset(every("signs", "function"))
"""Words that say nothing about a thing, even as part of a name such as `the boss`."""


def _told(sign: str, units: Sequence[str]) -> bool:
    """Whether an instruction has one of the signs of that sort: `corrections`, that a thing was named by mistake,
    `negations`, that one may be named only to be left alone, or `kept`, more signs of a `keep` clause."""
    text = "".join(units)
    return any(mark in units if mark.isascii() else mark in text for mark in _signs(sign))


@cache
def _signs(sign: str) -> tuple[str, ...]:
    return every("signs", sign)


def unspoken(form: Form, instruction: str, scene: Scene, goals: Collection[Predicate] = ()) -> str | None:
    """A noun of the instruction that means something in the scene and is not in the form, or one of the form that is
    to be left alone although nobody said so; None if there is none.

    Where the instruction forbids something, what none of the `goals` touches may go unsaid.
    """
    units = split_units(instruction)
    for clause in form.clauses:
        if clause.verb == "keep" and not _forbids(units):
            return join_units(clause.arguments[0].terms[0].words) or "…"
    if _told("corrections", units):
        return None
    phrases = list(_phrases(form))
    subjects = [*map(Subject, scene.objects), *map(Subject, scene.fixtures)]
    touched = {name for goal in goals for name in goal[1:]}
    copied = {word for phrase in phrases for word in phrase}
    if _told("negations", units):
        subjects = [s for s in subjects if not goals or s.thing.name in touched]
    else:
        # Part of the name of a thing that is worked on needs no copying: "the door of the cabinet on the far left".
        copied |= {word for name in touched for word in lexicon.plain(name).split(" ")}
    for unit in units:
        noun = is_word(unit) and not is_cjk(unit[0]) and unit not in _NOT_NOUNS | _FUNCTION | lexicon.GENERIC
        if noun and not copied.intersection(lexicon.singulars(unit)) and any(s.answers(unit) >= 2 for s in subjects):
            return unit
    if (missed := _colour(units, copied) or _elsewhere(units, copied)) is not None:
        return missed
    left = "".join(unit if is_word(unit) else "\n" for unit in units)
    for phrase in sorted(map("".join, phrases), key=len, reverse=True):
        left = left.replace(phrase, "\n")
    found = next((word for subject in subjects for word in _chinese_names(subject) if word in left), None)
    return found or _chinese_color(left) or _chinese_elsewhere(left)


def _colour(units: Sequence[str], copied: Collection[str]) -> str | None:
    """A word for a colour that stands before a word that is copied, and is not copied itself."""
    for unit, behind in pairwise(units):
        if unit not in copied and behind in copied and not is_cjk(unit[0]) and lexicon.color_of(unit) is not None:
            return unit
    return None


def _elsewhere(units: Sequence[str], copied: Collection[str]) -> str | None:
    """A noun behind a relation ("next to the teapot") that is not copied, in languages with spaces."""
    text = join_units(units)
    for sign in _signs("beside"):
        for found in re.finditer(rf"(?<!\w){sign} (?:the|my|that|your|a) ((?:\w+ )?\w+)", text):
            words = found[1].split(" ")
            known = [word for word in (found[1], *words) if lexicon.is_kind(word) and word != TABLE]
            if known and not any(word in copied or word in lexicon.GENERIC for word in words):
                return known[0]
    return None


def _chinese_color(left: str) -> str | None:
    """The same in Chinese; where phrases stood there are line breaks."""
    words = "|".join(sorted((w for w in lexicon.color_words() if is_cjk(w[0])), key=len, reverse=True))
    found = re.search(rf"((?:{words})色?)的?\n", left)
    return found[1] if found else None


def _chinese_elsewhere(left: str) -> str | None:
    """The same in Chinese, where the relation stands behind the noun (茶壶旁边)."""
    for sign in _signs("beside_behind"):
        for found in re.finditer(rf"([{CJK}]{{2,5}}?)的?{sign}", left):
            known = (found[1][i:] for i in range(len(found[1]) - 1))
            if (noun := next((word for word in known if lexicon.is_kind(word)), None)) is not None:
                return noun if noun not in lexicon.words_for(TABLE) else None
    return None


def _forbids(units: Sequence[str]) -> bool:
    """Whether anything is asked to be left alone."""
    return _told("negations", units) or _told("kept", units)


def _phrases(form: Form) -> Iterator[tuple[str, ...]]:
    """The copied phrases of a form."""
    run: list[str] = []
    for symbol in form.symbols():
        if symbol.copied:
            run.append(symbol.text)
        elif run:
            yield tuple(run)
            run = []
    if run:
        yield tuple(run)


def _chinese_names(subject: Subject) -> list[str]:
    """Chinese words that could only mean this thing's kind or be its name."""
    names = [t for t in subject.nouns if is_cjk(t[0])]
    names += [word for kind in subject.kinds for word in lexicon.words_for(kind) if is_cjk(word[0])]
    return [name for name in dict.fromkeys(names) if len(name) > 1 or name in lexicon.SHORT_NOUNS]
