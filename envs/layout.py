"""Laying tables: where objects may stand, and random tables from a seed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from .arm import LINKS
from .catalogue import COLORS, KINDS, ObjectSpec, draw, from_scene_object
from .errors import SceneError
from .scene import TABLE, Scene

Array = NDArray[np.float64]

PAN_X = LINKS[1].pos[0]
"""x of the pan axis, m; reach is measured from it."""

REACH = (0.135, 0.275)
"""Distances (m) from the pan axis at which the hand can work from the table up to 12 cm."""

HEADING = 1.25
"""Largest heading (rad) to either side of straight ahead at which objects are laid."""

GAP = 0.035
"""Gap (m) between the bounding circles of neighbours that leaves room for the open jaws."""

MAX_OBJECTS = 8

Circle = tuple[float, float, float]


def footprint(spec: ObjectSpec) -> Circle:
    """(x, y, radius) of the circle round an object's footprint, m."""
    square = spec.kind in ("cube", "block", "box")
    radius = math.hypot(spec.size[0], spec.size[1]) / 2 if square else spec.size[0] / 2
    return spec.position[0], spec.position[1], radius


def clear(x: float, y: float, radius: float, others: Iterable[Circle], gap: float = GAP) -> bool:
    """Whether a circle keeps `gap` from all others."""
    return all(math.hypot(x - ox, y - oy) >= radius + r + gap for ox, oy, r in others)


def free_spot(
    rng: np.random.Generator, radius: float, others: Sequence[Circle], gap: float = GAP, tries: int = 60
) -> Array | None:
    """A random point (2,) m within reach that is clear of the others, or None."""
    for _ in range(tries):
        distance = math.sqrt(rng.uniform(REACH[0] ** 2, REACH[1] ** 2))
        heading = rng.uniform(-HEADING, HEADING)
        x, y = PAN_X + distance * math.cos(heading), distance * math.sin(heading)
        if clear(x, y, radius, others, gap):
            return np.array([x, y])
    return None


# the stream's key is one under which seed 3, the example everywhere, lays a red cube and a bowl
_STREAM = 31


def random_table(seed: int, count: int | None = None) -> tuple[ObjectSpec, ...]:
    """1 to 8 objects (or `count`) of varied kind, colour and size, apart from each other.

    An object is called by its colour and kind (`red_cube`), or by its kind alone if it
    is the only bowl, box or plate. Raises ValueError for a count that is out of range.
    """
    rng = np.random.default_rng([_STREAM, seed])
    wanted = int(rng.integers(3, MAX_OBJECTS + 1)) if count is None else count
    if not 1 <= wanted <= MAX_OBJECTS:
        raise ValueError(f"a table has 1 to {MAX_OBJECTS} objects, not {wanted}")
    wide = [k.name for k in KINDS.values() if not k.graspable]
    solid = [k.name for k in KINDS.values() if k.graspable]
    n_wide = min(int(rng.integers(1, 3)), 2 if wanted <= 5 else 1) if wanted > 1 else 0
    kinds = list(rng.choice(wide, n_wide, replace=False)) + list(rng.choice(solid, wanted - n_wide))
    while True:
        laid = _try_table(rng, [str(k) for k in kinds])
        if laid is not None:
            return laid


def _try_table(rng: np.random.Generator, kinds: list[str]) -> tuple[ObjectSpec, ...] | None:
    """One attempt, widest first; None if something found no room."""
    laid: list[ObjectSpec] = []
    names: set[str] = set()
    for kind in kinds:
        colors = [c for c in COLORS if f"{c}_{kind}" not in names]
        color = str(rng.choice(colors))
        names.add(f"{color}_{kind}")
        spec = draw(rng, kind if not KINDS[kind].graspable else f"{color}_{kind}", kind, color)
        spot = free_spot(rng, footprint(spec)[2], [footprint(o) for o in laid])
        if spot is None:
            return None
        laid.append(spec.moved(np.array([*spot, spec.rest_height]), rng.uniform(-math.pi, math.pi)))
    return tuple(laid)


def from_scene(scene: Scene) -> tuple[ObjectSpec, ...]:
    """The objects of a scene, to be laid exactly where it says.

    An object that stands on or in another is laid at that height whatever z it gives.
    Raises SceneError (or UnknownNameError) for what cannot be laid: fixtures, held
    objects, unknown kinds or colours, missing positions, spots out of reach or
    overlapping objects.
    """
    if scene.fixtures:
        raise SceneError(f"a table with a {scene.fixtures[0].kind} cannot be laid yet; leave 'fixtures' empty")
    if scene.holding is not None:
        raise SceneError("a table is laid with an empty gripper; 'robot.holding' must be null")
    if not 1 <= len(scene.objects) <= MAX_OBJECTS:
        raise SceneError(f"a table has 1 to {MAX_OBJECTS} objects, not {len(scene.objects)}")
    specs = {o.name: from_scene_object(o) for o in scene.objects}
    laid: dict[str, ObjectSpec] = {}
    for name in sorted(specs, key=lambda n: len(list(scene.supports(n)))):
        spec, support = specs[name], scene.object(name).support
        base = 0.0
        if support not in (None, TABLE):
            below = laid[str(support)]
            container = KINDS[below.kind].container
            base = below.position[2] - below.rest_height + (0.006 if container else below.size[2])
        x, y, _ = spec.position
        distance = math.hypot(x - PAN_X, y)
        if not REACH[0] - 0.05 <= distance <= REACH[1] + 0.06 or x < PAN_X - 0.05:
            raise SceneError(
                f"{name!r} at ({x:.3f}, {y:.3f}) is out of reach; objects stand "
                f"{REACH[0] - 0.05:.3f} to {REACH[1] + 0.06:.3f} m from ({PAN_X:.3f}, 0), in front of the arm"
            )
        laid[name] = spec.moved(np.array([x, y, base + spec.rest_height]), spec.yaw)
    on_table = [s for n, s in laid.items() if scene.object(n).support in (None, TABLE)]
    for i, spec in enumerate(on_table):
        for other in on_table[:i]:
            if not clear(*footprint(spec), [footprint(other)], gap=-0.004):
                raise SceneError(f"{spec.name!r} and {other.name!r} overlap")
    return tuple(laid[o.name] for o in scene.objects)
