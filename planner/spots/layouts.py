"""The places for several things that are wished in a row, apart, together, or each where the other is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from pontine.envs.errors import PontineError
from pontine.envs.scene import Scene
from pontine.planner.spots.places import COMFORTABLE, NARROWEST, Graspable, can_grasp, place_for, put, where
from pontine.planner.spots.wishes import (
    WAYS,
    Apart,
    Exactly,
    Layout,
    NoSpotError,
    Point,
    Row,
    Swap,
    Where,
    way,
)
from pontine.policies.skills.room import extent, grid, in_reach, kept_free, standing

_STEP = 0.02
"""Step (m) of the grids over which layouts are looked for."""

_BETTER = 0.015
"""How much (m) farther apart, or closer, things must be to have been spread out or brought together."""

_SAME = 0.005
"""A place (m) from where a thing is now at which it need not be moved."""


def layout(
    scene: Scene, names: Sequence[str], wish: Layout, graspable: Graspable = can_grasp, aside: Sequence[str] = ()
) -> dict[str, Point]:
    """Where each of the things is to stand, (x, y) m, those left out that stay, in an order in which it can be done.

    Only what can be grasped is moved; what is named in `aside` can be put out of the way. Raises what `place_for`
    raises.

    Example:
        >>> from pontine.envs.scene import SceneObject
        >>> cubes = [SceneObject(n, "cube", position=(x, y, 0.015)) for n, x, y in (("a", 0.2, 0.0), ("b", 0.25, 0.1))]
        >>> layout(Scene(tuple(cubes)), ["a", "b"], Swap())
        {'a': (0.25, 0.1), 'b': (0.2, 0.0)}
    """
    if len(names) < 2:
        raise PontineError("a layout is about two things or more")
    for name in names:
        where(scene, name)
    if isinstance(wish, Swap):
        return _swapped(scene, names, graspable)
    if isinstance(wish, Row):
        places = _row(scene, names, wish, graspable, aside)
    else:
        places = (_apart if isinstance(wish, Apart) else _together)(scene, names, graspable, aside)
    return {name: p for name, p in places.items() if math.dist(p, where(scene, name)) > _SAME}


def _swapped(scene: Scene, names: Sequence[str], graspable: Graspable) -> dict[str, Point]:
    if len(names) != 2:
        raise NoSpotError("no_room", names[0], f"two things can change places, not {len(names)}")
    one, other = names
    _check_movable(scene, names, graspable)
    emptied = put(put(scene, one, where(scene, one)), other, where(scene, other))
    first = place_for(emptied, one, Where(other), graspable)
    # Where the second one goes the first one is not any more.
    second = place_for(put(scene, one, first), other, Exactly(where(scene, one)), graspable)
    return {one: first, other: second}


def _check_movable(scene: Scene, names: Sequence[str], graspable: Graspable) -> None:
    for name in names:
        if not graspable(scene.object(name)):
            raise NoSpotError("unmovable", name, f"{name!r} cannot be picked up")


def _row(scene: Scene, names: Sequence[str], wish: Row, graspable: Graspable, aside: Sequence[str]) -> dict[str, Point]:
    """The row for which the least has to be moved."""
    spacing = 2 * max(extent(scene.object(name)) for name in names) + COMFORTABLE
    best, least = None, math.inf
    free = _room(scene, names, aside)
    for ahead, order in _lines(scene, names, wish):
        for spread in (spacing, spacing - COMFORTABLE + NARROWEST + 0.005, _now(scene, order, ahead)):
            if spread < spacing - COMFORTABLE + NARROWEST:
                continue
            for start in _starts(scene, order, ahead, spread, graspable):
                slots = [
                    (start[0] + i * spread * ahead[0], start[1] + i * spread * ahead[1]) for i in range(len(order))
                ]
                cost = math.fsum(math.dist(p, where(scene, name)) for p, name in zip(slots, order, strict=True))
                cost += 0.0 if spread >= spacing else 0.1
                there = cost < least and all(
                    math.dist(p, where(scene, name)) <= _SAME or free(name, p)
                    for name, p in zip(order, slots, strict=True)
                )
                if there and _stays(scene, order, slots, graspable):
                    best, least = dict(zip(order, slots, strict=True)), cost
    if best is None:
        raise NoSpotError("no_room", names[0], f"there is no room within reach for a row of {len(names)}")
    return {name: (round(p[0], 4), round(p[1], 4)) for name, p in best.items()}


def _now(scene: Scene, order: Sequence[str], ahead: Point) -> float:
    """How far apart along a way the things stand, m, from the first to the last of them."""
    (x, y), (to_x, to_y) = where(scene, order[0]), where(scene, order[-1])
    return ((to_x - x) * ahead[0] + (to_y - y) * ahead[1]) / (len(order) - 1)


def _lines(scene: Scene, names: Sequence[str], wish: Row) -> Iterator[tuple[Point, list[str]]]:
    """The ways a row may run, and the order in which things stand along it."""
    if wish.along is not None:
        yield way(wish.along), list(names)
        return
    for x, y in (WAYS["right"], WAYS["away"], way("away right"), way("away left")):

        def along(name: str, x: float = x, y: float = y) -> float:
            px, py = where(scene, name)
            return px * x + py * y

        yield (x, y), sorted(names, key=along)


def _starts(scene: Scene, order: Sequence[str], ahead: Point, spread: float, graspable: Graspable) -> Iterator[Point]:
    """Where a row may begin: so that one of the things stays where it is, or anywhere on a grid."""
    for i, name in enumerate(order):
        x, y = where(scene, name)
        yield x - i * spread * ahead[0], y - i * spread * ahead[1]
    if all(graspable(scene.object(name)) for name in order):
        yield from grid(_STEP)


def _stays(scene: Scene, order: Sequence[str], slots: Sequence[Point], graspable: Graspable) -> bool:
    """Whether what cannot be grasped is not moved."""
    return all(
        graspable(scene.object(name)) or math.dist(p, where(scene, name)) <= _SAME
        for name, p in zip(order, slots, strict=True)
    )


def _room(scene: Scene, names: Sequence[str], aside: Sequence[str]) -> Callable[[str, Point], bool]:
    """Whether a thing has room at a point within reach, whatever of `names` and `aside` is there now."""
    gone = (*names, *aside, scene.holding)
    circles = [c for name, c in standing(scene).items() if name not in gone] + kept_free(scene)
    own = {name: extent(scene.object(name)) for name in names}

    def free(name: str, p: Point) -> bool:
        gap = own[name] + NARROWEST
        return in_reach(p) and all(math.hypot(x - p[0], y - p[1]) >= r + gap for x, y, r in circles)

    return free


def _apart(scene: Scene, names: Sequence[str], graspable: Graspable, aside: Sequence[str]) -> dict[str, Point]:
    """One after the other, of the nearest two, the one that gains most by it is put where it is farthest from all."""
    places = {name: where(scene, name) for name in names}
    before = _nearest(places)[0]
    free, found = _room(scene, names, aside), dict[str, Point]()
    for _ in names:
        apart, pair = _nearest(places)
        if apart > before + 2 * _BETTER:
            break
        best = None
        for name in pair:
            if graspable(scene.object(name)) and name not in found:
                others = [p for other, p in places.items() if other != name]
                for p in grid(_STEP):
                    gain = min(math.dist(p, o) for o in others)
                    # Of places that are far enough, the one that is nearest to where it is now.
                    value = min(gain, before + 4 * _BETTER) - 0.1 * math.dist(p, places[name])
                    if (best is None or value > best[0]) and _among(scene, name, p, places) and free(name, p):
                        best = value, name, p
        if best is None:
            break
        places[best[1]] = found[best[1]] = best[2]
    if _nearest(places)[0] <= before + _BETTER:
        raise NoSpotError("no_room", names[0], "there is no room within reach to spread them out")
    return found


def _together(scene: Scene, names: Sequence[str], graspable: Graspable, aside: Sequence[str]) -> dict[str, Point]:
    """The one in the middle stays, the others are put round it, the nearest first."""
    places = {name: where(scene, name) for name in names}
    before = _farthest(places)
    fixed = [name for name in names if not graspable(scene.object(name))]
    middle = tuple(sum(p[i] for p in places.values()) / len(places) for i in (0, 1))
    order = sorted(names, key=lambda name: (name not in fixed, math.dist(places[name], middle)))
    free, found = _room(scene, names, aside), dict[str, Point]()
    centre, done = places[order[0]], {order[0]: places[order[0]]}
    for name in order[1:]:
        if name in fixed:
            done[name] = places[name]
            continue
        fits = [p for p in grid(_STEP / 2) if _among(scene, name, p, done) and free(name, p)]
        here = places[name]
        costs = [(math.dist(p, centre) + 0.2 * math.dist(p, here), p) for p in fits]
        best = min(costs)[1] if costs else here
        if math.dist(here, centre) <= math.dist(best, centre) + 2 * _BETTER:
            best = here
        else:
            found[name] = best
        done[name] = best
    if _farthest(done) >= before - _BETTER:
        raise NoSpotError("no_room", names[0], "they cannot be brought closer together")
    return found


def _among(scene: Scene, name: str, p: Point, places: Mapping[str, Point]) -> bool:
    """Whether a thing at a point leaves the open hand room to the others at theirs."""
    own = extent(scene.object(name)) + COMFORTABLE
    return all(math.dist(p, q) >= own + extent(scene.object(other)) for other, q in places.items() if other != name)


def _nearest(places: Mapping[str, Point]) -> tuple[float, tuple[str, str]]:
    """How far apart the nearest two are, m, and which they are."""
    pairs = [(math.dist(p, q), (a, b)) for a, p in places.items() for b, q in places.items() if a < b]
    return min(pairs)


def _farthest(places: Mapping[str, Point]) -> float:
    return max(math.dist(p, q) for p in places.values() for q in places.values())


__all__ = ["layout"]
