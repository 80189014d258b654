"""Goals for what is opened, closed, pressed or, by a verb that its kind has words for, brought into another state."""

from __future__ import annotations

from collections.abc import Iterable

from pontine.envs.predicates import Predicate
from pontine.envs.scene import TABLE, Fixture, Scene
from pontine.planner.grounding import skills
from pontine.planner.grounding.naming.abilities import STATES, lid_for, state_by
from pontine.planner.grounding.naming.picking import everything
from pontine.planner.grounding.naming.query import find
from pontine.planner.grounding.naming.resolve import Resolver, Unresolved
from pontine.planner.language import lexicon
from pontine.planner.language.form import Clause, NounPhrase
from pontine.planner.language.messages import word
from pontine.planner.language.segments import join_units
from pontine.planner.reading import refusal


def set_to(clause: Clause, resolver: Resolver) -> list[Predicate]:
    """The states that `open`, `close` or `press` asks for. Raises Unresolved."""
    if _is_hand(clause.arguments[0], resolver.scene):
        return _hand(clause, resolver)
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


def unshut(names: Iterable[str], scene: Scene) -> list[Predicate]:
    """The states of the closed fixtures that must be open for these things to come out."""
    around = {place for name in names for place in scene.supports(name)}
    shut = [f for f in scene.fixtures if f.name in around and f.state == STATES["close"]]
    return [(state, f.name) for f in shut if (state := state_by("open", f)) is not None]


def _is_hand(phrase: NounPhrase, scene: Scene) -> bool:
    """Whether a phrase means the arm's own hand."""
    (term, *others) = phrase.terms
    if others or term.relation or lexicon.plain(join_units(term.words)) not in lexicon.HANDS:
        return False
    return not find(term.words, everything(scene)).things


def _hand(clause: Clause, resolver: Resolver) -> list[Predicate]:
    """The hand opened: what it holds is put down. Raises Unresolved where there is nothing in it."""
    if clause.verb != "open":
        what = join_units(clause.arguments[0].terms[0].words)
        raise Unresolved(refusal("unsupported", word("state", resolver.language, what, (STATES[clause.verb],))))
    if resolver.scene.holding is None:
        raise resolver.decline("already")
    return [("on", resolver.scene.holding, TABLE)]
