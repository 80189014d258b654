"""Closed-form kinematics of the SO-101, batched.

With the hand's pitch given, the arm is a pan joint and a planar chain of three
links. The constants are the frames of `arm.LINKS` at the zero pose, where the
forearm and the hand point ahead. *Pitch* is how far the hand points down (0 level,
pi/2 straight down); *heading* is an angle about +z from +x.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array
from ..rotations import quat_to_matrix
from .model import LINKS, RANGE, TOOL_POS


def _unit(quat: tuple[float, ...]) -> Array:
    return np.asarray(quat) / np.linalg.norm(quat)


_FRAMES = [
    *((np.array(link.pos, float), quat_to_matrix(_unit(link.quat))) for link in LINKS[1:6]),
    (np.array(TOOL_POS), np.eye(3)),
]
"""Where each joint of the arm hangs on the one before, and how it is turned; at last the tool, as the hand is."""


class ToolPose(NamedTuple):
    """Where the hand is: tool point (n, 3) m and the gripper frame's rotation (n, 3, 3).

    Column 0 is the closing axis (from the fixed towards the moving jaw), minus column 2
    the approach direction.
    """

    position: Array
    rotation: Array


def tool_pose(joints: Array) -> ToolPose:
    """Forward kinematics of joint positions (n, >= 5) rad; the gripper joint plays no part."""
    joints = np.asarray(joints, float)
    cos, sin = np.cos(joints)[:, None], np.sin(joints)[:, None]
    (position, frame), *hanging = _FRAMES
    turned = np.broadcast_to(frame, (len(joints), 3, 3))
    for index, (offset, frame) in enumerate(hanging):
        rotation = turned.copy()
        x, y, c, s = turned[:, :, 0], turned[:, :, 1], cos[:, :, index], sin[:, :, index]
        rotation[:, :, 0] = x * c + y * s
        rotation[:, :, 1] = y * c - x * s
        position = position + rotation @ offset
        turned = rotation @ frame
    return ToolPose(position, rotation)


def pitch(joints: Array) -> Array:
    """How far the hand points below the horizon, (n,) rad."""
    return joints[:, 1] + joints[:, 2] + joints[:, 3]


_PAN_X = LINKS[1].pos[0]
_SHOULDER = np.array([0.0303992, 0.1166])
_ELBOW = _SHOULDER + np.array([0.028, 0.11257])
_WRIST = _ELBOW + np.array([0.1349, 0.0052])
_UPPER, _FORE = _ELBOW - _SHOULDER, _WRIST - _ELBOW
_HAND = 0.0611 - TOOL_POS[2]
_LATERAL = -0.0001778
ROLL_ZERO = float(2 * np.arctan2(0.0172091, 0.706897))
"""Wrist roll (rad) at which the closing axis lies in the arm's vertical plane."""


def _roll_offset(roll: Array) -> tuple[Array, Array]:
    """Offset of the tool from the roll axis: (in the plane, to the left), m."""
    cos, sin = np.cos(roll - ROLL_ZERO), np.sin(roll - ROLL_ZERO)
    up = TOOL_POS[0] * cos - TOOL_POS[1] * sin
    left = TOOL_POS[0] * sin + TOOL_POS[1] * cos
    return up, left


