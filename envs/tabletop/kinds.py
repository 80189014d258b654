"""What can stand on the table: object kinds, their shapes and how to draw one.

A kind turns a size (full extents along the object's axes, m) into primitive
collision shapes in the object's frame. Graspable kinds are one solid shape whose
frame is at the centre; the others (bowl, box, plate) have their frame at the
centre of their base and are too wide to grasp.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import mujoco
import numpy as np
from numpy.typing import NDArray

from ..errors import SceneError, UnknownNameError
from ..scene import SceneObject

Array = NDArray[np.float64]

BOX, CYLINDER, SPHERE = (
    int(g) for g in (mujoco.mjtGeom.mjGEOM_BOX, mujoco.mjtGeom.mjGEOM_CYLINDER, mujoco.mjtGeom.mjGEOM_SPHERE)
)

COLORS = {
    "red": (0.80, 0.10, 0.10),
    "green": (0.13, 0.60, 0.20),
    "blue": (0.10, 0.25, 0.80),
    "yellow": (0.95, 0.80, 0.10),
    "orange": (0.95, 0.50, 0.10),
    "purple": (0.50, 0.20, 0.65),
    "pink": (0.95, 0.55, 0.70),
    "brown": (0.45, 0.28, 0.15),
    "white": (0.93, 0.93, 0.93),
    "black": (0.10, 0.10, 0.10),
    "gray": (0.50, 0.50, 0.50),
    "cyan": (0.10, 0.75, 0.80),
}
"""Colour names and their RGB."""

WALL = 0.004
"""Wall thickness of bowls and boxes, m."""

MAX_SHAPES = 9
"""The most shapes a kind is made of."""


@dataclass(frozen=True)
class Shape:
    """A primitive in the object's frame: MuJoCo geom type, size, position, orientation (wxyz)."""

    type: int
    size: tuple[float, float, float]
    pos: tuple[float, float, float] = (0.0, 0.0, 0.0)
    quat: tuple[float, float, float, float] = (1.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Kind:
    """A kind of object.

    `low` and `high` bound the full extents a random one is drawn from, m;
    `symmetry` is the order of its rotational symmetry as a grasp sees it (4: a square,
    2: an oblong, 0: round); `flat_top` says whether things can be put on it, `square` whether
    its footprint is as long as wide; `density` is in kg/m3.
    """

    name: str
    low: tuple[float, float, float]
    high: tuple[float, float, float]
    shapes: Callable[[Array], tuple[Shape, ...]]
    symmetry: int
    graspable: bool = True
    container: bool = False
    flat_top: bool = True
    density: float = 400.0
    square: bool = True


def _solid(kind: int) -> Callable[[Array], tuple[Shape, ...]]:
    def shapes(size: Array) -> tuple[Shape, ...]:
        half = size / 2
        if kind == BOX:
            return (Shape(BOX, tuple(half)),)
        if kind == CYLINDER:
            return (Shape(CYLINDER, (half[0], half[2], 0.0)),)
        return (Shape(SPHERE, (half[0], 0.0, 0.0)),)

    return shapes


def _plate(size: Array) -> tuple[Shape, ...]:
    return (Shape(CYLINDER, (size[0] / 2, size[2] / 2, 0.0), (0.0, 0.0, size[2] / 2)),)


def _open_box(size: Array) -> tuple[Shape, ...]:
    x, y, z = size / 2
    floor, wall = Shape(BOX, (x, y, WALL / 2), (0.0, 0.0, WALL / 2)), WALL / 2
    sides = [Shape(BOX, (wall, y, z), (s * (x - wall), 0.0, z)) for s in (-1, 1)]
    ends = [Shape(BOX, (x, wall, z), (0.0, s * (y - wall), z)) for s in (-1, 1)]
    return (floor, *sides, *ends)


BOWL_SIDES = 8
BOWL_TILT = np.deg2rad(25.0)


def _bowl(size: Array) -> tuple[Shape, ...]:
    """A floor disc and eight panels that lean outwards; `size` spans the rim."""
    rim, height = size[0] / 2, size[2]
    base = rim - height * np.tan(BOWL_TILT)
    length = (height - WALL * np.sin(BOWL_TILT)) / np.cos(BOWL_TILT) / 2
    shapes = [Shape(CYLINDER, (base, WALL / 2, 0.0), (0.0, 0.0, WALL / 2))]
    for k in range(BOWL_SIDES):
        angle = 2 * np.pi * k / BOWL_SIDES
        middle = (base + rim) / 2 - WALL / 2
        lean, turn = np.zeros(4), np.zeros(4)
        mujoco.mju_axisAngle2Quat(turn, np.array([0.0, 0.0, 1.0]), angle)
        mujoco.mju_axisAngle2Quat(lean, np.array([0.0, 1.0, 0.0]), BOWL_TILT)
        quat = np.zeros(4)
        mujoco.mju_mulQuat(quat, turn, lean)
        shapes.append(
            Shape(
                BOX,
                (WALL / 2, middle * np.tan(np.pi / BOWL_SIDES) * 1.12, length),
                (middle * np.cos(angle), middle * np.sin(angle), height / 2),
                (quat[0], quat[1], quat[2], quat[3]),
            )
        )
    return tuple(shapes)


KINDS = {
    kind.name: kind
    for kind in (
        Kind("cube", (0.025,) * 3, (0.045,) * 3, _solid(BOX), 4),
        Kind("block", (0.025, 0.035, 0.025), (0.040, 0.060, 0.045), _solid(BOX), 2, square=False),
        Kind("cylinder", (0.025, 0.025, 0.030), (0.045, 0.045, 0.060), _solid(CYLINDER), 0),
        Kind("ball", (0.028,) * 3, (0.045,) * 3, _solid(SPHERE), 0, flat_top=False),
        Kind(
            "bowl",
            (0.110, 0.110, 0.035),
            (0.140, 0.140, 0.045),
            _bowl,
            0,
            graspable=False,
            container=True,
            density=1000.0,
        ),
        Kind(
            "box",
            (0.100, 0.100, 0.035),
            (0.130, 0.130, 0.050),
            _open_box,
            4,
            graspable=False,
            container=True,
            density=1000.0,
        ),
        Kind("plate", (0.110, 0.110, 0.010), (0.140, 0.140, 0.014), _plate, 0, graspable=False, density=700.0),
    )
}
"""The kinds there are, by name."""


def kind_of(name: str) -> Kind:
    """The kind of that name. Raises UnknownNameError listing the valid ones."""
    if name not in KINDS:
        raise UnknownNameError("object kind", name, KINDS)
    return KINDS[name]


def on_base(kind: str, container: bool = False) -> bool:
    """Whether the frame of a thing is at the centre of its base: a container's, or that of what is not graspable.

    Else it is at the thing's centre. A kind that is not in the catalogue counts as graspable.
    """
    return container or (kind in KINDS and not KINDS[kind].graspable)


@dataclass(frozen=True)
class ObjectSpec:
    """One object to lay: its kind, colour, size (m), frame position (m) and yaw (rad)."""

    name: str
    kind: str
    color: str
    size: tuple[float, float, float]
    position: tuple[float, float, float] = (0.0, 0.0, 0.0)
    yaw: float = 0.0
    aliases: tuple[str, ...] = ()

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """Its collision shapes."""
        return kind_of(self.kind).shapes(np.array(self.size))

    @property
    def rest_height(self) -> float:
        """Height of the frame above what it stands on, m."""
        return self.size[2] / 2 if kind_of(self.kind).graspable else 0.0

    def moved(self, position: Array, yaw: float) -> ObjectSpec:
        """The same object elsewhere."""
        return replace(self, position=_triple(position), yaw=float(yaw))

    def inertial(self) -> tuple[float, Array, Array]:
        """Mass (kg), centre of mass (3,) m and diagonal inertia (3,) kg m2 about it.

        Kinds are symmetric enough that the products of inertia vanish.
        """
        density = kind_of(self.kind).density
        masses = np.array([density * _volume(s) for s in self.shapes])
        places = np.array([s.pos for s in self.shapes])
        com = masses @ places / masses.sum()
        inertia = np.zeros(3)
        for mass, place, shape in zip(masses, places, self.shapes, strict=True):
            arm = place - com
            inertia += mass * (_gyration(shape) + arm @ arm - arm**2)
        return float(masses.sum()), com, inertia


def _volume(shape: Shape) -> float:
    a, b, c = shape.size
    if shape.type == BOX:
        return 8 * a * b * c
    return np.pi * a * a * 2 * b if shape.type == CYLINDER else 4 / 3 * np.pi * a**3


def _gyration(shape: Shape) -> Array:
    """Squared radii of gyration (3,) m2 about the object's axes."""
    a, b, c = shape.size
    if shape.type == SPHERE:
        return np.full(3, 0.4 * a * a)
    if shape.type == CYLINDER:
        return np.array([(3 * a * a + 4 * b * b) / 12] * 2 + [a * a / 2])
    matrix = np.zeros(9)
    mujoco.mju_quat2Mat(matrix, np.array(shape.quat))
    local = np.array([b * b + c * c, a * a + c * c, a * a + b * b]) / 3
    return (matrix.reshape(3, 3) ** 2) @ local


def _triple(values: Iterable[float]) -> tuple[float, float, float]:
    x, y, z = (float(v) for v in values)
    return x, y, z


def draw(rng: np.random.Generator, name: str, kind: str, color: str) -> ObjectSpec:
    """A random object of that kind and colour, not yet placed."""
    bounds = kind_of(kind)
    size = rng.uniform(bounds.low, bounds.high)
    if bounds.square:
        size[1] = size[0]
    if kind in ("cube", "ball"):
        size[2] = size[0]
    return ObjectSpec(name, kind, color, _triple(size))


def from_scene_object(thing: SceneObject) -> ObjectSpec:
    """The object to lay for one of a scene's objects.

    Raises SceneError if it has no position or a size its kind cannot have, and
    UnknownNameError for a kind or colour that is not in the catalogue.
    """
    kind = kind_of(thing.kind)
    color = thing.color or "gray"
    if color not in COLORS:
        raise UnknownNameError("colour", color, COLORS)
    if thing.position is None:
        raise SceneError(f"{thing.name!r} has no position, so it cannot be laid on the table")
    size = thing.size or _triple((lo + hi) / 2 for lo, hi in zip(kind.low, kind.high, strict=True))
    for extent, low, high in zip(size, kind.low, kind.high, strict=True):
        if not 0.6 * low <= extent <= 1.6 * high:
            raise SceneError(
                f"{thing.name!r}: a {kind.name} of size {list(size)} m cannot be laid; "
                f"sizes run from {list(kind.low)} to {list(kind.high)} m"
            )
    yaw = 0.0
    if thing.orientation is not None:
        w, x, y, z = np.array(thing.orientation) / np.linalg.norm(thing.orientation)
        yaw = float(np.arctan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z)))
    return ObjectSpec(thing.name, kind.name, color, size, thing.position, yaw, thing.aliases)
