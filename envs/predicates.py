"""Predicates over a `Scene`: the only judge of whether a goal was reached.

A predicate is a tuple of words, `("in", "red_cube", "bowl")`, or a negation,
`("not", "in", "red_cube", "bowl")`. Directions are those of a person who stands
behind the robot and looks where it looks (+x): left is +y, right is -y, *in front
of* is nearer to that person (smaller x), *behind* is farther away.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from .errors import PontineError, UnknownNameError
from .scene import Scene, SceneObject

Predicate = tuple[str, ...]

ARITY = {
    "on": 2,
    "in": 2,
    "left_of": 2,
    "right_of": 2,
    "in_front_of": 2,
    "behind": 2,
    "near": 2,
    "holding": 1,
    "open": 1,
    "closed": 1,
    "pressed": 1,
}
"""Number of arguments of each predicate."""

DIRECTIONS = {"left_of": (0.0, 1.0), "right_of": (0.0, -1.0), "in_front_of": (-1.0, 0.0), "behind": (1.0, 0.0)}
"""Unit vector (x, y) of each directional predicate."""

DIRECTION_MARGIN = 0.02
"""How far (m) along a direction the centres must be apart before it counts."""

NEAR_GAP = 0.05
"""Largest gap (m) between the footprints' bounding circles of two near objects."""


def check_predicate(predicate: Sequence[str]) -> Predicate:
    """The predicate as a tuple. Raises PontineError if its name or arity is wrong."""
    words = tuple(predicate)
    body = words[1:] if words[:1] == ("not",) else words
    if not body or body[0] not in ARITY:
        raise UnknownNameError("predicate", body[0] if body else "", ARITY)
    if len(body) - 1 != ARITY[body[0]]:
        raise PontineError(f"predicate {body[0]!r} takes {ARITY[body[0]]} arguments, got {len(body) - 1}")
    return words


def written(predicate: Sequence[str]) -> str:
    """The predicate as people write it: `in(red_cube, bowl)`, `not in(red_cube, bowl)`."""
    if predicate[0] == "not":
        return f"not {written(predicate[1:])}"
    return f"{predicate[0]}({', '.join(predicate[1:])})"


def holds(scene: Scene, predicate: Sequence[str]) -> bool:
    """Whether the predicate is true in the scene.

    A spatial relation with an object whose position is unknown, or that is in the
    gripper, is false.

    Raises SceneError if it names what the scene does not have, PontineError if it
    is not a predicate.
    """
    words = check_predicate(predicate)
    if words[0] == "not":
        return not holds(scene, words[1:])
    name, args = words[0], words[1:]
    if name in ("open", "closed", "pressed"):
        return scene.fixture(args[0]).state == name
    if name == "holding":
        return scene.holding == scene.object(args[0]).name
    if name == "on":
        return scene.object(args[0]).support == args[1] and scene.holding != args[0]
    if name == "in":
        scene.object(args[0])
        return args[1] in scene.supports(args[0]) and scene.holding != args[0]
    a, b = scene.object(args[0]), scene.object(args[1])
    if a.position is None or b.position is None or scene.holding in args:
        return False
    dx, dy = a.position[0] - b.position[0], a.position[1] - b.position[1]
    if name == "near":
        return math.hypot(dx, dy) - radius(a) - radius(b) <= NEAR_GAP
    ux, uy = DIRECTIONS[name]
    along, across = dx * ux + dy * uy, abs(dx * uy) + abs(dy * ux)
    return along > DIRECTION_MARGIN and across <= along


def radius(thing: SceneObject) -> float:
    """Radius (m) of the circle round the object's footprint; 0 if its size is unknown."""
    return 0.0 if thing.size is None else math.hypot(thing.size[0], thing.size[1]) / 2
