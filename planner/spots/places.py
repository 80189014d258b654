"""The place for one thing that is wished somewhere: the nearest to what was said, of those with room and in reach.

A wish comes to an ideal place and to a region in which every place is as wished. Of a fine grid over that region, and
the ideal place itself, the best is taken: near the ideal one, with air around it for the hand.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pontine.envs import affordances
from pontine.envs.errors import UnknownNameError
from pontine.envs.predicates import DIRECTIONS, NEAR_GAP
from pontine.envs.scene import TABLE, Scene, SceneObject
from pontine.envs.tabletop.layout import HEADING, PAN_X, REACH
from pontine.planner.spots.wishes import (
    PARTS,
    SIDES,
    Beside,
    Between,
    NoSpotError,
    Offset,
    Point,
    Region,
    Toward,
    Where,
    Wish,
    way,
)
from pontine.policies.skills.room import extent, in_reach, in_the_way, kept_free, pushable, standing

A_BIT = 0.05
"""What "a bit" is, m."""

NARROWEST, COMFORTABLE = 0.010, 0.030
"""The gap (m) that a place must leave to what stands there, and the one that lets the open hand between."""

_ASIDE = 0.10
"""How much farther (m) from the ideal place another one may be for one thing less to be put aside."""

_STEP = 0.01
_WIDEST = 0.99 * HEADING
_BESIDE = 0.20
"""Furthest (m) that the middle of a thing beside another is put from that one's."""

_BOUNDS: dict[str, tuple[Point, Point]] = {
    "left": ((-1, 1), (0.06, 1)),
    "right": ((-1, 1), (-1, -0.06)),
    "far": ((0.23, 1), (-1, 1)),
    "near": ((-1, 0.19), (-1, 1)),
    "middle": ((0.16, 0.30), (-0.06, 0.06)),
}
"""x and y from, to, m, of what words for parts of the table mean at the narrowest."""

_OUTWARD: dict[str, Point] = {"left": (0, 1), "right": (0, -1), "far": (1, 0), "near": (-1, 0), "middle": (0, 0)}
_USUAL: dict[str, Point] = {
    "left": (0.21, 0.14),
    "right": (0.21, -0.14),
    "far": (0.27, 0.0),
    "near": (0.18, 0.0),
    "middle": (0.23, 0.0),
}

Graspable = Callable[[SceneObject], bool]


def can_grasp(thing: SceneObject) -> bool:
    """Whether the gripper may be able to hold a thing: its kind does not say otherwise."""
    return affordances.graspable(thing) is not False


@dataclass(frozen=True)
class Target:
    """Where a wish points: its ideal place, and whether another one is as wished too. `free` names what will have
    gone from there."""

    ideal: Point
    fits: Callable[[Point], bool]
    free: tuple[str, ...] = ()


def place_for(
    scene: Scene, name: str, wish: Wish, graspable: Graspable = can_grasp, aside: Sequence[str] = ()
) -> Point:
    """Where a thing is to stand, (x, y) m.

    `graspable` says of a thing whether it is carried; what is not is pushed, on a straight and free way. What is named
    in `aside` can be put out of the way: as little of it as may be.

    Raises NoSpotError with the reason where there is no place as wished, SceneError for what the scene does not have,
    UnknownNameError for words that there are none of.

    Example:
        >>> cube = SceneObject("red_cube", "cube", position=(0.2, 0.0, 0.015), size=(0.03, 0.03, 0.03))
        >>> place_for(Scene((cube,)), "red_cube", Offset("left", 0.05))
        (0.2, 0.05)
        >>> place_for(Scene((cube,)), "red_cube", Offset("left", 0.5))
        Traceback (most recent call last):
        pontine.planner.spots.wishes.NoSpotError: no place as wished for 'red_cube' is within the arm's reach
    """
    thing = scene.object(name)
    return nearest(scene, thing, target(scene, thing, wish), graspable, aside)


def put(scene: Scene, name: str, point: Point) -> Scene:
    """The scene once a thing stands at a point (x, y) m of the table."""
    height = (scene.object(name).size or (0.0, 0.0, 0.0))[2] / 2
    moved = replace(scene.object(name), position=(*point, height), support=TABLE)
    held = None if scene.holding == name else scene.holding
    return replace(scene, objects=tuple(moved if o.name == name else o for o in scene.objects), holding=held)


def put_away(scene: Scene, name: str) -> Scene:
    """The scene once a thing stands nowhere on the table any more: it is held, or in or on another one."""
    gone = replace(scene.object(name), position=None, support=None)
    return replace(scene, objects=tuple(gone if o.name == name else o for o in scene.objects))


