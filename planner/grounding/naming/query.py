"""Which things in a scene the copied words of a goal form may mean."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, cached_property

from pontine.envs.scene import Fixture, SceneObject
from pontine.planner.language import lexicon
from pontine.planner.language.characters import sound
from pontine.planner.language.languages import every
from pontine.planner.language.meaning import Likeness, likeness
from pontine.planner.language.segments import is_cjk, join_units

VAGUE = frozenset(every("lexicon", "vague"))
"""Adjectives that scenes do not record: they are let pass where one thing is left anyway."""


MAX_NAME_WORDS = 6

BY_MEANING = 2

ALIKE = 0.75
"""How alike the spelling of two words is, of 1, if one may be the other misspelt."""

_ARTICLES, _SUPERLATIVES = (every("lexicon", key) for key in ("articles", "superlatives"))
_JOINED = every("lexicon", "color_joints")
_OF, _S = (every("lexicon", key) for key in ("owner_after", "owner_before"))
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
    colors: frozenset[str] = frozenset()
    """All its colours; `color` is the last."""
    sides: tuple[str, ...] = ()
    """All its sides; `side` is the last."""
    joined: bool = False
    """Whether the colours are joined, as in "the black and gold cup": then it has all of them."""

    @classmethod
    def of(cls, units: Sequence[str]) -> Description:
        """The description that units copied from an instruction make."""
        whole = join_units(units)
        words = [w for w in lexicon.plain(whole).split(" ") if w]
        if any(is_cjk(c) for c in whole):
            words = [part for word in words for part in _pieces(word)]
        words = [w for w in words if w not in _ARTICLES] or words
        if len(words) == 1 and lexicon.kinds_of(words[0]):
            return cls(whole, tuple(words))
        color, size, side, generic = None, None, None, False
        colors, sides, joined = set[str](), list[str](), False
        head: list[str] = []
        for i, word in enumerate(words):
            last = i == len(words) - 1 and not head
            class_size, class_side = _class_of(word, lexicon.SIZES), _class_of(word, lexicon.SIDES)
            if (found := lexicon.color_of(word)) and not (last and color and lexicon.kinds_of(word)):
                color = found
                colors.add(found)
            elif word in _JOINED and colors and not head:
                joined = True
            elif word in _SUPERLATIVES and (side or size) and not last:
                continue  # "the right most hole"
            elif class_size:
                size = class_size
            elif class_side:
                side = class_side
                sides.append(side)
            elif not any(s in lexicon.GENERIC for s in lexicon.singulars(word)):
                head.append(word)
            elif i == len(words) - 1:
                generic = True
        superlative = any(mark in whole for mark in _SUPERLATIVES)
        return cls(whole, tuple(head), color, size, superlative, side, generic, frozenset(colors), tuple(sides), joined)


def _pieces(word: str) -> list[str]:
    return _chinese_parts(word) if any(is_cjk(c) for c in word) else [word]


def _class_of(word: str, classes: Mapping[str, Sequence[str]]) -> str | None:
    return next((name for name, members in classes.items() if word in members), None)


def _chinese_parts(word: str) -> list[str]:
    """`最左边的红色方块` as 最左边 · 红色 · 方块; what is a noun as a whole stays whole."""
    parts: list[str] = []
    pieces = [_bare(p) for p in re.split("的", word) if p]
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
            piece = _bare(piece[len(lead) :])
            if len(piece) == 1 and k < len(pieces) - 1 and piece in "色些":
                piece = ""
    return parts


def _bare(piece: str) -> str:
    """A piece without what only strengthens the colour behind it: 纯金色, 又黑又金."""
    rest = piece.lstrip("纯全又")
    return rest if rest and (lead := _lead(rest)) and lexicon.color_of(lead) else piece


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
        """The concepts it may be: by its kind, and by its names where they are words for one (a `usb stick` is no mere
        stick) or the lexicon does not know the kind."""
        named = [noun for noun in self.nouns[1:] if lexicon.is_kind(noun)]
        found = lexicon.kinds_of(self.thing.kind).union(*(lexicon.kinds_of(noun) for noun in named))
        return found or frozenset().union(*(lexicon.kinds_of(noun) for noun in self.nouns[1:]))

    @cached_property
    def known(self) -> bool:
        """Whether the lexicon has one of its nouns as it stands, rather than only the end of it."""
        return any(lexicon.is_known(noun) for noun in self.nouns)

    @cached_property
    def colors(self) -> frozenset[str]:
        """All its colours as concepts: those that the scene lists; else its one colour, and those of its name where
        that has several (`black_and_gold_cup`)."""
        if self.thing.colors:
            return frozenset(lexicon.color_of(c) or lexicon.plain(c) for c in self.thing.colors)
        words = (part for text in self.texts for word in text.split(" ") for part in _pieces(word))
        named = {color for word in words if (color := lexicon.color_of(word))}
        own = {self.color} if self.color else set()
        return frozenset(own | named if len(named) > 1 else own)

    @cached_property
    def color(self) -> str | None:
        """Its colour as a concept, from the scene or else from its name."""
        told = self.thing.color
        for text in [told] if told else list(self.texts):
            plain = lexicon.plain(text)
            for word in (plain, *reversed(plain.split(" "))):
                if (found := lexicon.color_of(word)) is not None:
                    return found
            for part in _pieces(plain):
                if (found := lexicon.color_of(part)) is not None:
                    return found
        return lexicon.plain(told) if told else None

    def named(self, members: Sequence[str]) -> bool:
        """Whether its name or an alias contains one of the words."""
        return any((m in text.split(" ")) if m.isascii() else (m in text) for text in self.texts for m in members)

    def answers(self, noun: str) -> int:
        """How well it answers to a noun: 3 by the word itself, `BY_MEANING` (2), 1 by category, 0 not at all."""
        for singular in lexicon.singulars(noun):
            for text in self.nouns:
                if _same_noun(text, singular) or (
                    text.endswith(" " + singular) if singular.isascii() else text.endswith(singular)
                ):
                    return 3
        if any(f" {s} " in f" {t} " for s in lexicon.singulars(noun) for t in self.texts if s.isascii()):
            return 2
        if not noun.isascii() and len(noun) > 1 and any(noun in t for t in self.texts):
            return 2
        if lexicon.kinds_of(noun) & self.kinds and (lexicon.is_known(noun) or self.known):
            return 2
        if self.thing.categories:
            return int(any(_counts_as(noun, category) for category in self.thing.categories))
        under = lexicon.kinds_under(noun)
        if under & self.kinds or (
            "container" in lexicon.categories_of(noun) and getattr(self.thing, "container", False)
        ):
            return 1
        return 0


def _same_noun(one: str, other: str) -> bool:
    """Whether two nouns are the same word: 筐 and 筐儿 are 筐子."""
    return one == other or _stem(one) == _stem(other)


def _stem(noun: str) -> str:
    return (noun[:-1] if noun.endswith(("子", "儿")) else noun) or noun


def _counts_as(noun: str, category: str) -> bool:
    """Whether a noun names a category that a scene has in any language."""
    same = set(lexicon.singulars(lexicon.plain(noun))) & set(lexicon.singulars(lexicon.plain(category)))
    return bool(same or lexicon.categories_of(noun) & lexicon.categories_of(category))


def find(units: Sequence[str], things: Sequence[SceneObject | Fixture]) -> Match:
    """The things that copied words fit, before sides and sizes have picked among them."""
    if any(t.part_of for t in things) and (parts := _parts(units, things)) is not None:
        return parts
    subjects = [Subject(t) for t in things]
    whole = lexicon.plain(join_units(units))
    tight = whole.replace(" ", "")
    exact = [s.thing for s in subjects if any(t == whole or t.replace(" ", "") == tight for t in s.texts)]
    if exact:
        return Match(tuple(exact))
    told = Description.of(units)
    colored = [s for s in subjects if told.colors <= s.colors]
    if len(told.colors) > 1 and not colored and not told.joined:
        colored = [s for s in subjects if told.color == s.color]
    if not told.head:
        if told.color and len(told.whole.split()) == 1 and (noun := _by_noun([told.whole], subjects))[0]:
            return Match(tuple(s.thing for s in noun[0]))
        return Match(tuple(s.thing for s in colored), tuple(t for t in things if told.color))
    fitting, sure = _by_noun(told.head, colored)
    if fitting and sure:
        return Match(tuple(s.thing for s in _purest(told, _closest(told.head, fitting))))
    like, meant = _by_meaning(told.head, colored)
    if like >= Likeness.KIND:
        return Match(tuple(s.thing for s in meant))
    if fitting:
        return Match(tuple(s.thing for s in fitting), (), False)
    called = [s for s in subjects if told.color and any(t.endswith(whole) for t in s.nouns)]
    if called:
        # The colour is part of what the thing is called, as in `orange juice`.
        return Match(tuple(s.thing for s in called))
    return Match((), _near(told, subjects, colored))


def _parts(units: Sequence[str], things: Sequence[SceneObject | Fixture]) -> Match | None:
    """The parts that words such as "the top drawer of the cabinet" and 柜子的抽屉 mean; None where they name no owner
    that some thing is a part of, or none of its parts."""
    for part, owner in _split(units):
        own = [t for t in things if t.part_of is not None and _owns(owner, t.part_of)]
        if own and (found := find(part, own)).things:
            return found
    return None


def _split(units: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """The ways in which words may be those of a part and of its owner."""
    for i, unit in enumerate(units):
        before, after = units[:i], units[i + 1 :]
        if unit in _OF and before and after:
            yield before, after
        ending = next((s for s in _S if unit.endswith(s)), "")
        owner = (*before, *([unit.removesuffix(ending)] if unit != ending else []))
        if ending and owner and after:
            yield after, owner


def _owns(owner: Sequence[str], name: str) -> bool:
    """Whether words may mean what is called so in the scene."""
    return bool(find(owner, [SceneObject(name, name)]).things)


def _near(told: Description, subjects: list[Subject], colored: list[Subject]) -> tuple[SceneObject | Fixture, ...]:
    """What fits all but a detail, or what the noun may mean, or be misspelt for."""
    like, meant = _by_meaning(told.head, subjects)
    near = meant if like >= Likeness.KIND else _by_noun(told.head, subjects)[0]
    if not near:
        # Two nouns with the same ending, as `coffee cup` and `tea cup`.
        kinds = lexicon.kinds_of(_noun(told.head))
        near = [s for s in colored if kinds & s.kinds]
    if not near and told.generic and told.color:
        # `The yellow lumpy one`: scenes do not record such adjectives, so which one is meant can only be asked.
        near = colored
    if not near and told.joined:
        near = [s for s in subjects if told.colors & s.colors]
    return tuple(s.thing for s in near or meant) or _misspelt(told.head, subjects)


def _by_noun(head: Sequence[str], subjects: Sequence[Subject]) -> tuple[list[Subject], bool]:
    """Those that answer best to the noun, leading adjectives left out as need be; and whether only vague ones were."""
    for start in range(len(head)):
        noun = _noun(head[start:])
        ranks = [(s.answers(noun), s) for s in subjects]
        best = max((rank for rank, _ in ranks), default=0)
        if best:
            # A toy car is no more a toy than the teddy is.
            loosely = best == BY_MEANING and not head[:start] and bool(lexicon.kinds_under(noun))
            fitting = [s for rank, s in ranks if rank == best or (rank and loosely)]
            # "The chair's seat" is the `chair_seat`.
            owned = all(_owner(word, s) for s in fitting for word in head[:start])
            return fitting, owned or all(w in VAGUE for w in head[:start])
    return [], True


def _owner(word: str, subject: Subject) -> bool:
    """Whether a word such as "chair's" is in the name of a thing, as its owner's."""
    return any(word.endswith(mark) and subject.named((word.removesuffix(mark),)) for mark in _S)


