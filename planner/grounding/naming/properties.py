"""Whether a thing is as words say: open, off, empty, red. None where a scene does not tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pontine.envs.scene import UNKNOWN, Fixture, Scene, SceneObject
from pontine.planner.grounding.naming.placing import classes
from pontine.planner.grounding.naming.query import Description, Match, Subject, find
from pontine.planner.language.languages import data, languages
from pontine.planner.language.segments import join_units

Thing = SceneObject | Fixture

_LONGEST = 5
"""Units of the longest words for a property."""

STATES = ("open", "closed", "pressed", "released", "on", "off")
"""Properties that are states of fixtures."""

_PAIRS = (("open", "closed"), ("pressed", "released"), ("on", "off"))


def has(thing: Thing, words: Sequence[str], scene: Scene) -> bool | None:
    """Whether the thing has the property that copied words name; None if nobody can tell.

    Example:
        >>> has(Fixture("drawer", "drawer", "closed"), ("shut",), Scene())
        True
        >>> has(SceneObject("ball", "ball", "red"), ("blue",), Scene())
        False
    """
    told = classes("properties", words)
    if isinstance(thing, Fixture):
        if thing.state == UNKNOWN:
            return None
        # "开着" is open and switched on: what the thing can be decides.
        pairs = [pair for pair in _PAIRS if thing.state in pair]
        wanted = [name for name in told if any(name in pair for pair in pairs)]
        if wanted:
            return thing.state in wanted if len(wanted) == 1 else None
        if thing.state == join_units(words):
            return True
    if "held" in told:
        return scene.holding == thing.name
    if "empty" in told or "full" in told:
        filled = any(thing.name in list(scene.supports(o.name)) for o in scene.objects)
        return filled == ("full" in told)
    described = Description.of(words)
    subject = Subject(thing)
    if described.color:
        return subject.color == described.color if subject.color else None
    if described.head:
        return subject.answers(join_units(described.head)) > 0 or None
    return None


def being_so(words: Sequence[str], things: Sequence[Thing], scene: Scene) -> Match | None:
    """The things that words mean which begin with a property, those that have it: "the open drawer". None if they
    begin with none, or nothing is so.

    Example:
        >>> drawers = [Fixture("top_drawer", "drawer", "open"), Fixture("low_drawer", "drawer", "closed")]
        >>> [thing.name for thing in being_so(("open", "drawer"), drawers, Scene((), tuple(drawers))).things]
        ['top_drawer']
    """
    for end in range(min(len(words) - 1, _LONGEST), 0, -1):
        text = join_units(words[:end]).removesuffix("的")
        if any(text == word for code in languages() for known in _known(code) for word in known):
            match = find(words[end:], things)
            so = tuple(t for t in match.things if has(t, words[:end], scene))
            return replace(match, things=so) if so else None
    return None


def _known(code: str) -> Sequence[Sequence[str]]:
    return list(data(code, "places")["properties"].values())


def matching(thing: SceneObject, places: Sequence[Thing], words: Sequence[str]) -> list[Thing]:
    """Those of the places called so that have what the thing has: its colour, else the number in its name."""
    found: Sequence[Thing] = places
    for end in range(len(words), 0, -1):
        # "The bowl of its colour": the longest beginning that means anything.
        if known := find(words[:end], places).things:
            found = known
            break
    found = [p for p in found if p != thing]
    color = Subject(thing).color
    alike = [p for p in found if color is not None and Subject(p).color == color]
    number = re.findall(r"\d+", thing.name)[-1:]
    return alike or [p for p in found if number and re.findall(r"\d+", p.name)[-1:] == number]
