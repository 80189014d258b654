"""The SO-101 arm as an `MjSpec` built in code.

Frames, masses, inertias and joint ranges are facts from the Apache-2.0 SO-101
description (TheRobotStudio/SO-ARM100, "new calibration": zero is mid-range).
Collision shapes are boxes and capsules fitted to the parts' extents in each body
frame. Servo constants are those of an STS3215 at 7.4 V identified at firmware
P = 32. The gripper's force is limited to 1.2 N m: its pads form a wedge on thin objects,
and more force pushes those out of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import mujoco
import numpy as np

from ..robot import JOINTS

GRIPPER = 5
"""Index of the gripper among the joints."""

RANGE = np.array(
    [
        (-1.91986, 1.91986),
        (-1.74533, 1.74533),
        (-1.69, 1.69),
        (-1.65806, 1.65806),
        (-2.74385, 2.84121),
        (-0.174533, 1.74533),
    ]
)
"""Joint limits, (6, 2) rad."""

REST = np.array([0.0, -1.2, 1.0, 1.2, 0.0, 0.2])
"""Rest pose, (6,) rad: folded above the base, tool well clear of the table."""

KP, DAMPING, FRICTIONLOSS, ARMATURE = 17.8, 0.60, 0.052, 0.028
FORCE = np.array([3.35, 3.35, 3.35, 3.35, 3.35, 1.2])
"""Torque limit of each servo, (6,) N m."""

TOOL_POS = (0.0086, -0.0002, -0.0972)
"""Tool point in the gripper frame, m: the centre of a 33 mm object that rests against
the fixed pad (the description's own frame lies on that finger's face)."""

FIXED_PAD, MOVING_PAD = "fixed_pad", "moving_pad"
"""Geoms of the two fingertip pads."""

FIXED_FACE = 0.0165
"""Distance from the tool point back to the fixed pad's face, m."""

SQUEEZE = 0.35
"""How far behind the measured angle (rad) the gripper is commanded to press with all its force."""

PAD_SIZE = (0.0035, 0.006, 0.0072)
"""Half sizes of the fingertip pads, m, fitted like their poses to the inner faces of the real fingertips."""

PAD_FRICTION = (1.25, 0.02, 0.0005)
PAD_SOLREF, PAD_SOLIMP = (0.01, 1.0), (0.95, 0.99, 0.001, 0.5, 2.0)
"""As stiff as two time steps allow: 16 N on a 20 g object sinks a default contact by 9 mm."""


@dataclass(frozen=True)
class Link:
    """One body: where it hangs in its parent, how heavy it is, what it collides with.

    `shapes` are (type, size, pos, quat) for boxes and (type, radius, from, to) for
    capsules, in the body frame.
    """

    name: str
    parent: str
    pos: tuple[float, float, float]
    quat: tuple[float, float, float, float]
    mass: float
    com: tuple[float, float, float]
    inertia: tuple[float, float, float, float, float, float]
    shapes: tuple[tuple, ...]


def _box(lo: tuple[float, float, float], hi: tuple[float, float, float]) -> tuple:
    low, high = np.array(lo), np.array(hi)
    return ("cuboid", tuple((high - low) / 2), tuple((high + low) / 2))


LINKS = (
    Link(
        "base",
        "world",
        (0, 0, 0),
        (1, 0, 0, 0),
        0.147,
        (0.0137179, -5.19711e-05, 0.0334843),
        (0.000114686, 0.000136117, 0.000130364, -4.59787e-07, 4.97151e-06, 9.75275e-08),
        (_box((-0.031, -0.0555, -0.0024), (0.0646, 0.0555, 0.0696)),),
    ),
    Link(
        "shoulder",
        "base",
        (0.0388353, 0, 0.0624),
        (0, 0, -1, 0),
        0.100006,
        (-0.0307604, -1.66727e-05, -0.0252713),
        (8.3759e-05, 8.10403e-05, 2.39783e-05, 7.55525e-08, -1.16342e-06, 1.54663e-07),
        (
            _box((-0.0506, -0.0264, -0.0644), (0.0122, 0.0287, 0.0)),
            _box((-0.0476, -0.0197, 0.0), (0.0122, 0.0197, 0.0462)),
        ),
    ),
    Link(
        "upper_arm",
        "shoulder",
        (-0.0303992, -0.0182778, -0.0542),
        (0.5, -0.5, -0.5, -0.5),
        0.103,
        (-0.0898471, -0.00838224, 0.0184089),
        (4.08002e-05, 0.000147318, 0.000142487, -1.97819e-05, -4.03016e-08, 8.97326e-09),
        (
            _box((-0.1302, -0.0125, -0.0135), (0.012, 0.0125, 0.05)),
            _box((-0.125, -0.0382, -0.0015), (-0.1, 0.0072, 0.0381)),
        ),
    ),
    Link(
        "lower_arm",
        "upper_arm",
        (-0.11257, -0.028, 0),
        (0.707107, 0, 0, 0.707107),
        0.104,
        (-0.0980701, 0.00324376, 0.0182831),
        (2.87438e-05, 0.000159844, 0.00014529, 7.41152e-06, 1.26409e-06, -4.90188e-08),
        (
            _box((-0.1187, -0.012, -0.012), (0.012, 0.012, 0.0484)),
            _box((-0.1451, -0.015, -0.0082), (-0.0907, 0.0219, 0.0482)),
        ),
    ),
    Link(
        "wrist",
        "lower_arm",
        (-0.1349, 0.0052, 0),
        (0.707107, 0, 0, -0.707107),
        0.079,
        (-0.000103312, -0.0386143, 0.0281156),
        (3.68263e-05, 2.5391e-05, 2.1e-05, 1.7893e-08, -5.28128e-08, 3.6412e-06),
        (_box((-0.02, -0.0658, -0.009), (0.0157, 0.012, 0.0533)),),
    ),
    Link(
        "gripper",
        "wrist",
        (0, -0.0611, 0.0181),
        (0.0172091, -0.0172091, 0.706897, 0.706897),
        0.087,
        (0.000213627, 0.000245138, -0.025187),
        (2.75087e-05, 4.33657e-05, 3.45059e-05, -3.35241e-07, -5.7352e-06, -5.17847e-08),
        (
            _box((-0.0352, -0.024, -0.0404), (0.0119, 0.024, 0.001)),
            _box((0.0119, -0.0193, -0.0358), (0.0304, 0.0203, 0.0)),
            ("capsule", 0.0075, (-0.0155, 0, -0.0945), (-0.0235, 0, -0.046)),
        ),
    ),
    Link(
        "moving_jaw",
        "gripper",
        (0.0202, 0.0188, -0.0234),
        (0.707107, 0.707107, 0, 0),
        0.012,
        (-0.00157495, -0.0300244, 0.0192755),
        (6.61427e-06, 1.89032e-06, 5.28738e-06, -3.19807e-07, -5.90717e-09, -1.09945e-07),
        (
            _box((-0.01, -0.03, -0.0051), (0.01, 0.01, 0.0429)),
            ("capsule", 0.005, (-0.0035, -0.0765, 0.0189), (-0.0005, -0.034, 0.0189)),
        ),
    ),
)
"""The chain, base first; link i > 0 turns by joint i - 1 about its own z."""


