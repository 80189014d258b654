"""Conditions judged on the scene, and answers to questions about it, worked out by code in the person's language."""

from __future__ import annotations

from collections.abc import Sequence

from pontine.envs.predicates import holds, written
from pontine.envs.scene import TABLE, Fixture, SceneObject
from pontine.planner.grounding.naming.placing import classes
from pontine.planner.grounding.naming.properties import has
from pontine.planner.grounding.naming.query import Subject
from pontine.planner.grounding.naming.resolve import Resolver, Thing
from pontine.planner.language import lexicon
from pontine.planner.language.form import Clause, NounPhrase
from pontine.planner.language.languages import data
from pontine.planner.language.messages import word
from pontine.planner.reading import Turn
from pontine.planner.spots.places import part_of

RELATED = {"left": "left_of", "right": "right_of", "front": "in_front_of", "behind": "behind", "near": "near"}


def true(clause: Clause, resolver: Resolver) -> bool:
    """Whether the condition of an `if` or `ask` clause holds. Raises Unresolved where nobody can tell."""
    return _so(clause, resolver) != clause.negated


def _so(clause: Clause, resolver: Resolver) -> bool:
    scene, first = resolver.scene, clause.arguments[0]
    things = resolver.every(first)
    if things:
        resolver.last = resolver.opened = tuple(t.name for t in things)
    if clause.verb == "there":
        return bool(things)
    if clause.verb == "hold":
        so = any(t.name == scene.holding for t in things) or (_anything(first) and scene.holding is not None)
        resolver.last = (str(scene.holding),) if so else resolver.last
        return so
    if clause.verb in ("more", "equal"):
        one, other = len(things), len(resolver.every(clause.arguments[1]))
        return one > other if clause.verb == "more" else one == other
    if clause.verb == "is":
        if not things:
            raise resolver.decline("missing", _words(first))
        known = [has(t, clause.arguments[1].terms[0].words, scene) for t in things]
        if any(so is None for so in known):
            raise resolver.ask("unclear")
        return any(known) if first.terms[0].determiner in ("a", "any") else all(known)
    onto_table = resolver.is_table(clause.arguments[1])
    places = [TABLE] if onto_table else [t.name for t in resolver.every(clause.arguments[1])]
    found = [any(_stands(clause.verb, t, place, resolver) for place in places if place != t.name) for t in things]
    if _anything(first):
        resolver.last = tuple(t.name for t, so in zip(things, found, strict=True) if so) or resolver.last
    return any(found) if first.terms[0].determiner in ("a", "any") or _anything(first) else bool(found) and all(found)


def _stands(verb: str, thing: Thing, place: str, resolver: Resolver) -> bool:
    scene = resolver.scene
    if not isinstance(thing, SceneObject):
        return False
    if verb in ("in", "on"):
        return place in scene.supports(thing.name) and scene.holding != thing.name
    return place in scene and holds(scene, (RELATED[verb], thing.name, place))


def _anything(phrase: NounPhrase) -> bool:
    return phrase.terms[0].determiner == "any" and not phrase.terms[0].words


def _words(phrase: NounPhrase) -> str:
    return lexicon.plain(" ".join(phrase.terms[0].words))


def reply(clause: Clause, resolver: Resolver, turns: Sequence[Turn]) -> str:
    """The answer to a question clause. Raises Unresolved where the question has none."""
    language = resolver.language
    if clause.verb in ("why", "did"):
        if not turns:
            return word("nothing_done", language)
        done = "; ".join(written(goal) for goal in turns[-1].goals)
        return word("why" if clause.verb == "why" else "did", language, turns[-1].instruction, [done])
    if clause.mark:
        return _yes_or_no(clause, resolver)
    things = resolver.every(clause.arguments[0])
    names = [t.name for t in things]
    resolver.last = tuple(names)
    if clause.verb == "count":
        return word("counted", language, ": " + _listed(names, language) if names else "", count=len(names))
    if not things:
        return word("none", language)
    if clause.verb == "where":
        return word("sentence", language, "; ".join(_place(t, resolver) for t in things))
    if clause.verb == "what":
        asked = clause.arguments[1].terms[0].words
        told = [_property(t, asked, resolver) for t in things]
        if any(text is None for text in told):
            raise resolver.ask("unclear")
        return word("sentence", language, "; ".join(f"{t.name}: {text}" for t, text in zip(things, told, strict=True)))
    return word("sentence", language, _listed(names, language))


def _listed(names: Sequence[str], language: str) -> str:
    return str(data(language, "language")["comma"]).join(names)


def _yes_or_no(clause: Clause, resolver: Resolver) -> str:
    scene, language = resolver.scene, resolver.language
    so = true(clause, resolver)
    yes = word("yes" if so else "no", language)
    things = resolver.every(clause.arguments[0])
    if clause.verb == "hold":
        return word("detail", language, yes, [word("holds", language, scene.holding or word("none", language))])
    if clause.verb == "there":
        named = _listed([t.name for t in things], language)
        return word("detail", language, yes, [named]) if things else word("sentence", language, yes)
    if clause.verb in ("more", "equal"):
        others = resolver.every(clause.arguments[1])
        return word("detail", language, yes, [f"{len(things)}, {len(others)}"])
    if clause.verb == "is":
        states = [f"{t.name}: {_state(t, language)}" for t in things if isinstance(t, Fixture)]
        colored = [f"{t.name}: {t.color}" for t in things if isinstance(t, SceneObject) and t.color]
        details = states or ([] if so else colored)
    else:
        details = [_place(t, resolver) for t in things[:3]]
    return word("detail", language, yes, ["; ".join(details)]) if details else word("sentence", language, yes)


def _state(thing: Fixture, language: str) -> str:
    return str(data(language, "places")["stated"].get(thing.state, thing.state))


def _place(thing: Thing, resolver: Resolver) -> str:
    """Where a thing is, as people say it."""
    scene, language = resolver.scene, resolver.language
    if isinstance(thing, SceneObject):
        if scene.holding == thing.name:
            return word("in_hand", language, thing.name)
        if thing.support not in (None, TABLE):
            below = next((f for f in scene.fixtures if f.name == thing.support), None)
            inside = below is not None or scene.object(str(thing.support)).container
            return word("inside" if inside else "upon", language, thing.name, [str(thing.support)])
    parts = [] if thing.position is None else part_of((thing.position[0], thing.position[1]))
    known = data(language, "places")["parts_stated"]
    if not parts:
        return word("on_table", language, thing.name)
    return word("part_of_table", language, thing.name, [" ".join(known[p] for p in parts)])


def _property(thing: Thing, asked: Sequence[str], resolver: Resolver) -> str | None:
    """What a thing is as to its colour, size, kind or state; None if the scene does not say."""
    language = resolver.language
    wanted = classes("asked", asked)
    if isinstance(thing, Fixture) and (not wanted or "state" in wanted):
        return _state(thing, language)
    if "color" in wanted and (color := Subject(thing).color):
        words = data(language, "lexicon")["colors"].get(color, ())
        return str(words[0]) if words else color
    if "size" in wanted and isinstance(thing, SceneObject) and thing.size:
        return " × ".join(f"{100 * side:.0f}" for side in thing.size) + " cm"
    if "kind" in wanted:
        return thing.kind
    return None
