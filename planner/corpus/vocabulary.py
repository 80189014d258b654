"""The words the training sentences are made of, in English and Chinese.

Copying has to work for words that are not here, so a good part of the nouns in training is invented on the
spot: syllables, part numbers, random characters.
"""

from __future__ import annotations

import random

from pontine.planner.corpus.templates import load

_EN, _ZH = load("en", "vocabulary"), load("zh", "vocabulary")
_NAMES = ("nouns", "more_nouns", "common", "colors", "sizes", "places", "openable", "pressable", "generic")

NOUNS, MORE_NOUNS, COMMON, COLORS, SIZES, PLACES, OPENABLE, PRESSABLE, GENERIC = (_EN[name] for name in _NAMES)
NOUNS_ZH, MORE_NOUNS_ZH, COMMON_ZH, COLORS_ZH, SIZES_ZH, PLACES_ZH, OPENABLE_ZH, PRESSABLE_ZH, GENERIC_ZH = (
    _ZH[name] for name in _NAMES
)
COMPOUND_NOUNS, _SYLLABLES = _EN["compound_nouns"], _EN["syllables"]


def invented_noun(rng: random.Random) -> str:
    """A word no dictionary has, or a name as programs write them."""
    word = "".join(rng.choice(_SYLLABLES) for _ in range(rng.choice((2, 2, 3)))) + rng.choice(("", "x", "n", "r", "t", "k"))
    shape = rng.random()
    if shape < 0.15:
        return f"{word}_{rng.randint(1, 20)}"
    if shape < 0.3:
        return f"{rng.choice(COLORS)}_{rng.choice(NOUNS).split('_')[0]}{rng.choice(('', '_1', '_2', '_3'))}"
    if shape < 0.38:
        return f"{rng.choice(NOUNS).split('_')[0]} {rng.choice(('a', 'b', 'c', '1', '2', '3', '12'))}"
    if shape < 0.5:
        return f"{word} {rng.choice(NOUNS).split('_')[0]}"
    return word


def invented_noun_zh(rng: random.Random) -> str:
    """One to three common characters that are no word together."""
    size = rng.choice((2, 2, 2, 3, 1))
    return "".join(bytes((rng.randint(0xB0, 0xD6), rng.randint(0xA1, 0xFE))).decode("gb2312") for _ in range(size))
