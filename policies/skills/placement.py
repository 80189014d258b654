"""Where to put a thing: from a relation in words to the pose the place skill is given."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.declarations.fixture_kind import FIXTURES
from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.predicates import DIRECTIONS, holds
from pontine.envs.scene import TABLE, Scene, SceneObject
from pontine.envs.spots import spot
from pontine.envs.tabletop.fixture_parts import Opening, opening_of
from pontine.envs.tabletop.layout import GAP, clear, footprint
from pontine.envs.tabletop.objects import ObjectSpec, from_scene_object
from pontine.envs.tasks.place import goal_over

from .operator import RELATIONS, SPOT
from .room import blocking, grid, kept_free, standing

_GRID = 0.0125
_GAPS = (GAP, 0.025, 0.015)
_MARKED = 0.03
"""Radius (m) of the room that is left round a scene's spots where that can be: something is to stand there."""


class PlacementError(PontineError):
    """The object cannot be put where it is wanted: there is no room, or the way is shut."""


def goal_for(scene: Scene, name: str, relation: str, reference: str, hand: tuple[float, float]) -> Array:
    """Where the object's frame should be when it is let go, (3,) m.

    `hand` (x, y) m is where the hand is: among equally good places the nearest wins. The scene's spots are left
    free for what is to stand there, if there is room elsewhere.
    Raises UnknownNameError for an unknown relation, PlacementError if there is no room
    within reach.
    """
    if relation not in RELATIONS:
        raise UnknownNameError("relation", relation, RELATIONS)
    thing = scene.object(name)
    spec = _spec(thing)
    if relation in ("on", "in") and reference != TABLE:
        return _over(scene, thing, _receiver(scene, thing, reference))
    if relation == SPOT:
        return np.array([*_at(scene, thing, reference), spec.rest_height])
    places = _table_places(scene, thing, relation, reference, hand)
    taken = [*(circle for other, circle in standing(scene).items() if other != name), *kept_free(scene)]
    marked = [(*told.position, _MARKED) for told in scene.spots]
    for circles in ([*taken, *marked], taken) if marked else (taken,):
        for gap in _GAPS:
            for x, y in places:
                if clear(x, y, footprint(spec)[2], circles, gap):
                    return np.array([x, y, spec.rest_height])
    raise PlacementError(
        f"there is no free room within reach to put {name!r} {relation.replace('_', ' ')} {reference!r}"
    )


def _spec(thing: SceneObject) -> ObjectSpec:
    return from_scene_object(replace(thing, position=thing.position or (0.0, 0.0, 0.0)))


def _receiver(scene: Scene, thing: SceneObject, reference: str) -> SceneObject | Opening:
    """What the thing is to go on or in: an object, or the opening of a fixture."""
    if reference in scene:
        return scene.object(reference)
    fixture = scene.fixture(reference)
    opening = opening_of(fixture)
    room = FIXTURES[fixture.kind].inside if fixture.kind in FIXTURES else None
    if opening is None or room is None:
        raise PlacementError(f"nothing can be put into {reference!r}, or nobody knows where it is")
    if fixture.state != room.when:
        raise PlacementError(f"{reference!r} is {fixture.state}")
    if _spec(thing).size[2] > room.tallest:
        raise PlacementError(f"{thing.name!r} is too tall for {reference!r}: it would not close")
    return opening


def _at(scene: Scene, thing: SceneObject, name: str) -> tuple[float, float]:
    """A spot's place, or the nearest one that still counts and is free."""
    told = spot(scene, name)
    (x, y) = told.position
    in_way: tuple[str, ...] = ()
    turns = np.linspace(0.0, 2 * math.pi, 16, endpoint=False)
    for off in (0.0, 0.2 * told.tolerance, 0.4 * told.tolerance):
        for turn in turns[: 1 if off == 0.0 else None]:
            place = x + off * math.cos(turn), y + off * math.sin(turn)
            if not (found := blocking(scene, thing, place)):
                return place
            in_way = in_way or found
    raise PlacementError(f"there is no room for {thing.name!r} at {name}: {', '.join(in_way)} is in the way")


def _over(scene: Scene, thing: SceneObject, below: SceneObject | Opening) -> Array:
    """Over the middle of what carries it, or over the freest part if other things are there already."""
    if below.position is None:
        raise PlacementError(f"nobody knows where {below.name!r} is")
    held = _spec(thing)
    if isinstance(below, Opening):
        x, y, z, width = *below.position[:2], below.position[2] + held.rest_height, below.size[0]
    else:
        spec = _spec(below)
        (x, y, z), width = goal_over(spec, held), spec.size[0]
    apart = (thing.name, below.name)
    others = [_spec(o) for o in scene.objects if o.name not in apart and below.name in scene.supports(o.name)]
    circles = [footprint(other) for other in others]
    radius = footprint(held)[2]
    room = width / 2 - radius - 0.006
    if others and room > 0:
        ring = [
            (x + room * math.cos(a), y + room * math.sin(a)) for a in np.linspace(0, 2 * math.pi, 24, endpoint=False)
        ]
        x, y = max(ring, key=lambda p: min(math.hypot(p[0] - ox, p[1] - oy) - r for ox, oy, r in circles))
    for other, circle in zip(others, circles, strict=True):
        # what cannot be passed by is gone over: it may stand higher than the rim
        if not clear(x, y, radius, [circle], gap=0.0):
            z = max(z, goal_over(other, held)[2])
    return np.array([x, y, z])


def _table_places(
    scene: Scene, thing: SceneObject, relation: str, reference: str, hand: tuple[float, float]
) -> list[tuple[float, float]]:
    """Places within reach for which the relation would hold, best first."""
    if relation == "on":
        return sorted(grid(_GRID), key=lambda p: math.hypot(p[0] - hand[0], p[1] - hand[1]))
    below = scene.object(reference)
    if below.position is None:
        raise PlacementError(f"nobody knows where {reference!r} is")
    bx, by = below.position[:2]
    apart = footprint(_spec(thing))[2] + footprint(_spec(below))[2] + GAP
    ideal = hand
    if relation != "near":
        ux, uy = DIRECTIONS[relation]
        ideal = bx + ux * (apart + 0.01), by + uy * (apart + 0.01)
    good = []
    for x, y in grid(_GRID):
        moved = replace(thing, position=(x, y, 0.02), support=TABLE)
        trial = Scene(tuple(moved if o.name == thing.name else o for o in scene.objects), scene.fixtures, None)
        if holds(trial, (relation, thing.name, reference)):
            good.append((x, y))
    return sorted(good, key=lambda p: math.hypot(p[0] - ideal[0], p[1] - ideal[1]))
