"""The scripted demonstrator: a memoryless oracle for every task.

It sees what the policy sees (`Situation`), but without the camera's errors, and answers with
an action: a teacher with privileged information (Chen et al., Learning by Cheating, 2019),
whose student has to find out what to trust. It proves that a task can be solved, starts
the cloning, and is the ceiling that reinforcement learning has to rise above.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pontine.envs.arrays import Array
from pontine.envs.rotations import quat_to_matrix
from pontine.envs.so101.control import ACTION_SCALE
from pontine.envs.so101.kinematics import gap_of, inverse, opening_for, pitch, roll_for
from pontine.envs.so101.model import FIXED_FACE, GRIPPER, SQUEEZE
from pontine.envs.tabletop.layout import PAN_X
from pontine.envs.tasks.base import PITCHES
from pontine.envs.tasks.episodes import Episodes
from pontine.envs.tasks.observation import Situation, yaw_of

GAIN, LEAK = 0.1, 0.4
"""Share of the joint error that one action makes up; how much of the load counts as already made up.

An action moves the joint target, so a gain on the measured error alone integrates it, and an
integrator hunts round a joint that sticks or lags: under `real` it solved 89 % of 200 picks with a
gain of 0.12, 92 % with a leak of 0.4, and 96 % of 250 with this gain and exact poses (99.6 % of 500 since it
opens the jaws less and waits until they have closed)."""

CARRY = 0.075
"""Height (m) of a carried object's underside on its way."""

_MARGIN = 0.010
"""Most air (m) between the fixed pad and the object while the jaws go down past it."""

_OPENING = 2 * _MARGIN
"""How much wider than the object (m) the jaws are opened: as the air on either side. Wider jaws come down on
the walls of the bowl that the object lies in (88 % of those picks with 3 cm)."""

_CLOSED = 0.25
"""Speed (rad/s) of the gripper below which it has closed: the slowest servo of `real` closes at 0.5.
Lifting while it still closes was why one pick in fifty slipped."""

_BACKWARDS = np.deg2rad(110.0)


def reach(e: Episodes) -> Array:
    """Actions (n, 6) that bring the tool to the goal."""
    worlds = e.worlds
    joints = steepest(e.goal, np.repeat(worlds.q[:, 4:5], len(PITCHES), 1))
    return servo(worlds.q, np.concatenate([joints, worlds.command[:, GRIPPER:]], axis=1), worlds.command)


def pick(s: Situation, carry: bool = False, gain: float = GAIN) -> Array:
    """Actions (n, 6) that align above the object, descend, close and lift to the goal's height.

    With `carry` the object is also brought over the goal.
    """
    tool, hand = s.tool
    hold = _hold(s)
    width, height = hold.width, hold.height
    gap, holding = gap_of(s.position[:, GRIPPER]), grips(s)
    grasp_z = np.maximum(s.object_position[:, 2] + np.maximum(0.0, height / 2 - 0.022), 0.012)
    margin = np.clip((gap - width) / 2, 0.0, _MARGIN)
    near = np.linalg.norm(tool - s.object_position, axis=1) < 0.05
    rolls = aligned_rolls(s)
    offset = (width / 2 + margin - FIXED_FACE)[:, None]
    aim = s.object_position - hand[:, :, 0] * offset
    off = np.maximum(np.linalg.norm((tool - aim)[:, :2], axis=1), 0.04 * np.abs(yaw_error(s)))
    low = tool[:, 2] < grasp_z + 0.012
    ready = (tool[:, 2] < grasp_z + 0.010) & (off < 0.012)
    # until the jaws are there they are aimed below the grasp, so that they arrive at speed
    # instead of creeping to a halt above it
    above = np.where(ready, grasp_z, grasp_z - 0.006)
    above = above + 0.065 * np.clip((off - np.where(low, 0.012, 0.008)) / 0.02, 0.0, 1.0)
    lift = s.goal - s.object_position
    if carry:
        far = np.linalg.norm(lift[:, :2], axis=1) > 0.03
        lift[:, 2] = np.where(far, np.maximum(s.goal[:, 2], CARRY) - s.object_position[:, 2], lift[:, 2])
    else:
        lift[:, :2] = 0.0
    aim[:, 2] = above
    aim = np.where(holding[:, None], tool + lift, aim)
    joints = steepest(aim, np.where(holding[:, None], s.position[:, 4:5], rolls))
    closing = ready | holding | (near & (gap < width + 0.012) & (s.command[:, GRIPPER] < s.position[:, GRIPPER]))
    closing &= gap > width - 0.012
    grip = np.where(closing, s.position[:, GRIPPER] - SQUEEZE, opening_for(width + _OPENING))
    joints[:, 4] = np.where(ready & ~holding, s.position[:, 4], joints[:, 4])
    return servo(s.position, np.concatenate([joints, grip[:, None]], axis=1), s.command, gain)


