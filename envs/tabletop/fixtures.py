"""The fixtures that come with Pontine: a drawer and a push button."""

from __future__ import annotations

import math

from ..declarations.fixture_kind import FIXTURES, FixtureKind, Inside, box, drum

WOOD, FRONT, METAL, HOUSING = (0.62, 0.45, 0.30), (0.80, 0.66, 0.48), (0.20, 0.20, 0.22), (0.30, 0.31, 0.33)
LIT, UNLIT = (0.15, 0.85, 0.25), (0.75, 0.12, 0.10)
"""Colours of a button's plunger, pressed and released."""


def _drawer() -> FixtureKind:
    """The frame is at the middle of the cabinet's front; the drawer comes out along x."""
    depth, width, floor, rim = 0.100, 0.100, 0.006, 0.038
    # what stands higher than the underside of the cabinet's top keeps the drawer from closing
    ceiling, top = 0.058, 0.062
    w, side, front = width / 2, 0.057, 0.006
    x, height, (grip, thick, tall) = 0.028, 0.030, (0.024, 0.018, 0.028)
    cabinet = (
        box((-0.115, -side - 0.005, 0.0), (0.0, -side, top), WOOD),
        box((-0.115, side, 0.0), (0.0, side + 0.005, top), WOOD),
        box((-0.115, -side, 0.0), (-0.110, side, top), WOOD),
        box((-0.115, -side, ceiling), (0.0, side, top), WOOD),
    )
    drawer = (
        box((-depth, -w, 0.002), (0.0, w, floor), FRONT),
        box((-depth, -w - 0.003, 0.002), (0.0, -w, rim), FRONT),
        box((-depth, w, 0.002), (0.0, w + 0.003, rim), FRONT),
        box((-depth - 0.003, -w, 0.002), (-depth, w, rim), FRONT),
        box((0.0, -side - 0.005, 0.002), (front, side + 0.005, rim + 0.004), FRONT),
        box((front, -0.005, height - 0.005), (x, 0.005, height + 0.005), METAL),
        box((x - thick / 2, -grip / 2, height - tall / 2), (x + thick / 2, grip / 2, height + tall / 2), METAL),
    )
    return FixtureKind(
        "drawer",
        states=("open", "closed"),
        travel=0.090,
        part=(x, 0.0, height),
        axis=(1.0, 0.0, 0.0),
        turn=math.pi / 2,
        part_size=(grip, thick, tall),
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
        # from there the handle can be pulled out and pushed in
        reach=(0.250, 0.272),
        askew=0.3,
        inside=Inside((-depth, -w, floor), (0.0, w, rim), ceiling - floor - 0.002, "open", moves=True),
        words={"en": ("drawer",), "zh": ("抽屉",)},
        state_words={
            "open": {"en": ("open", "pull open"), "zh": ("打开", "拉开")},
            "closed": {"en": ("close", "shut"), "zh": ("关上", "关闭", "合上")},
        },
    )


def _button() -> FixtureKind:
    """The frame is at the middle of the housing; the plunger goes down."""
    top = 0.034
    return FixtureKind(
        "button",
        states=("pressed", "released"),
        travel=0.012,
        part=(0.0, 0.0, top),
        axis=(0.0, 0.0, -1.0),
        part_size=(0.032, 0.032, 0.012),
        engages=0.006,
        disengages=-1.0,
        rest=(0.011, 0.0),
        keepout=((0.0, 0.0, 0.042),),
        standing=(box((-0.03, -0.03, 0.0), (0.03, 0.03, 0.020), HOUSING),),
        moving=(drum(0.016, 0.010, top, UNLIT),),
        mass=0.01,
        damping=1.0,
        friction=(0.05, 0.2),
        reach=(0.150, 0.260),
        stiffness=(150.0, 350.0),
        preload=0.004,
        latches=True,
        state_colors=(LIT, UNLIT),
        words={"en": ("button",), "zh": ("按钮",)},
        state_words={
            "pressed": {"en": ("press", "push"), "zh": ("按下", "按")},
            "released": {"en": ("release",), "zh": ("松开",)},
        },
    )


DRAWER = FIXTURES.register(_drawer())
BUTTON = FIXTURES.register(_button())
