"""The rule that shows how: come down behind the cylinder with closed fingers, go through its upper half, draw back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.rotations import quat_to_matrix
from pontine.envs.so101.model import FIXED_FACE, GRIPPER, RANGE
from pontine.envs.tasks.observation import Situation
from pontine.envs.tasks.push import stance
from pontine.policies.demonstrators.demonstrator import DEMONSTRATORS, Demonstrator, on_situation
from pontine.policies.demonstrators.object_rules import aligned_rolls, servo, steepest

_HIGH = 0.80
"""Where it is pushed, as a share of its height."""
_TIP = 0.008
"""How far (m) the fingertips reach below the tool point."""
_BEHIND = 0.025
"""How far (m) behind the object the fingers come down."""


def topple(s: Situation) -> Array:
    """Actions (n, 6) that knock the object over towards the goal; the phases change over gradually."""
    at, (tool, hand) = stance(s), s.tool
    height = s.size[:, 2]
    axis = np.abs(quat_to_matrix(s.object_quat)[:, 2, 2])
    fallen = np.clip((0.75 - axis) / 0.2, 0.0, 1.0)
    down, over = _HIGH * height + 0.25 * _TIP, height + 0.03
    beside = np.clip(2.0 - np.abs(at.across) / 0.008, 0.0, 1.0)
    behind = np.clip((-at.gap - 0.002) / 0.010, 0.0, 1.0)
    # once the fingertips are below its top they go on, down and ahead; until then they come down only behind it. What
    # tilts lifts the fingers, and would fall back without them
    low = np.clip((height + 0.004 - tool[:, 2]) / 0.006, 0.0, 1.0)
    tilting = np.clip((0.995 - axis) / 0.02, 0.0, 1.0)
    pushing = np.maximum(low, tilting) * beside
    gap = (1.0 - pushing) * np.clip(at.gap, -0.045, -_BEHIND) + pushing * 0.06
    aim = s.object_position + 0.0
    aim[:, :2] += at.way * (gap - at.reach)[:, None]
    aim[:, 2] = over + (down - 0.006 - over) * np.maximum(beside * behind, pushing)
    back = tool - hand[:, :, 0] * FIXED_FACE
    back[:, :2] -= 0.03 * at.way
    back[:, 2] = height + 0.08
    aim += fallen[:, None] * (back - aim)
    aim = aim + hand[:, :, 0] * FIXED_FACE
    across = np.zeros((len(tool), 4))
    across[:, 0], across[:, 3] = np.cos(at.heading / 2 + np.pi / 4), np.sin(at.heading / 2 + np.pi / 4)
    rolls = aligned_rolls(replace(s, object_quat=across, symmetry=np.full(len(tool), 2), object_position=aim))
    # where it has fallen the way means nothing any more
    joints = steepest(aim, np.where((fallen > 0.5)[:, None], s.position[:, 4:5], rolls))
    return servo(s.position, np.column_stack([joints, np.full(len(tool), RANGE[GRIPPER, 0])]), s.command)


DEMONSTRATORS.register(
    Demonstrator("Topple", on_situation(topple), "come down behind it with closed fingers, go through its upper half")
)
