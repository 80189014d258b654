"""A small mug with a handle."""

from __future__ import annotations

from pontine.envs.kind import BOX, CYLINDER, KINDS, Kind, Shape


def shapes(size):
    """The body, a drum, and the handle, a bar beside it."""
    x, y, z = size / 2
    return (
        Shape(CYLINDER, (x, z, 0.0), (0.0, x - y, 0.0)),
        Shape(BOX, (0.003, y - x, 0.6 * z), (0.0, x, 0.0)),
    )


MUG = KINDS.register(
    Kind(
        name="mug",
        low=(0.030, 0.042, 0.035),
        high=(0.042, 0.058, 0.048),
        shapes=shapes,
        symmetry=2,
        container=True,
        words={"en": ("mug", "cup"), "zh": ("马克杯", "杯子")},
    )
)
