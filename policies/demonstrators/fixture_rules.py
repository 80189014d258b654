"""Scripted rules for the tasks that work a fixture: slide the drawer, press the button."""

from __future__ import annotations

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.rotations import quat_to_matrix
from pontine.envs.so101.kinematics import gap_of, inverse, opening_for
from pontine.envs.so101.model import FIXED_FACE, GRIPPER, SQUEEZE
from pontine.envs.tasks.base import PITCHES
from pontine.envs.tasks.observation import Situation

from .object_rules import aligned_rolls, grips, servo, yaw_error

_OPENING = 0.034
_CLEAR = 0.085
_TIP = 0.008
"""How far the fingertips reach beyond the tool point, m."""


def slide(s: Situation) -> Array:
    """Actions (n, 6) that grasp the handle, bring it to the goal, let go and draw back upwards."""
    tool, hand = s.tool
    width = s.size[:, 0]
    gap, holding = gap_of(s.position[:, GRIPPER]), grips(s)
    to_goal = (s.goal - s.object_position) * (1.0, 1.0, 0.0)
    miss = np.linalg.norm(to_goal, axis=1)
    inwards = np.sum(to_goal * quat_to_matrix(s.object_quat)[:, :, 1], axis=1) > 0
    # a drawer that is shut before it looks shut: the camera is off by some millimetres
    blocked = inwards & (miss < 0.020) & (np.abs(s.velocity[:, :4]).max(axis=1) < 0.04)
    arrived = (miss < np.where(inwards, 0.004, 0.008)) | blocked
    done = (holding & arrived) | (~holding & (miss < 0.014))
    margin = np.clip((gap - width) / 2, 0.0, 0.014)
    aim = s.object_position - hand[:, :, 0] * (width / 2 + margin - FIXED_FACE)[:, None]
    off = np.maximum(np.linalg.norm((tool - aim)[:, :2], axis=1), 0.04 * np.abs(yaw_error(s)))
    grasp_z = s.object_position[:, 2] + 0.002
    ready = (tool[:, 2] < grasp_z + 0.010) & (off < 0.012)
    low = tool[:, 2] < grasp_z + 0.012
    above = np.where(ready, grasp_z, grasp_z - 0.006)
    aim[:, 2] = above + 0.065 * np.clip((off - np.where(low, 0.012, 0.008)) / 0.02, 0.0, 1.0)
    # beyond the goal, so that the hand arrives at speed
    pull = to_goal * (1.0 + 0.015 / np.maximum(miss, 1e-3))[:, None]
    aim = np.where(holding[:, None], np.column_stack([(aim + pull)[:, :2], grasp_z]), aim)
    clear = gap > width + 0.012
    up = np.where(clear, s.object_position[:, 2] + _CLEAR, tool[:, 2])
    aim = np.where(done[:, None], np.column_stack([tool[:, :2], up]), aim)
    keep = holding | done
    joints = _over(s.object_position, aim, np.where(keep[:, None], s.position[:, 4:5], aligned_rolls(s)))
    near = np.linalg.norm(tool - s.object_position, axis=1) < 0.05
    closing = ready | holding | (near & (gap < width + 0.012) & (s.command[:, GRIPPER] < s.position[:, GRIPPER]))
    grip = np.where(closing & ~done, s.position[:, GRIPPER] - SQUEEZE, opening_for(width + _OPENING))
    joints[:, 4] = np.where(ready | keep, s.position[:, 4], joints[:, 4])
    return servo(s.position, np.concatenate([joints, grip[:, None]], axis=1), s.command)


def press(s: Situation) -> Array:
    """Actions (n, 6) that push the plunger down with closed fingers, and draw back upwards."""
    tool, hand = s.tool
    top = s.object_position
    aim = top + hand[:, :, 0] * FIXED_FACE
    off = np.linalg.norm((tool - aim)[:, :2], axis=1)
    shut = gap_of(s.position[:, GRIPPER]) < 0.015
    down = top[:, 2] - s.goal[:, 2] < 0.0025
    aim[:, 2] = top[:, 2] + _TIP - 0.025 + 0.060 * np.clip((off - 0.006) / 0.015, ~shut, 1.0)
    aim = np.where(down[:, None], np.column_stack([tool[:, :2], top[:, 2] + _CLEAR]), aim)
    rolls = np.where(down[:, None], s.position[:, 4:5], aligned_rolls(s))
    grip = np.full(len(tool), opening_for(0.0) - 0.05)
    return servo(s.position, np.concatenate([_over(top, aim, rolls), grip[:, None]], axis=1), s.command)


def _over(part: Array, aim: Array, rolls: Array) -> Array:
    """Joint angles (n, 5) for tool points (n, 3), each pitch with its roll (n, pitches).

    The pitch is the steepest that also reaches the part (n, 3) itself and a point well above it:
    one that changed with the height of the aim would swing the tool to and fro.
    """
    n = len(aim)
    posts = [part + (0.0, 0.0, rise) for rise in (0.0, 0.075)]
    joints, good = np.zeros((len(PITCHES), n, 5)), np.zeros((len(PITCHES), n), int)
    for index, angle in enumerate(PITCHES):
        pitches = np.full(n, angle)
        joints[index], reached = inverse(aim, pitches, rolls[:, index])
        good[index] = 4 * reached + sum(inverse(post, pitches, rolls[:, index])[1] for post in posts)
    return joints[good.argmax(axis=0), np.arange(n)]
