"""Goals that bring back what was: for `undo` and for putting things back."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress

from pontine.envs.predicates import Predicate
from pontine.envs.scene import TABLE, Fixture, Scene
from pontine.planner.grounding.naming.abilities import graspable, reversible, takes_things_in
from pontine.planner.grounding.naming.resolve import Resolver, Thing, Unresolved
from pontine.planner.language.form import Clause
from pontine.planner.language.messages import word
from pontine.planner.reading import Turn, refusal
from pontine.planner.spots.table import Table
from pontine.planner.spots.wishes import Exactly, NoSpotError

SHIFT = 0.02
"""Distance (m) up to which a thing counts as not moved: what a spot's tolerance is."""


def undo(turns: Sequence[Turn], resolver: Resolver, table: Table | None = None) -> list[Predicate]:
    """Goals that make the scene what it was before the last turn. Raises Unresolved where that cannot be done.

    With a `table` what stood on it goes back to its spot there, what was put aside too; without one, anywhere on it.
    """
    if not turns:
        raise resolver.ask("nothing_before")
    turn, now = turns[-1], resolver.scene
    about = {g[2] if g[0] == "not" else g[1] for g in turn.goals}
    known = [o.name for o in now.objects if o.name in turn.scene]
    moved = [name for name in known if _support(turn.scene, name) != _support(now, name)]
    changed = [f for f in turn.scene.fixtures if any(g.name == f.name and g.state != f.state for g in now.fixtures)]
    for fixture in changed:
        if not reversible(now.fixture(fixture.name)):
            raise _irreversible(fixture.name, resolver)
    shifted = [name for name in known if name not in moved and _shifted(turn.scene, now, name)]
    if table is None and (lost := sorted(about.intersection(shifted))):
        raise _irreversible(lost[0], resolver)
    states: list[Predicate] = [(f.state, f.name) for f in changed]
    back = _returned(moved, turn.scene, resolver)
    if table is not None:
        stood = [name for name in shifted if _support(turn.scene, name) == TABLE]
        back = _at_their_spots([*back, *(("on", name, TABLE) for name in stood)], turn.scene, resolver, table)
    if not back and not states:
        raise resolver.ask("nothing_before")
    # What is to be open is opened first, what is to be closed is closed when everything is in its place.
    return [*[g for g in states if g[0] != "closed"], *back, *[g for g in states if g[0] == "closed"]]


def put_back(
    names: Sequence[str],
    turns: Sequence[Turn],
    resolver: Resolver,
    table: Table | None = None,
    moved: Collection[str] = (),
) -> list[Predicate]:
    """Goals that put things where they were when they last stood somewhere else; those that are only `moved` by what
    was said just now, where they still are. Raises Unresolved.

    With a `table` what stood on it goes back to its spot there, without one anywhere on it.
    """
    goals: list[Predicate] = []
    for name in names:
        if name in moved:
            back = _returned([name], resolver.scene, resolver)
            with suppress(Unresolved):  # Where there is no room for the hand any more, it is just put down.
                back = back if table is None else _at_their_spots(back, resolver.scene, resolver, table)
            goals += back
            continue
        now = _support(resolver.scene, name)
        earlier = [t.scene for t in reversed(turns) if name in t.scene and _support(t.scene, name) is not None]
        before = [
            scene
            for scene in earlier
            if _support(scene, name) != now or (table is not None and _shifted(scene, resolver.scene, name))
        ]
        if not before:
            raise resolver.ask("whereto", "", [name])
        back = _returned([name], before[0], resolver)
        goals += back if table is None else _at_their_spots(back, before[0], resolver, table)
    return goals


def _at_their_spots(goals: Sequence[Predicate], before: Scene, resolver: Resolver, table: Table) -> list[Predicate]:
    """The goals with, instead of on the table, the spot where the thing stood in the earlier scene.

    Raises Unresolved for one that has only been moved about on the table, and cannot be brought back to where it was.
    """
    now, stood = resolver.scene, [goal[1] for goal in goals if goal[0] == "on" and goal[2] == TABLE]
    for name in stood:
        if graspable(now.object(name)):
            # Each may stand where another one is to go.
            table.take_away(name)
    found: list[Predicate] = []
    for goal in goals:
        place = before.object(goal[1]).position if goal[1] in stood else None
        if place is not None:
            try:
                goal = table.place(goal[1], Exactly((place[0], place[1])))
            except NoSpotError:
                if _support(now, goal[1]) == TABLE:
                    raise _irreversible(goal[1], resolver) from None
        found.append(goal)
    return found


def _returned(names: Sequence[str], before: Scene, resolver: Resolver) -> list[Predicate]:
    """Where the things were in the earlier scene, as goals, the lowest first."""
    goals: list[Predicate] = []
    for name in sorted(names, key=lambda n: len(list(before.supports(n)))):
        place = _support(before, name)
        if place is None:
            goals.append(("holding", name))
        elif place == TABLE:
            goals.append(("on", name, TABLE))
        else:
            things: list[Thing] = [*resolver.scene.objects, *resolver.scene.fixtures]
            known = [t for t in things if t.name == place]
            if not known:
                raise resolver.decline("missing", place)
            inside = isinstance(known[0], Fixture) or takes_things_in(known[0])
            goals.append(("in" if inside else "on", name, place))
    held = [g for g in goals if g[0] == "holding"]
    return [g for g in goals if g not in held] + held


def _shifted(before: Scene, now: Scene, name: str) -> bool:
    """Whether a thing stands elsewhere on what it stood on."""
    places = before.object(name).position, now.object(name).position
    if places[0] is None or places[1] is None:
        return places[0] is not places[1]
    return math.dist(places[0], places[1]) > SHIFT


def _support(scene: Scene, name: str) -> str | None:
    """What the thing stands on or in; None if it is held."""
    return None if scene.holding == name else scene.object(name).support or TABLE


def _irreversible(name: str, resolver: Resolver) -> Unresolved:
    return Unresolved(refusal("unsupported", word("not_reversible", resolver.language, name)))


def repeat(
    clause: Clause, turns: Sequence[Turn], resolver: Resolver, moving: Callable[[Clause], tuple[str, ...]]
) -> list[Predicate]:
    """What was done last, once more, or with other things; `moving` names what a clause moves."""
    if not turns:
        raise resolver.ask("nothing_before")
    goals = [goal for goal in turns[-1].goals if goal[0] not in ("not", "at")]
    if len(goals) < len(turns[-1].goals) or not goals:
        raise resolver.ask("unclear")
    if clause.verb == "again":
        return goals
    done = tuple(dict.fromkeys(goal[1] for goal in goals))
    resolver.moved = list(done)
    if goals[0][1] in resolver.scene:
        names = moving(clause)
    else:
        names = tuple(thing.name for thing in resolver.fixture(clause.arguments[0]))
    back = undo(turns, resolver) if clause.verb == "instead" else []
    return [*back, *((goal[0], name, *goal[2:]) for name in names for goal in goals if goal[1] == done[-1])]
