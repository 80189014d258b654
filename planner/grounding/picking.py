"""Which of several things is meant by order, size or height: "the second from the left", "the top one"."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pontine.envs.scene import Fixture, Scene, SceneObject
from pontine.planner.language import lexicon
from pontine.planner.language.languages import data, languages
from pontine.planner.language.segments import is_cjk, join_units, split_units

Thing = SceneObject | Fixture

_AXES = {"left": (1, -1), "right": (1, 1), "front": (0, 1), "behind": (0, -1)}
"""The axis of each side, and the sign with which the first from there comes first."""

ALIKE = 0.05
"""Share of a size by which two things must differ to be told apart by it."""


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


def _stripped(text: str, word: str) -> str:
    """A text without a Chinese word of counting at the edges of its pieces."""
    return " ".join(piece.strip(word) if len(word) == 1 else piece.replace(word, "") for piece in text.split(" "))


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


def by_level(side: str, things: Sequence[Thing], scene: Scene) -> list[Thing]:
    """The `upper` or `lower` ones of those that stand in a stack; all of them if there is no stack."""
    stacked = {o.name for o in scene.objects if o.support in scene} | {o.support for o in scene.objects}
    levels = {t.name: len(list(scene.supports(t.name))) for t in things if t.name in stacked and t.name in scene}
    if len(set(levels.values())) < 2 and len(levels) != 1:
        return list(things)
    wanted = (max if side == "upper" else min)(levels.values())
    return [t for t in things if levels.get(t.name) == wanted]


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
