"""Slips of the keyboard, mended before a model reads: "putt teh grean cube in the bwol"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain

from pontine.envs.scene import Scene
from pontine.planner.grounding.naming.query import Subject
from pontine.planner.language import lexicon
from pontine.planner.language.languages import data, every
from pontine.planner.language.wordnet import is_english

LONG = 7
"""Letters from which a word may have two slips in it, if its first letter is right."""

SWAP = 0.9
"""Slips that two swapped letters count for: they are the commonest."""

LEAST = 3
"""Letters of the shortest word that is looked at."""


def mended(instruction: str, scene: Scene) -> str:
    """The instruction with those words put right that are none, and are one slip away from just one that was likely
    meant: a word for something in the scene or, if none is near, a common one.

    Example:
        >>> from pontine.envs.scene import SceneObject
        >>> scene = Scene((SceneObject("green_cube", "cube", "green"), SceneObject("bowl", "bowl")))
        >>> mended("put teh grean cube in the bwol", scene), mended("hover over the crag", scene)
        ('put the green cube in the bowl', 'hover over the crag')
    """
    here = _words_of(scene)

    def word(found: re.Match[str]) -> str:
        said = found[0].lower()
        if said in here or said in _common() or said in data("en", "spelling")["closed"] or is_english(said):
            return found[0]
        common = (word for word in _common() if word[0] in said[:2])
        return _meant(said, here) or _meant(said, common) or found[0]

    return re.sub(rf"(?<![\w'’-])[A-Za-z]{{{LEAST},}}(?![\w'’-])", word, instruction)


def _meant(said: str, words: Iterable[str]) -> str | None:
    """The only word that is so few slips away as none other is; None if there is none, or several are."""
    slips = {word: _slips(said, word) for word in words if abs(len(word) - len(said)) < 3}
    fewest = min(slips.values(), default=3)
    near = [word for word, count in slips.items() if count == fewest]
    if len(near) != 1:
        return None
    return near[0] if fewest <= 1 + (len(said) >= LONG and said[0] == near[0][0]) else None


def _slips(a: str, b: str) -> float:
    """Letters left out, put in, taken for others or swapped with the next, that make `b` of `a`."""
    before: list[float] = []
    row: list[float] = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, other in enumerate(b, 1):
            least = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                least = min(least, older[j - 2] + SWAP)
            row.append(least)
    return row[-1]


def _words_of(scene: Scene) -> frozenset[str]:
    """The English words that things of the scene go by."""
    subjects = [*map(Subject, scene.objects), *map(Subject, scene.fixtures)]
    texts = (
        text
        for s in subjects
        for text in (*s.nouns, *s.texts, s.color or "", *(w for kind in s.kinds for w in lexicon.words_for(kind)))
    )
    return frozenset(_long_ones(texts))


@cache
def _common() -> frozenset[str]:
    classes = (lexicon.SIZES, lexicon.SIDES, lexicon.CATEGORIES)
    words = chain.from_iterable(members for told in classes for members in told.values())
    told = (data("en", "spelling")["common"], every("signs", "function"), lexicon.color_words(), lexicon.GENERIC, words)
    return frozenset(_long_ones(chain.from_iterable(told)))


def _long_ones(texts: Iterable[str]) -> Iterator[str]:
    return (w for text in texts for w in text.split(" ") if w.isascii() and w.isalpha() and len(w) >= LEAST)
