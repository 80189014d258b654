"""Fixtures: what is mounted on the table and has a state, a drawer and a push button.

A fixture is a body that stands still and a part that slides in it along one axis; the
hand works on that part (the drawer's handle, the button's plunger). A fixture's frame is
on the table top, at the middle of the cabinet's front or of the button's housing; a
drawer comes out along its x axis. *Displacement* is how far the part has slid, m.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import mujoco
import numpy as np
from numpy.typing import NDArray

from ..errors import UnknownNameError
from ..rotations import heading_quat
from ..scene import FIXTURE_STATES, Fixture, SceneObject

Array = NDArray[np.float64]

Circle = tuple[float, float, float]
Geoms = tuple[dict[str, Any], ...]

HANDLE, PLUNGER = "handle", "plunger"
"""Kinds of the parts that the hand works on, as `part_of` names them."""

WOOD, FRONT, METAL, HOUSING = (0.62, 0.45, 0.30), (0.80, 0.66, 0.48), (0.20, 0.20, 0.22), (0.30, 0.31, 0.33)
UNLIT, LIT = (0.75, 0.12, 0.10), (0.15, 0.85, 0.25)
"""Colours of a button's plunger, released and pressed."""

RIM = 0.038
"""Height of the drawer's walls, m."""

CEILING = 0.058
"""Height of the underside of the cabinet's top, m; what stands higher keeps the drawer from closing."""

FLOOR = 0.006
"""Height of the drawer's floor, m."""

TALLEST = CEILING - FLOOR - 0.002
"""Height (m) of the tallest thing that a drawer takes."""

INSIDE = (0.100, 0.100)
"""Depth and width of the drawer's inside, m."""

_FRONT = 0.006
_HANDLE = (0.024, 0.018, 0.028)
_HANDLE_X, _HANDLE_Z = 0.028, 0.030


def _box(low: tuple[float, float, float], high: tuple[float, float, float], color: tuple[float, ...]) -> dict[str, Any]:
    a, b = np.array(low), np.array(high)
    return {"type": mujoco.mjtGeom.mjGEOM_BOX, "size": (b - a) / 2, "pos": (a + b) / 2, "rgba": (*color, 1.0)}


def _drum(radius: float, low: float, high: float, color: tuple[float, ...]) -> dict[str, Any]:
    size = (radius, (high - low) / 2, 0.0)
    return {
        "type": mujoco.mjtGeom.mjGEOM_CYLINDER,
        "size": size,
        "pos": (0.0, 0.0, (low + high) / 2),
        "rgba": (*color, 1.0),
    }


@dataclass(frozen=True)
class FixtureKind:
    """A kind of fixture.

    `part` is where the hand works at displacement 0, in the fixture's frame; `axis` is the
    direction in which the part slides and `turn` its heading there. It is in the first of
    its `states` from `engages` on, in the second up to `disengages`, and in between it
    stays in the one it was in. `rest` are the displacements (m) the two states are brought
    about by: where the part stands in them. `latches`: once in the first state it stays.
    `keepout` are the circles (x, y, radius) of table that it needs free, and `standing` and
    `moving` its shapes.
    """

    name: str
    travel: float
    part: tuple[float, float, float]
    axis: tuple[float, float, float]
    turn: float
    part_kind: str
    part_size: tuple[float, float, float]
    symmetry: int
    engages: float
    disengages: float
    rest: tuple[float, float]
    keepout: tuple[Circle, ...]
    standing: Geoms
    moving: Geoms
    mass: float
    damping: float
    friction: tuple[float, float]
    stiffness: tuple[float, float] = (0.0, 0.0)
    preload: float = 0.0
    latches: bool = False

    @property
    def states(self) -> tuple[str, str]:
        """Names of its states, the engaged one first."""
        engaged, disengaged = FIXTURE_STATES[self.name]
        return engaged, disengaged

    def may_be(self, state: str, displacement: float) -> bool:
        """Whether it can be in that state at that displacement, m."""
        return displacement > self.disengages if state == self.states[0] else displacement < self.engages


