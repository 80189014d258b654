"""Goals of several predicates for a table, and how a person would ask for them, in English and Chinese.

Only goals for which a plan exists are drawn: no thing is moved twice or moved and built upon,
what goes into a drawer fits, and a drawer is shut after it was filled.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..declarations.colors import COLOR_WORDS
from ..declarations.fixture_kind import FIXTURES
from ..predicates import Predicate
from .fixture_spec import FixtureSpec
from .layout import footprint
from .objects import ObjectSpec

MAX_PREDICATES = 4

_SIDES = {"left_of": ("to the left of", "左边"), "right_of": ("to the right of", "右边")}


@dataclass(frozen=True)
class Clause:
    """Predicates that one part of a sentence asks for, and that part in both languages."""

    predicates: tuple[Predicate, ...]
    english: str
    chinese: str


@dataclass(frozen=True)
class Goal:
    """Predicates that must hold together, and the instruction."""

    predicates: tuple[Predicate, ...]
    english: str
    chinese: str


def draw_goal(rng: np.random.Generator, objects: Sequence[ObjectSpec], fixtures: Sequence[FixtureSpec]) -> Goal | None:
    """A goal of 2 to 4 predicates for that table, or None if it is too bare for one.

    A fixture's `state` says what it is in now (None: shut or released).
    """
    wanted = int(rng.integers(2, MAX_PREDICATES + 1))
    clauses: list[Clause] = []
    used: set[str] = set()
    makers: list[Callable[[], Clause | None]] = []
    movable = [o for o in objects if o.declared.graspable]
    rng.shuffle(movable)
    for thing in movable:
        makers.append(lambda thing=thing: _move(rng, thing, objects, fixtures, used))  # type: ignore[misc]
    for fixture in fixtures:
        makers.append(lambda fixture=fixture: _work(fixture, used))  # type: ignore[misc]
    rng.shuffle(makers)
    count = 0
    for maker in makers:
        clause = maker()
        if clause is not None and count + len(clause.predicates) <= wanted:
            clauses.append(clause)
            count += len(clause.predicates)
            used |= {word for predicate in clause.predicates for word in predicate[1:]}
    if count < 2:
        return None
    predicates = tuple(p for clause in clauses for p in clause.predicates)
    english = ", then ".join(c.english for c in clauses)
    return Goal(predicates, english[0].upper() + english[1:] + ".", "，然后".join(c.chinese for c in clauses) + "。")


def said(thing: ObjectSpec | FixtureSpec) -> tuple[str, str]:
    """What a thing is called in English, with its article, and in Chinese."""
    if isinstance(thing, FixtureSpec):
        words = FIXTURES[thing.kind].words
        return f"the {words['en'][0]}", words["zh"][0]
    kind = thing.declared
    english, chinese = kind.said("en"), kind.said("zh")
    if not kind.graspable:
        return f"the {english}", chinese
    color = COLOR_WORDS[thing.color]
    return f"the {color['en'][0]} {english}", color["zh"][0] + chinese


def _move(
    rng: np.random.Generator,
    thing: ObjectSpec,
    objects: Sequence[ObjectSpec],
    fixtures: Sequence[FixtureSpec],
    used: set[str],
) -> Clause | None:
    """Put a thing somewhere: in or on another, beside another, or in a drawer that is then shut."""
    if thing.name in used:
        return None
    there: list[Clause] = []
    english, chinese = said(thing)
    for other in objects:
        if other.name == thing.name:
            continue
        place, zh = said(other)
        if other.declared.container:
            there.append(
                Clause((("in", thing.name, other.name),), f"put {english} in {place}", f"把{chinese}放进{zh}里")
            )
        elif other.name not in used and _carries(other, thing):
            there.append(
                Clause((("on", thing.name, other.name),), f"put {english} on {place}", f"把{chinese}放在{zh}上")
            )
        elif other.name not in used:
            relation = str(rng.choice(list(_SIDES)))
            side, side_zh = _SIDES[relation]
            there.append(
                Clause(
                    ((relation, thing.name, other.name),),
                    f"put {english} {side} {place}",
                    f"把{chinese}放在{zh}{side_zh}",
                )
            )
    for fixture in fixtures:
        room = FIXTURES[fixture.kind].inside
        if room is not None and fixture.name not in used and thing.size[2] < room.tallest:
            place, zh = said(fixture)
            inside, shut = ("in", thing.name, fixture.name), FIXTURES[fixture.kind].other(room.when)
            verb, verb_zh = _verbs(fixture, shut)
            there.append(Clause((inside,), f"put {english} in {place}", f"把{chinese}放进{zh}里"))
            there.append(
                Clause(
                    (inside, (shut, fixture.name)),
                    f"put {english} in {place} and {verb} {place}",
                    f"把{chinese}放进{zh}里，再{verb_zh}{zh}",
                )
            )
    return there[int(rng.integers(len(there)))] if there else None


def _carries(below: ObjectSpec, above: ObjectSpec) -> bool:
    """Whether one thing stands safely on another."""
    steady = not above.declared.rolls and min(above.size[:2]) > 0.7 * above.size[2]
    return below.declared.flat_top and steady and 2 * footprint(below)[2] / math.sqrt(2) > 0.8 * min(above.size[:2])


def _work(fixture: FixtureSpec, used: set[str]) -> Clause | None:
    """Bring a fixture into the state that it is not in yet, if it can be brought out of its own."""
    if fixture.name in used:
        return None
    kind = FIXTURES[fixture.kind]
    wanted = kind.states[0] if kind.latches or fixture.state != kind.states[0] else kind.states[1]
    (english, chinese), (verb, verb_zh) = said(fixture), _verbs(fixture, wanted)
    return Clause(((wanted, fixture.name),), f"{verb} {english}", f"{verb_zh}{chinese}")


def _verbs(fixture: FixtureSpec, state: str) -> tuple[str, str]:
    """The verbs that bring a state about, in English and Chinese."""
    words = FIXTURES[fixture.kind].state_words[state]
    return words["en"][0], words["zh"][0]
