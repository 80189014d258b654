"""Laying tables: where objects may stand, and random tables from a seed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

import numpy as np

from ..arrays import Array, Circle
from ..declarations.colors import COLORS
from ..declarations.fixture_kind import FIXTURES
from ..declarations.kind import KINDS, names_of_own
from ..errors import SceneError
from ..scene import TABLE, Scene
from ..so101.model import LINKS
from .fixture_parts import lies_within, yaw_of
from .fixture_spec import FixtureSpec, facing
from .fixture_spec import draw as draw_fixture
from .objects import ObjectSpec, draw, from_scene_object

PAN_X = LINKS[1].pos[0]
"""x of the pan axis, m; reach is measured from it."""

REACH = (0.135, 0.275)
"""Distances (m) from the pan axis at which the hand can work from the table up to 12 cm."""

HEADING = 1.25
"""Largest heading (rad) to either side of straight ahead at which objects are laid."""

GAP = 0.035
"""Gap (m) between the bounding circles of neighbours that leaves room for the open jaws."""

MAX_OBJECTS = 8


def footprint(spec: ObjectSpec) -> Circle:
    """(x, y, radius) of the circle round an object's footprint, m."""
    return spec.position[0], spec.position[1], spec.declared.footprint(spec.size)


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


_TURNING = 0.052
"""Radius (m) round the pan axis of what turns with it lower than 6 cm: the housing of its motor."""


def from_base(point: Array) -> float:
    """Distance (m) from a point (2,) m on the table to the arm's base and what turns on it; not positive in it."""
    _, half, middle = LINKS[0].shapes[0][:3]
    box = np.linalg.norm(np.maximum(np.abs(point - np.array(middle[:2])) - np.array(half[:2]), 0.0))
    return float(min(box, np.linalg.norm(point - (PAN_X, 0.0)) - _TURNING))


_FIXTURE_HEADING, _FIXTURE_TURN = 1.05, 0.15


def random_fixture(
    rng: np.random.Generator, name: str, kind: str, others: Sequence[Circle], tries: int = 60
) -> FixtureSpec | None:
    """A fixture within reach that faces the arm, to 9 degrees, clear of the others; None if there is no room."""
    near, far = FIXTURES[kind].reach
    spec = draw_fixture(rng, name, kind)
    for _ in range(tries):
        distance, heading = rng.uniform(near, far), rng.uniform(-_FIXTURE_HEADING, _FIXTURE_HEADING)
        x, y = PAN_X + distance * math.cos(heading), distance * math.sin(heading)
        laid = facing(spec, x, y, (PAN_X, 0.0), rng.uniform(-_FIXTURE_TURN, _FIXTURE_TURN))
        if all(clear(*circle, others, gap=0.0) for circle in laid.keepout):
            return laid
    return None


# the stream's key is one under which seed 3, the example everywhere, lays a red cube and a bowl
_STREAM, _FIXTURE_STREAM = 31, 32
_CROWDED_TRIES = 300


def random_fixtures(seed: int, kinds: Sequence[str]) -> tuple[FixtureSpec, ...]:
    """A fixture of each kind, in its second state, called by its kind, apart from each other.

    Raises UnknownNameError for a kind that nobody declared, SceneError for one that is named twice or if so many find
    no room.
    """
    declared = [FIXTURES[kind].name for kind in kinds]
    if twice := [name for name in declared if declared.count(name) > 1]:
        raise SceneError(f"a random table has one fixture of a kind, and {twice[0]!r} is named twice")
    rng = np.random.default_rng([_FIXTURE_STREAM, seed])
    for _ in range(_CROWDED_TRIES):
        laid: list[FixtureSpec] = []
        for kind in kinds:
            spec = random_fixture(rng, kind, kind, [circle for other in laid for circle in other.keepout])
            if spec is not None:
                laid.append(spec)
        if len(laid) == len(kinds):
            return tuple(laid)
    raise SceneError(f"the {' and the '.join(kinds)} find no room beside each other")