def inverse(position: Array, pitch_down: Array, roll: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Joint angles (n, 5) that put the tool at `position` (n, 3) with that pitch and roll (n,).

    Also says per row whether the pose is within reach and joint limits; where it is
    not, the angles are those of the nearest pose the two-link chain can stretch to,
    clipped to the limits.
    """
    up, left = _roll_offset(roll)
    left = left + _LATERAL
    x, y = position[:, 0] - _PAN_X, position[:, 1]
    distance = np.hypot(x, y)
    radius = np.sqrt(np.maximum(distance**2 - left**2, 1e-9))
    pan = -(np.arctan2(y, x) - np.arctan2(left, radius))
    cos, sin = np.cos(pitch_down), np.sin(pitch_down)
    wrist = np.stack([radius - _HAND * cos - up * sin, position[:, 2] + _HAND * sin - up * cos], -1) - _SHOULDER
    a, b = np.linalg.norm(_UPPER), np.linalg.norm(_FORE)
    reach = np.linalg.norm(wrist, axis=-1)
    cosine = (reach**2 - a * a - b * b) / (2 * a * b)
    bend = np.arccos(np.clip(cosine, -1, 1))
    direction = np.arctan2(wrist[:, 1], wrist[:, 0])
    shoulder = direction + np.arctan2(b * np.sin(bend), a + b * np.cos(bend))
    lift = np.arctan2(_UPPER[1], _UPPER[0]) - shoulder
    elbow = bend - (np.arctan2(_UPPER[1], _UPPER[0]) - np.arctan2(_FORE[1], _FORE[0]))
    joints = np.stack([pan, lift, elbow, pitch_down - lift - elbow, roll], -1)
    clipped = np.clip(joints, RANGE[:5, 0], RANGE[:5, 1])
    return clipped, (np.abs(cosine) <= 1) & (np.abs(joints - clipped).max(-1) < 1e-9) & (distance > np.abs(left))


def level_motion(joints: Array) -> tuple[Array, Array]:
    """The tool's position (3,) m at joint positions (6,) rad, and how it moves (m/rad) with pan, lift and elbow, the
    columns of (3, 3), while the wrist keeps the hand's pitch. Quick: for who asks many times in a control step."""
    pan, lift, elbow, flex, roll = (float(joint) for joint in joints[:5])
    cos, sin = math.cos(lift), math.sin(lift)
    upper = _UPPER[0] * cos + _UPPER[1] * sin, _UPPER[1] * cos - _UPPER[0] * sin
    cos, sin = math.cos(lift + elbow), math.sin(lift + elbow)
    fore = _FORE[0] * cos + _FORE[1] * sin, _FORE[1] * cos - _FORE[0] * sin
    cos, sin = math.cos(lift + elbow + flex), math.sin(lift + elbow + flex)
    cos_roll, sin_roll = math.cos(roll - ROLL_ZERO), math.sin(roll - ROLL_ZERO)
    above = TOOL_POS[0] * cos_roll - TOOL_POS[1] * sin_roll
    aside = TOOL_POS[0] * sin_roll + TOOL_POS[1] * cos_roll + _LATERAL
    radius = _SHOULDER[0] + upper[0] + fore[0] + _HAND * cos + above * sin
    height = _SHOULDER[1] + upper[1] + fore[1] - _HAND * sin + above * cos
    ahead, left = math.cos(pan), -math.sin(pan)
    x, y = radius * ahead - aside * left, radius * left + aside * ahead
    # what turns down about an axis moves ahead by its height above it, and down by its distance
    slopes = [
        (y, (upper[1] + fore[1]) * ahead, fore[1] * ahead),
        (-x, (upper[1] + fore[1]) * left, fore[1] * left),
        (0.0, -upper[0] - fore[0], -fore[0]),
    ]
    return np.array((_PAN_X + x, y, height)), np.array(slopes)


_FACE = (-0.0118, -0.0745)
_SWING = float(np.hypot(*_FACE))
_SWING_ZERO = float(np.arctan2(-_FACE[0], -_FACE[1]))
_CLOSED_GAP = LINKS[6].pos[0] + 0.0079


def opening_for(width: Array | float) -> Array:
    """Gripper angle (rad) at which the pads are `width` (m) apart at their middle."""
    return np.arcsin(np.clip((np.asarray(width) - _CLOSED_GAP) / _SWING, -1, 1)) + _SWING_ZERO


def gap_of(gripper: Array) -> Array:
    """Distance (m) between the pads' middles along the closing axis at a gripper angle (rad)."""
    return _CLOSED_GAP + _SWING * np.sin(gripper - _SWING_ZERO)


def roll_for(
    heading: Array, pan_heading: Array, pitch_down: Array, symmetry: NDArray[np.int_], current: Array
) -> Array:
    """Wrist roll (n,) that turns the closing axis to a heading (n,), all in rad.

    `pan_heading` is the heading of the arm's vertical plane, `symmetry` how many equal
    grasps there are in a full turn (0: any). Among equal grasps the one whose closing
    axis is most level and whose roll is near the current one is taken.
    """
    best = np.full(len(heading), -np.pi / 2 + ROLL_ZERO)
    cost = np.where(symmetry == 0, -np.inf, np.inf)
    for turn in range(4):
        active = turn < symmetry
        relative = heading + 2 * np.pi * turn / np.maximum(symmetry, 1) - pan_heading
        angle = np.arctan2(np.sin(relative) * np.sin(pitch_down), np.cos(relative))
        roll = np.arctan2(np.sin(angle + ROLL_ZERO), np.cos(angle + ROLL_ZERO))
        tilt = np.abs(np.cos(angle)) + 0.3 * np.abs(roll - current) + 10 * (np.abs(roll) > 2.6)
        better = active & (tilt < cost)
        best, cost = np.where(better, roll, best), np.where(better, tilt, cost)
    return best
