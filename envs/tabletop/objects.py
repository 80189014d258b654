"""Objects to lay on a table: one of a kind with a colour, a size and a place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import mujoco
import numpy as np

from ..arrays import Array, Triple
from ..declarations.colors import COLORS
from ..declarations.kind import BOX, CYLINDER, KINDS, SPHERE, Kind, Shape
from ..errors import SceneError, UnknownNameError
from ..scene import SceneObject


@dataclass(frozen=True)
class ObjectSpec:
    """One object to lay: its kind, colour, size (m), frame position (m) and yaw (rad)."""

    name: str
    kind: str
    color: str
    size: Triple
    position: Triple = (0.0, 0.0, 0.0)
    yaw: float = 0.0
    aliases: tuple[str, ...] = ()

    @property
    def declared(self) -> Kind:
        """Its kind's declaration. Raises UnknownNameError listing the kinds there are."""
        return KINDS[self.kind]

    @cached_property
    def shapes(self) -> tuple[Shape, ...]:
        """Its collision shapes."""
        return self.declared.shapes(np.array(self.size))

    @property
    def rest_height(self) -> float:
        """Height of the frame above what it stands on, m."""
        return self.declared.rest_height(self.size)

    def moved(self, position: Array, yaw: float) -> ObjectSpec:
        """The same object elsewhere."""
        return replace(self, position=_triple(position), yaw=float(yaw))

    def inertial(self) -> tuple[float, Array, Array]:
        """Mass (kg), centre of mass (3,) m and diagonal inertia (3,) kg m2 about it.

        Kinds are symmetric enough that the products of inertia vanish.
        """
        return self._inertial

    @cached_property
    def _inertial(self) -> tuple[float, Array, Array]:
        # asked for twice by every reset: when the object is laid, and when its mass is drawn
        density = self.declared.density
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
        local = np.array([(3 * a * a + 4 * b * b) / 12] * 2 + [a * a / 2])
    else:
        local = np.array([b * b + c * c, a * a + c * c, a * a + b * b]) / 3
    if shape.quat == (1.0, 0.0, 0.0, 0.0):
        return local
    matrix = np.zeros(9)
    mujoco.mju_quat2Mat(matrix, np.array(shape.quat))
    return (matrix.reshape(3, 3) ** 2) @ local


def _triple(values: Iterable[float]) -> Triple:
    x, y, z = (float(v) for v in values)
    return x, y, z


def draw(rng: np.random.Generator, name: str, kind: str, color: str) -> ObjectSpec:
    """A random object of that kind and colour, not yet placed."""
    bounds = KINDS[kind]
    size = rng.uniform(bounds.low, bounds.high)
    if bounds.square:
        size[1] = size[0]
    if bounds.cubic:
        size[2] = size[0]
    return ObjectSpec(name, kind, color, _triple(size))


def from_scene_object(thing: SceneObject) -> ObjectSpec:
    """The object to lay for one of a scene's objects.

    Raises SceneError if it has no position or a size its kind cannot have, and
    UnknownNameError for a kind or colour that is not in the catalogue.
    """
    kind = KINDS[thing.kind]
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
