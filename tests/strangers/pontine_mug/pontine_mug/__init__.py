"""A small mug with a handle, drawn from a mesh. The gripper holds it by its body, across the handle."""

from __future__ import annotations

from math import cos, pi, sin, tan
from pathlib import Path

from pontine.envs.declarations.kind import BOX, CYLINDER, KINDS, Kind, Shape

WALL, SIDES = 0.003, 6


def shapes(size):
    """A floor, walls with six sides, two of them across the handle, and the handle, a bar too flat for a finger."""
    x, y, z = size
    radius, middle = x / 2, (x - y) / 2
    between = radius - WALL / 2
    walls = [
        Shape(
            BOX,
            (WALL / 2, radius * tan(pi / SIDES), z / 2),
            (between * cos(turn), middle + between * sin(turn), 0.0),
            (cos(turn / 2), 0.0, 0.0, sin(turn / 2)),
        )
        for turn in (2 * pi * k / SIDES for k in range(SIDES))
    ]
    floor = Shape(CYLINDER, (radius - WALL, WALL / 2, 0.0), (0.0, middle, (WALL - z) / 2))
    handle = Shape(BOX, (WALL / 2, (y - x) / 2, 0.3 * z), (0.0, x / 2, 0.0))
    return (floor, *walls, handle)


MUG = KINDS.register(
    Kind(
        name="mug",
        mesh=Path(__file__).parent / "mug.obj",
        low=(0.032, 0.041, 0.036),
        high=(0.040, 0.051, 0.046),
        shapes=shapes,
        symmetry=2,
        container=True,
        flat_top=False,
        density=700.0,
        words={"en": ("mug", "cup"), "zh": ("马克杯", "杯子")},
    )
)