def random_table(seed: int, count: int | None = None, fixtures: Sequence[FixtureSpec] = ()) -> tuple[ObjectSpec, ...]:
    """1 to 8 objects (or `count`) of varied kind, colour and size, apart from each other and from the fixtures.

    An object is called by its colour and kind (`red_cube`), or by its kind alone if it
    is the only bowl, box or plate. Beside fixtures there are 4, or as many as find room, unless
    `count` says otherwise. Raises ValueError for a count that is out of range, SceneError if so many find no room.
    """
    rng = np.random.default_rng([_STREAM, seed])
    drawn = int(rng.integers(3, MAX_OBJECTS + 1)) if count is None else count
    wanted = min(drawn, 4) if fixtures and count is None else drawn
    if not 1 <= wanted <= MAX_OBJECTS:
        raise ValueError(f"a table has 1 to {MAX_OBJECTS} objects, not {wanted}")
    # only what comes with Pontine: a table's seed means the same table whatever plugins there are
    wide, solid = list(names_of_own(graspable=False)), list(names_of_own(graspable=True))
    n_wide = min(int(rng.integers(1, 3)), 2 if wanted <= 5 else 1) if wanted > 1 else 0
    kinds = list(rng.choice(wide, n_wide, replace=False)) + list(rng.choice(solid, wanted - n_wide))
    taken = [circle for fixture in fixtures for circle in fixture.keepout]
    while kinds:
        for _ in itertools.repeat(None, _CROWDED_TRIES) if fixtures else itertools.count():
            laid = lay_kinds(rng, [str(k) for k in kinds], taken)
            if laid is not None:
                return laid
        kinds = kinds[1:] if count is None else []
    raise SceneError(f"{wanted} objects find no room beside the {' and the '.join(f.name for f in fixtures)}")


def lay_kinds(rng: np.random.Generator, kinds: list[str], taken: list[Circle]) -> tuple[ObjectSpec, ...] | None:
    """An object of each kind, laid clear of each other and of what is taken; None if one found no room.

    The widest should come first.
    """
    laid: list[ObjectSpec] = []
    names: set[str] = set()
    for kind in kinds:
        colors = [c for c in COLORS if f"{c}_{kind}" not in names]
        color = str(rng.choice(colors))
        names.add(f"{color}_{kind}")
        spec = draw(rng, kind if not KINDS[kind].graspable else f"{color}_{kind}", kind, color)
        spot = free_spot(rng, footprint(spec)[2], [*taken, *(footprint(o) for o in laid)])
        if spot is None:
            return None
        laid.append(spec.moved(np.array([*spot, spec.rest_height]), rng.uniform(-math.pi, math.pi)))
    return tuple(laid)


def from_scene(scene: Scene) -> tuple[ObjectSpec, ...]:
    """The objects of a scene, to be laid exactly where it says.

    An object that stands on or in another, or in a fixture, is laid at that height whatever z
    it gives. Raises SceneError (or UnknownNameError) for what cannot be laid: held objects,
    unknown kinds or colours, missing positions, spots out of reach or overlapping things.
    """
    fixtures = {f.name: f for f in fixtures_from_scene(scene)}
    if scene.holding is not None:
        raise SceneError("a table is laid with an empty gripper; 'robot.holding' must be null")
    if not (1 - bool(fixtures)) <= len(scene.objects) <= MAX_OBJECTS:
        raise SceneError(f"a table has 1 to {MAX_OBJECTS} objects, not {len(scene.objects)}")
    specs = {o.name: from_scene_object(o) for o in scene.objects}
    laid: dict[str, ObjectSpec] = {}
    for name in sorted(specs, key=lambda n: len(list(scene.supports(n)))):
        spec, support = specs[name], scene.object(name).support
        base = 0.0
        if support in fixtures:
            base = _floor_inside(spec, fixtures[str(support)])
        elif support not in (None, TABLE):
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
        for fixture in fixtures.values():
            if not clear(*footprint(spec), fixture.keepout, gap=-0.010):
                raise SceneError(f"{spec.name!r} is in the way of {fixture.name!r}")
    return tuple(laid[o.name] for o in scene.objects)