def place(s: Situation) -> Array:
    """Actions (n, 6) that carry the object over the goal, lower it upright, let go and draw back.

    On the way the closing axis is turned across the arm's vertical plane, where it is level: what leans then leans in
    that plane only, which the pitch makes up for. Let go of as they hung, up to 15 degrees askew, some
    stacks rocked and fell.
    """
    tool, _ = s.tool
    width, height = s.size[:, 0], s.size[:, 2]
    holding = grips(s)
    to_goal = s.goal - s.object_position
    miss = np.linalg.norm(to_goal[:, :2], axis=1)
    carry = np.maximum(CARRY + height / 2, s.goal[:, 2] + 0.025)
    # aimed below the goal, so that the hand comes down at speed instead of creeping to a halt above it
    object_z = s.goal[:, 2] - 0.02 + (carry + 0.02 - s.goal[:, 2]) * np.clip((miss - 0.008) / 0.02, 0.0, 1.0)
    high = s.object_position[:, 2] > carry - 0.02
    travel = np.where((miss > 0.03) & ~high, 0.2, 1.0)[:, None]
    aim = tool + np.concatenate([to_goal[:, :2] * travel, (object_z - s.object_position[:, 2])[:, None]], axis=1)
    arrived = (miss < 0.015) & (to_goal[:, 2] > -0.010)
    released = ~holding
    open_enough = gap_of(s.position[:, GRIPPER]) > width + 0.012
    up = np.maximum(s.object_position[:, 2] + height / 2, s.goal[:, 2]) + 0.075
    aim = np.where(released[:, None], np.column_stack([tool[:, :2], np.where(open_enough, up, tool[:, 2])]), aim)
    roll = np.where(holding, _level(s), s.position[:, 4])
    joints = _pitched(aim, roll, pitch(s.position) - np.where(holding, _lean(s), 0.0))
    grip = np.where(holding & ~arrived, s.position[:, GRIPPER] - SQUEEZE, opening_for(width + 0.025))
    return servo(s.position, np.concatenate([joints, grip[:, None]], axis=1), s.command)


def grips(s: Situation) -> NDArray[np.bool_]:
    """Whether the jaws press on something as wide as the object where the object is, (n,)."""
    tool, hand = s.tool
    local = (np.swapaxes(hand, 1, 2) @ (s.object_position - tool)[:, :, None])[:, :, 0]
    hold = _hold(s)
    gap = gap_of(s.position[:, GRIPPER])
    inside = (np.abs(local[:, 0] - (hold.width / 2 - FIXED_FACE)) < 0.014) & (np.abs(local[:, 1]) < 0.018)
    inside &= np.abs(local[:, 2]) < hold.height / 2 + 0.012
    pressed = s.position[:, GRIPPER] - s.command[:, GRIPPER] > 0.08
    return inside & pressed & (gap < hold.width + 0.008) & (np.abs(s.velocity[:, GRIPPER]) < _CLOSED)


class _Hold(NamedTuple):
    """How the jaws go about an object as it lies: heading (n,) rad of the closing axis, the order of its
    symmetry (n,), the width (n,) m between the jaws and the height (n,) m."""

    heading: Array
    symmetry: NDArray[np.int_]
    width: Array
    height: Array


