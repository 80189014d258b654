"""What a list of goals comes to, without planning: what stands where, what is held, the state of each fixture.

It is what a label and a reading are compared by, so that a label does not depend on what can be planned today.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pontine.envs.declarations.predicate_kind import PREDICATES
from pontine.envs.errors import UnknownNameError
from pontine.envs.predicates import DIRECTIONS, Predicate, holds
from pontine.envs.scene import TABLE, Scene
from pontine.planner.benchmarks.regions import Point, check_region, contains, place
from pontine.planner.spots.wishes import WAYS
from pontine.policies.skills.operator import SPOT

COMING = {"upright": 1, "switched_on": 1, "switched_off": 1}
"""Predicates that labels use though no scene is judged by them yet, and how many arguments they take."""

OPPOSITES = {"open": "closed", "closed": "open", "pressed": "released", "released": "pressed"}
OPPOSITES |= {"switched_on": "switched_off", "switched_off": "switched_on"}

LAYOUTS = ("row", "order", "apart", "together")
STRAIGHT = 0.02
"""How far (m) a thing may be off the line of its row."""


@dataclass
class Outcome:
    """`supports` name what each thing stands on or in (None: held, or not known), `spots` where on it things were
    put, m; `facts` are the goals about anything else, such as `left_of`."""

    supports: dict[str, str | None]
    states: dict[str, str]
    holding: str | None
    spots: dict[str, Point] = field(default_factory=dict)
    facts: set[Predicate] = field(default_factory=set)


def outcome(scene: Scene, goals: Sequence[Predicate], spots: Mapping[str, Point]) -> Outcome:
    """What holds when the goals have become true one after the other; what held before changes nothing.

    Example:
        >>> from pontine.envs.scene import SceneObject
        >>> scene = Scene((SceneObject("cup", "cup"), SceneObject("tray", "tray")))
        >>> outcome(scene, [("holding", "cup"), ("on", "cup", "tray")], {}).supports
        {'cup': 'tray', 'tray': 'table'}
    """
    supports = {o.name: None if o.name == scene.holding else o.support for o in scene.objects}
    end = Outcome(supports, {f.name: f.state for f in scene.fixtures}, scene.holding)
    touched: set[str] = set()
    for goal in goals:
        name, args = goal[0], goal[1:]
        known = goal[1] if name == "not" else name
        relation = known in PREDICATES and known not in (*OPPOSITES, SPOT) and args[-1:] != (TABLE,)
        if relation and not touched & {*args} and holds(scene, goal):
            continue
        _apply(end, goal, spots)
        touched |= {*args}
    return end


def _apply(end: Outcome, goal: Predicate, spots: Mapping[str, Point]) -> None:
    name, args = goal[0], goal[1:]
    if name == "not":
        name, args = args[0], args[1:]
        if name in OPPOSITES:
            _apply(end, (OPPOSITES[name], *args), spots)
        elif name in ("in", "on", "holding"):
            if end.supports.get(args[0]) in args[1:] or end.holding == args[0]:
                _put(end, args[0], TABLE)
        else:
            end.facts.add(goal)
    elif name in ("in", "on"):
        if end.states.get(args[1]) == "closed" and name == "in":
            end.states[args[1]] = "open"
        if args[1] != TABLE or end.supports.get(args[0]) != TABLE:
            _put(end, args[0], args[1])
    elif name == "holding":
        if end.holding not in (None, args[0]):
            _put(end, str(end.holding), TABLE)
        _put(end, args[0], None)
        end.holding = args[0]
    elif name == "at":
        _put(end, args[0], TABLE)
        end.spots[args[0]] = spots[args[1]]
    elif args and args[0] in end.states:
        end.states[args[0]] = name
    else:
        if name in (*DIRECTIONS, "near") and end.supports.get(args[0]) != TABLE:
            _put(end, args[0], TABLE)
        if name in ("hand_over", "hand_home"):
            end.facts -= {fact for fact in end.facts if fact[0].startswith("hand_")}
        end.facts.add(goal)


def _put(end: Outcome, thing: str, support: str | None) -> None:
    if end.holding == thing:
        end.holding = None
    end.supports[thing] = support
    end.spots.pop(thing, None)
    end.facts -= {fact for fact in end.facts if fact[0] in (*DIRECTIONS, "near") and fact[1] == thing}


def same(end: Outcome, wanted: Mapping[str, Any], scene: Scene) -> bool:
    """Whether an outcome is the one wanted, `{"subgoals", "layout"}`; its subgoals have regions for spots."""
    goals = [g for g in wanted["subgoals"] if g[0] != "at"]
    regions = {g[1]: g[2] for g in wanted["subgoals"] if g[0] == "at"}
    layout = wanted.get("layout", ())
    free = {name for terms in layout for key in LAYOUTS for name in terms.get(key, ())} - set(regions)
    asked = outcome(scene, [*map(tuple, goals), *(("on", name, TABLE) for name in regions)], {})
    anywhere = {g[1] for g in goals if (g[0], g[-1]) == ("on", TABLE)} - set(regions)
    spots = {name: p for name, p in end.spots.items() if name not in free | anywhere}
    facts = {fact for fact in end.facts if not (fact[0] in (*DIRECTIONS, "near") and fact[1] in regions)}
    beside = {fact for fact in asked.facts if fact[0] in (*DIRECTIONS, "near")}
    met = {fact for fact in beside if fact[1] in spots and contains({fact[0]: fact[2]}, spots[fact[1]], scene, fact[1])}
    supports = {**asked.supports, **{name: end.supports[name] for name in free if end.supports[name] == TABLE}}
    return (
        (end.states, end.holding, end.supports) == (asked.states, asked.holding, supports)
        and facts == asked.facts - met
        and set(spots) == set(regions) | {fact[1] for fact in met}
        and all(contains(region, spots[name], scene, name) for name, region in regions.items())
        and all(laid_out(terms, end, scene) for terms in layout)
    )


def laid_out(terms: Mapping[str, Any], end: Outcome, scene: Scene) -> bool:
    """Whether things stand as a layout says: in a `row` (evenly, in any order), in `order` `along` a way ("left",
    "away", ...; the first is the least far along it), all further `apart` than now, or closer `together`."""
    way = next(key for key in LAYOUTS if key in terms)
    names = list(terms[way])
    before = {name: place(scene, name) for name in names}
    after = {name: end.spots.get(name, before[name]) for name in names}
    if way == "order":
        dx, dy = WAYS[terms["along"]]
        along = [after[name][0] * dx + after[name][1] * dy for name in names]
        return all(b - a > 0.01 for a, b in pairwise(along))
    if way == "row":
        return _row([*after.values()])
    gaps, were = _gaps(after), _gaps(before)
    return min(gaps) > min(were) + 0.01 if way == "apart" else max(gaps) < max(were) - 0.01


def _gaps(points: Mapping[str, Point]) -> list[float]:
    places = [*points.values()]
    return [math.dist(a, b) for i, a in enumerate(places) for b in places[:i]]


def _row(points: list[Point]) -> bool:
    """Whether points stand on one line, none on another, the widest gap at most twice the narrowest."""
    one, other = max(((a, b) for a in points for b in points), key=lambda pair: math.dist(*pair))
    length = math.dist(one, other)
    if length < 0.02 * (len(points) - 1):
        return False
    way = ((other[0] - one[0]) / length, (other[1] - one[1]) / length)
    along = sorted((p[0] - one[0]) * way[0] + (p[1] - one[1]) * way[1] for p in points)
    steps = [b - a for a, b in pairwise(along)]
    off = max(abs((p[0] - one[0]) * way[1] - (p[1] - one[1]) * way[0]) for p in points)
    return off <= STRAIGHT and min(steps) >= 0.02 and max(steps) <= 2 * min(steps)


def check_goal(goal: Sequence[Any], scene: Scene) -> None:
    """Raises UnknownNameError for a predicate or a name that there is none of."""
    name, *args = goal[1:] if goal[0] == "not" else goal
    arities = {key: kind.arity for key, kind in PREDICATES.items()} | COMING
    if arities.get(name) != len(args):
        raise UnknownNameError("predicate", f"{name}/{len(args)}", [f"{key}/{n}" for key, n in arities.items()])
    there = [TABLE, *(o.name for o in scene.objects), *(f.name for f in scene.fixtures)]
    if name in ("at", "in", "on", "holding", "near", *DIRECTIONS):
        scene.object(args[0])
    for arg in args:
        if isinstance(arg, str) and arg not in there and name != "hand_over":
            raise UnknownNameError("thing of the scene", arg, there)
        if isinstance(arg, dict):
            check_region(arg, scene, args[0])
