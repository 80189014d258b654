"""What stands on or in what, from poses and sizes alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..arrays import Array, Bool, Triple
from ..declarations.kind import WALL, Kind, declared, frame_of
from ..rotations import quat_to_matrix
from ..scene import TABLE
from .hulls import hull_of

TOLERANCE = 0.008
"""How far (m) the underside of a thing may be from the top of what carries it."""


@dataclass(frozen=True)
class Body:
    """A thing in space: full extents (m), position (3,) m and orientation (4,) wxyz of its frame.

    The declared kind says where the frame is and what shapes the thing has. One of a kind that nobody declared
    counts as a box, or as an open drum if it is a container.
    """

    name: str
    kind: str
    size: Triple
    position: Array
    quat: Array
    container: bool = False

    @cached_property
    def declared(self) -> Kind | None:
        """Its kind's declaration, None if there is none."""
        return declared(self.kind)

    @property
    def on_base(self) -> bool:
        """Whether the frame is at the centre of the base."""
        return frame_of(self.kind, self.container) == "base"

    @property
    def round(self) -> bool:
        """Whether its footprint is a disc."""
        return self.declared.round if self.declared is not None else self.on_base

    @property
    def rest_height(self) -> float:
        """Height (m) of the frame above what it stands on upright."""
        return 0.0 if self.on_base else self.size[2] / 2

    @cached_property
    def _rotation(self) -> Array:
        return quat_to_matrix(self.quat)

    @cached_property
    def _span(self) -> tuple[float, float]:
        """Heights (m) of the lowest and the highest point over the frame."""
        if self.declared is not None:
            return hull_of(self.declared, self.size).span(self._rotation[2])
        up, half = self._rotation[2], np.array(self.size) / 2
        middle = up[2] * half[2] if self.on_base else 0.0
        return float(middle - np.abs(up) @ half), float(middle + np.abs(up) @ half)

    @property
    def below(self) -> float:
        """Distance (m) from the frame down to the lowest point."""
        return -self._span[0]

    @property
    def underside(self) -> float:
        """Height (m) of the lowest point."""
        return float(self.position[2]) - self.below

    @property
    def top(self) -> float:
        """Height (m) of the highest point (the rim of a container)."""
        return float(self.position[2]) + self._span[1]

    @property
    def floor(self) -> float:
        """Height (m) at which things come to rest on it or, if it is a container, in it."""
        return self.underside + WALL if self.container else self.top

    def holds_over(self, point: Array) -> bool:
        """Whether `point` (3,) is over the footprint, and for a container not below its base."""
        if not self.container and not self.on_base:
            if self.round:
                return bool(np.hypot(*(point - self.position)[:2]) < self.size[0] / 2)
            # a solid may lie on any side: straight below the point at mid-height
            local = self._rotation.T @ (np.array([point[0], point[1], self.position[2]]) - self.position)
            return bool(np.all(np.abs(local) < np.array(self.size) / 2 + 1e-9))
        local = self._rotation.T @ (point - self.position)
        if self.container and local[2] <= -self.rest_height:
            return False
        return bool(within(local[None], np.array(self.size)[None], np.array([self.round]))[0])


def within(points: Array, sizes: Array, rounds: Bool) -> Bool:
    """Whether points (n, 3) m are over the footprints round the frames they are measured in, of those full extents
    (n, 3) m, discs or rectangles (n,)."""
    disc = np.hypot(points[:, 0], points[:, 1]) < sizes[:, 0] / 2
    return np.where(rounds, disc, (np.abs(points[:, :2]) < sizes[:, :2] / 2).all(axis=1))


def lies_in(body: Body, container: Body) -> bool:
    """Whether a body over a container lies so deep that it is in it. Of two containers only one can be in the other."""
    return container.underside < body.underside < container.top - 0.002


def carrier(body: Body, others: Iterable[Body], tolerance: float = TOLERANCE) -> str | None:
    """Name of what `body` stands on, else of the container it is in, else the table, None if it touches neither."""
    inside = None
    for other in others:
        if other.name == body.name or not other.holds_over(body.position):
            continue
        if other.container:
            if lies_in(body, other):
                inside = other.name
        elif abs(body.underside - other.top) < tolerance:
            return other.name
    if inside is None and body.underside < tolerance:
        return TABLE
    return inside


def ground(body: Body, others: Iterable[Body]) -> float:
    """Height (m) at which `body` comes to rest where it is: the highest floor under its middle, or the table's 0."""
    middle = float(body.position[2]) + body.size[2] / 2 - body.rest_height
    below = [other for other in others if other.name != body.name and other.holds_over(body.position)]
    return max([0.0, *(other.floor for other in below if other.floor < middle)])
