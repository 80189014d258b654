"""The scripted rule for pushing: get behind the object with closed fingers, and go through it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pontine.envs.arm import FIXED_FACE, GRIPPER, RANGE
from pontine.envs.kinematics import quat_to_matrix
from pontine.envs.observation import Situation, yaw_of
from pontine.envs.tasks.push import top

from .demonstrator import _rolls, _servo, _steepest

Array = NDArray[np.float64]

_FINGER = 0.009
"""Half the thickness of the fingers across their closing axis, m."""
_TIP = 0.008
"""How far the fingertips reach beyond the tool point, m."""
_STAND_OFF = 0.026
_OVER = 0.035


def push(s: Situation) -> Array:
    """Actions (n, 6) that go behind the object as seen from the goal, push it there and draw back upwards.

    The closing axis lies across the way, so that both fingers push and the object turns little.
    """
    tool, hand = s.tool
    # the closed fingers meet at the fixed pad, beside the tool point
    fingers = tool - hand[:, :, 0] * FIXED_FACE
    to_goal = (s.goal - s.object_position)[:, :2]
    miss = np.linalg.norm(to_goal, axis=1)
    way = to_goal / np.maximum(miss, 1e-6)[:, None]
    heading = np.arctan2(way[:, 1], way[:, 0])
    reach = _extent(s, heading) + _FINGER
    offset = (fingers - s.object_position)[:, :2]
    along = np.sum(offset * way, axis=1)
    across = offset[:, 1] * way[:, 0] - offset[:, 0] * way[:, 1]
    height = top(s.object_position, s.size)
    low = _TIP + np.clip(0.3 * height, 0.002, 0.012)
    up = tool[:, 2] - low
    done = miss < 0.009 + 0.007 * np.clip(up / 0.03, 0.0, 1.0)
    astray = np.hypot(np.maximum(along + reach - 0.006, 0.0), np.maximum(np.abs(across) - 0.008, 0.0))
    # over a plate's rim, the fingers would ride on it
    pushing = np.clip(2.0 - up / np.clip(0.2 * height, 0.003, 0.008), 0.0, 1.0) * np.clip(
        1.5 - astray / 0.006, 0.0, 1.0
    )
    ahead = np.clip(1.2 * miss, 0.025, 0.040)
    stand = -reach - _STAND_OFF + pushing * (_STAND_OFF + ahead)
    aim = s.object_position + 0.0
    aim[:, :2] += way * stand[:, None]
    aim[:, 2] = low - 0.003 + (height + _OVER - low) * np.clip((astray - 0.003) / 0.006, 0.0, 1.0)
    # a finger that also presses down jams: the friction on it holds the object to the table
    aim[:, 2] = np.where(pushing > 0.5, np.clip(tool[:, 2] + 0.003, low, low + 0.15 * height), aim[:, 2])
    # straight up before going anywhere else
    blocked = (astray > 0.012) & (tool[:, 2] < height + 0.012)
    aim[:, :2] = np.where(blocked[:, None], fingers[:, :2], aim[:, :2])
    aim = np.where(done[:, None], np.column_stack([fingers[:, :2], height + 0.06]), aim)
    aim = aim + hand[:, :, 0] * FIXED_FACE
    across_way = np.zeros((len(tool), 4))
    across_way[:, 0], across_way[:, 3] = np.cos(heading / 2 + np.pi / 4), np.sin(heading / 2 + np.pi / 4)
    rolls = _rolls(replace(s, object_quat=across_way, symmetry=np.full(len(tool), 2), object_position=aim))
    still = done | (miss < 0.012)
    joints = _steepest(aim, np.where(still[:, None], s.position[:, 4:5], rolls))
    return _servo(s.position, np.column_stack([joints, np.full(len(tool), RANGE[GRIPPER, 0])]), s.command)


def _extent(s: Situation, heading: Array) -> Array:
    """Distance (n,) m from the object's middle to its side in a direction (n,) rad."""
    turn = heading - yaw_of(quat_to_matrix(s.object_quat))
    sides = np.stack([np.cos(turn), np.sin(turn)], -1)
    square = (s.size[:, :2] / 2 / np.maximum(np.abs(sides), 1e-6)).min(axis=1)
    return np.where(s.symmetry > 0, square, s.size[:, 0] / 2)
