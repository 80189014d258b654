"""Answers to a question that offers things, as people give them: "the left one", "either", "yes", 第二个, 都行."""

from __future__ import annotations

import re
from enum import Enum

from pontine.envs.scene import Fixture, Scene, SceneObject
from pontine.planner.dialogue.conversation import said
from pontine.planner.grounding.naming.query import Description, find, pick_by_side, pick_by_size
from pontine.planner.grounding.viewpoint import seen
from pontine.planner.language.languages import data, languages
from pontine.planner.language.segments import split_units
from pontine.planner.reading import Reading

MOST_WORDS = 6
"""An answer of more words than this is taken for an instruction and not for a choice."""


class Told(Enum):
    """Answers that name none of the options."""

    NO = "no"
    UNCLEAR = "unclear"


def chosen(answer: str, question: Reading, scene: Scene) -> str | Told:
    """The option that an answer picks: by number, name, side, size, colour or order, any of them, or yes where there
    is but one; `Told.NO` where that is denied.

    Example:
        >>> from pontine.envs.scene import SceneObject
        >>> red, blue = SceneObject("a", "cup", "red", (0.2, 0.1, 0)), SceneObject("b", "cup", "blue", (0.2, -0.1, 0))
        >>> asked = Reading("question", text="Which?", options=("a", "b"))
        >>> [chosen(said, asked, Scene((red, blue))) for said in ("the left one", "the second", "蓝色的", "either")]
        ['a', 'b', 'b', 'a']
    """
    options, plain = question.options, answer.strip().casefold()
    if plain.isdecimal():
        return options[int(plain) - 1] if 1 <= int(plain) <= len(options) else Told.UNCLEAR
    if named := [o for o in options if o.casefold() == plain]:
        return named[0]
    for language in languages():
        if options and said(answer, language, "any"):
            return options[0]
        if len(options) == 1 and said(answer, language, "yes"):
            return options[0]
        if len(options) == 1 and said(answer, language, "no"):
            return Told.NO
    units = [u for u in split_units(answer) if any(c.isalnum() for c in u)]
    if not units or len(units) > MOST_WORDS or not options:
        return Told.UNCLEAR
    return _by_order(units, options) or _by_description(units, question, scene) or _by_word(units, options)


def affirmed(answer: str) -> bool:
    """Whether an answer is yes, in any language.

    Example:
        >>> affirmed("Yes, please!"), affirmed("好的"), affirmed("no")
        (True, True, False)
    """
    return any(said(answer, language, "yes") for language in languages())


def _by_order(units: list[str], options: tuple[str, ...]) -> str | None:
    """The option that a number in words counts to: "the second one", 第二个."""
    for language in languages():
        spaced = data(language, "language")["spaced"]
        for number, names in enumerate(data(language, "followup")["ordinals"], -1):
            if any(name in units if spaced else name in "".join(units) for name in names) and number < len(options):
                return options[number]
    return None


def _by_description(units: list[str], question: Reading, scene: Scene) -> str | None:
    """The only one of the options that a description fits."""
    looked = seen(scene)
    everything: tuple[SceneObject | Fixture, ...] = (*looked.objects, *looked.fixtures)
    things = [thing for thing in everything if thing.name in question.options]
    told = Description.of(units)
    match = find(units, things)
    if not match.sure or not (told.head or told.color or told.size or told.side):
        return None
    fitting = pick_by_side(told.side, pick_by_size(told, match.things))
    return fitting[0].name if len(fitting) == 1 else None


def _by_word(units: list[str], options: tuple[str, ...]) -> str | Told:
    """The option that shares most words with the answer."""
    shared = [len(set(units) & set(re.split(r"[\W_]+", option.casefold()))) for option in options]
    best = [option for option, n in zip(options, shared, strict=True) if n == max(shared) > 0]
    return best[0] if len(best) == 1 else Told.UNCLEAR
