"""Regions of the table: where a thing may be put that was asked to go "a bit to the left" or "to the far corner".

A region is a JSON object; a point is in it if every key agrees. Directions are those of `envs.predicates`.

| key | the point is |
|---|---|
| `x`, `y` | between two numbers, m (null: no bound) |
| `point`, `within` | at most `within` from `point`, m |
| `part` | in that part of what the arm reaches: words of `PARTS`, as in `"far left"` |
| `moved`, `by` | that way from where the thing is now (`"left"`, `"back left"`, ...), between two distances, m |
| `left_of`, `right_of`, `in_front_of`, `behind`, `near` | on that side of the named thing, or near it |
| `between` | between two named things |
| `closer`, `farther` | nearer to the named thing than the moved one is now, or further from it |
| `where` | where the named thing is now |
| `any` | in one of these regions |
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from pontine.envs.errors import PontineError, SceneError, UnknownNameError
from pontine.envs.predicates import DIRECTION_MARGIN, DIRECTIONS, NEAR_GAP, radius
from pontine.envs.scene import Scene
from pontine.envs.tabletop.layout import PAN_X, REACH
from pontine.planner.spots.wishes import way

Point = tuple[float, float]

PARTS: dict[str, tuple[Point, Point]] = {
    "left": ((-1, 1), (0.05, 1)),
    "right": ((-1, 1), (-1, -0.05)),
    "far": ((0.22, 1), (-1, 1)),
    "near": ((-1, 0.20), (-1, 1)),
    "middle": ((0.15, 0.31), (-0.07, 0.07)),
}
"""What the words for parts of the table mean: x and y from, to, m."""

BESIDE = 0.25
"""Furthest (m) that the centre of a thing beside another may be from that one's."""

KEYS = ("x", "y", "point", "within", "part", "moved", "by", *DIRECTIONS, "near", "between", "closer", "farther")
KEYS = (*KEYS, "where", "any")


def reachable(point: Point) -> bool:
    """Whether a thing can stand there at all: what the layout of tables allows."""
    distance = math.hypot(point[0] - PAN_X, point[1])
    return REACH[0] - 0.05 <= distance <= REACH[1] + 0.06 and point[0] >= PAN_X - 0.05


def contains(region: Mapping[str, Any], point: Point, scene: Scene, thing: str) -> bool:
    """Whether `thing`, put at a point (x, y) m, is where the region says. Reach is not looked at.

    Raises SceneError if the region names what the scene has not, or has no position of.

    Example:
        >>> from pontine.envs.scene import SceneObject
        >>> scene = Scene((SceneObject("cup", "cup", position=(0.2, 0.0, 0.0)),))
        >>> contains({"moved": "left", "by": [0.04, 0.06]}, (0.2, 0.05), scene, "cup")
        True
    """
    return all(_agrees(key, region, point, scene, thing) for key in region if key not in ("within", "by"))


def check_region(region: Mapping[str, Any], scene: Scene, thing: str) -> None:
    """Raises PontineError for a region with unknown keys, words or names, or that no point in reach is in."""
    for key in region:
        if key not in KEYS:
            raise UnknownNameError("key of a region", key, KEYS)
    for inner in region.get("any", ()):
        check_region(inner, scene, thing)
    if next(points(region, scene, thing), None) is None:
        raise PontineError(f"no point that the arm reaches is in the region {dict(region)}")


def points(region: Mapping[str, Any], scene: Scene, thing: str) -> Iterator[Point]:
    """The points of a grid of 1 cm that are in the region and within reach."""
    return (point for point in _grid() if contains(region, point, scene, thing))


def _grid() -> Iterator[Point]:
    for i in range(-1, 40):
        for j in range(-35, 36):
            if reachable((i / 100, j / 100)):
                yield i / 100, j / 100


def _agrees(key: str, region: Mapping[str, Any], point: Point, scene: Scene, thing: str) -> bool:
    value = region[key]
    if key == "any":
        return any(contains(inner, point, scene, thing) for inner in value)
    if key in ("x", "y"):
        return _inside(point["xy".index(key)], value)
    if key == "point":
        return math.dist(point, value) <= region["within"]
    if key == "part":
        return all(_inside(p, bounds) for word in value.split() for p, bounds in zip(point, _part(word), strict=True))
    if key == "moved":
        return _along(point, place(scene, thing), way(value), region["by"])
    if key == "between":
        return _between(point, place(scene, value[0]), place(scene, value[1]))
    apart = math.dist(point, place(scene, value))
    if key == "where":
        return apart <= 0.03
    if key in ("closer", "farther"):
        now = math.dist(place(scene, thing), place(scene, value))
        return apart < now - 0.01 if key == "closer" else apart > now + 0.01
    if key == "near":
        return apart <= radius(scene.object(thing)) + _radius(scene, value) + NEAR_GAP
    return apart <= BESIDE and _along(point, place(scene, value), DIRECTIONS[key], (DIRECTION_MARGIN, BESIDE))


def place(scene: Scene, name: str) -> Point:
    """Where a thing is, (x, y) m. Raises SceneError if the scene does not have it or does not say where."""
    thing = next((f for f in scene.fixtures if f.name == name), None) or scene.object(name)
    if thing.position is None:
        raise SceneError(f"the position of {name!r} is not known")
    return thing.position[0], thing.position[1]


def _radius(scene: Scene, name: str) -> float:
    return radius(scene.object(name)) if name in scene else 0.06


def _inside(value: float, bounds: Any) -> bool:
    low, high = bounds
    return (low is None or low <= value) and (high is None or value <= high)


def _part(word: str) -> tuple[Point, Point]:
    if word not in PARTS:
        raise UnknownNameError("part of the table", word, PARTS)
    return PARTS[word]


def _along(point: Point, start: Point, way: Point, by: Any) -> bool:
    dx, dy = point[0] - start[0], point[1] - start[1]
    along, across = dx * way[0] + dy * way[1], abs(dx * way[1] - dy * way[0])
    return _inside(along, by) and across <= max(along, DIRECTION_MARGIN)


def _between(point: Point, one: Point, other: Point) -> bool:
    length = math.dist(one, other)
    way = ((other[0] - one[0]) / length, (other[1] - one[1]) / length)
    dx, dy = point[0] - one[0], point[1] - one[1]
    return 0.2 * length <= dx * way[0] + dy * way[1] <= 0.8 * length and abs(dx * way[1] - dy * way[0]) <= 0.04
