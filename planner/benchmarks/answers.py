"""Whether a text says the facts that an answer must have: names of things, numbers, yes or no."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pontine.envs.scene import Fixture, Scene, SceneObject

NUMBERS = {
    "0": "0 no none nothing zero 没有 沒有 零",
    "1": "1 one a 一 一个 一個",
    "2": "2 two both 二 两 兩",
    "3": "3 three 三",
    "4": "4 four 四",
    "5": "5 five 五",
    "6": "6 six 六",
    "7": "7 seven 七",
}
YES = "yes yep yeah true correct indeed 是 对 對 有 在 可以 能 没错 嗯"
NO = "no nope not isn't aren't false nothing none cannot can't 不 没 沒 否 空"


def answers(text: str, wanted: Mapping[str, Any], scene: Scene) -> bool:
    """Whether the text says all of `facts`, and nothing of `absent`.

    A fact is `"yes"`, `"no"`, a number as digits, the name of a thing, or words that must stand there; a list of them
    asks for any one. A thing is named by its name or one of its aliases.

    Example:
        >>> answers("No: there are two, red_cube and bowl.", {"facts": ["no", "2", "bowl"]}, Scene())
        True
    """
    plain = text.lower().replace("_", " ")
    return all(any(_says(plain, one, scene) for one in _several(fact)) for fact in wanted.get("facts", ())) and not any(
        _says(plain, fact, scene) for fact in wanted.get("absent", ())
    )


def _several(fact: Any) -> Sequence[str]:
    return fact if isinstance(fact, list) else [fact]


def _says(text: str, fact: str, scene: Scene) -> bool:
    if fact == "yes":
        return _has(text, YES.split()) and not re.match(r"\s*(no\b|not\b|不|没|沒)", text)
    if fact == "no":
        return _has(text, NO.split()) and not re.match(r"\s*(yes\b|是的)", text)
    if fact in NUMBERS:
        return _has(text, NUMBERS[fact].split())
    there: list[SceneObject | Fixture] = [*scene.objects, *scene.fixtures]
    things = [t for t in there if t.name == fact]
    return _has(text, [fact, *(alias for thing in things for alias in thing.aliases)])


def _has(text: str, words: Sequence[str]) -> bool:
    return any(
        re.search(rf"(?<![a-z0-9]){re.escape(word.lower().replace('_', ' '))}(?![a-z0-9])", text)
        if word.isascii()
        else word in text
        for word in words
    )