def where(scene: Scene, name: str) -> Point:
    """Where a thing or a fixture is, (x, y) m. Raises NoSpotError if nobody knows."""
    thing: Any = scene.object(name) if name in scene else scene.fixture(name)
    if thing.position is None:
        raise NoSpotError("unknown", name, f"nobody knows where {name!r} is")
    return thing.position[0], thing.position[1]


def part_of(point: Point) -> list[str]:
    """The parts of the table that a point (x, y) m is in, as words of `PARTS`.

    Example:
        >>> part_of((0.26, 0.12))
        ['left', 'far']
    """
    return [word for word in PARTS if all(a <= v <= b for v, (a, b) in zip(point, _BOUNDS[word], strict=True))]


def target(scene: Scene, thing: SceneObject, wish: Wish) -> Target:
    """Where a wish about a thing points. Raises what `place_for` raises."""
    if isinstance(wish, Offset):
        return _offset(where(scene, thing.name), way(wish.way), wish.by, wish.rough)
    if isinstance(wish, Region):
        return _region(scene, thing, wish)
    if isinstance(wish, Beside):
        return _beside(scene, thing, wish)
    if isinstance(wish, Between):
        return _between(where(scene, wish.one), where(scene, wish.other))
    if isinstance(wish, Toward):
        return _toward(scene, thing, wish)
    if isinstance(wish, Where):
        return _exactly(where(scene, wish.reference), (wish.reference,))
    return _exactly(wish.position)


def nearest(
    scene: Scene, thing: SceneObject, wanted: Target, graspable: Graspable = can_grasp, aside: Sequence[str] = ()
) -> Point:
    """The best place of a target, `aside` as for `place_for`. Raises NoSpotError: out of reach, or no room."""
    gone = (thing.name, scene.holding, *wanted.free)
    others = {name: circle for name, circle in standing(scene).items() if name not in gone}
    firm = [circle for name, circle in others.items() if name not in aside]
    circles = np.array([*firm, *kept_free(scene)]).reshape(-1, 3)
    loose = np.array([circle for name, circle in others.items() if name in aside]).reshape(-1, 3)
    carried, own = graspable(thing), extent(thing)
    places = [p for p in _around(wanted) if wanted.fits(p)]
    reached = [p for p in places if (in_reach(p) if carried else pushable(thing, p))]
    best, least = None, math.inf
    for p in reached:
        apart = np.hypot(circles[:, 0] - p[0], circles[:, 1] - p[1]) - circles[:, 2] - own
        gap = float(apart.min()) if len(apart) else COMFORTABLE
        in_its_place = np.hypot(loose[:, 0] - p[0], loose[:, 1] - p[1]) - loose[:, 2] - own < NARROWEST
        cost = math.dist(p, wanted.ideal) + max(0.0, COMFORTABLE - gap) + _ASIDE * int(in_its_place.sum())
        if gap >= NARROWEST and cost < least and (carried or not in_the_way(scene, thing, p)):
            best, least = p, cost
    if best is None and reached:
        raise NoSpotError("no_room", thing.name, f"there is no room for {thing.name!r} as wished")
    if best is None:
        raise NoSpotError(
            "out_of_reach", thing.name, f"no place as wished for {thing.name!r} is within the arm's reach"
        )
    return round(best[0], 4), round(best[1], 4)


def _around(wanted: Target) -> Iterator[Point]:
    """The ideal place, and a grid over all that the arm may reach, which the ideal place is a point of."""
    x, y = wanted.ideal
    yield wanted.ideal
    far = REACH[1] + 0.06
    for i in range(math.floor((PAN_X - 0.05 - x) / _STEP), math.ceil((PAN_X + far - x) / _STEP) + 1):
        for j in range(math.floor((-far - y) / _STEP), math.ceil((far - y) / _STEP) + 1):
            if i or j:
                yield x + i * _STEP, y + j * _STEP


def _exactly(point: Point, free: Sequence[str] = ()) -> Target:
    return Target(point, lambda p: math.dist(p, point) < 1e-9, tuple(free))


def _split(p: Point, start: Point, ahead: Point) -> tuple[float, float]:
    """How far a point is from a start along a way, and how far off it, m."""
    dx, dy = p[0] - start[0], p[1] - start[1]
    return dx * ahead[0] + dy * ahead[1], abs(dx * ahead[1] - dy * ahead[0])


