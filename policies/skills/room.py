"""Where on the table there is room, and where the hand can set a thing down or push it to.

It works with scenes whose kinds nobody declared too: then the sizes that a scene gives have to do.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from pontine.envs.arrays import Array, Circle
from pontine.envs.declarations.kind import declared
from pontine.envs.predicates import radius
from pontine.envs.scene import TABLE, Scene, SceneObject
from pontine.envs.tabletop.fixture_parts import keepout_of
from pontine.envs.tabletop.layout import HEADING, PAN_X, REACH, clear
from pontine.envs.tasks.push import reachable

TIGHT = 0.006
"""Least gap (m) between the circles round a thing that is put at a spot and one that stands there already."""

UNKNOWN_EXTENT = 0.03
"""Radius (m) that a thing of unknown size is taken to have."""

_BEHIND, _HAND = 0.03, 0.025
"""How far (m) behind what is pushed the hand comes down, and the radius (m) of the room that it needs there."""


def extent(thing: SceneObject) -> float:
    """Radius (m) of the circle round a thing's footprint."""
    kind = declared(thing.kind)
    if kind is not None:
        x, y, z = thing.size or ((low + high) / 2 for low, high in zip(kind.low, kind.high, strict=True))
        return kind.footprint((x, y, z))
    return radius(thing) or UNKNOWN_EXTENT


def standing(scene: Scene) -> dict[str, Circle]:
    """(x, y, radius) m of whatever stands on the table itself, by name; not of what is held or nobody knows where."""
    return {
        thing.name: (thing.position[0], thing.position[1], extent(thing))
        for thing in scene.objects
        if thing.position is not None and thing.support in (TABLE, None) and thing.name != scene.holding
    }


def kept_free(scene: Scene) -> list[Circle]:
    """What fixtures need for themselves, (x, y, radius) m."""
    return [circle for fixture in scene.fixtures for circle in keepout_of(fixture)]


def in_reach(point: tuple[float, float]) -> bool:
    """Whether the hand can set things down at a point (x, y) m.

    Example:
        >>> in_reach((0.24, 0.0)), in_reach((0.5, 0.0)), in_reach((0.0, 0.0))
        (True, False, False)
    """
    x, y = point[0] - PAN_X, point[1]
    return REACH[0] <= math.hypot(x, y) <= REACH[1] and abs(math.atan2(y, x)) <= HEADING


def grid(step: float) -> Iterator[tuple[float, float]]:
    """The points in reach of a grid, (x, y) m."""
    for x in np.arange(PAN_X, PAN_X + REACH[1], step):
        for y in np.arange(-REACH[1], REACH[1] + step, step):
            if in_reach((float(x), float(y))):
                yield float(x), float(y)


def blocking(scene: Scene, thing: SceneObject, point: tuple[float, float], gap: float = TIGHT) -> tuple[str, ...]:
    """The things, and the fixtures, that stand where the thing would be at a point (x, y) m."""
    here = *point, extent(thing)
    found = [
        name for name, circle in standing(scene).items() if name != thing.name and not clear(*here, [circle], gap=gap)
    ]
    found += [f.name for f in scene.fixtures if not clear(*here, keepout_of(f), gap=0.0)]
    return tuple(found)


def pushable(thing: SceneObject, goal: tuple[float, float]) -> bool:
    """Whether the hand can stand behind a thing on the table all the way to a goal (x, y) m."""
    if thing.position is None:
        return False
    here = np.array(thing.position[:2])
    return math.dist(here, goal) > 1e-3 and reachable(here, np.array(goal), extent(thing))


def in_the_way(scene: Scene, thing: SceneObject, goal: tuple[float, float]) -> tuple[str, ...]:
    """What stands where a thing, or the hand behind it, would pass on a straight way to a goal (x, y) m."""
    if thing.position is None:
        return ()
    here, there, own = np.array(thing.position[:2]), np.array(goal), extent(thing)
    length = float(np.linalg.norm(there - here))
    along: Array = (there - here) / max(length, 1e-6)
    way = [(*(here + along * at), own) for at in np.linspace(0.0, length, 2 + int(length / 0.01))]
    behind = (*(here - along * (own + _BEHIND)), _HAND)
    return tuple(
        name
        for name, circle in standing(scene).items()
        if name != thing.name and any(not clear(x, y, r, [circle], gap=0.0) for x, y, r in (*way, behind))
    )
