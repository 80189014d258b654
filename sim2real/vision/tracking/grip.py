"""What the gripper holds, told from the joints: while the hand hides an object, the object goes with it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.robot import RobotState
from pontine.envs.rotations import quat_to_matrix, turn_between
from pontine.envs.so101.kinematics import gap_of, tool_pose
from pontine.envs.so101.model import FIXED_FACE, GRIPPER
from pontine.envs.tabletop.support import Body

PRESSING = 0.06
"""How far (rad) the gripper's command must lie below where the jaw has stopped: it presses on something."""

NOTHING = 0.010
"""Gap (m) between the pads below which there is nothing between them."""

OPENED, SLIPPED = 0.005, 0.008
"""How much (m) the gap must grow for what was held to be free, or shrink for it to have slipped out."""

_STEPS, _JAW_STILL, _AT_REST = 3, 0.3, 0.03
_ACROSS, _BEYOND = 0.025, 0.012
_ALIGNED = np.deg2rad(25)
_SHARE, _CLOSE, _ASTRAY, _MISSES = 0.3, 0.015, 0.03, 2


@dataclass(frozen=True)
class Hand:
    """The tool point (3,) m and the gripper's rotation (3, 3) at a time (s), and the gap (m) of its pads."""

    position: Array
    rotation: Array
    gap: float
    time: float

    @classmethod
    def of(cls, state: RobotState, time: float) -> Hand:
        """The hand of a joint state."""
        pose = tool_pose(state.position[None])
        return cls(pose.position[0], pose.rotation[0], float(gap_of(state.position[GRIPPER])), time)

    @property
    def between(self) -> Array:
        """The point midway between the pads, (3,) m."""
        return self.position + self.rotation[:, 0] * (self.gap / 2 - FIXED_FACE)


class Grip:
    """Which object is between the jaws and how it sits there; `name` is None while there is none.

    An object is taken when the gripper presses on something as wide as it is while the object is known
    to be there, and stays until the gap opens, or closes on nothing, or the camera sees that the hand went
    without it. Where it sits is corrected first by the jaws, which centre and align what they close on, then
    by what the camera sees of it while the hand is still.
    """

    def __init__(self) -> None:
        self.name: str | None = None
        self._offset, self._turn, self._gap = np.zeros(3), np.eye(3), 0.0
        self._pressing = self._slack = self._misses = 0
        self._closed: Hand | None = None

    def follow(self, state: RobotState, hand: Hand, bodies: Iterable[Body]) -> str | None:
        """One control step with what is known to be on the table; the object that was let go in it, or None."""
        pressing = state.command[GRIPPER] < state.position[GRIPPER] - PRESSING
        still = abs(state.velocity[GRIPPER]) < _JAW_STILL
        self._pressing = self._pressing + 1 if pressing and still and hand.gap > NOTHING else 0
        if self._pressing == 1:
            # by the time that is sure, the hand may be on its way up: the object was where the jaws closed on it
            self._closed = hand
        self._slack = 0 if pressing else self._slack + 1
        if self.name is None:
            if self._pressing >= _STEPS and self._closed is not None:
                self._take(self._closed, bodies)
            return None
        opened = hand.gap > self._gap + OPENED
        slipped = hand.gap < self._gap - SLIPPED
        if not (opened or slipped or self._slack > 2 * _STEPS):
            return None
        return self.release()

    def release(self) -> str | None:
        """Hold nothing; the object that was held."""
        name, self.name = self.name, None
        self._pressing = 0
        return name

    def pose(self, hand: Hand) -> tuple[Array, Array]:
        """Position (3,) and rotation (3, 3) of what is held, with the hand there."""
        return hand.position + hand.rotation @ self._offset, hand.rotation @ self._turn

    def seen(self, position: Array, eye: Array, hand: Hand, speed: float) -> bool:
        """Takes in where a camera at `eye` sees the held object; `speed` (m/s) is the hand's at that time.
        Returns whether it was left behind. Along the line of sight a small tag's place is too vague to use."""
        expected, _ = self.pose(hand)
        line = (position - eye) / np.linalg.norm(position - eye)
        off = position - expected
        off = off - (off @ line) * line
        apart = float(np.linalg.norm(off))
        self._misses = self._misses + 1 if apart > _ASTRAY + 0.3 * speed else 0
        if speed < _AT_REST and apart < _CLOSE:
            self._offset = self._offset + _SHARE * (hand.rotation.T @ off)
        return self._misses >= _MISSES

    def _take(self, hand: Hand, bodies: Iterable[Body]) -> None:
        reachable = [(distance, body) for body in bodies if (distance := _between(body, hand)) is not None]
        if not reachable:
            return
        _, body = min(reachable, key=lambda item: item[0])
        rotation = quat_to_matrix(body.quat)
        if not body.round:
            rotation = _aligned(rotation, hand.rotation[:, 0])
        # the pads meet it from both sides: across them its middle is the gap's
        across = float((hand.between - body.position) @ hand.rotation[:, 0])
        position = body.position + across * hand.rotation[:, 0]
        self.name, self._gap, self._misses = body.name, hand.gap, 0
        self._offset = hand.rotation.T @ (position - hand.position)
        self._turn = hand.rotation.T @ rotation


def speed(poses: Sequence[Hand]) -> float:
    """How fast (m/s) the hand went over a stretch of poses; 0 for fewer than two."""
    if len(poses) < 2:
        return 0.0
    travelled = sum(float(np.linalg.norm(b.position - a.position)) for a, b in pairwise(poses))
    return travelled / max(poses[-1].time - poses[0].time, 1e-3)


def _between(body: Body, hand: Hand) -> float | None:
    """Distance (m) of a body from the middle between the pads; None if it cannot be what they closed on."""
    if not (body.declared.graspable if body.declared is not None else not body.on_base):
        return None
    if not 0.7 * min(body.size) < hand.gap < 1.3 * math.hypot(*sorted(body.size)[1:]):
        return None
    up = quat_to_matrix(body.quat)[:, 2] * (body.size[2] / 2 if body.on_base else 0.0)
    local = hand.rotation.T @ (body.position + up - hand.between)
    along = float(np.abs(quat_to_matrix(body.quat).T @ hand.rotation[:, 2]) @ np.array(body.size)) / 2
    sideways = float(np.abs(quat_to_matrix(body.quat).T @ hand.rotation[:, 1]) @ np.array(body.size)) / 2
    limits = np.array([_ACROSS, sideways + _BEYOND / 2, along + _BEYOND])
    return float(np.linalg.norm(local)) if np.all(np.abs(local) < limits) else None


def _aligned(rotation: Array, axis: Array) -> Array:
    """The rotation turned so that the nearest of its axes lies along the closing axis, if that is a small turn."""
    nearest = int(np.argmax(np.abs(rotation.T @ axis)))
    own = rotation[:, nearest]
    target = axis * (1.0 if own @ axis >= 0 else -1.0)
    if np.arccos(np.clip(own @ target, -1.0, 1.0)) > _ALIGNED:
        return rotation
    return np.asarray(turn_between(own, target) @ rotation)
