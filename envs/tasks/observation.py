"""What a policy sees, computed alike in simulation and on a real arm.

Everything comes from joint readings, the last command and action, and the poses of
the object and of the goal: nothing here needs a simulator.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeGuard

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ..arrays import Array
from ..rotations import quat_to_matrix
from ..so101.kinematics import ToolPose, tool_pose


@dataclass
class Situation:
    """One row per world. Metres, radians, wxyz quaternions.

    `symmetry` is the order of the object's rotational symmetry (`declarations.kind`);
    `goal` is where the skill wants the object's frame to be.
    """

    position: Array
    velocity: Array
    command: Array
    action: Array
    object_position: Array
    object_quat: Array
    size: Array
    symmetry: NDArray[np.int_]
    goal: Array

    @cached_property
    def tool(self) -> ToolPose:
        """Pose of the hand; who knows it already sets it."""
        return tool_pose(self.position)


UNIT, SHARE = (-1.0, 1.0), (0.0, 1.0)
"""Bounds of what is a part of a direction or an action, and of what is or is not."""


class Part(NamedTuple):
    """A part of an observation: its name and scale, its width, and what it stays between."""

    name: str
    width: int
    low: float = -np.inf
    high: float = np.inf


def box(parts: Iterable[Part]) -> spaces.Box:
    """The space of an observation of those parts."""
    parts = tuple(parts)
    widths = [part.width for part in parts]
    low, high = (
        np.repeat(np.array(ends, np.float32), widths) for ends in zip(*(part[2:] for part in parts), strict=True)
    )
    return spaces.Box(low, high, dtype=np.float32)


ARM = (
    Part("joint positions, rad", 6),
    Part("joint velocities x 0.2, rad/s", 6),
    Part("load: target minus position x 4, rad", 6),
    Part("previous action", 6, *UNIT),
    Part("tool position x 5, m", 3),
    Part("approach direction", 3, *UNIT),
)
"""What every task's observation says of the arm itself, first and in this order."""

LAYOUT = (
    *ARM,
    Part("closing axis", 3, *UNIT),
    Part("object minus tool x 10, m", 3),
    Part("the same in the hand's frame", 3),
    Part("object position x 5, m", 3),
    Part("object's vertical axis in the hand's frame", 3, *UNIT),
    Part("cos, sin of symmetry x (closing heading - object yaw)", 2, *UNIT),
    Part("object size x 20, m", 3, 0.0),
    Part("oblong, square", 2, *SHARE),
    Part("goal minus object x 10, m", 3),
    Part("goal minus tool in the hand's frame x 10, m", 3),
    Part("goal height x 10, m", 1),
)
"""The manipulation observation's parts, in order."""

SIZE = sum(part.width for part in LAYOUT)

GOAL_SIZE = sum(part.width for part in LAYOUT if part.name.startswith("goal"))
"""Width of the parts that tell of the goal; they are the last."""


def flat(observation: NDArray[np.float32] | dict[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    """What a policy network takes, (n, width): the observation, or for a goal dict its `observation` followed
    by the desired goal x 5 and desired minus achieved goal x 10, m."""
    if not isinstance(observation, dict):
        return observation
    return np.concatenate(goal_parts(observation), axis=1)


GOAL_PARTS = ("observation", "desired_goal", "achieved_goal")
"""Keys of a goal dict, as Gymnasium-Robotics has it."""


def goal_dict(space: spaces.Space) -> TypeGuard[spaces.Dict]:
    """Whether observations of that space are goal dicts."""
    return isinstance(space, spaces.Dict) and set(space) == set(GOAL_PARTS)


def goal_parts(observation: Mapping[str, Any]) -> list[Any]:
    """The parts of `flat` for a goal dict of arrays or of tensors."""
    desired, achieved = observation["desired_goal"], observation["achieved_goal"]
    return [observation["observation"], 5.0 * desired, 10.0 * (desired - achieved)]


def yaw_of(rotation: Array) -> Array:
    """Heading (n,) rad of the x axis of rotations (n, 3, 3)."""
    return np.arctan2(rotation[:, 1, 0], rotation[:, 0, 0])


def manipulation(s: Situation) -> NDArray[np.float32]:
    """The observation of every skill that handles an object, (n, SIZE) float32."""
    tool, hand = s.tool
    turned = quat_to_matrix(s.object_quat)
    to_object = s.object_position - tool
    inverse = np.swapaxes(hand, 1, 2)
    closing = yaw_of(hand)
    relative = s.symmetry * (closing - yaw_of(turned))
    parts = (
        s.position,
        0.2 * s.velocity,
        4.0 * (s.command - s.position),
        s.action,
        5.0 * tool,
        -hand[:, :, 2],
        hand[:, :, 0],
        10.0 * to_object,
        10.0 * (inverse @ to_object[:, :, None])[:, :, 0],
        5.0 * s.object_position,
        (inverse @ turned[:, :, 2:])[:, :, 0],
        np.cos(relative)[:, None],
        np.sin(relative)[:, None],
        20.0 * s.size,
        (s.symmetry == 2)[:, None],
        (s.symmetry == 4)[:, None],
        10.0 * (s.goal - s.object_position),
        10.0 * (inverse @ (s.goal - tool)[:, :, None])[:, :, 0],
        10.0 * s.goal[:, 2:],
    )
    return np.concatenate(parts, axis=1).astype(np.float32)
