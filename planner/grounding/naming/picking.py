"""Which of several things is meant by order, size or height: "the second from the left", "the top one"."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from pontine.envs.scene import Fixture, Scene, SceneObject
from pontine.planner.grounding.naming.query import Description, Subject, find
from pontine.planner.language import lexicon
from pontine.planner.language.form import NounPhrase, Term
from pontine.planner.language.languages import data, every, languages
from pontine.planner.language.segments import is_cjk, join_units, split_units

Thing = SceneObject | Fixture

_AXES = {"left": (1, -1), "right": (1, 1), "front": (0, 1), "behind": (0, -1)}
"""The axis of each side, and the sign with which the first from there comes first."""

ALIKE = 0.05
"""Share of a size by which two things must differ to be told apart by it."""


_OWNERS = (*every("lexicon", "owner_after"), *every("lexicon", "owner_before"))
"""Words between what is owned and its owner, in any language."""


def everything(scene: Scene) -> list[Thing]:
    """All the things of a scene, and its fixtures."""
    return [*scene.objects, *scene.fixtures]


def thing_called(name: str, scene: Scene) -> Thing:
    """The thing or the fixture of that name. Raises UnknownNameError if there is none."""
    return scene.object(name) if name in scene else scene.fixture(name)


def names_thing(words: Sequence[str], scene: Scene) -> bool:
    """Whether words have a noun that something in the scene is called by."""
    told = Description.of(words)
    return bool(told.head) and any(Subject(t).answers(told.head[-1]) > 1 for t in find(words, everything(scene)).things)


@dataclass(frozen=True)
class Ordinal:
    """`number` counts from 1, or from -1 for the last; `side` is where counting begins, None if nobody says;
    `words` are those that say what is counted."""

    number: int
    side: str | None
    words: tuple[str, ...]


def ordinal(words: Sequence[str]) -> Ordinal | None:
    """What copied words say of an order; None if they say nothing of one.

    Example:
        >>> ordinal(("second", "bottle", "from", "the", "left"))
        Ordinal(number=2, side='left', words=('bottle',))
        >>> ordinal(split_units("从左边数第二个瓶子"))
        Ordinal(number=2, side='left', words=('瓶', '子'))
    """
    text = join_units(words)
    for code in languages():
        told = data(code, "places")
        spaced = data(code, "language")["spaced"]
        edge = r"(?<![\w-]){}(?![\w-])" if spaced else "{}"
        for name in sorted(told["ordinals"], key=len, reverse=True):
            if not re.search(edge.format(re.escape(name)), text):
                continue
            rest = re.sub(edge.format(re.escape(name)), " ", text, count=1)
            before, side = rest, None
            for sort in ("left", "right", "front", "behind"):
                for word in sorted(lexicon.SIDES[sort], key=len, reverse=True):
                    if side is None and re.search(edge.format(re.escape(word)) if word.isascii() else word, rest):
                        side, rest = sort, re.sub(edge.format(word) if word.isascii() else word, " ", rest, count=1)
            if side is None and not spaced and (found := re.search("[左右前后近远]", rest)):
                side = {"左": "left", "右": "right", "前": "front", "近": "front"}.get(found[0], "behind")
                rest = rest.replace(found[0], " ", 1)
            counting = told["counting"] if side or spaced else [w for w in told["counting"] if w != "数"]
            for word in sorted(counting, key=len, reverse=True):
                rest = re.sub(edge.format(re.escape(word)), " ", rest) if spaced else _stripped(rest, word)
            kept = split_units(rest)
            return Ordinal(told["ordinals"][name], side, kept if kept or before == rest else ())
    return None


def joined(phrase: NounPhrase, things: Sequence[Thing]) -> NounPhrase:
    """A phrase in which colours that were taken apart are one thing's again, if there is such a thing: "the black and
    gold cup".

    Example:
        >>> cups = [SceneObject("gold_cup", "cup"), SceneObject("black_and_gold_cup", "cup")]
        >>> phrase = NounPhrase((Term("the", ("black",)), Term("the", ("gold", "cup"))))
        >>> [term.words for term in joined(phrase, cups).terms]
        [('black', 'and', 'gold', 'cup')]
    """
    terms: list[Term] = []
    for term in phrase.terms:
        before = terms[-1] if terms else None
        if before and before.words and not before.relation and all(map(lexicon.color_of, before.words)):
            both = (*before.words, "and", *term.words)
            told = Description.of(both)
            found = [t for t in find(both, things).things if told.colors <= Subject(t).colors]
            if told.joined and len(found) == 1:
                terms[-1] = replace(term, determiner=before.determiner, words=both)
                continue
        terms.append(term)
    return replace(phrase, terms=tuple(terms))


def single(phrase: NounPhrase, instruction: str, contrasted: bool) -> NounPhrase:
    """A phrase that means one thing where Chinese words say so behind its own (黑色的那个), or where it has no noun
    (红色的) and nothing says that there are several, nor is it `contrasted` with others.

    Example:
        >>> black = NounPhrase((Term("all", split_units("黑色的")),))
        >>> single(black, "黑色的那个放碗里", False).terms[0].determiner
        'the'
        >>> single(black, "黑色的都放碗里", False).terms[0].determiner
        'all'
    """
    text = join_units(split_units(instruction))
    some = contrasted or any(word in text for word in every("places", "several"))

    def one(term: Term) -> bool:
        words = join_units(term.words)
        if term.determiner != "all" or not words or not is_cjk(words[-1]):
            return False
        pointed = any(f"{words}{joint}{word}" in text for word in every("places", "one") for joint in ("", *_OWNERS))
        return pointed or (not some and words.endswith(_OWNERS))

    return replace(phrase, terms=tuple(replace(t, determiner="the") if one(t) else t for t in phrase.terms))


def several(phrase: NounPhrase) -> NounPhrase:
    """A phrase for what can only be done with several things, where its noun may be one or many, as 水果 may.

    Example:
        >>> several(NounPhrase((Term("the", split_units("水果")),))).terms[0].determiner
        'all'
    """
    (term, *others) = phrase.terms
    either = not others and term.determiner == "the" and bool(term.words) and is_cjk(term.words[-1][-1])
    return replace(phrase, terms=(replace(term, determiner="all"),)) if either else phrase


def as_named(words: Sequence[str], things: Sequence[Thing], sides: Sequence[str]) -> list[Thing]:
    """Of several things those in whose names the words stand side by side (the right door is not the left door of the
    cabinet on the right), or else words for all of several sides; all of them if there are none."""
    phrase = lexicon.plain(join_units(words))
    found = [t for t in things if any(f" {phrase} " in f" {text} " for text in Subject(t).texts)]
    if " " in phrase and found:
        return found
    found = [t for t in things if all(Subject(t).named(lexicon.SIDES[side]) for side in sides)]
    return found if len(sides) > 1 and found else list(things)


def stacked(words: Sequence[str], scene: Scene) -> list[str]:
    """The names of what stands on or under something else, if words mean a stack, of what they say it is of; none if
    they do not."""
    if not words:
        return []
    heads = [i for i in (0, len(words) - 1) if words[i] in every("places", "stacks")]
    if not heads:
        return []
    upper = [o for o in scene.objects if o.support in scene and not scene.object(str(o.support)).container]
    names = {o.name for o in upper} | {str(o.support) for o in upper}
    rest = tuple(w for i, w in enumerate(words) if i != heads[0] and w not in _OWNERS)
    of = {t.name for t in find(rest, scene.objects).things} if rest and not lexicon.GENERIC & {*rest} else names
    return [o.name for o in scene.objects if o.name in (names & of or names)]


def led(words: Sequence[str]) -> tuple[str, ...]:
    """Copied words with what picks among things before what they are, as in 最大的杯子 for 杯子最大.

    Example:
        >>> led(("杯", "子", "最", "大"))
        ('最', '大', '杯', '子')
    """
    text = join_units(words)
    if words and is_cjk(words[-1][-1]):
        members = [w for c in (lexicon.SIZES, lexicon.SIDES) for some in c.values() for w in some if w.startswith("最")]
        for member in sorted(members, key=len, reverse=True):
            if text.endswith(member) and text != member:
                return split_units(member + text.removesuffix(member))
    return tuple(words)


def topped(words: Sequence[str]) -> tuple[str, ...]:
    """Words for a place without those for its upper side or inside, on or in which things are put anyway.

    Example:
        >>> topped(("top", "of", "the", "chair")), topped(("柜", "顶")), topped(("top", "of", "the", "stack"))
        (('chair',), ('柜',), ('top', 'of', 'the', 'stack'))
    """
    text = join_units(words)
    for code in languages():
        for sign in data(code, "places")["tops"]:
            rest = text.removeprefix(f"{sign} ") if data(code, "language")["spaced"] else text.removesuffix(sign)
            kept = tuple(w for w in split_units(rest) if w not in every("lexicon", "articles"))
            if rest != text and kept and kept[-1] not in every("places", "stacks"):
                return kept
    return tuple(words)


def unled(words: Sequence[str], things: Sequence[Thing]) -> tuple[str, ...]:
    """Chinese words without a verb of bringing before what is just the name of a thing: 插笔筒 is the 笔筒."""
    text = join_units(words)
    if words and is_cjk(words[-1][-1]) and not any(lexicon.plain(text) in Subject(t).texts for t in things):
        for verb in every("signs", "bring"):
            rest = text.removeprefix(verb)
            if rest != text and any(lexicon.plain(rest) in Subject(t).texts for t in things):
                return split_units(rest)
    return tuple(words)


def owning(term: Term) -> Term:
    """A term with what stands behind "with" as what it has: "the plate with the egg"; else the term itself.

    Example:
        >>> term = owning(Term("the", ("plate", "with", "the", "egg")))
        >>> term.words, term.relation, term.reference[0].words
        (('plate',), 'has', ('egg',))
    """
    signs = [i for i, word in enumerate(term.words) if i and word in every("signs", "having")]
    if not signs or term.relation:
        return term
    behind = tuple(w for w in term.words[signs[0] + 1 :] if w not in every("lexicon", "articles"))
    owned = (Term("the", behind),)
    return replace(term, words=term.words[: signs[0]], relation="has", reference=owned) if behind else term


def pick_by_corner(sides: Sequence[str], things: Sequence[Thing]) -> list[Thing]:
    """Of several things the one that is farthest to all of these sides together, as the front left one; all of them if
    positions do not tell."""
    axes = [_AXES[side] for side in dict.fromkeys(sides) if side in _AXES]
    if len({axis for axis, _ in axes}) < 2 or any(t.position is None for t in things):
        return list(things)
    far = {t.name: sum(sign * (t.position or (0.0, 0.0))[axis] for axis, sign in axes) for t in things}
    first, second, *_ = sorted(things, key=lambda t: far[t.name])
    return [first] if far[second.name] - far[first.name] > 0.01 else list(things)


def _stripped(text: str, word: str) -> str:
    """A text without a Chinese word of counting at the edges of its pieces, unless that cuts a noun (方块)."""
    if len(word) > 1:
        return text.replace(word, "")
    pieces = (piece.lstrip(word) for piece in text.split(" "))
    return " ".join(piece if lexicon.is_kind(piece) else piece.rstrip(word) for piece in pieces)


def nth(told: Ordinal, things: Sequence[Thing]) -> Thing | None:
    """The thing of that number, None if there are too few or positions do not tell."""
    ordered = list(things)
    if told.side is not None:
        if any(t.position is None for t in things):
            return None
        axis, sign = _AXES[told.side]
        ordered.sort(key=lambda t: sign * (t.position or (0.0, 0.0))[axis])
    else:
        numbers = {t.name: [int(n) for n in re.findall(r"\d+", t.name)] for t in things}
        if len({tuple(n) for n in numbers.values()}) < len(ordered):
            return None
        ordered.sort(key=lambda t: numbers[t.name])
    index = told.number - 1 if told.number > 0 else len(ordered) + told.number
    return ordered[index] if 0 <= index < len(ordered) else None


def volume(thing: Thing) -> float | None:
    """How big a thing is, m³."""
    return math.prod(thing.size) if isinstance(thing, SceneObject) and thing.size else None


def compared(relation: str, things: Sequence[Thing], other: Thing) -> list[Thing] | None:
    """Those that are `bigger` or `smaller` than the other one; None if sizes are not known."""
    known, than = {t.name: volume(t) for t in things}, volume(other)
    if than is None or any(v is None for v in known.values()):
        return None
    sign = 1 if relation == "bigger" else -1
    return [t for t in things if sign * (float(known[t.name] or 0) - than) > ALIKE * than]


def middling(words: Sequence[str]) -> bool:
    """Whether copied words mean the middle one by size."""
    text = join_units(words)
    return any(word in text for code in languages() for word in data(code, "places")["middling"])


def middle_sized(things: Sequence[Thing]) -> list[Thing]:
    """The middle one by size of an odd number of things; all of them if sizes do not tell."""
    if len(things) % 2 == 0 or any(volume(t) is None for t in things):
        return list(things)
    return [sorted(things, key=lambda t: float(volume(t) or 0))[len(things) // 2]]


def upper(named: Set[str], scene: Scene) -> list[str]:
    """The names of what stands on another thing, the topmost first; where some are named, of what is in a stack with
    one of them."""
    stacks = [o for o in scene.objects if o.support in scene]
    if named:
        below = {b for o in stacks if o.name in named for b in scene.supports(o.name)} | named
        stacks = [o for o in stacks if o.name in named or o.support in below]
    names = [o.name for o in stacks if not scene.object(str(o.support)).container]
    return sorted(names, key=lambda name: -len(list(scene.supports(name))))


def standing(name: str, scene: Scene) -> tuple[int, float, str, int]:
    """Sorts the tallest stack first, then by size; within a stack from the bottom."""
    below = [name, *(b for b in scene.supports(name) if b in scene)]
    root = below[-1]
    height = sum(root in scene.supports(o.name) for o in scene.objects)
    return -height, -math.prod(scene.object(root).size or (0.0,)), root, len(below)


def room_on(names: Sequence[str], place: str, scene: Scene) -> bool:
    """Whether the things have room beside each other on a flat one, as far as sizes are known."""
    below = scene.object(place).size if place in scene else None
    sizes = [scene.object(name).size for name in names]
    if below is None or any(size is None for size in sizes):
        return True
    return sum(size[0] * size[1] for size in sizes if size) <= below[0] * below[1]


def by_level(side: str, things: Sequence[Thing], scene: Scene) -> list[Thing]:
    """The `upper` or `lower` ones of those that stand in a stack; all of them if there is no stack."""
    stacked = {o.name for o in scene.objects if o.support in scene} | {o.support for o in scene.objects}
    levels = {t.name: len(list(scene.supports(t.name))) for t in things if t.name in stacked and t.name in scene}
    if len(set(levels.values())) < 2 and len(levels) != 1:
        return list(things)
    wanted = (max if side == "upper" else min)(levels.values())
    return [t for t in things if levels.get(t.name) == wanted]


def lying_there(phrase: NounPhrase, destination: NounPhrase) -> bool:
    """Whether things are told by lying in or on the very place that they are to go to: what is on the box, onto it."""
    return any(term.relation in ("in", "on") and term.reference == destination.terms for term in phrase.terms)


def lying_between(things: Sequence[SceneObject], ends: Sequence[SceneObject]) -> list[SceneObject]:
    """Those of the things that lie between two others, near the line from one to the other."""
    (ax, ay), (bx, by) = ((e.position or (0, 0))[:2] for e in ends)
    length = math.hypot(bx - ax, by - ay) or 1.0
    found = []
    for thing in things:
        x, y = (thing.position or (0, 0))[:2]
        along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length**2
        across = abs((x - ax) * (by - ay) - (y - ay) * (bx - ax)) / length
        if 0 < along < 1 and across < 0.5 * length:
            found.append(thing)
    return found


def by_distance(relation: str, things: Sequence[Thing], places: Sequence[Thing], several: bool) -> list[Thing] | None:
    """The `nearest` to the places, or the `farthest`; without places, from the speaker. None if a position is unknown.

    Of two that are about as far both.
    """
    if any(t.position is None for t in (*things, *places)) or not things:
        return None

    def far(thing: Thing) -> float:
        x, y = (thing.position or (0.0, 0.0))[:2]
        if not places:
            return x
        return min(math.dist((x, y), (p.position or (0.0, 0.0))[:2]) for p in places)

    sign = 1 if relation == "nearest" else -1
    least = min(sign * far(t) for t in things)
    return [t for t in things if sign * far(t) <= least + 0.005]
