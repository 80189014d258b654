"""What a kind of fixture is, and the registry of them.

A fixture is mounted on the table: a body that stands still, and a part on a joint, that slides along an axis or turns
about one; the hand works on that part (a drawer's handle, a button's plunger, a lever's knob). Its *frame* is on
the table top, x towards the arm when it stands as it should. *Displacement* is how far the part has moved: m for a
slide, rad for a hinge. One of its two states is *engaged* (open, pressed): the one of large displacements.

Example:
    >>> from pontine.envs.declarations.fixture_kind import FIXTURES
    >>> drawer = FIXTURES["drawer"]
    >>> drawer.states, drawer.joint, drawer.other("open")
    (('open', 'closed'), 'slide', 'closed')
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import mujoco

from ..arrays import Circle, Triple
from ..errors import UnknownNameError
from ..registry import Registry, RegistryError
from .kind import BOX, CYLINDER, SPHERE, Shape
from .predicate_kind import NAME, PREDICATES, PredicateKind

Color = tuple[float, float, float]
"""Red, green and blue, 0 to 1."""

Joint = Literal["slide", "hinge"]

CAPSULE = int(mujoco.mjtGeom.mjGEOM_CAPSULE)
SIZES = {BOX: 3, CYLINDER: 2, SPHERE: 1, CAPSULE: 2}
"""How many numbers the size of each shape has that a fixture may be made of."""

LONGEST = {"slide": 0.5, "hinge": 2 * math.pi}
"""The largest travel of each joint, m or rad."""


@dataclass(frozen=True)
class Solid:
    """A coloured box, cylinder, sphere or capsule, its shape in the fixture's frame at displacement 0."""

    shape: Shape
    color: Color


def box(low: Triple, high: Triple, color: Color) -> Solid:
    """A box from its lowest to its highest corner, m."""
    half = ((high[0] - low[0]) / 2, (high[1] - low[1]) / 2, (high[2] - low[2]) / 2)
    middle = ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2)
    return Solid(Shape(BOX, half, middle), color)


def drum(radius: float, low: float, high: float, color: Color, at: tuple[float, float] = (0.0, 0.0)) -> Solid:
    """An upright cylinder at (x, y) from one height to another, m."""
    return Solid(Shape(CYLINDER, (radius, (high - low) / 2, 0.0), (at[0], at[1], (low + high) / 2)), color)


@dataclass(frozen=True)
class Inside:
    """The room that things can be put into while the fixture is `when`: from corner `low` to corner `high` in its
    frame at displacement 0, m.

    `low[2]` is its floor, `high[2]` its rim, and `tallest` the height of the tallest thing it takes. A room that
    `moves` is in the sliding part, and can be reached into as far as it has come out of where it is at displacement 0,
    along x; another stands still.
    """

    low: Triple
    high: Triple
    tallest: float
    when: str
    moves: bool = False


@dataclass(frozen=True)
class FixtureKind:
    """A kind of fixture.

    `part` is where the hand works at displacement 0, in the fixture's frame, `part_size` its full extents and
    `symmetry` the order of its rotational symmetry as a grasp sees it (2: an oblong, 4: a square, 0: round); `turn` is
    its heading there. A `slide` moves along `axis`, a `hinge` turns about the `axis` through `pivot`, counter-clockwise
    seen against it; both from displacement 0 to `travel` (m, rad). It is in the first of its `states` from `engages`
    on, in the second up to `disengages`, and in between it stays in the one it was in. `rest` are the displacements the
    two states are brought about by. `latches`: once in the first state it stays.

    `keepout` are the circles (x, y, radius) of table that it needs free, `standing` and `moving` its shapes,
    `state_colors` what the moving ones are painted in each state (None: always their own colour). `mass` is that of
    the moving part, kg; `damping`, and the `friction` and `stiffness` that one is drawn with, are in N and m for a
    slide, in N m and rad for a hinge; `preload` is how far the spring is bent at displacement 0. `reach` are the
    distances from the pan axis at which it stands, m, and `askew` how far it may be turned away from facing the arm,
    rad. `words` are what it is called and `state_words` the verbs that bring a state about, by language code; the
    first is the one we say.
    """

    name: str
    states: tuple[str, str]
    travel: float
    part: Triple
    axis: Triple
    part_size: Triple
    engages: float
    disengages: float
    rest: tuple[float, float]
    keepout: tuple[Circle, ...]
    standing: tuple[Solid, ...]
    moving: tuple[Solid, ...]
    mass: float
    damping: float
    friction: tuple[float, float]
    reach: tuple[float, float]
    joint: Joint = "slide"
    pivot: Triple = (0.0, 0.0, 0.0)
    turn: float = 0.0
    symmetry: int = 0
    stiffness: tuple[float, float] = (0.0, 0.0)
    preload: float = 0.0
    latches: bool = False
    state_colors: tuple[Color, Color] | None = None
    askew: float = math.pi
    inside: Inside | None = None
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    state_words: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    @property
    def direction(self) -> Triple:
        """The axis with length 1."""
        length = math.sqrt(sum(a * a for a in self.axis))
        return self.axis[0] / length, self.axis[1] / length, self.axis[2] / length

    @property
    def unit(self) -> str:
        """The unit of its displacement."""
        return "m" if self.joint == "slide" else "rad"

    def other(self, state: str) -> str:
        """The state that it is in when it is not in this one."""
        return self.states[1 - self.states.index(state)]

    def displacement_in(self, state: str) -> float:
        """The displacement that brings a state about."""
        return self.rest[self.states.index(state)]

    def may_be(self, state: str, displacement: float) -> bool:
        """Whether it can be in that state at that displacement."""
        return displacement > self.disengages if state == self.states[0] else displacement < self.engages


