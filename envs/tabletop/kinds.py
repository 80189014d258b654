"""The kinds of objects that come with Pontine, each declared once: shapes, affordances, words."""

from __future__ import annotations

from collections.abc import Callable

import mujoco
import numpy as np

from ..arrays import Array
from ..declarations.kind import BOX, CYLINDER, KINDS, SPHERE, WALL, Kind, Shape
from ..declarations.meshes import Mesh, turned


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
BOWL_HIGH = (0.140, 0.140, 0.045)
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


def _bowl_surface() -> Mesh:
    """A bowl as wide and high as 1, its base on the origin, with a rounded wall in the place of the flat panels."""
    rim, height = BOWL_HIGH[0] / 2, BOWL_HIGH[2]
    foot, wall, floor = 1 - height / rim * np.tan(BOWL_TILT), WALL / rim, WALL / height
    bend = np.linspace(0.0, np.pi / 2, 9)
    # halfway between the straight wall that objects touch and a quarter of an ellipse
    outer = [
        (foot + (1 - foot) * (t + np.sin(b)) / 2, (t + 1 - np.cos(b)) / 2)
        for b, t in zip(bend, np.linspace(0.0, 1.0, 9), strict=True)
    ]
    inner = [(r - wall, max(z, floor)) for r, z in reversed(outer)]
    profile = np.array([(0.0, 0.0), *outer, *inner, (0.0, floor)])
    return turned(profile * (0.5, 1.0), segments=48)


KINDS.register(
    Kind(
        name="cube",
        low=(0.025, 0.025, 0.025),
        high=(0.045, 0.045, 0.045),
        shapes=_solid(BOX),
        symmetry=4,
        square=True,
        cubic=True,
        words={
            "en": ("cube", "block"),
            "zh": ("方块", "立方体", "积木", "木块", "方木块", "正方体", "魔方块"),
        },
    )
)
KINDS.register(
    Kind(
        name="block",
        low=(0.025, 0.035, 0.025),
        high=(0.040, 0.060, 0.045),
        shapes=_solid(BOX),
        symmetry=2,
        words={
            "en": ("block", "cuboid", "cube"),
            "zh": ("积木", "长方体", "长方块", "木块", "方木块", "方块"),
        },
    )
)
KINDS.register(
    Kind(
        name="cylinder",
        low=(0.025, 0.025, 0.030),
        high=(0.045, 0.045, 0.060),
        shapes=_solid(CYLINDER),
        symmetry=0,
        round=True,
        square=True,
        words={"en": ("cylinder",), "zh": ("圆柱", "圆柱体", "柱子", "圆筒")},
    )
)
KINDS.register(
    Kind(
        name="ball",
        low=(0.028, 0.028, 0.028),
        high=(0.045, 0.045, 0.045),
        shapes=_solid(SPHERE),
        symmetry=0,
        round=True,
        rolls=True,
        square=True,
        cubic=True,
        flat_top=False,
        words={"en": ("ball", "sphere", "orb"), "zh": ("球", "小球", "圆球", "球体")},
    )
)
KINDS.register(
    Kind(
        name="bowl",
        low=(0.110, 0.110, 0.035),
        high=BOWL_HIGH,
        shapes=_bowl,
        surface=_bowl_surface(),
        symmetry=0,
        graspable=False,
        container=True,
        flat_top=False,
        frame="base",
        round=True,
        square=True,
        density=1000.0,
        words={"en": ("bowl",), "zh": ("碗",)},
    )
)
KINDS.register(
    Kind(
        name="box",
        low=(0.100, 0.100, 0.035),
        high=(0.130, 0.130, 0.050),
        shapes=_open_box,
        symmetry=4,
        graspable=False,
        container=True,
        flat_top=False,
        frame="base",
        square=True,
        density=1000.0,
        words={"en": ("box", "carton", "crate"), "zh": ("盒子", "盒", "箱子", "箱", "纸箱", "纸盒")},
    )
)
KINDS.register(
    Kind(
        name="plate",
        low=(0.110, 0.110, 0.010),
        high=(0.140, 0.140, 0.014),
        shapes=_plate,
        symmetry=0,
        graspable=False,
        frame="base",
        round=True,
        square=True,
        density=700.0,
        words={"en": ("plate", "dish", "saucer"), "zh": ("盘子", "盘", "碟子", "碟")},
    )
)