def add_arm(spec: mujoco.MjSpec) -> None:
    """Hang the arm in `spec`'s world, with its actuators, pads and cameras.

    Collision geoms are in group 3 (hidden); the ones to look at are added by `visuals`.
    """
    bodies = {"world": spec.worldbody}
    for index, link in enumerate(LINKS):
        body = bodies[link.parent].add_body(name=link.name, pos=link.pos, quat=link.quat)
        bodies[link.name] = body
        body.mass, body.ipos, body.fullinertia = link.mass, link.com, link.inertia
        body.explicitinertial = True
        if index:
            name = JOINTS[index - 1]
            body.add_joint(
                name=name,
                type=mujoco.mjtJoint.mjJNT_HINGE,
                axis=(0, 0, 1),
                limited=True,
                range=RANGE[index - 1],
                damping=[DAMPING, 0, 0],
                frictionloss=FRICTIONLOSS,
                armature=ARMATURE,
            )
            _add_servo(spec, index - 1, name)
        for shape in link.shapes:
            _add_shape(body, shape)
    _add_pads(bodies["gripper"], bodies["moving_jaw"])
    bodies["gripper"].add_site(name="tool", pos=TOOL_POS)
    bodies["gripper"].add_camera(
        name="wrist", pos=(0.0, 0.055, -0.035), fovy=75, quat=_look((0.0, 0.055, -0.035), TOOL_POS, up=(0.0, 1.0, 0.0))
    )
    # boxes round parts that share a joint housing overlap by construction; the base hangs
    # in the world, so MuJoCo's own parent filter does not spare it
    for neighbour in ("shoulder", "upper_arm"):
        spec.add_exclude(bodyname1="base", bodyname2=neighbour)


def _add_servo(spec: mujoco.MjSpec, index: int, joint: str) -> None:
    servo = spec.add_actuator(name=joint, target=joint, trntype=mujoco.mjtTrn.mjTRN_JOINT)
    servo.set_to_position(kp=KP)
    servo.forcelimited, servo.forcerange = True, (-FORCE[index], FORCE[index])
    servo.ctrllimited, servo.ctrlrange = True, RANGE[index]


def _add_shape(body: mujoco.MjsBody, shape: tuple) -> None:
    kind, size, *rest = shape
    if kind == "cuboid":
        body.add_geom(type=mujoco.mjtGeom.mjGEOM_BOX, size=size, pos=rest[0], group=3, mass=0)
    else:
        body.add_geom(
            type=mujoco.mjtGeom.mjGEOM_CAPSULE, size=(size, 0, 0), fromto=(*rest[0], *rest[1]), group=3, mass=0
        )


def _add_pads(gripper: mujoco.MjsBody, jaw: mujoco.MjsBody) -> None:
    pad = {
        "type": mujoco.mjtGeom.mjGEOM_BOX,
        "condim": 4,
        "friction": PAD_FRICTION,
        "priority": 1,
        "solref": PAD_SOLREF,
        "solimp": PAD_SOLIMP,
        "group": 3,
        "mass": 0,
    }
    gripper.add_geom(
        name=FIXED_PAD, pos=(-0.01137, -0.0002, -0.09608), size=PAD_SIZE, quat=(0.9982, 0, 0.05996, 0), **pad
    )
    jaw.add_geom(
        name=MOVING_PAD, pos=(-0.00839, -0.07526, 0.0189), size=PAD_SIZE, quat=(0.7028, -0.7028, 0.0776, -0.0776), **pad
    )


def _look(eye: tuple, target: tuple, up: tuple) -> tuple[float, ...]:
    """Quaternion of a camera at `eye` that looks along -z at `target`."""
    back = np.subtract(eye, target)
    back = back / np.linalg.norm(back)
    right = np.cross(up, back)
    right /= np.linalg.norm(right)
    quat = np.zeros(4)
    mujoco.mju_mat2Quat(quat, np.column_stack([right, np.cross(back, right), back]).ravel())
    return tuple(quat)