def _offset(start: Point, ahead: Point, by: float | None, rough: bool = False) -> Target:
    told = A_BIT if by is None else by
    about = 0.6 * told if rough or by is None else max(0.01, 0.2 * told)
    low, high = told - about, told + about
    ideal = start[0] + told * ahead[0], start[1] + told * ahead[1]

    def fits(p: Point) -> bool:
        along, across = _split(p, start, ahead)
        return max(low, 0.005) - 1e-9 <= along <= high + 1e-9 and across <= max(0.3 * along, 0.01)

    return Target(ideal, fits)


def _region(scene: Scene, thing: SceneObject, wish: Region) -> Target:
    words = wish.part.split()
    for word in words:
        if word not in PARTS:
            raise UnknownNameError("part of the table", word, PARTS)

    def fits(p: Point) -> bool:
        return all(low <= v <= high for word in words for v, (low, high) in zip(p, _BOUNDS[word], strict=True))

    ahead, aside = (sum(_OUTWARD[word][i] for word in words) for i in (0, 1))
    if (ahead and aside) or (wish.edge and (ahead or aside)):
        reach, heading = REACH[1] - 0.005, math.atan2(aside, ahead)
        if ahead < 0 and not aside:
            reach, heading = REACH[0] + 0.005, 0.0
        heading = max(-_WIDEST, min(_WIDEST, heading))
        return Target((PAN_X + reach * math.cos(heading), reach * math.sin(heading)), fits)
    x, y, _ = thing.position or (*_USUAL["middle"], 0.0)
    # What "middle" says of both goes first: another word may say more of one.
    for word in sorted(words, key=lambda word: word != "middle"):
        x = _USUAL[word][0] if _OUTWARD[word][0] or word == "middle" else x
        y = _USUAL[word][1] if _OUTWARD[word][1] or word == "middle" else y
    return Target((x, y), fits)


def _beside(scene: Scene, thing: SceneObject, wish: Beside) -> Target:
    if wish.side not in SIDES:
        raise UnknownNameError("side", wish.side, SIDES)
    start = where(scene, wish.reference)
    touching = extent(thing) + (extent(scene.object(wish.reference)) if wish.reference in scene else 0.05)
    apart = touching + (COMFORTABLE + 0.005 if wish.gap is None else wish.gap)
    if wish.side == "near":
        here = thing.position or (PAN_X, 0.0, 0.0)
        length = max(math.dist(here[:2], start), 1e-6)
        ideal = (start[0] + apart * (here[0] - start[0]) / length, start[1] + apart * (here[1] - start[1]) / length)
        most = touching + NEAR_GAP - 0.005 if wish.gap is None else apart + 0.01
        least = touching if wish.gap is None else apart - 0.01
        return Target(ideal, lambda p: least <= math.dist(p, start) <= most)
    ahead = DIRECTIONS[wish.side]

    def fits(p: Point) -> bool:
        along, across = _split(p, start, ahead)
        if wish.gap is None:
            return 0.03 <= along <= _BESIDE and across <= 0.7 * along
        return abs(along - apart) <= 0.01 + 1e-9 and across <= min(0.02, 0.3 * along)

    return Target((start[0] + apart * ahead[0], start[1] + apart * ahead[1]), fits)


def _between(one: Point, other: Point) -> Target:
    length = max(math.dist(one, other), 1e-6)
    ahead = ((other[0] - one[0]) / length, (other[1] - one[1]) / length)

    def fits(p: Point) -> bool:
        along, across = _split(p, one, ahead)
        return 0.25 * length <= along <= 0.75 * length and across <= 0.03

    return Target(((one[0] + other[0]) / 2, (one[1] + other[1]) / 2), fits)


def _toward(scene: Scene, thing: SceneObject, wish: Toward) -> Target:
    here, there = where(scene, thing.name), where(scene, wish.reference)
    now = max(math.dist(here, there), 1e-6)
    sign = -1.0 if wish.away else 1.0
    ahead = (sign * (there[0] - here[0]) / now, sign * (there[1] - here[1]) / now)
    wanted = _offset(here, ahead, wish.by)
    if wish.by is not None:
        return wanted

    def fits(p: Point) -> bool:
        apart = math.dist(p, there)
        return apart >= now + 0.02 if wish.away else apart <= now - 0.015

    return replace(wanted, fits=fits)


__all__ = [
    "A_BIT",
    "NoSpotError",
    "Target",
    "can_grasp",
    "nearest",
    "part_of",
    "place_for",
    "put",
    "put_away",
    "target",
    "where",
]
