"""Goals for what is opened, closed, pressed or, by a verb that its kind has words for, brought into another state."""

from __future__ import annotations

from pontine.envs.predicates import Predicate
from pontine.envs.scene import TABLE, Fixture
from pontine.planner.grounding import skills
from pontine.planner.grounding.naming.abilities import STATES, lid_for, state_by
from pontine.planner.grounding.naming.resolve import Resolver, Unresolved
from pontine.planner.language.form import Clause
from pontine.planner.language.messages import word
from pontine.planner.language.segments import join_units
from pontine.planner.reading import refusal


def set_to(clause: Clause, resolver: Resolver) -> list[Predicate]:
    """The states that `open`, `close` or `press` asks for. Raises Unresolved."""
    goals: list[Predicate] = []
    for thing in resolver.fixture(clause.arguments[0]):
        state = state_by(clause.verb, thing)
        if state is None and clause.verb != "press" and (lid := lid_for(thing, resolver.scene)) is not None:
            goals.append(("on", lid, thing.name if clause.verb == "close" else TABLE))
            continue
        if state is None:
            told = word("state", resolver.language, thing.name, (STATES[clause.verb],))
            raise Unresolved(refusal("unsupported", told))
        goals.append((state, thing.name))
    resolver.last = resolver.opened = tuple(g[1] for g in goals)
    return goals


def by_word(clause: Clause, resolver: Resolver) -> list[Predicate]:
    """The states that the copied verb brings fixtures into. Raises Unresolved."""
    if not clause.arguments:
        raise resolver.ask("on_what", join_units(clause.words))
    states, goals = skills.states(clause.words), list[Predicate]()
    for thing in resolver.fixture(clause.arguments[0]):
        state = states.get(thing.kind)
        if not isinstance(thing, Fixture) or state is None:
            raise Unresolved(refusal("unsupported", word("no_skill", resolver.language, join_units(clause.words))))
        goals.append((state, thing.name))
    resolver.last = resolver.opened = tuple(g[1] for g in goals)
    return goals
