"""What an arm differs by from its model, and joint angles that make the model's hand be where the arm's is.

A calibrated arm's joints have zeros that are off by a degree or two, and its base stands a little higher, turned and
tilted against the table that the markers file describes. All that is programmed, trained or looked at knows the model
alone: so what an arm differs by is taken care of in one place, between its encoders and everything else.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.robot import JOINTS
from pontine.envs.so101.kinematics import ToolPose, level_motion, tool_pose

_N = len(JOINTS)
_DAMPING = 0.02
_SOLVING, _UNDOING, _UNDONE = 4, 12, 1e-6


def rotation(vector: Array) -> Array:
    """The rotation (3, 3) by a rotation vector (3,) rad."""
    return np.asarray(cv2.Rodrigues(np.asarray(vector, float))[0], float)


@dataclass(frozen=True, eq=False)
class Geometry:
    """What an arm differs by from its model.

    `zeros` (6,) rad are added to the joint angles that the calibration gives. The base is turned by the rotation vector
    `turn` (3,) rad and then stands at `shift` (3,) m, in the frame of the markers file, whose table is at z = 0. All of
    the arm is by the share `reach` farther from the base's origin than the model's.

    Example:
        >>> higher = Geometry(shift=np.array([0.0, 0.0, 0.002]))
        >>> joints = np.array([0.3, -0.4, 0.5, 1.2, 0.1, 0.0])
        >>> as_if = higher.model_joints(joints)
        >>> gained = tool_pose(as_if[None]).position[0] - tool_pose(joints[None]).position[0]
        >>> bool(np.allclose(gained, [0.0, 0.0, 0.002], atol=5e-5))
        True
        >>> bool(np.allclose(higher.arm_joints(as_if), joints, atol=1e-6))
        True
    """

    zeros: Array = field(default_factory=lambda: np.zeros(_N))
    turn: Array = field(default_factory=lambda: np.zeros(3))
    shift: Array = field(default_factory=lambda: np.zeros(3))
    reach: float = 0.0

    def hand(self, joints: Array) -> ToolPose:
        """Where the hand is in the markers' frame at joint angles (n, 6) rad of the calibration."""
        turn = rotation(self.turn)
        there = tool_pose(np.asarray(joints, float) + self.zeros)
        return ToolPose((1 + self.reach) * there.position @ turn.T + self.shift, turn @ there.rotation)

    def model_joints(self, joints: Array) -> Array:
        """Joint angles (6,) rad at which the model's hand is where the arm's hand is at `joints` (6,) rad.

        The tool's place is the same and the pitch; a base that is tilted sideways turns the hand by its tilt in a way
        that five joints cannot. Where the arm is stretched out the place is only approached: the change is damped.
        """
        plain = np.asarray(joints, float) + self.zeros
        turn = rotation(self.turn)
        wanted = (1 + self.reach) * turn @ level_motion(plain)[0] + self.shift
        found = plain.copy()
        # A turn about the axis that the lift, the elbow and the wrist turn about changes the pitch.
        pitch = float(self.turn @ (np.sin(plain[0]), np.cos(plain[0]), 0.0))
        found[3] += pitch
        for _ in range(_SOLVING):
            position, slopes = level_motion(found)
            squared = slopes @ slopes.T + _DAMPING**2 * np.eye(3)
            move = slopes.T @ np.linalg.solve(squared, wanted - position)
            found[:3] += move
            # The wrist makes up for the lift and the elbow: the pitch stays.
            found[3] -= move[1] + move[2]
        return found

    def arm_joints(self, joints: Array) -> Array:
        """Joint angles (6,) rad of the calibration for those of the model; undoes `model_joints`."""
        wanted = np.asarray(joints, float)
        found = wanted - self.zeros
        for _ in range(_UNDOING):
            off = self.model_joints(found) - wanted
            found = found - off
            if np.abs(off).max() < _UNDONE:
                break
        return found

    @property
    def plain(self) -> bool:
        """Whether it is the model's."""
        return not (np.any(self.zeros) or np.any(self.turn) or np.any(self.shift) or self.reach)
