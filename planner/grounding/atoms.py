"""Words of an instruction that a copied phrase must not cut: what the scene's things are called, and what tells them
apart. A model that spells Chinese in pieces of characters is apt to stop after half a word, or to begin with the end
of one; where the words are is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from pontine.envs.scene import TABLE, Scene
from pontine.planner.grounding.naming.query import MAX_NAME_WORDS, Subject
from pontine.planner.grounding.skills import unforeseen
from pontine.planner.language import lexicon
from pontine.planner.language.languages import every
from pontine.planner.language.segments import is_cjk, is_word, split_units

_BREAKING = frozenset(every("signs", "breaking"))
"""Units that names of things do not have; a name with one of them is a text that only poses as a name."""


def continued(units: Sequence[str], scene: Scene) -> frozenset[int]:
    """The numbers of the units before which a copied phrase may neither begin nor end, for they go on with a word.

    Where two words overlap, as in 最小球, neither counts.
    """
    known = {*_apart(), *_called(scene), *_deeds()}
    longest = max(map(len, known), default=0)
    spans = [
        (start, end)
        for start in range(len(units))
        for end in range(start + 2, min(start + longest, len(units)) + 1)
        if tuple(units[start:end]) in known
    ]
    whole = [a for a in spans if not any(b != a and b[0] <= a[0] and a[1] <= b[1] for b in spans)]
    apart = [a for a in whole if not any(b != a and b[0] < a[1] and a[0] < b[1] for b in whole)]
    return frozenset(i for start, end in apart for i in range(start + 1, end))


def _called(scene: Scene) -> Iterator[tuple[str, ...]]:
    """The names, kinds and aliases of the things in the scene, and the other words for their kinds, as units."""
    words = list(lexicon.words_for(TABLE))
    for subject in (*map(Subject, scene.objects), *map(Subject, scene.fixtures)):
        words += [*subject.texts, *subject.nouns, *(w for kind in subject.kinds for w in lexicon.words_for(kind))]
    for word in dict.fromkeys(words):
        units = split_units(word)
        if len(units) <= MAX_NAME_WORDS and all(map(is_word, units)) and not _BREAKING & set(units):
            yield units


def _deeds() -> Iterator[tuple[str, ...]]:
    """Chinese words of skills that the goal form has no verb for, as units: 推倒 is not 推."""
    for skill in unforeseen():
        for word in (word for said in skill.words.values() for word in said if is_cjk(word[0]) and len(word) > 1):
            yield split_units(word)


@cache
def _apart() -> tuple[tuple[str, ...], ...]:
    """Chinese words for colours, sizes and sides, as units."""
    classes = (*lexicon.SIZES.values(), *(lexicon.SIDES[s] for s in ("left", "right", "front", "behind", "middle")))
    words = [*lexicon.color_words(), *(word for members in classes for word in members)]
    return tuple(split_units(word) for word in words if not word.isascii())