class _Fixtures(Registry[FixtureKind]):
    def register(self, declared: FixtureKind) -> FixtureKind:
        """Make a kind known, and its two states as predicates of it. Raises RegistryError if it cannot be."""
        super().register(declared)
        try:
            self._register_states(declared)
        except RegistryError:
            del self._found[declared.name], self._origins[declared.name]
            raise
        return declared

    def _register_states(self, declared: FixtureKind) -> None:
        shared = set()
        for kind in self._found.values():
            for state in set(kind.states) & set(declared.states) if kind is not declared else ():
                if kind.other(state) != declared.other(state):
                    raise RegistryError(
                        f"fixture {declared.name!r}: what is not {state} is {declared.other(state)}, but of a "
                        f"{kind.name} it is {kind.other(state)}; give the state another name"
                    )
                shared.add(state)
        for state in declared.states:
            if state not in shared:
                try:
                    PREDICATES.register(PredicateKind(state, ("fixture",), _in_state(state)))
                except RegistryError as error:
                    raise RegistryError(f"fixture {declared.name!r} cannot have the state {state!r}: {error}") from None


def _in_state(state: str) -> Callable[..., bool]:
    return lambda scene, name: scene.fixture(name).state == state


def _check(kind: FixtureKind) -> None:
    """Raises RegistryError naming what is wrong with a declaration."""

    def must(right: bool, said: str) -> None:
        if not right:
            raise RegistryError(f"fixture {kind.name!r}: {said}")

    must(bool(kind.name.strip()), "the name must not be empty")
    must(
        len(kind.states) == 2 and len(set(kind.states)) == 2,
        f"there must be two states, not {', '.join(map(repr, kind.states)) or 'none'}",
    )
    for state in kind.states:
        must(bool(NAME.fullmatch(state)), f"the state {state!r} must be named in small letters, digits and _")
    must(kind.joint in get_args(Joint), f"unknown joint {kind.joint!r}; valid: {', '.join(get_args(Joint))}")
    for name in ("part", "axis", "part_size", "pivot"):
        must(_finite(getattr(kind, name), 3), f"{name} must be three finite numbers")
    must(math.hypot(*kind.axis) > 1e-6, "the axis has no length")
    must(min(kind.part_size) > 0, "part_size must be positive")
    must(
        0 < kind.travel <= LONGEST[kind.joint],
        f"travel must be positive and at most {LONGEST[kind.joint]:.3g} for a {kind.joint}, not {kind.travel}",
    )
    must(
        kind.disengages < kind.engages <= kind.travel,
        f"disengages must be below engages, and that at most travel, not {kind.disengages}, {kind.engages}, "
        f"{kind.travel}",
    )
    must(_finite(kind.rest, 2), "rest must be two finite numbers")
    in_first, in_second = kind.rest
    out = 0 <= in_second < kind.engages if kind.latches else 0 <= in_second <= kind.disengages
    must(
        kind.engages <= in_first <= kind.travel and out,
        f"at the displacements of rest, {in_first} and {in_second}, it is not {kind.states[0]} and {kind.states[1]}",
    )
    must(bool(kind.keepout) and all(_finite(c, 3) and c[2] > 0 for c in kind.keepout), "keepout must be circles")
    must(bool(kind.standing) and bool(kind.moving), "there must be shapes that stand and shapes that move")
    for shape in (solid.shape for solid in (*kind.standing, *kind.moving)):
        must(shape.type in SIZES, "its shapes must be boxes, cylinders, spheres and capsules")
        must(
            _finite(shape.size, 3) and min(shape.size[: SIZES[shape.type]]) > 0, "the size of a shape must be positive"
        )
    must(kind.mass > 0 and kind.damping >= 0, "mass must be positive and damping not negative")
    for name in ("friction", "stiffness"):
        low, high = getattr(kind, name)
        must(0 <= low <= high < math.inf, f"{name} must be bounds, the lower first and none negative")
    must(0 < kind.reach[0] <= kind.reach[1] < math.inf, "reach must be two distances, the nearer first")
    for state in kind.state_words:
        must(state in kind.states, f"there are words for {state!r}, which is not one of its states")
    if kind.inside is not None:
        _check_inside(kind, kind.inside)


def _check_inside(kind: FixtureKind, room: Inside) -> None:
    if not (
        _finite(room.low, 3) and _finite(room.high, 3) and all(a < b for a, b in zip(room.low, room.high, strict=True))
    ):
        raise RegistryError(f"fixture {kind.name!r}: the inside must run from its lowest to its highest corner")
    if room.tallest <= 0:
        raise RegistryError(f"fixture {kind.name!r}: the inside must take things of some height")
    if room.when not in kind.states:
        raise RegistryError(f"fixture {kind.name!r}: the inside is open when {room.when!r}, which is no state of it")
    if room.moves and (kind.joint != "slide" or kind.direction != (1.0, 0.0, 0.0)):
        raise RegistryError(f"fixture {kind.name!r}: only an inside that slides along x can move")


def _finite(values: Sequence[float], count: int) -> bool:
    return len(values) == count and all(math.isfinite(v) for v in values)


FIXTURES = _Fixtures("fixture", ["pontine.envs.tabletop.fixtures"], _check)
"""The kinds of fixtures there are, by name."""


def other_state(state: str) -> str:
    """The state that a fixture is in when it is not in this one: `closed` for `open`.

    Raises UnknownNameError for what is a state of no kind.
    """
    for kind in FIXTURES.values():
        if state in kind.states:
            return kind.other(state)
    raise UnknownNameError("state", state, [s for kind in FIXTURES.values() for s in kind.states])