def _drawer() -> FixtureKind:
    depth, width = INSIDE
    w, side, top = width / 2, 0.057, 0.062
    cabinet = (
        _box((-0.115, -side - 0.005, 0.0), (0.0, -side, top), WOOD),
        _box((-0.115, side, 0.0), (0.0, side + 0.005, top), WOOD),
        _box((-0.115, -side, 0.0), (-0.110, side, top), WOOD),
        _box((-0.115, -side, CEILING), (0.0, side, top), WOOD),
    )
    x, (grip, thick, tall) = _HANDLE_X, _HANDLE
    drawer = (
        _box((-depth, -w, 0.002), (0.0, w, FLOOR), FRONT),
        _box((-depth, -w - 0.003, 0.002), (0.0, -w, RIM), FRONT),
        _box((-depth, w, 0.002), (0.0, w + 0.003, RIM), FRONT),
        _box((-depth - 0.003, -w, 0.002), (-depth, w, RIM), FRONT),
        _box((0.0, -side - 0.005, 0.002), (_FRONT, side + 0.005, RIM + 0.004), FRONT),
        _box((_FRONT, -0.005, _HANDLE_Z - 0.005), (x, 0.005, _HANDLE_Z + 0.005), METAL),
        _box((x - thick / 2, -grip / 2, _HANDLE_Z - tall / 2), (x + thick / 2, grip / 2, _HANDLE_Z + tall / 2), METAL),
    )
    return FixtureKind(
        "drawer",
        travel=0.090,
        part=(x, 0.0, _HANDLE_Z),
        axis=(1.0, 0.0, 0.0),
        turn=np.pi / 2,
        part_kind=HANDLE,
        part_size=_HANDLE,
        symmetry=2,
        engages=0.068,
        disengages=0.012,
        rest=(0.088, 0.0),
        keepout=((-0.058, 0.0, 0.085), (0.062, 0.0, 0.072)),
        standing=cabinet,
        moving=drawer,
        mass=0.12,
        damping=2.0,
        friction=(0.3, 1.5),
    )


def _button() -> FixtureKind:
    top = 0.034
    return FixtureKind(
        "button",
        travel=0.012,
        part=(0.0, 0.0, top),
        axis=(0.0, 0.0, -1.0),
        turn=0.0,
        part_kind=PLUNGER,
        part_size=(0.032, 0.032, 0.012),
        symmetry=0,
        engages=0.006,
        disengages=-1.0,
        rest=(0.011, 0.0),
        keepout=((0.0, 0.0, 0.042),),
        standing=(_box((-0.03, -0.03, 0.0), (0.03, 0.03, 0.020), HOUSING),),
        moving=(_drum(0.016, 0.010, top, UNLIT),),
        mass=0.01,
        damping=1.0,
        friction=(0.05, 0.2),
        stiffness=(150.0, 350.0),
        preload=0.004,
        latches=True,
    )


KINDS = {kind.name: kind for kind in (_drawer(), _button())}
"""The kinds of fixtures there are, by name."""

PART_SYMMETRY = {kind.part_kind: kind.symmetry for kind in KINDS.values()}
"""Order of the rotational symmetry of the parts that the hand works on, by their kind."""


def kind_of(name: str) -> FixtureKind:
    """The kind of that name. Raises UnknownNameError listing the valid ones."""
    if name not in KINDS:
        raise UnknownNameError("fixture kind", name, KINDS)
    return KINDS[name]


@dataclass(frozen=True)
class FixtureSlot:
    """Room for one fixture of a kind; `name` names its bodies and its joint."""

    name: str
    kind: str


@dataclass(frozen=True)
class FixtureSpec:
    """One fixture to mount: frame position (m) and yaw (rad), displacement (m), dry friction (N) and spring (N/m).

    Without a `state` it is in the one whose displacements are nearer.
    """

    name: str
    kind: str
    position: tuple[float, float, float]
    yaw: float
    displacement: float = 0.0
    friction: float = 0.6
    stiffness: float = 0.0
    aliases: tuple[str, ...] = ()
    state: str | None = None

    @property
    def keepout(self) -> tuple[Circle, ...]:
        """Circles (x, y, radius) of table, m, that it needs free."""
        return keepout(kind_of(self.kind), self.position, self.yaw)


def keepout(kind: FixtureKind, position: tuple[float, float, float], yaw: float) -> tuple[Circle, ...]:
    """Circles (x, y, radius) of table, m, that a fixture needs free."""
    cos, sin = float(np.cos(yaw)), float(np.sin(yaw))
    return tuple((position[0] + cos * a - sin * b, position[1] + sin * a + cos * b, r) for a, b, r in kind.keepout)


def slots_for(fixtures: Sequence[FixtureSpec]) -> tuple[FixtureSlot, ...]:
    """One slot per fixture. Slots are numbered: names are free text."""
    return tuple(FixtureSlot(f"fixture{i}", f.kind) for i, f in enumerate(fixtures))


def draw(rng: np.random.Generator, name: str, kind: str) -> FixtureSpec:
    """A fixture with random friction and spring, not yet placed."""
    bounds = kind_of(kind)
    return FixtureSpec(
        name,
        kind,
        (0.0, 0.0, 0.0),
        0.0,
        friction=float(rng.uniform(*bounds.friction)),
        stiffness=float(rng.uniform(*bounds.stiffness)),
    )