def _hold(s: Situation) -> _Hold:
    """Across an object's own x axis while it stands; across the narrower side when it has toppled."""
    axes = quat_to_matrix(s.object_quat)
    fallen = (np.abs(axes[:, 2, 2]) < 0.7) & ((s.symmetry > 0) | (s.size[:, 0] != s.size[:, 2]))
    rows, up = np.arange(len(axes)), np.abs(axes[:, 2, :2]).argmax(1)
    side = s.size[rows, 1 - up]
    across = np.where((side <= s.size[:, 2]) | (s.symmetry == 0), 1 - up, 2)
    closing = axes[rows, :, np.where(fallen, across, 0)]
    lying = s.symmetry == 0
    heading = np.arctan2(closing[:, 1], closing[:, 0])
    heading = np.where(fallen & lying, np.arctan2(axes[:, 1, 2], axes[:, 0, 2]) + np.pi / 2, heading)
    return _Hold(
        heading,
        np.where(fallen & (s.symmetry != 4), 2, s.symmetry),
        np.where(fallen & ~lying, s.size[rows, across], s.size[:, 0]),
        np.where(fallen, np.where(lying, s.size[:, 0], s.size[rows, up]), s.size[:, 2]),
    )


def aligned_rolls(s: Situation) -> Array:
    """Wrist rolls (n, pitches) that line the jaws up with the object."""
    hold = _hold(s)
    heading = hold.heading
    bearing = np.arctan2(s.object_position[:, 1], s.object_position[:, 0] - PAN_X)
    columns = []
    for angle in PITCHES:
        pitches = np.full(len(heading), angle)
        roll = roll_for(heading, bearing, pitches, hold.symmetry, s.position[:, 4])
        joints, _ = inverse(s.object_position, pitches, roll)
        columns.append(roll_for(heading, -joints[:, 0], pitches, hold.symmetry, s.position[:, 4]))
    return np.stack(columns, axis=1)


def yaw_error(s: Situation) -> Array:
    """Angle (n,) rad between the closing axis and the nearest equal grasp; 0 for round things."""
    hold = _hold(s)
    turn = 2 * np.pi / np.maximum(hold.symmetry, 1)
    relative = yaw_of(s.tool.rotation) - hold.heading
    return np.where(hold.symmetry > 0, relative - turn * np.round(relative / turn), 0.0)


def steepest(aim: Array, rolls: Array) -> Array:
    """Joint angles (n, 5) for tool points (n, 3): the steepest pitch in reach, each with its roll (n, pitches)."""
    best, found = np.zeros((len(aim), 5)), np.zeros(len(aim), bool)
    for index, angle in enumerate(PITCHES):
        joints, good = inverse(aim, np.full(len(aim), angle), rolls[:, index])
        take = ~found & (good | (index == len(PITCHES) - 1))
        best[take], found = joints[take], found | good
    return best


def _lean(s: Situation) -> Array:
    """Angle (n,) rad by which the object's top leans outwards in the arm's vertical plane."""
    up = quat_to_matrix(s.object_quat)[:, :, 2]
    return np.arctan2(np.cos(s.position[:, 0]) * up[:, 0] - np.sin(s.position[:, 0]) * up[:, 1], up[:, 2])


def _level(s: Situation) -> Array:
    """The nearest wrist roll (n,) rad that lays the closing axis across the arm's vertical plane."""
    bearing = -s.position[:, 0]
    half_turn = np.full(len(bearing), 2)
    return roll_for(bearing + np.pi / 2, bearing, pitch(s.position), half_turn, s.position[:, 4])


def _pitched(aim: Array, roll: Array, wanted: Array) -> Array:
    """Joint angles (n, 5) for tool points (n, 3) with a roll (n,): the pitch in reach nearest to that wanted (n,)."""
    best, cost = np.zeros((len(aim), 5)), np.full(len(aim), np.inf)
    for angle in (np.clip(wanted, PITCHES[-1], _BACKWARDS), *(np.full(len(aim), p) for p in PITCHES)):
        joints, good = inverse(aim, angle, roll)
        far = np.abs(angle - wanted) + 10.0 * ~good
        best, cost = np.where((far < cost)[:, None], joints, best), np.minimum(cost, far)
    return best


def servo(position: Array, joints: Array, command: Array, gain: float = GAIN) -> Array:
    """Actions (n, 6) in [-1, 1] towards joint angles (n, 6), of which the gripper's is commanded at once."""
    change = gain * (joints - position - LEAK * (command - position))
    change[:, GRIPPER] = (joints - command)[:, GRIPPER]
    return np.clip(change / ACTION_SCALE, -1.0, 1.0)
