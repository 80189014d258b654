"""What putting things at a place comes to: in it, on it, or neither."""

from __future__ import annotations

from collections.abc import Sequence

from pontine.envs.predicates import Predicate
from pontine.envs.scene import TABLE, Fixture
from pontine.planner.grounding.naming.abilities import broad, carries, takes_things_in
from pontine.planner.grounding.naming.picking import room_on, thing_called
from pontine.planner.grounding.naming.query import Subject
from pontine.planner.grounding.naming.resolve import Resolver, Thing
from pontine.planner.language import lexicon


def put(verb: str, names: Sequence[str], place: str, resolver: Resolver) -> list[Predicate]:
    """The goals of putting things `in` or `on` a place, whichever of them can be. Raises Unresolved."""
    scene = resolver.scene
    if place == TABLE:
        return [("on", name, TABLE) for name in names]
    thing: Thing = thing_called(place, scene)
    if isinstance(thing, Fixture) and carries(thing) and (verb == "on" or not takes_things_in(thing)):
        return [("on", name, place) for name in names]
    kinds = Subject(thing).kinds
    flat = bool(kinds & lexicon.FLAT)
    covers = all(Subject(scene.object(name)).kinds & lexicon.COVERS for name in names)
    if verb == "on" and (covers or kinds & lexicon.TOPPED) and not flat:
        if len(names) > 1 and covers:
            raise resolver.ask("one_place", place, names)
        return [("on", name, place) for name in names]
    if getattr(thing, "container", False) or (takes_things_in(thing) and not flat):
        return [("in", name, place) for name in names]
    if (verb == "in" and not flat) or isinstance(thing, Fixture):
        raise resolver.decline("contain", place)
    if len(names) > 1 and not (broad(thing) and room_on(names, place, scene)):
        raise resolver.ask("one_place", place, names)
    return [("on", name, place) for name in names]
