"""The grounder: a goal form and a scene to subgoals, a question or a refusal. Deterministic; no model in it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from pontine.envs.predicates import Predicate
from pontine.envs.scene import TABLE, Fixture, Scene, SceneObject
from pontine.planner.grounding import skills, undo
from pontine.planner.grounding.abilities import STATES, graspable, state_by, takes_things_in
from pontine.planner.grounding.query import Description, Subject, find
from pontine.planner.grounding.resolve import Resolver, Unresolved
from pontine.planner.grounding.viewpoint import QUARTERS, back, seen, seen_turn
from pontine.planner.language import lexicon
from pontine.planner.language.form import SKILL, Clause, Form, NounPhrase
from pontine.planner.language.languages import DEFAULT, data
from pontine.planner.language.messages import word
from pontine.planner.language.segments import join_units
from pontine.planner.reading import Reading, Turn, refusal, subgoals

SPATIAL = {"left": "left_of", "right": "right_of", "front": "in_front_of", "behind": "behind", "near": "near"}

MAX_ALTERNATIVES = 5
"""The most ways of carrying out an indefinite phrase that are looked at."""


def ground(form: Form, scene: Scene, language: str = DEFAULT, turns: Sequence[Turn] = ()) -> Reading:
    """What the form asks for in the scene, after the `turns` that were carried out; `language` is that of
    questions and refusals."""
    if QUARTERS[scene.speaker]:
        return back(ground(form, seen(scene), language, [seen_turn(turn) for turn in turns]), scene.speaker)
    for clause in form.clauses:
        if clause.verb == "unsafe":
            return refusal("unsafe", word("unsafe", language))
        if clause.verb == "cannot":
            return refusal("unsupported", word("cannot", language))
        if clause.verb == SKILL and not skills.meant(clause.words) and not skills.states(clause.words):
            told = refusal("unsupported", word("no_skill", language, join_units(clause.words)))
            # What is called like a thing, and done to nothing, was hardly meant as a deed.
            return replace(told, half=not clause.arguments and bool(find(clause.words, scene.objects).things))
    try:
        goals = _Grounding(scene, language, turns).goals(form)
    except Unresolved as answer:
        return answer.reading
    return replace(subgoals(*goals), alternatives=tuple(_alternatives(form, scene, turns, goals)))


def _alternatives(
    form: Form, scene: Scene, turns: Sequence[Turn], goals: list[Predicate]
) -> Iterator[tuple[Predicate, ...]]:
    """Other subgoals that an indefinite phrase, as in "any cube" or "either bowl", leaves open."""
    if not any(t.determiner == "a" for c in form.clauses for phrase in c.arguments for t in phrase.terms):
        return
    told = [goals]
    for choice in range(1, MAX_ALTERNATIVES):
        try:
            other = _Grounding(scene, DEFAULT, turns, choice).goals(form)
        except Unresolved:
            continue
        if other not in told:
            told.append(other)
            yield tuple(other)


class _Grounding:
    """One form being grounded."""

    def __init__(self, scene: Scene, language: str, turns: Sequence[Turn], choice: int = 0) -> None:
        self.scene, self.language, self.turns = scene, language, turns
        self.resolver = Resolver.after(turns, scene, language)
        self.resolver.choice = choice
        self.kept: set[str] = set()

    def goals(self, form: Form) -> list[Predicate]:
        for clause in form.clauses:
            if clause.verb == "keep":
                self.kept.update(self.resolver.leave_alone(clause.arguments[0]))
        goals: list[Predicate] = []
        for clause in form.clauses:
            if clause.verb != "keep":
                goals += [g for g in self._clause(clause) if g not in goals]
        if not goals:
            raise self.resolver.decline("already")
        return goals

    def _clause(self, clause: Clause) -> list[Predicate]:
        verb = clause.verb
        if verb == "undo":
            return undo.undo(self.turns, self.resolver)
        if verb == "back":
            return undo.put_back(self._moving(clause), self.turns, self.resolver)
        if verb == SKILL:
            return self._skill(clause)
        if verb in ("open", "close", "press"):
            return self._fixture(clause)
        if verb == "swap":
            return self._swap(clause)
        if verb == "out":
            return self._out(clause)
        if verb in ("in", "on", *SPATIAL) and len(clause.arguments) == 2:
            return self._place(clause)
        names = self._moving(clause)
        if verb == "hold":
            if len(names) > 1:
                raise self.resolver.decline("one_hand")
            return [("holding", names[0])]
        if verb == "down":
            return [("on", name, TABLE) for name in names]
        if verb == "stack":
            return self._tower(names, told=len(clause.arguments[0].terms) > 1)
        raise self.resolver.ask("whereto" if verb == "move" else "reference", "", names)

    def _skill(self, clause: Clause) -> list[Predicate]:
        """The goals of calling the skill that the copied verb means, one call for each thing it is done to."""
        found = skills.meant(clause.words)
        if len(found) > 1:
            raise self.resolver.ask("which", join_units(clause.words), [skill.name for skill in found])
        if not found:
            return self._state(clause)
        (skill,) = found
        wanted = skills.places(skill.operator)
        if len(clause.arguments) < len(wanted):
            raise self.resolver.ask("on_what", join_units(clause.words))
        if len(wanted) < len(skill.arguments):
            raise self.resolver.ask("whereto", "", self.resolver.movable(clause.arguments[0]))
        named = [self._named(sort, phrase) for (_, sort), phrase in zip(wanted, clause.arguments, strict=False)]
        if any(len(names) > 1 for names in named[1:]):
            raise self.resolver.ask("one_target", "", named[1])
        calls = [[name, *(names[0] for names in named[1:])] for name in named[0]] if named else [[]]
        return [goal for call in calls for goal in skill.goal_of(call)]

    def _named(self, sort: str, phrase: NounPhrase) -> tuple[str, ...]:
        """The names that a phrase gives to a parameter of this sort."""
        if sort == "fixture":
            return tuple(thing.name for thing in self.resolver.fixture(phrase))
        if sort == "place":
            return self.resolver.places(phrase, ())
        if sort == "spot" and (spot := skills.spot(Description.of(phrase.terms[0].words))) is not None:
            return (spot,)
        return self._moving(Clause(SKILL, (phrase,)), gripped=sort == "item")

    def _state(self, clause: Clause) -> list[Predicate]:
        """The states that the copied verb brings fixtures into."""
        if not clause.arguments:
            raise self.resolver.ask("on_what", join_units(clause.words))
        states, goals = skills.states(clause.words), list[Predicate]()
        for thing in self.resolver.fixture(clause.arguments[0]):
            state = states.get(thing.kind)
            if not isinstance(thing, Fixture) or state is None:
                raise Unresolved(refusal("unsupported", word("no_skill", self.language, join_units(clause.words))))
            goals.append((state, thing.name))
        self.resolver.last = self.resolver.opened = tuple(g[1] for g in goals)
        return goals

    def _moving(
        self,
        clause: Clause,
        avoid: Sequence[str] = (),
        among: Sequence[SceneObject] | None = None,
        gripped: bool = True,
    ) -> tuple[str, ...]:
        """The names to be moved, checked for what the gripper can hold, if it must be `gripped`, and for what must be
        left alone."""
        phrase = clause.arguments[0]
        names = self.resolver.movable(phrase, avoid, among)
        quantified = phrase.terms[0].determiner in ("all", "rest")
        if quantified:
            names = tuple(n for n in names if n not in self.kept)
        if len(phrase.terms) == 1:
            # In no order of the person's: what is on top goes first, so that nothing has to be put aside.
            names = tuple(sorted(names, key=lambda name: -len(list(self.scene.supports(name)))))
        held = [n for n in names if n in self.kept]
        if held:
            raise self.resolver.ask("conflict", "", held)
        for name in names:
            if gripped and not graspable(self.scene.object(name)):
                raise self.resolver.decline("graspless", name)
        if not names:
            raise self.resolver.decline("already")
        return names

    def _place(self, clause: Clause) -> list[Predicate]:
        phrase, destination = clause.arguments
        if phrase == destination:
            raise self.resolver.ask("onto_itself", join_units(phrase.terms[0].words))
        before = (list(self.resolver.moved), self.resolver.last, self.resolver.last_words)
        gripped = clause.verb not in SPATIAL or not skills.ungripped((SPATIAL[clause.verb], "", ""))
        names = self._moving(clause, gripped=gripped)
        places = self.resolver.places(destination, names)
        sweeping = len(phrase.terms) == 1 and phrase.terms[0].determiner in ("all", "rest")
        if sweeping or any(n in places for n in names):
            # Quantifiers leave the destination out: "put everything in the bowl" does not move the bowl.
            self.resolver.moved, self.resolver.last, self.resolver.last_words = before
            names = self._moving(clause, places, gripped=gripped)
        if any(n in places for n in names):
            raise self.resolver.ask("onto_itself", names[0])
        if len(places) > 1:
            raise self.resolver.ask("one_target", "", places)
        return self._at(clause.verb, names, places[0])

    def _at(self, verb: str, names: Sequence[str], place: str) -> list[Predicate]:
        if verb in SPATIAL:
            if place == TABLE or place not in self.scene:
                raise self.resolver.ask("reference", "", names)
            return [(SPATIAL[verb], name, place) for name in names]
        if place == TABLE:
            return [("on", name, TABLE) for name in names]
        thing: SceneObject | Fixture = self.scene.object(place) if place in self.scene else self.scene.fixture(place)
        if isinstance(thing, Fixture) and thing.surface and (verb == "on" or not takes_things_in(thing)):
            return [("on", name, place) for name in names]
        flat = bool(Subject(thing).kinds & lexicon.FLAT)
        if getattr(thing, "container", False) or (takes_things_in(thing) and not flat):
            return [("in", name, place) for name in names]
        if (verb == "in" and not flat) or isinstance(thing, Fixture):
            raise self.resolver.decline("contain", place)
        if len(names) > 1 and not flat:
            raise self.resolver.ask("one_place", place, names)
        return [("on", name, place) for name in names]

    def _out(self, clause: Clause) -> list[Predicate]:
        """Out of or off something: onto the table."""
        if len(clause.arguments) == 1 or clause.arguments[0] == clause.arguments[1]:
            return [("on", name, TABLE) for name in self._moving(clause)]
        sources = self.resolver.places(clause.arguments[1], ())
        inside = tuple(o for o in self.scene.objects if set(sources) & set(self.scene.supports(o.name)))
        if not inside:
            raise self.resolver.decline(
                "not_inside",
                join_units(clause.arguments[0].terms[0].words) or data(self.language, "language")["anything"],
                sources,
            )
        return [("on", name, TABLE) for name in self._moving(clause, among=inside)]

    def _swap(self, clause: Clause) -> list[Predicate]:
        first = self._moving(Clause("swap", clause.arguments[:1]))
        second = self._moving(Clause("swap", clause.arguments[1:]))
        if len(first) != 1 or len(second) != 1 or first == second:
            raise self.resolver.ask("unclear")
        a, b = (self.scene.object(n[0]).support for n in (first, second))
        if a is None or b is None or a == b or a == second[0] or b == first[0]:
            raise Unresolved(refusal("unsupported", word("swap", self.language)))
        return [*self._at("on", first, b), *self._at("on", second, a)]

    def _tower(self, names: Sequence[str], told: bool) -> list[Predicate]:
        """One on the other, from the bottom: in the order told, or else as they stand, the larger ones below."""
        if len(names) < 2:
            raise self.resolver.ask("stack", "", names)
        if not told:
            names = sorted(names, key=self._standing)
        return [("on", upper, lower) for lower, upper in pairwise(names)]

    def _fixture(self, clause: Clause) -> list[Predicate]:
        goals: list[Predicate] = []
        for thing in self.resolver.fixture(clause.arguments[0]):
            state = state_by(clause.verb, thing)
            if state is None:
                raise Unresolved(
                    refusal("unsupported", word("state", self.language, thing.name, (STATES[clause.verb],)))
                )
            goals.append((state, thing.name))
        self.resolver.last = self.resolver.opened = tuple(g[1] for g in goals)
        return goals

    def _standing(self, name: str) -> tuple[int, float, str, int]:
        """Sorts the tallest stack first, then by size; within a stack from the bottom."""
        below = [name, *(b for b in self.scene.supports(name) if b in self.scene)]
        root = below[-1]
        height = sum(root in self.scene.supports(o.name) for o in self.scene.objects)
        return -height, -math.prod(self.scene.object(root).size or (0.0,)), root, len(below)