def fixtures_from_scene(scene: Scene) -> tuple[FixtureSpec, ...]:
    """The fixtures of a scene, to be mounted exactly where it says.

    One without an orientation faces the arm; one without a displacement is where its state has
    it. Raises SceneError (or UnknownNameError) for what cannot be mounted: unknown kinds, missing
    positions, spots out of reach, fixtures that turn away from the arm or overlap.
    """
    laid: list[FixtureSpec] = []
    for fixture in scene.fixtures:
        kind = FIXTURES[fixture.kind]
        if fixture.position is None:
            raise SceneError(f"{fixture.name!r} has no position, so it cannot be mounted on the table")
        x, y, _ = fixture.position
        distance, heading = math.hypot(x - PAN_X, y), math.atan2(y, x - PAN_X)
        near, far = kind.reach
        if not near - 0.015 <= distance <= far + 0.015 or abs(heading) > _FIXTURE_HEADING + 0.2:
            raise SceneError(
                f"{fixture.name!r} at ({x:.3f}, {y:.3f}) is out of reach; a {kind.name} stands {near - 0.015:.3f} to "
                f"{far + 0.015:.3f} m from ({PAN_X:.3f}, 0), at most {math.degrees(_FIXTURE_HEADING + 0.2):.0f} "
                "degrees to either side"
            )
        turn = 0.0
        if fixture.orientation is not None:
            turn = math.remainder(yaw_of(fixture) - heading - math.pi, math.tau)
            if abs(turn) > kind.askew:
                raise SceneError(
                    f"{fixture.name!r} must face towards the arm, and not {math.degrees(turn):.0f} degrees off"
                )
        if fixture.state not in kind.states:
            raise SceneError(f"{fixture.name!r} cannot be mounted on a table: whether it is {' or '.join(kind.states)} "
                             "is not known")  # fmt: skip
        displacement = fixture.displacement
        if displacement is None:
            displacement = kind.displacement_in(fixture.state)
        if not -0.001 <= displacement <= kind.travel + 0.001:
            raise SceneError(
                f"{fixture.name!r}.displacement must be from 0 to {kind.travel} {kind.unit}, not {displacement}"
            )
        if not kind.may_be(fixture.state, displacement):
            raise SceneError(
                f"{fixture.name!r} cannot be {fixture.state} at a displacement of {displacement} {kind.unit}"
            )
        spec = FixtureSpec(
            fixture.name,
            kind.name,
            (0.0, 0.0, 0.0),
            0.0,
            displacement,
            friction=sum(kind.friction) / 2,
            stiffness=sum(kind.stiffness) / 2,
            aliases=fixture.aliases,
            state=fixture.state,
        )
        spec = facing(spec, x, y, (PAN_X, 0.0), turn)
        for other in laid:
            if not all(clear(*circle, other.keepout, gap=-0.010) for circle in spec.keepout):
                raise SceneError(f"{spec.name!r} and {other.name!r} overlap")
        laid.append(spec)
    return tuple(laid)


def _floor_inside(spec: ObjectSpec, fixture: FixtureSpec) -> float:
    """Height (m) on which an object in a fixture is laid. Raises SceneError if it is not where its inside is."""
    kind = FIXTURES[fixture.kind]
    if kind.inside is None:
        raise SceneError(f"{spec.name!r} cannot lie in {fixture.name!r}, which is a {fixture.kind}")
    position, radius = np.array(fixture.position), footprint(spec)[2] - 0.004
    if not lies_within(kind, position, fixture.yaw, fixture.displacement, np.array(spec.position), radius):
        raise SceneError(
            f"{spec.name!r} at ({spec.position[0]:.3f}, {spec.position[1]:.3f}) is not in {fixture.name!r}"
        )
    if spec.size[2] > kind.inside.tallest:
        raise SceneError(f"{spec.name!r} is too tall for {fixture.name!r}")
    return kind.inside.low[2]