def _noun(words: Sequence[str]) -> str:
    return (" " if all(w.isascii() for w in words) else "").join(words)


def _closest(head: Sequence[str], fitting: list[Subject]) -> list[Subject]:
    """Of things that answer to a noun by what kind they are, those that mean just the same, if there are any: a trash
    can and a recycling bin are bins, but only one of them is a garbage can."""
    if len(fitting) < 2 or any(s.answers(_noun(head)) > BY_MEANING for s in fitting):
        return fitting
    like, meant = _by_meaning(head, fitting)
    return meant if like is Likeness.SAME else fitting


def _purest(told: Description, fitting: list[Subject]) -> list[Subject]:
    """Those that have no other colour than was said, if there are any: the gold cup is not the black and gold one."""
    return [s for s in fitting if told.colors and s.colors == told.colors] or fitting


def _by_meaning(head: Sequence[str], subjects: Sequence[Subject]) -> tuple[Likeness, list[Subject]]:
    """The things that are likest to the noun in meaning, and how like they are; none where all are far."""
    noun = (" " if all(h.isascii() for h in head) else "").join(head)
    found = [(_likeness(noun, s), s) for s in subjects]
    best = max((like for like, _ in found), default=Likeness.FAR)
    return best, [s for like, s in found if like == best != Likeness.FAR]


