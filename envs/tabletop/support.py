"""What stands on or in what, from poses and sizes alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..rotations import quat_to_matrix
from ..scene import TABLE
from .kinds import WALL, on_base

Array = NDArray[np.float64]

TOLERANCE = 0.008
"""How far (m) the underside of a thing may be from the top of what carries it."""


@dataclass(frozen=True)
class Body:
    """A thing in space: full extents (m), position (3,) m and orientation (4,) wxyz of its frame.

    The frame of a container or plate is at the centre of its base (`on_base`), else at the centre. A kind
    that the catalogue does not know counts as a box.
    """

    name: str
    kind: str
    size: tuple[float, float, float]
    position: Array
    quat: Array
    container: bool = False

    @property
    def on_base(self) -> bool:
        """Whether the frame is at the centre of the base."""
        return on_base(self.kind, self.container)

    @property
    def below(self) -> float:
        """Distance (m) from the frame down to the lowest point."""
        if self.on_base:
            return 0.0
        if self.kind == "ball":
            return self.size[0] / 2
        down = np.abs(quat_to_matrix(self.quat)[2])
        half = np.array(self.size) / 2
        if self.kind == "cylinder":
            return float(half[2] * down[2] + half[0] * np.sqrt(max(0.0, 1 - down[2] ** 2)))
        return float(down @ half)

    @property
    def underside(self) -> float:
        """Height (m) of the lowest point."""
        return float(self.position[2]) - self.below

    @property
    def top(self) -> float:
        """Height (m) of the highest point (the rim of a container)."""
        return float(self.position[2]) + (self.size[2] if self.on_base else self.below)

    @property
    def floor(self) -> float:
        """Height (m) at which things come to rest on it or, if it is a container, in it."""
        return float(self.position[2]) + WALL if self.container else self.top

    def holds_over(self, point: Array) -> bool:
        """Whether `point` (3,) is over the footprint, and for a container not below its base."""
        local = quat_to_matrix(self.quat).T @ (point - self.position)
        above = not self.container or local[2] > 0
        if self.on_base and self.kind != "box":
            return bool(above and np.hypot(local[0], local[1]) < self.size[0] / 2)
        if self.on_base:
            return bool(above and np.all(np.abs(local[:2]) < np.array(self.size[:2]) / 2))
        if self.kind in ("cylinder", "ball"):
            return bool(np.hypot(*(point - self.position)[:2]) < self.size[0] / 2)
        # a solid may lie on any side: straight below the point at mid-height
        local = quat_to_matrix(self.quat).T @ (np.array([point[0], point[1], self.position[2]]) - self.position)
        return bool(np.all(np.abs(local) < np.array(self.size) / 2 + 1e-9))


def carrier(body: Body, others: Iterable[Body], tolerance: float = TOLERANCE) -> str | None:
    """Name of what `body` stands on, else of the container it is in, else the table, None if it touches neither."""
    inside = None
    for other in others:
        if other.name == body.name or not other.holds_over(body.position):
            continue
        if other.container:
            if body.underside < other.top - 0.002:
                inside = other.name
        elif abs(body.underside - other.top) < tolerance:
            return other.name
    if inside is None and body.underside < tolerance:
        return TABLE
    return inside


def ground(body: Body, others: Iterable[Body]) -> float:
    """Height (m) at which `body` comes to rest where it is: the highest floor under its middle, or the table's 0."""
    middle = float(body.position[2]) + (body.size[2] / 2 if body.on_base else 0.0)
    below = [other for other in others if other.name != body.name and other.holds_over(body.position)]
    return max([0.0, *(other.floor for other in below if other.floor < middle)])
