"""Goals for things that are to stand somewhere on the table: moved that way, in a corner, between, in a row, apart.

Words become wishes here; `planner.spots` works out the places.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

from pontine.envs.predicates import Predicate
from pontine.envs.scene import TABLE, SceneObject
from pontine.planner.grounding.naming.abilities import graspable, loose
from pontine.planner.grounding.naming.picking import volume
from pontine.planner.grounding.naming.placing import FAR, OPPOSITE, classes, distance, parts, way
from pontine.planner.grounding.naming.resolve import Resolver, Thing
from pontine.planner.language.form import Clause, NounPhrase, Term
from pontine.planner.language.grammar import OFFSET
from pontine.planner.spots.places import A_BIT, place_for
from pontine.planner.spots.table import Table
from pontine.planner.spots.wishes import (
    Apart,
    Beside,
    Between,
    Exactly,
    Layout,
    NoSpotError,
    Offset,
    Region,
    Row,
    Swap,
    Together,
    Toward,
    Where,
    Wish,
)  # fmt: skip
from pontine.policies.skills.skill import Skill

RELATED = {"left": "left_of", "right": "right_of", "front": "in_front_of", "behind": "behind", "near": "near"}
_SIDE_OF = {"left": "left_of", "right": "right_of", "away": "behind", "back": "in_front_of"}
"""The side that is that way of a thing."""

STEPS = (0.06, 0.04, 0.09, 0.13, 0.025)
"""How far (m) a thing is moved if nobody says how far: the first of these for which there is room."""


def parted(terms: Sequence[Term], clauses: Sequence[Clause]) -> bool:
    """Whether other clauses move things the opposite way: "the forks to the left, the spoons to the right" names sides
    of the table."""
    ways = [
        way(phrase.terms[0].words)
        for clause in clauses
        for phrase in clause.arguments[1:]
        if clause.verb == "move" and phrase.terms[0].determiner == OFFSET
    ]
    (term, *others) = terms
    plain = not others and not term.relation and distance(term.words) is None
    return plain and OPPOSITE.get(way(term.words) or "") in ways


class Mover:
    """Finds spots for the things of one form, one after the other."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.table = Table(resolver.scene, self._carried)
        self.how: type[Skill] | None = None
        """The skill by which things are to be brought where they go, if it was said."""
        self.by: dict[Predicate, str] = {}
        self.kept: set[str] = set()
        """What must be left alone."""
        self.not_so: list[str] = []
        """What is carried although it was said how else it should go there."""

    def offset(self, names: Sequence[str], terms: Sequence[Term], told: str | None = None) -> list[Predicate]:
        """The things moved that way, by an amount or as people do."""
        words = [w for term in terms for w in term.words]
        ahead, far = told or way(words), distance(words)
        if ahead is None:
            raise self.resolver.ask("which_way", "", names)
        origins = [n for term in terms if term.relation for r in term.reference for n in self.resolver.references(r)]
        if TABLE in origins:
            # "To the left-hand side of the desk".
            return self.part(names, words)
        if origins:
            side = _SIDE_OF.get(ahead)
            if side is None or len(origins) > 1:
                raise self.resolver.ask("reference", "", names)
            return self._placed(names, Beside(side, origins[0], far))
        if far is not None:
            rough = far == FAR or not any(w[0].isdigit() for w in words)
            less = [Offset(ahead, far / 2, rough)] if far == A_BIT and rough else []
            return self._placed(names, Offset(ahead, far, rough), *less)
        return self._placed(names, *(Offset(ahead, step, rough=True) for step in STEPS))

    def placed(self, names: Sequence[str], term: Term) -> list[Predicate]:
        """The things in a part of the table or of a thing, between things, beside one or where one was."""
        if not term.reference or self.resolver.is_table(NounPhrase(term.reference)):
            return self.part(names, term.words)
        if term.relation == "between":
            one, other = (self._one(reference) for reference in term.reference)
            return self._placed(names, Between(one.name, other.name))
        place = self._earlier(names) if term.reference[0].determiner == "it" else None
        place = place or self._one(term.reference[0])
        if term.relation == "where":
            now = self.table.scene.object(place.name).position if place.name in self.table.scene else place.position
            if place.position is not None and now != place.position:
                # Where it was, if it is to go from there.
                return self._placed(names, Exactly(place.position[:2]))
            return self._placed(names, Where(place.name))
        return self.beside(names, str(term.relation), place)

    def part(self, names: Sequence[str], words: Sequence[str]) -> list[Predicate]:
        """The things in a part of the table."""
        if not (found := parts(words)):
            raise self.resolver.ask("which_part", "", names)
        return self._placed(names, Region(" ".join(found)))

    def beside(self, names: Sequence[str], side: str, place: Thing) -> list[Predicate]:
        """The things on a side of another: a relation of two objects, or a spot beside what is fixed."""
        if isinstance(place, SceneObject):
            return [self._related(RELATED[side], name, place.name) for name in names]
        return self._placed(names, Beside(RELATED[side], place.name))

    def distanced(self, names: Sequence[str], place: Thing, closer: bool) -> list[Predicate]:
        """The things nearer to another than they are now, or further from it."""
        return self._placed(names, Toward(place.name, away=not closer))

    def row(self, names: Sequence[str], words: Sequence[str], told: bool) -> list[Predicate]:
        """The things on one line, evenly, in the order that words say, else as they stand."""
        lines, orders = classes("lines", words), classes("orders", words)
        along = lines[0] if lines else "right" if orders or told else None
        return self._laid(self._ordered(names, orders) if along else names, Row(along))

    def _ordered(self, names: Sequence[str], orders: Sequence[str]) -> list[str]:
        if "number" in orders:
            return sorted(names, key=lambda n: [int(k) for k in re.findall(r"\d+", n)])
        if "size" in orders or "falling" in orders:
            sizes = {name: volume(self.resolver.scene.object(name)) for name in names}
            if any(size is None for size in sizes.values()):
                raise self.resolver.ask("unclear")
            return sorted(names, key=lambda n: float(sizes[n] or 0), reverse="falling" in orders)
        return list(names)

    def apart(self, names: Sequence[str]) -> list[Predicate]:
        """The things further from each other than now."""
        return self._laid(names, Apart())

    def together(self, names: Sequence[str]) -> list[Predicate]:
        """The things nearer to each other than now."""
        return self._laid(names, Together())

    def swapped(self, one: str, other: str) -> list[Predicate]:
        """Two things that stand on the table, each where the other was."""
        return self._laid([one, other], Swap())

    def gone(self, goals: Sequence[Predicate]) -> None:
        """What these goals take away from where it stands makes room for what comes later."""
        for goal in goals:
            if goal[0] in ("in", "on", "holding") and goal[1] in self.table.scene and goal[-1] != TABLE:
                self.table.take_away(goal[1])

    def _placed(self, names: Sequence[str], *wishes: Wish) -> list[Predicate]:
        """The things as wished: the first of the wishes for which there is a place."""
        with self._asking(names):
            return [self._place(name, wishes) for name in names]

    def _related(self, relation: str, name: str, reference: str) -> Predicate:
        """A relation of two things."""

        def found() -> Predicate:
            if self.how is not None:
                place_for(self.table.scene, name, Beside(relation, reference), self._carried)
            return relation, name, reference

        return self._brought(name, found)

    def _place(self, name: str, wishes: Sequence[Wish]) -> Predicate:
        return self._brought(name, lambda: self._wished(name, wishes))

    def _brought(self, name: str, found: Callable[[], Predicate]) -> Predicate:
        """The goal that is found for a thing if it is brought there by the skill that was asked for, or, where that
        cannot be, carried."""
        how = self.how
        if how is not None and how.suits(self.table.scene.object(name)) is None:
            with suppress(NoSpotError):
                self.by[goal := found()] = how.name
                return goal
        if how is not None:
            self.not_so.append(name)
        self.how = None
        try:
            return found()
        finally:
            self.how = how

    def _carried(self, thing: SceneObject) -> bool:
        return self.how is None and graspable(thing)

    def _wished(self, name: str, wishes: Sequence[Wish]) -> Predicate:
        """The first of the wishes for which there is room as things stand, or else once some are put aside."""
        missed: list[NoSpotError] = []
        for aside in (False, True):
            for wish in wishes:
                try:
                    return self.table.place(name, wish, self._loose(vars(wish).values()) if aside else ())
                except NoSpotError as error:
                    missed.append(error)
        raise missed[len(wishes) - 1]

    def _loose(self, names: Iterable[object]) -> list[str]:
        """What may be put aside: what nobody spoke of, and is not one of these."""
        spoken_of = (*self.resolver.moved, *self.resolver.last, *self.kept, *names)
        return [o.name for o in self.table.scene.objects if loose(o) and o.name not in spoken_of]

    def _laid(self, names: Sequence[str], wish: Layout) -> list[Predicate]:
        if len(names) < 2:
            raise self.resolver.ask("several", "", names)
        with self._asking(names):
            with suppress(NoSpotError):
                return list(self.table.lay(names, wish) or self.table.stay(names))
            return list(self.table.lay(names, wish, self._loose(names)))

    @contextmanager
    def _asking(self, names: Sequence[str]) -> Iterator[None]:
        """Say in the person's language why there is no such place."""
        try:
            yield
        except NoSpotError as error:
            if error.reason == "unknown":
                raise self.resolver.ask("position", error.thing, names) from None
            told = "graspless" if error.reason == "unmovable" else "no_room"
            raise self.resolver.decline(told, error.thing) from None

    def _earlier(self, names: Sequence[str]) -> Thing | None:
        """What was moved last before these things: "move the lamp, then put the clock where it was"."""
        scene = self.resolver.scene
        return next((scene.object(n) for n in reversed(self.resolver.moved) if n not in names and n in scene), None)

    def _one(self, term: Term) -> Thing:
        names = self.resolver.places(NounPhrase((term,)), ())
        if len(names) != 1 or names[0] == TABLE:
            raise self.resolver.ask("reference", "", self.resolver.moved[-1:])
        scene = self.resolver.scene
        return scene.object(names[0]) if names[0] in scene else scene.fixture(names[0])
