"""How far the hand is from grasping the target: potentials of all tasks that pick something up, and easier starts."""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from ..declarations.shaping import Potential, left
from ..rotations import quat_to_matrix
from ..so101.kinematics import gap_of, inverse, opening_for, roll_for, tool_pose
from ..so101.model import FIXED_FACE, GRIPPER, RANGE, REST, SQUEEZE
from ..tabletop.layout import PAN_X
from .base import PITCHES, TARGET
from .observation import yaw_of
from .state import EpisodeState

AIR = 0.02
"""How much wider than the object (m) the jaws are opened to go round it."""

OVER = (0.05, 0.10)
"""How far (m) above the object the tool is at the start that is called `over`."""

EASIER = ("over", "held")
"""Starts from which less is left to do: with the open jaws above the object, and closed round it."""


def _apart(e: EpisodeState) -> Array:
    """From the middle between fitting jaws to the object, (n, 3) m."""
    tool, hand = e.tool
    width = e.worlds.size[:, TARGET, :1]
    return e.worlds.object_position[:, TARGET] - tool - hand[:, :, 0] * (width / 2 - FIXED_FACE)


def _reach(e: EpisodeState) -> Array:
    return np.where(e.worlds.grasped(TARGET), 0.0, left(np.linalg.norm(_apart(e), axis=1), 0.1))


def _align(e: EpisodeState) -> Array:
    _, hand = e.tool
    yaw = yaw_of(quat_to_matrix(e.worlds.object_quat[:, TARGET]))
    symmetry = e.worlds.symmetry[:, TARGET]
    askew = np.where(symmetry > 0, (1.0 - np.cos(symmetry * (yaw_of(hand) - yaw))) / 2, 0.0)
    steep = (1.0 - hand[:, 2, 2]) / 2
    return np.where(e.worlds.grasped(TARGET), 0.0, -0.5 * askew - 0.5 * steep)


def _open(e: EpisodeState) -> Array:
    lacking = e.worlds.size[:, TARGET, 0] + AIR - gap_of(e.worlds.q[:, GRIPPER])
    near = np.linalg.norm(_apart(e), axis=1) < 0.02
    return np.where(near | e.worlds.grasped(TARGET), 0.0, -np.clip(lacking / 0.05, 0.0, 1.0))


def _grasp(e: EpisodeState) -> Array:
    worlds = e.worlds
    jaws = [worlds.touching(TARGET, jaw) for jaw in ("gripper", "moving_jaw")]
    return 0.5 * np.sum(jaws, axis=0) - 1.0


def grasping(scale: float = 1.0) -> tuple[Potential, ...]:
    """The potentials, their weights times `scale`."""
    return (
        Potential("reach", 1.2 * scale, _reach, "the jaws' middle to the object, done where it is held"),
        Potential("align", 0.6 * scale, _align, "the hand steep, its closing axis across the object, until it is held"),
        Potential("open", 0.4 * scale, _open, "the jaws wider than the object until they are round it"),
        Potential("grasp", 1.2 * scale, _grasp, "each jaw touching it"),
    )


def hand_to_object(e: EpisodeState, i: int, start: str, rng: np.random.Generator) -> None:
    """Put world i's arm at a start of `EASIER`; where it cannot get there it stays where it is."""
    spec = e.worlds.specs[i][TARGET]
    assert spec is not None
    held = start == EASIER[1]
    width, height = spec.size[0], spec.size[2]
    middle = np.array(spec.position)
    middle[2] = max(middle[2] + max(0.0, height / 2 - 0.022), 0.012) + (0.0 if held else rng.uniform(*OVER))
    bearing = np.arctan2(middle[1], middle[0] - PAN_X)
    symmetry = np.array([spec.declared.symmetry])
    for pitch in PITCHES:
        one = np.array([pitch])
        roll = roll_for(np.array([spec.yaw]), np.array([bearing]), one, symmetry, np.zeros(1))
        joints, good = inverse(middle[None], one, roll)
        for _ in range(2):
            # the jaws' middle, not the tool point, goes to the object; where that is depends on how the hand is turned
            roll = roll_for(np.array([spec.yaw]), -joints[:, 0], one, symmetry, np.zeros(1))
            axis = _closing(joints, roll)
            joints, good = inverse((middle - axis * (width / 2 - FIXED_FACE))[None], one, roll)
        if good[0]:
            break
    else:
        return
    whole = REST.copy()
    whole[:5], whole[GRIPPER] = joints[0], opening_for(width + (0.0 if held else AIR))
    whole = np.clip(whole, RANGE[:, 0], RANGE[:, 1])
    command = whole.copy()
    if held:
        command[GRIPPER] -= SQUEEZE
    e.worlds.place_arm(i, whole, command)


def _closing(joints: Array, roll: Array) -> Array:
    """The closing axis (3,) of joint angles (1, 5) with that roll (1,), rad."""
    turned = joints.copy()
    turned[:, 4] = roll
    return tool_pose(turned).rotation[0, :, 0]
