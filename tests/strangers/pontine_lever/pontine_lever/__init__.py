"""A lever on a hinge: raised, or lowered towards the arm."""

from __future__ import annotations

import math

from pontine.envs.declarations.fixture_kind import CAPSULE, FIXTURES, FixtureKind, Solid, box
from pontine.envs.declarations.kind import SPHERE, Shape

GRAY, STEEL, RED = (0.30, 0.31, 0.33), (0.62, 0.63, 0.66), (0.75, 0.12, 0.10)

PIVOT, LENGTH, LEAN = 0.022, 0.060, math.radians(30)
"""Height of the hinge and length of the rod, m, and how far the raised lever leans away from the arm, rad."""

TILT = (math.cos(LEAN / 2), 0.0, -math.sin(LEAN / 2), 0.0)
"""The raised lever's orientation, wxyz."""


def along(distance: float) -> tuple[float, float, float]:
    """The point of the raised lever that far from its hinge, m."""
    return -distance * math.sin(LEAN), 0.0, PIVOT + distance * math.cos(LEAN)


LEVER = FIXTURES.register(
    FixtureKind(
        "lever",
        states=("lowered", "raised"),
        joint="hinge",
        axis=(0.0, 1.0, 0.0),
        pivot=(0.0, 0.0, PIVOT),
        travel=2 * LEAN,
        part=along(LENGTH),
        part_size=(0.022, 0.022, 0.022),
        engages=1.5 * LEAN,
        disengages=0.5 * LEAN,
        rest=(1.9 * LEAN, 0.0),
        keepout=((0.0, 0.0, 0.050),),
        standing=(
            box((-0.030, -0.025, 0.0), (0.030, 0.025, 0.012), GRAY),
            box((-0.010, -0.014, 0.012), (0.010, -0.008, 0.030), GRAY),
            box((-0.010, 0.008, 0.012), (0.010, 0.014, 0.030), GRAY),
        ),
        moving=(
            Solid(Shape(CAPSULE, (0.004, LENGTH / 2, 0.0), along(LENGTH / 2), TILT), STEEL),
            Solid(Shape(SPHERE, (0.011, 0.0, 0.0), along(LENGTH)), RED),
        ),
        mass=0.030,
        damping=0.002,
        friction=(0.020, 0.040),
        reach=(0.160, 0.260),
        askew=0.5,
        words={"en": ("lever", "handle"), "zh": ("拉杆", "操纵杆")},
        state_words={
            "lowered": {"en": ("pull down", "lower"), "zh": ("拉下",)},
            "raised": {"en": ("push up", "raise"), "zh": ("推上",)},
        },
    )
)