def part_position(kind: FixtureKind, position: Array, yaw: Array, displacement: Array) -> Array:
    """Where the part is that the hand works on, (n, 3) m, from frames (n, 3) m, yaws and displacements (n,)."""
    local = np.array(kind.part) + np.asarray(displacement)[:, None] * np.array(kind.axis)
    cos, sin = np.cos(yaw), np.sin(yaw)
    turned = np.stack(
        [cos * local[:, 0] - sin * local[:, 1], sin * local[:, 0] + cos * local[:, 1], local[:, 2]], axis=1
    )
    return position + turned


def yaw_of(fixture: Fixture) -> float:
    """Heading (rad) of a scene's fixture; 0 if it is not known."""
    if fixture.orientation is None:
        return 0.0
    w, x, y, z = np.array(fixture.orientation) / np.linalg.norm(fixture.orientation)
    return float(np.arctan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z)))


def part_of(fixture: Fixture, state: str | None = None) -> SceneObject | None:
    """The part that the hand works on as a thing with a pose and a size, None if nobody knows where it is.

    With `state` it is where the part stands in that state. Raises UnknownNameError for a kind
    that is not in `KINDS`.
    """
    kind = kind_of(fixture.kind)
    displacement = fixture.displacement if state is None else kind.rest[kind.states.index(state)]
    if fixture.position is None or displacement is None:
        return None
    yaw = np.array([yaw_of(fixture)])
    where = part_position(kind, np.array([fixture.position]), yaw, np.array([displacement]))[0]
    quat = heading_quat(yaw + kind.turn)[0]
    return SceneObject(
        fixture.name,
        kind.part_kind,
        position=(float(where[0]), float(where[1]), float(where[2])),
        orientation=(float(quat[0]), float(quat[1]), float(quat[2]), float(quat[3])),
        size=kind.part_size,
    )


def keepout_of(fixture: Fixture) -> tuple[Circle, ...]:
    """Circles (x, y, radius) of table, m, that a scene's fixture needs free; none if nobody knows where it is."""
    if fixture.position is None or fixture.kind not in KINDS:
        return ()
    return keepout(KINDS[fixture.kind], fixture.position, yaw_of(fixture))


def inside_of(fixture: Fixture) -> SceneObject | None:
    """The part of an open drawer that things can be put into, as the open box it is; None if nobody knows where.

    A fixture that is not a drawer has no inside: None.
    """
    if fixture.kind != "drawer" or fixture.position is None or fixture.displacement is None:
        return None
    yaw, out = yaw_of(fixture), fixture.displacement / 2
    x, y, _ = fixture.position
    quat = heading_quat(np.array(yaw))
    return SceneObject(
        fixture.name,
        "box",
        position=(x + out * float(np.cos(yaw)), y + out * float(np.sin(yaw)), 0.0),
        orientation=(float(quat[0]), float(quat[1]), float(quat[2]), float(quat[3])),
        size=(max(fixture.displacement, 0.001), INSIDE[1], RIM),
        container=True,
    )


def add_fixture(spec: mujoco.MjSpec, slot: FixtureSlot) -> None:
    """Hang a fixture in `spec`'s world: body `slot.name`, and in it the sliding body `slot.name + "_part"`.

    Where it stands is each world's own; friction, spring and displacement likewise.
    """
    kind = kind_of(slot.kind)
    body = spec.worldbody.add_body(name=slot.name, pos=(0.0, 0.0, 4.0), quat=(0.9, 0.0, 0.0, 0.43))
    part = body.add_body(name=part_body(slot))
    part.add_joint(
        name=slot.name,
        type=mujoco.mjtJoint.mjJNT_SLIDE,
        axis=kind.axis,
        limited=True,
        range=(0.0, kind.travel),
        damping=[kind.damping, 0, 0],
        frictionloss=kind.friction[0],
        stiffness=[kind.stiffness[0], 0, 0],
        springref=-kind.preload,
        solref_limit=(0.01, 1.0),
    )
    _add_shapes(body, kind.standing, 0.0)
    _add_shapes(part, kind.moving, kind.mass)
    # the part runs in its rails: it touches neither what it slides in nor the table under it
    spec.add_exclude(bodyname1=slot.name, bodyname2=part_body(slot))
    spec.add_exclude(bodyname1="world", bodyname2=part_body(slot))


def part_body(slot: FixtureSlot) -> str:
    """Name of the body that slides."""
    return f"{slot.name}_part"


def _add_shapes(body: mujoco.MjsBody, shapes: Geoms, mass: float) -> None:
    for shape in shapes:
        body.add_geom(**shape, condim=4, group=0, mass=mass / len(shapes), friction=(0.6, 0.01, 8e-4))


def facing(spec: FixtureSpec, x: float, y: float, to: tuple[float, float], turn: float) -> FixtureSpec:
    """The fixture at (x, y) m with its front towards a point, turned by `turn` rad from there."""
    return replace(spec, position=(x, y, 0.0), yaw=float(np.arctan2(to[1] - y, to[0] - x) + turn))
