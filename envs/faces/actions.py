"""What an action moves: the joint targets themselves, or the hand.

Both end as a joint action, which is what the policy sees as its previous one and what the arm's limits apply to.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Array, Bool
from ..errors import PontineError
from ..robot import JOINTS
from ..so101.control import ACTION_SCALE
from ..so101.kinematics import inverse, pitch, tool_pose
from ..so101.model import GRIPPER

ACTIONS = ("joint", "cartesian")

CARTESIAN = ("x", "y", "z", "pitch", "roll", "gripper")
"""What the numbers of a cartesian action move, in order."""

CARTESIAN_SCALE = np.array([0.01, 0.01, 0.01, 0.08, 0.12])
"""Farthest that a cartesian action moves the hand in a control step of 40 ms: along x, y, z (m), pitch, roll (rad)."""


class ActionError(PontineError, ValueError):
    """An action that no arm can carry out."""


def checked(actions: object, shape: tuple[int, ...], idle: Bool | None = None) -> Array:
    """Actions as numbers of that shape; what `idle` worlds (n,) are told is not looked at.

    Raises ActionError for another shape and for what is not a number, naming joint and world.
    """
    try:
        values = np.asarray(actions, float)
    except (TypeError, ValueError) as error:
        raise ActionError(f"an action is {len(JOINTS)} numbers: {error}") from None
    if values.shape != shape:
        raise ActionError(f"actions of shape {values.shape} do not fit; here they have shape {shape}")
    good = np.isfinite(values)
    if idle is not None:
        good |= idle[:, None]
    if not good.all():
        where = tuple(np.argwhere(~good)[0])
        world = f"world {where[0]}: " if len(shape) > 1 else ""
        raise ActionError(f"{world}the action's number {where[-1]} is {values[where]}, and must be finite")
    return values if idle is None else np.where(idle[:, None], 0.0, values)


def cartesian(actions: Array, command: Array, steps: float = 1.0) -> Array:
    """The joint actions (n, 6) that move the commanded hand as cartesian actions (n, 6) in [-1, 1] say.

    `command` (n, 6) rad are the joint targets, `steps` how many control steps of 40 ms the action is for. Where the
    arm does not reach, the hand goes as far as it can; where a joint is too slow, all of the arm moves slower, so
    that the direction stays.

    Example:
        >>> from pontine.envs.so101.model import REST
        >>> up = cartesian(np.array([[0.0, 0.0, 0.5, 0.0, 0.0, 0.0]]), REST[None])
        >>> moved = tool_pose(REST[None] + up * ACTION_SCALE).position - tool_pose(REST[None]).position
        >>> np.allclose(moved, [0.0, 0.0, 0.005])
        True
    """
    actions = np.clip(actions, -1.0, 1.0)
    delta = actions[:, :5] * CARTESIAN_SCALE * steps
    position = tool_pose(command).position + delta[:, :3]
    joints, _ = inverse(position, pitch(command) + delta[:, 3], command[:, 4] + delta[:, 4])
    arm = (joints - command[:, :5]) / (ACTION_SCALE[:5] * steps)
    arm /= np.maximum(1.0, np.abs(arm).max(axis=1, keepdims=True))
    return np.concatenate([arm, actions[:, GRIPPER : GRIPPER + 1]], axis=1)