def _likeness(noun: str, subject: Subject) -> Likeness:
    """How like in meaning the noun is to what the thing is called; which kind it is, a scene knows that lists
    categories."""
    like = max((*(likeness(noun, word) for word in subject.nouns), *_inside(noun, subject)), default=Likeness.FAR)
    return Likeness.NEAR if like is Likeness.KIND and subject.thing.categories else like


def _inside(noun: str, subject: Subject) -> list[Likeness]:
    """How like the noun is to what a container has in it by its name: who asks for cereal may mean the `cereal_box`."""
    held = [text.rpartition(" ")[0] for text in subject.nouns if subject.kinds & lexicon.CONTAINERS and " " in text]
    return [min(likeness(noun, word), Likeness.NEAR) for word in held]


def _misspelt(head: Sequence[str], subjects: Sequence[Subject]) -> tuple[SceneObject | Fixture, ...]:
    """The things whose names are spelt nearly so, or in Chinese read just so (蓝子 is 篮子, and so is lanzi)."""
    noun, said = " ".join(head), sound("".join(head))
    return tuple(
        s.thing
        for s in subjects
        if any(
            said == sound(t) if is_cjk(t[0]) else SequenceMatcher(None, noun, w).ratio() >= ALIKE
            for t in s.nouns
            for w in (t, t.split(" ")[-1])
        )
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


def named_by_side(side: str, things: Sequence[SceneObject | Fixture]) -> list[SceneObject | Fixture]:
    """Those in whose names a word for the side stands."""
    return [t for t in things if Subject(t).named(lexicon.SIDES[side])]


def pick_by_side(
    side: str | None, things: Sequence[SceneObject | Fixture], several: bool = False
) -> list[SceneObject | Fixture]:
    """Those on the asked side: by name if names say so, else the extreme one by position, or with `several` all that
    lie beyond the middle. All if positions do not tell."""
    if side is None or len(things) < 2:
        return list(things)
    if named := named_by_side(side, things):
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
