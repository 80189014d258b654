"""What English nouns mean, by WordNet: which of them mean the same, and which are kinds of which.

The data is a part of Princeton's WordNet 3.0 (`data/wordnet/LICENSE.txt`, made by `make_data.py`): a line of
`nouns.tsv` is a *sense*, with the words that have it, each with the rank of that sense among the word's own, and the
senses that it is a kind of.

Example:
    >>> torch, flashlight, lemon = (senses(word)[0] for word in ("torch", "flashlight", "lemon"))
    >>> set(torch) & set(flashlight) != set(), above(lemon[0])[senses("citrus fruit")[0][0]]
    (True, 1)
    >>> senses("qwerty jam")[1], senses("qwerty")
    (1, ((), 1))
"""

from __future__ import annotations

from functools import cache

from pontine.planner.language.languages import DATA, data

NOUNS, EXCEPTIONS, WORDS = "wordnet/nouns.tsv", "wordnet/plurals.tsv", "wordnet/words.txt"

_ENDINGS = (("s", ""), ("es", ""), ("ies", "y"), ("ves", "f"), ("ves", "fe"), ("men", "man"))
"""What plurals end in, and what the word itself does."""

_VERBAL = (
    *_ENDINGS,
    ("ing", ""),
    ("ing", "e"),
    ("ed", ""),
    ("ed", "e"),
    ("er", ""),
    ("er", "e"),
    ("est", ""),
    ("n", ""),
)


@cache
def _senses() -> tuple[dict[str, tuple[int, ...]], tuple[tuple[int, ...], ...]]:
    """The senses of each word, the commonest first, and what each sense is a kind of."""
    ranked: dict[str, list[tuple[int, int]]] = {}
    kinds = []
    for number, line in enumerate((DATA / NOUNS).read_text(encoding="utf-8").splitlines()):
        words, _, over = line.partition("\t")
        kinds.append(tuple(map(int, over.split())))
        for word in words.split("|"):
            text, _, rank = word.rpartition(":")
            ranked.setdefault(text, []).append((int(rank), number))
    return {word: tuple(n for _, n in sorted(found)) for word, found in ranked.items()}, tuple(kinds)


@cache
def _plurals() -> dict[str, str]:
    lines = (DATA / EXCEPTIONS).read_text(encoding="utf-8").splitlines()
    return {line.split("\t")[0]: line.split("\t")[1] for line in lines}


def senses(noun: str) -> tuple[tuple[int, ...], int]:
    """The senses of the longest ending of a noun that is known, the commonest first, and how many words stand before
    that ending: `yellow citrus fruit` has those of `citrus fruit`, and 1."""
    table = _senses()[0]
    words = noun.lower().replace("_", " ").replace("-", " ").split()
    for start in range(len(words)):
        for joint in (" ", "", "-"):
            for form in singulars(joint.join(words[start:])):
                if form in table:
                    return table[form], start
    return (), len(words)


@cache
def above(sense: int) -> dict[int, int]:
    """What a sense is a kind of, itself included, and how many steps above."""
    found, ahead = {sense: 0}, [sense]
    for now in ahead:
        for up in _senses()[1][now]:
            if up not in found:
                found[up] = found[now] + 1
                ahead.append(up)
    return found


def singulars(word: str) -> list[str]:
    """The word and what it may be the plural of."""
    return [word, *([_plurals()[word]] if word in _plurals() else []), *_stems(word, _ENDINGS)]


@cache
def _words() -> frozenset[str]:
    words = (DATA / WORDS).read_text(encoding="utf-8").split()
    return frozenset((*words, *data("en", "signs")["function"]))


def is_english(word: str) -> bool:
    """Whether a word of at least three letters is one of the language, in any form.

    Example:
        >>> is_english("boxes"), is_english("hopped"), is_english("bwol")
        (True, True, False)
    """
    words = _words()
    stems = _stems(word, _VERBAL)
    return word in words or any(s in words or (s[-2:-1] == s[-1:] and s[:-1] in words) for s in stems)


def _stems(word: str, endings: tuple[tuple[str, str], ...]) -> list[str]:
    return [word[: -len(end)] + own for end, own in endings if word.endswith(end) and len(word) > len(end) + 1]
