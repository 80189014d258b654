"""How far the shapes of an object reach in a direction."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..arrays import Array, Triple
from ..declarations.kind import BOX, CYLINDER, Kind, Shape
from ..rotations import quat_to_matrix


@dataclass(frozen=True)
class Hull:
    """The support function of s shapes: a box reaches `d @ middle` plus the sum of `|d @ ray|` over its rays; what is
    round adds `radius` times the share of d across its axis."""

    middle: Array
    """(s, 3) m."""
    rays: Array
    """(s, 3, 3) m, row by row; a cylinder has one, a ball none."""
    axis: Array
    """(s, 3), unit vectors; zero for a ball, whose radius counts in every direction."""
    radius: Array
    """(s,) m."""

    def span(self, direction: Array) -> tuple[float, float]:
        """How far it reaches against and along a unit direction (3,) in the object's frame, m from the frame."""
        along = self.middle @ direction
        across = np.sqrt(np.maximum(0.0, 1.0 - (self.axis @ direction) ** 2))
        reach = np.abs(self.rays @ direction).sum(1) + self.radius * across
        return float((along - reach).min()), float((along + reach).max())


@lru_cache(maxsize=256)
def hull_of(kind: Kind, size: Triple) -> Hull:
    """The hull of an object of that kind and size, m."""
    parts = [_part(shape) for shape in kind.shapes(np.array(size))]
    return Hull(*(np.array(column) for column in zip(*parts, strict=True)))


def _part(shape: Shape) -> tuple[Array, Array, Array, float]:
    a, b, c = shape.size
    turn, middle = quat_to_matrix(np.array(shape.quat)), np.array(shape.pos)
    if shape.type == BOX:
        return middle, turn.T * np.array([[a], [b], [c]]), np.zeros(3), 0.0
    if shape.type == CYLINDER:
        rays = np.zeros((3, 3))
        rays[0] = b * turn[:, 2]
        return middle, rays, turn[:, 2], a
    return middle, np.zeros((3, 3)), np.zeros(3), a
