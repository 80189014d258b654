"""Words of places: "5 cm to the left", "the far right corner". They are in `language/data/*/places.json`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from pontine.planner.language.languages import data, languages
from pontine.planner.language.segments import CJK, is_cjk, join_units
from pontine.planner.spots.places import A_BIT

OPPOSITE = {"left": "right", "right": "left", "away": "back", "back": "away"}

FAR = 0.12
"""How far (m) "a lot" is."""


@cache
def _words(key: str) -> dict[str, tuple[str, ...]]:
    """The words of each class under a key, in all languages, the longest first."""
    found: dict[str, set[str]] = {}
    for code in languages():
        for name, words in data(code, "places")[key].items():
            found.setdefault(name, set()).update(words)
    return {name: tuple(sorted(words, key=len, reverse=True)) for name, words in found.items()}


def stands(word: str, text: str) -> bool:
    """Whether a word is in a text of `join_units`."""
    return word in text and (is_cjk(word[0]) or _alone(word).search(text) is not None)


@cache
def _alone(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W{CJK}])(?<!-){re.escape(word)}(?![^\W{CJK}]|-)")


def classes(key: str, words: Sequence[str]) -> list[str]:
    """The classes under a key of `places.json` that copied words speak of, each by its longest word; a word that
    is part of a longer one of another class does not count."""
    text, found = join_units(words), list[tuple[int, str]]()
    if "-" in text and not any(stands(word, text) for word, _ in _by_word(key)):
        text = text.replace("-", " ")  # "the bottom-right corner"
    for word, names in _by_word(key):
        if stands(word, text):
            found += [(text.index(word), name) for name in names]
            text = text.replace(word, "·" * len(word))
    return list(dict.fromkeys(name for _, name in sorted(found)))


@cache
def _by_word(key: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The words under a key, the longest first, with their classes."""
    known: dict[str, list[str]] = {}
    for name, words in _words(key).items():
        for word in words:
            known.setdefault(word, []).append(name)
    return tuple((word, tuple(known[word])) for word in sorted(known, key=lambda w: (-len(w), w)))


def distance(words: Sequence[str]) -> float | None:
    """The distance (m) that copied words tell, None if they tell none.

    Example:
        >>> distance(("5", "cm", "to", "the", "left")), distance(("a", "bit")), distance(("左",))
        (0.05, 0.05, None)
    """
    text = join_units(words)
    for code in languages():
        told = data(code, "places")
        units = "|".join(map(re.escape, sorted(told["units"], key=len, reverse=True)))
        numbers = "|".join(map(re.escape, sorted(told["numbers"], key=len, reverse=True)))
        match = re.search(rf"(\d+(?:\.\d+)?|{numbers}) ?(?:个)?({units})(?![a-z])", text)
        if match and (match[2] in told["units"]):
            number = told["numbers"].get(match[1])
            return float((float(match[1]) if number is None else number) * told["units"][match[2]])
    amounts = classes("amounts", words)
    return A_BIT if "small" in amounts else FAR if "large" in amounts else None


def way(words: Sequence[str]) -> str | None:
    """The way that copied words tell, in words of `spots.wishes.WAYS`; None if they tell none or contradict each other.

    Example:
        >>> way(("towards", "me")), way(("往", "左")), way(("up", "left"))
        ('back', 'left', 'away left')
    """
    found = [name for name in classes("ways", words) if not {OPPOSITE[name]} & {*classes("ways", words)}]
    return " ".join(found) or None


def parts(words: Sequence[str]) -> tuple[str, ...]:
    """The parts of the table that copied words mean: two for a corner.

    Example:
        >>> parts(("far", "right", "corner")), parts(("far", "right")), parts(("右", "上", "角"))
        (('far', 'right'), ('right',), ('far', 'right'))
    """
    found = sorted(classes("parts", words))
    text = join_units(words)
    narrow = any(stands(word, text) for code in languages() for word in data(code, "places")["narrow"])
    if not narrow and "far" in found and {"left", "right"} & {*found} and stands("far", text):
        found.remove("far")  # "to the far right": how far, not where
    return tuple(found)
