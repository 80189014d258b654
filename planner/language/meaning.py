"""Whether two nouns may mean the same thing: the one door to what knows the meaning of words.

A `Meaning` tells how like a noun is to what something is called, and `likeness` asks the one in force: `WordNet`,
which has Chinese words through the lexicon and the dictionary. What is the same, or a kind of what was said, is taken;
what is only near is asked about. Another one, an embedding for instance, is put in force by `meaning_by`.

Example:
    >>> likeness("torch", "flashlight").name, likeness("citrus fruit", "lemon").name, likeness("杯子", "teacup").name
    ('SAME', 'KIND', 'KIND')
    >>> likeness("soft cheese", "cream_cheese").name, likeness("unicorn", "lemon").name
    ('NEAR', 'FAR')
    >>> class Nothing:
    ...     def likeness(self, said, called):
    ...         return Likeness.FAR
    >>> with meaning_by(Nothing()):
    ...     likeness("torch", "flashlight").name
    'FAR'
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum
from functools import cache
from typing import Protocol

from pontine.planner.language import dictionary, lexicon, wordnet


class Likeness(IntEnum):
    """How like what is called so is to what was said."""

    FAR = 0
    NEAR = 1
    KIND = 2
    SAME = 3


class Meaning(Protocol):
    """What tells how like the meanings of two nouns are."""

    def likeness(self, said: str, called: str) -> Likeness:
        """How like what is `called` so is to what was `said`; both are one or more words of any language."""
        ...


COMMON = 6
"""How many of the senses of what was said are believed, the commonest first; of a name only the first is."""

DEEPEST = 4
"""Steps up from a thing to a word that is believed to mean it: a lemon is citrus, edible fruit, produce, food."""

NEAREST = 2
"""Steps down to what is at least asked about: who says clementine may mean the orange."""


class WordNet:
    """WordNet's nouns: the same sense is the same, one above is a kind; the other way round, or with words left out,
    it is near."""

    def likeness(self, said: str, called: str) -> Likeness:
        """How like what is `called` so is to what was `said`."""
        meant, whole = _senses(said)
        own, all_own = _senses(called)
        own = own[:1] if called.isascii() else own
        like = max((_likeness(meant, sense) for sense in own), default=Likeness.FAR)
        if like is Likeness.SAME and not (whole and all_own):
            return Likeness.NEAR
        return like if like is not Likeness.KIND or whole else Likeness.NEAR


def _likeness(meant: tuple[int, ...], own: int) -> Likeness:
    up = wordnet.above(own)
    if own in meant:
        return Likeness.SAME
    if any(up.get(sense, DEEPEST + 1) <= DEEPEST for sense in meant):
        return Likeness.KIND
    down = (wordnet.above(sense).get(own, NEAREST + 1) for sense in meant)
    return Likeness.NEAR if min(down, default=NEAREST + 1) <= NEAREST else Likeness.FAR


@cache
def _senses(noun: str) -> tuple[tuple[int, ...], bool]:
    """The senses of a noun, the commonest first, and whether no word of it was left out. Chinese ones have the first
    senses of what the lexicon calls them in English, or else the dictionary."""
    if noun.isascii():
        found, left = wordnet.senses(noun)
        return found[:COMMON], not left
    if known := lexicon.kinds_of(noun) if lexicon.is_known(noun) else lexicon.categories_of(noun):
        return _first(known), True
    for start in range(len(noun) - 1):
        looked_up = [wordnet.senses(gloss) for gloss in dictionary.glosses(noun[start:])]
        if found := tuple(senses[0] for senses, left in looked_up if senses and not left):
            return found, not start
    return _first(lexicon.kinds_of(noun)), False


def _first(words: Iterable[str]) -> tuple[int, ...]:
    return tuple(sense for word in sorted(words) for sense in wordnet.senses(word)[0][:1])


_WORDNET = WordNet()
_IN_FORCE: ContextVar[Meaning | None] = ContextVar("meaning", default=None)


def likeness(said: str, called: str) -> Likeness:
    """How like what is `called` so is to what was `said`, by the meaning in force."""
    return (_IN_FORCE.get() or _WORDNET).likeness(said, called)


@contextmanager
def meaning_by(meaning: Meaning) -> Iterator[None]:
    """Put another meaning in force within this block."""
    token = _IN_FORCE.set(meaning)
    try:
        yield
    finally:
        _IN_FORCE.reset(token)
