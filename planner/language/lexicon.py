"""What words mean about things: kinds, colours, sizes and sides, in every language.

A *concept* is named by its usual English word. The lexicon only ever says that two words mean the same; a
word that is not here still finds things whose name, kind or alias contains it. The words are in
`data/*/lexicon.json`; those of the kinds of objects and fixtures that are registered stand in their declarations.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from operator import is_

from pontine.envs.declarations.fixture_kind import FIXTURES, FixtureKind
from pontine.envs.declarations.kind import KINDS, Kind
from pontine.planner.language.characters import simplified
from pontine.planner.language.languages import concepts, data, every, languages


def _classes(key: str) -> dict[str, tuple[str, ...]]:
    """The words of each class under a key, in all languages."""
    names = dict.fromkeys(name for code in languages() for name in data(code, "lexicon")[key])
    return {name: tuple(w for code in languages() for w in data(code, "lexicon")[key].get(name, ())) for name in names}


SIZES = _classes("sizes")
"""Words that compare sizes."""

SIDES = _classes("sides")
"""Words that tell things apart by where they are."""

CATEGORIES = _classes("categories")
"""Nouns over kinds: the words for each; `concepts.json` has the kinds that it covers."""

GENERIC = frozenset(every("lexicon", "generic"))
"""Nouns that anything answers to."""

CONTAINERS = frozenset(concepts()["containers"])
"""Kinds things go into even where the scene does not say `container`."""

FLAT = frozenset(concepts()["flat"])
"""Kinds several things can stand on."""

COVERS = frozenset(concepts()["covers"])
"""Kinds that are put on what things go into, not into it."""

TOPPED = frozenset(concepts()["topped"])
"""Furniture that things are put into, or else onto: which is said."""

WARE = frozenset(concepts()["ware"])
"""Kinds that other things are put into or onto."""

FURNITURE = frozenset(concepts()["furniture"])
"""Kinds that stay where they are."""

SOFT = tuple(concepts()["soft"])
"""What can be pinched anywhere, however wide it lies: nouns for the whole of it."""

HANDLED = frozenset(concepts()["handled"])
"""Kinds that are held by their handles, however wide they are."""

NARROW = tuple(concepts()["narrow"])
"""What has room inside into which hardly anything goes: nouns for the whole of it."""

HOLLOW = tuple(concepts()["hollow"])
"""What has room inside: nouns for the whole of it."""

PRESSABLE = frozenset(concepts()["pressable"])
"""Kinds of fixtures that are pressed, not opened."""

SHORT_NOUNS = frozenset(every("lexicon", "short_nouns"))
"""Nouns of one character that can only mean a thing."""

PAIRS = frozenset(every("lexicon", "plural_only"))
"""Plurals for one thing."""

HANDS = frozenset(every("lexicon", "hands"))
"""Words for the gripper as a place."""


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """A name or word as the lexicon compares them: lower case, simplified characters, spaces for underscores, no plural
    marks touched."""
    text = simplified(unicodedata.normalize("NFKC", text).lower())
    return re.sub(r"[\s_\-]+", " ", text).strip()


def singulars(word: str) -> tuple[str, ...]:
    """The word and what it could be the plural of."""
    out = [word]
    if word.endswith(("'s", "’s")):
        out.append(word[:-2])  # "the duck's too close"
    if word.isascii() and len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        out.append(word[:-1])
        if word.endswith("ies"):
            out.append(word[:-3] + "y")
        if word.endswith("es"):
            out.append(word[:-2])
        if word.endswith("ves"):
            out += [word[:-3] + "f", word[:-3] + "fe"]
    return tuple(out)


@cache
def _table(which: str) -> dict[str, frozenset[str]]:
    """The concepts that each word of the data may mean."""
    table: dict[str, set[str]] = {}
    for concept, words in _classes(which).items():
        for word in words:
            table.setdefault(word, set()).add(concept)
    return {word: frozenset(found) for word, found in table.items()}


class _Nouns:
    """The kinds that each noun may mean; worked out again once other kinds are registered."""

    def __init__(self) -> None:
        self._known: tuple[tuple[Kind | FixtureKind, ...], dict[str, frozenset[str]]] | None = None

    def table(self) -> dict[str, frozenset[str]]:
        """The concepts by noun."""
        declared = _declared()
        if self._known is None or not _same_ones(declared, self._known[0]):
            table = dict(_table("kinds"))
            for kind in declared:
                for word in map(plain, (kind.name, *_words_of(kind))):
                    table[word] = table.get(word, frozenset()) | {kind.name}
            self._known = declared, table
        return self._known[1]


_NOUNS = _Nouns()


def _declared() -> tuple[Kind | FixtureKind, ...]:
    """The registered kinds of objects and fixtures."""
    return (*KINDS.values(), *FIXTURES.values())


def _same_ones(some: Sequence[object], others: Sequence[object]) -> bool:
    """Whether these are the very same: what is equal takes longer to find out, and many ask."""
    return len(some) == len(others) and all(map(is_, some, others))


def _words_of(kind: Kind | FixtureKind) -> Iterator[str]:
    return (word for said in kind.words.values() for word in said)


def nouns() -> dict[str, frozenset[str]]:
    """The kinds that each noun may mean, as it stands."""
    return _NOUNS.table()


def is_kind(word: str) -> bool:
    """Whether the word as it stands is the name of a kind."""
    return word in nouns()


def is_known(word: str) -> bool:
    """Whether the word or what it may be the plural of is the name of a kind. Of Chinese words only the end may be
    one, and that need not mean much: 宣纸 is a paper and 镇纸 a paperweight."""
    return any(is_kind(singular) for singular in singulars(plain(word)))


def kinds_of(word: str) -> frozenset[str]:
    """The kinds a noun may mean; for Chinese also by its ending (`塑料杯子` is a cup). Empty if unknown."""
    table = nouns()
    for singular in singulars(plain(word)):
        if singular in table:
            return table[singular]
    if not word.isascii():
        for start in range(1, len(word)):
            if word[start:] in table:
                return table[word[start:]]
        return frozenset()
    last = plain(word).split(" ")[-1]
    return kinds_of(last) if last and last != plain(word) else frozenset()


def words_for(kind: str) -> tuple[str, ...]:
    """All words of a kind, in every language."""
    declared = [word for known in _declared() if known.name == kind for word in _words_of(known)]
    return tuple(dict.fromkeys([*_kinds().get(kind, ()), *declared]))


@cache
def _kinds() -> dict[str, tuple[str, ...]]:
    return _classes("kinds")


def categories_of(word: str) -> frozenset[str]:
    """The categories that a noun such as `fruit` names."""
    forms = singulars(plain(word))
    return frozenset(name for name, words in CATEGORIES.items() if any(form in words for form in forms))


def kinds_under(word: str) -> frozenset[str]:
    """The kinds a category noun such as `fruit` covers. Empty if it is no category."""
    for singular in singulars(plain(word)):
        for name, words in CATEGORIES.items():
            if singular in words:
                return frozenset(concepts()["categories"][name])
    return frozenset()


def color_of(word: str) -> str | None:
    """The colour a word means, or None."""
    found = _table("colors").get(plain(word))
    return next(iter(found)) if found else None


@cache
def color_words() -> frozenset[str]:
    """All words that mean a colour."""
    return frozenset(_table("colors"))
