"""Which things in a scene the copied words of a goal form may mean."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from pontine.envs.scene import Fixture, SceneObject
from pontine.planner.language import lexicon
from pontine.planner.language.languages import every
from pontine.planner.language.segments import is_cjk, join_units

VAGUE = frozenset(every("lexicon", "vague"))
"""Adjectives that scenes do not record: they are let pass where one thing is left anyway."""


MAX_NAME_WORDS = 6
_ARTICLES, _SUPERLATIVES = (every("lexicon", key) for key in ("articles", "superlatives"))
_NOT_LED = every("lexicon", "not_led")
"""Nouns that begin like a colour or a size."""


@dataclass(frozen=True)
class Match:
    """`things` that fit; `near` ones that fit all but a detail; `sure` is False if a word had to be passed over."""

    things: tuple[SceneObject | Fixture, ...]
    near: tuple[SceneObject | Fixture, ...] = ()
    sure: bool = True


@dataclass(frozen=True)
class Description:
    """Copied words, sorted by what they say. `head` is the noun, empty if there is none."""

    whole: str
    head: tuple[str, ...]
    color: str | None = None
    size: str | None = None
    superlative: bool = False
    side: str | None = None
    generic: bool = False
    """Whether the noun is one that anything answers to: the words of `head` are then adjectives."""

    @classmethod
    def of(cls, units: Sequence[str]) -> Description:
        """The description that units copied from an instruction make."""
        whole = join_units(units)
        words = [w for w in lexicon.plain(whole).split(" ") if w]
        if any(is_cjk(c) for c in whole):
            words = [part for word in words for part in _chinese_parts(word)]
        words = [w for w in words if w not in _ARTICLES] or words
        if len(words) == 1 and lexicon.kinds_of(words[0]):
            return cls(whole, tuple(words))
        color, size, side, generic = None, None, None, False
        head: list[str] = []
        for i, word in enumerate(words):
            last = i == len(words) - 1 and not head
            class_size, class_side = _class_of(word, lexicon.SIZES), _class_of(word, lexicon.SIDES)
            if (found := lexicon.color_of(word)) and not (last and color and lexicon.kinds_of(word)):
                color = found
            elif class_size:
                size = class_size
            elif class_side:
                side = class_side
            elif not any(s in lexicon.GENERIC for s in lexicon.singulars(word)):
                head.append(word)
            elif i == len(words) - 1:
                generic = True
        superlative = any(mark in whole for mark in _SUPERLATIVES)
        return cls(whole, tuple(head), color, size, superlative, side, generic)


def _class_of(word: str, classes: Mapping[str, Sequence[str]]) -> str | None:
    return next((name for name, members in classes.items() if word in members), None)


def _chinese_parts(word: str) -> list[str]:
    """`最左边的红色方块` as 最左边 · 红色 · 方块; what is a noun as a whole stays whole."""
    parts: list[str] = []
    pieces = [p for p in re.split("的", word) if p]
    for k, piece in enumerate(pieces):
        while piece:
            if lexicon.is_kind(piece) or lexicon.kinds_under(piece) or piece in lexicon.GENERIC:
                parts.append(piece)
                break
            lead = _lead(piece)
            if lead is None or piece in VAGUE:
                parts.append(piece)
                break
            parts.append(lead)
            piece = piece[len(lead) :]
            if len(piece) == 1 and k < len(pieces) - 1 and piece in "色些":
                piece = ""
    return parts


def _lead(piece: str) -> str | None:
    """The longest colour, size or side word that a piece begins with."""
    if piece.startswith(_NOT_LED):
        return None
    return max((w for w in _leads() if piece.startswith(w)), key=len, default=None)


@cache
def _leads() -> tuple[str, ...]:
    known = [*lexicon.color_words(), *every("lexicon", "demonstratives")]
    for classes in (lexicon.SIZES, lexicon.SIDES):
        known += [w for members in classes.values() for w in members]
    return tuple(w for w in known if not w.isascii())


@dataclass(frozen=True)
class Subject:
    """A thing of the scene with the words that it goes by."""

    thing: SceneObject | Fixture

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Name and aliases, plain."""
        return tuple(lexicon.plain(t) for t in (self.thing.name, *self.thing.aliases))

    @cached_property
    def nouns(self) -> tuple[str, ...]:
        """Kind, name and aliases without numbers at their ends, plain. A name that is a whole sentence is no noun."""
        short = (t for t in self.texts if len(t.split(" ")) <= MAX_NAME_WORDS)
        plain = (re.sub(r"( ?\d+| [a-d])$", "", t) or t for t in (lexicon.plain(self.thing.kind), *short))
        return tuple(t for t in plain if t)

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The concepts it may be: by its kind, or by its names where the lexicon does not know the kind."""
        found = lexicon.kinds_of(self.thing.kind)
        return found or frozenset().union(*(lexicon.kinds_of(noun) for noun in self.nouns[1:]))

    @cached_property
    def known(self) -> bool:
        """Whether the lexicon has one of its nouns as it stands, rather than only the end of it."""
        return any(lexicon.is_known(noun) for noun in self.nouns)

    @cached_property
    def color(self) -> str | None:
        """Its colour as a concept, from the scene or else from its name."""
        told = getattr(self.thing, "color", None)
        for text in [told] if told else list(self.texts):
            plain = lexicon.plain(text)
            for word in (plain, *reversed(plain.split(" "))):
                if (found := lexicon.color_of(word)) is not None:
                    return found
            for part in _chinese_parts(plain) if any(is_cjk(c) for c in plain) else ():
                if (found := lexicon.color_of(part)) is not None:
                    return found
        return lexicon.plain(told) if told else None

    def named(self, members: Sequence[str]) -> bool:
        """Whether its name or an alias contains one of the words."""
        return any((m in text.split(" ")) if m.isascii() else (m in text) for text in self.texts for m in members)

    def answers(self, noun: str) -> int:
        """How well it answers to a noun: 3 by the word itself, 2 by meaning, 1 by category, 0 not at all."""
        for singular in lexicon.singulars(noun):
            for text in self.nouns:
                if text == singular or (
                    text.endswith(" " + singular) if singular.isascii() else text.endswith(singular)
                ):
                    return 3
        if any(f" {s} " in f" {t} " for s in lexicon.singulars(noun) for t in self.texts if s.isascii()):
            return 2
        if not noun.isascii() and len(noun) > 1 and any(noun in t for t in self.texts):
            return 2
        if lexicon.kinds_of(noun) & self.kinds and (lexicon.is_known(noun) or self.known):
            return 2
        under = lexicon.kinds_under(noun)
        if under & self.kinds or (
            "container" in lexicon.categories_of(noun) and getattr(self.thing, "container", False)
        ):
            return 1
        return 0


def find(units: Sequence[str], things: Sequence[SceneObject | Fixture]) -> Match:
    """The things that copied words fit, before sides and sizes have picked among them."""
    subjects = [Subject(t) for t in things]
    whole = lexicon.plain(join_units(units))
    tight = whole.replace(" ", "")
    exact = [s.thing for s in subjects if any(t == whole or t.replace(" ", "") == tight for t in s.texts)]
    if exact:
        return Match(tuple(exact))
    told = Description.of(units)
    colored = [s for s in subjects if told.color is None or s.color == told.color]
    if not told.head:
        if told.color and len(told.whole.split()) == 1 and (noun := _by_noun([told.whole], subjects))[0]:
            return Match(tuple(s.thing for s in noun[0]))
        return Match(tuple(s.thing for s in colored), tuple(t for t in things if told.color))
    fitting, sure = _by_noun(told.head, colored)
    if fitting:
        return Match(tuple(s.thing for s in fitting), (), sure)
    called = [s for s in subjects if told.color and any(t.endswith(whole) for t in s.nouns)]
    if called:
        # The colour is part of what the thing is called, as in `orange juice`.
        return Match(tuple(s.thing for s in called))
    near, _ = _by_noun(told.head, subjects)
    if not near:
        # Two nouns with the same ending, as `coffee cup` and `tea cup`.
        kinds = lexicon.kinds_of((" " if whole.isascii() else "").join(told.head))
        near = [s for s in colored if kinds & s.kinds]
    if not near and told.generic and told.color:
        # `The yellow lumpy one`: scenes do not record such adjectives, so which one is meant can only be asked.
        near = colored
    return Match((), tuple(s.thing for s in near) or _misspelt(told.head, subjects))


def _by_noun(head: Sequence[str], subjects: Sequence[Subject]) -> tuple[list[Subject], bool]:
    """Those that answer best to the noun, leading adjectives left out as need be; and whether only vague ones were."""
    for start in range(len(head)):
        noun = (" " if all(h.isascii() for h in head) else "").join(head[start:])
        ranks = [(s.answers(noun), s) for s in subjects]
        best = max((rank for rank, _ in ranks), default=0)
        if best:
            return [s for rank, s in ranks if rank == best], all(w in VAGUE for w in head[:start])
    return [], True


def _misspelt(head: Sequence[str], subjects: Sequence[Subject]) -> tuple[SceneObject | Fixture, ...]:
    noun = " ".join(head)
    return tuple(
        s.thing
        for s in subjects
        if any(difflib.SequenceMatcher(None, noun, w).ratio() >= 0.8 for t in s.nouns for w in (t, t.split(" ")[-1]))
    )


def pick_by_size(told: Description, things: Sequence[SceneObject | Fixture]) -> list[SceneObject | Fixture]:
    """Those of the asked size: by name if names say so, else the extreme one by measure. All if neither tells."""
    if told.size is None or len(things) < 2:
        return list(things)
    named = [t for t in things if Subject(t).named(lexicon.SIZES[told.size])]
    if named:
        return named
    measures = {t.name: _extent(t, told.size) for t in things}
    if any(m is None for m in measures.values()):
        return list(things)
    sign = 1 if told.size in ("small", "short") else -1
    ordered = sorted(things, key=lambda t: sign * float(measures[t.name] or 0))
    first, second = (float(measures[t.name] or 0) for t in ordered[:2])
    return [ordered[0]] if abs(first - second) > 0.05 * max(first, second) else list(things)


def _extent(thing: SceneObject | Fixture, size: str) -> float | None:
    extent = getattr(thing, "size", None)
    if extent is None:
        return None
    return extent[2] if size in ("tall", "short") else max(extent) if size == "long" else math.prod(extent) ** (1 / 3)


def pick_by_side(
    side: str | None, things: Sequence[SceneObject | Fixture], several: bool = False
) -> list[SceneObject | Fixture]:
    """Those on the asked side: by name if names say so, else the extreme one by position, or with `several` all that
    lie beyond the middle. All if positions do not tell."""
    if side is None or len(things) < 2:
        return list(things)
    named = [t for t in things if Subject(t).named(lexicon.SIDES[side])]
    if named:
        return named
    places = {t.name: position for t in things if (position := getattr(t, "position", None)) is not None}
    if side not in ("left", "right", "front", "behind", "middle") or len(places) < len(things):
        return list(things)
    axis, sign = {"left": (1, -1), "right": (1, 1), "front": (0, 1), "behind": (0, -1), "middle": (1, 1)}[side]
    ordered = sorted(things, key=lambda t: sign * places[t.name][axis])
    if side == "middle":
        return [ordered[len(ordered) // 2]] if len(ordered) % 2 else list(things)
    if several:
        middle = sum(places[t.name][axis] for t in things) / len(things) if axis == 0 else 0.0
        return [t for t in things if sign * (places[t.name][axis] - middle) < 0]
    gap = abs(places[ordered[0].name][axis] - places[ordered[1].name][axis])
    return [ordered[0]] if gap > 0.01 else list(things)
