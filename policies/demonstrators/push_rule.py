"""The scripted rule for pushing: get behind the object with closed fingers, and go through it.

Between its phases it changes over gradually, and never to the opposite direction: a network that
imitates it averages across the change, and would come to rest there.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.robot import JOINTS
from pontine.envs.so101.model import FIXED_FACE, GRIPPER, RANGE
from pontine.envs.tabletop.layout import PAN_X
from pontine.envs.tasks.observation import Situation
from pontine.envs.tasks.push import Stance, stance

from .object_rules import aligned_rolls, servo, steepest

_NEAR, _FAR = 0.024, 0.05
"""How far (m) behind the object the fingers come down."""
_OVER = 0.035
"""Height (m) above the object at which they travel."""

_WRIST = JOINTS.index("wrist_flex")


def push(s: Situation) -> Array:
    """Actions (n, 6) that go behind the object as seen from the goal, push it there and draw back upwards.

    The closing axis lies across the way, so that both fingers push and the object turns little.
    """
    at, (tool, hand) = stance(s), s.tool
    fingers = tool - hand[:, :, 0] * FIXED_FACE
    # once down it bears more, so that it does not start anew for every slip
    high = np.clip((at.up / at.height - 0.45) / 0.5, 0.0, 1.0)
    beyond = 0.008 - 0.026 * high
    beside = 0.008 + np.maximum(0.25 * at.reach - 0.008, 0.0) * (1.0 - high)
    astray = np.hypot(np.maximum(at.gap - beyond, 0.0), np.maximum(np.abs(at.across) - beside, 0.0))
    # over a plate's rim, the fingers would ride on it
    pushing = np.clip((0.45 - at.up / at.height) / 0.25, 0.0, 1.0) * np.clip(1.5 - astray / 0.006, 0.0, 1.0)
    ahead = np.clip(1.2 * at.miss, 0.025, 0.040)
    gap = (1.0 - pushing) * np.clip(at.gap, -_FAR, -_NEAR) + pushing * ahead
    aim = s.object_position + 0.0
    aim[:, :2] += at.way * (gap - at.reach)[:, None]
    # a finger that presses on the table jams, and weak servos sag; one that presses the object down is held by it,
    # until it comes free and knocks it away
    pressed = pushing * np.clip(((s.position - s.command)[:, _WRIST] - 0.08) / 0.12, 0.0, 1.0)
    down = at.low + (0.05 * pushing + 0.4 * pressed) * at.height + 0.7 * np.clip(-at.up, 0.0, 0.01)
    aim[:, 2] = down + (at.height + _OVER - down) * np.clip((astray - 0.003) / 0.006, 0.0, 1.0)
    # off it and straight up before going anywhere else, as far as the arm gets there
    clear = np.minimum(at.height + 0.024, _highest(np.linalg.norm(fingers[:, :2] - (PAN_X, 0.0), axis=1)) - 0.004)
    blocked = np.clip((astray - 0.008) / 0.006, 0.0, 1.0) * np.clip((clear - tool[:, 2]) / 0.012, 0.0, 1.0)
    aim = _blend(aim, _leave(fingers, s, at, np.ones(len(tool))), blocked)
    from_pan = aim[:, :2] - (PAN_X, 0.0)
    aim[:, 2] = np.minimum(aim[:, 2], _highest(np.linalg.norm(from_pan, axis=1)))
    # the last millimetres are not worth going round the object once more, and a hand that has begun to draw back goes
    # on, or a network that sees the object 3 mm off would halt between the two. But where the hand is clear and the
    # episode still goes on, the object is farther off than it looks: once more, from behind, where it comes down more
    # than 17 mm from the object and no hand that draws back rises
    begun = np.clip(at.up / 0.012, 0.0, 1.0)
    rising = begun * np.clip((at.gap + 0.017) / 0.005, 0.0, 1.0)
    slipped = 0.010 * np.clip((astray - 0.002) / 0.006, 0.0, 1.0)
    gone = np.clip((tool[:, 2] - at.height - 0.026) / 0.006, 0.0, 1.0)
    enough = np.maximum((1.0 - gone) * np.maximum(slipped, 0.0125 * rising), 0.002 * begun)
    near = 0.008 + enough - at.miss
    leaving = _leave(fingers, s, at, np.clip(near / 0.002 - 1.0, 0.0, 1.0))
    aim = _blend(aim, leaving, np.clip(near / 0.002, 0.0, 1.0))
    aim = aim + hand[:, :, 0] * FIXED_FACE
    across_way = np.zeros((len(tool), 4))
    across_way[:, 0], across_way[:, 3] = np.cos(at.heading / 2 + np.pi / 4), np.sin(at.heading / 2 + np.pi / 4)
    rolls = aligned_rolls(replace(s, object_quat=across_way, symmetry=np.full(len(tool), 2), object_position=aim))
    # the direction of what is left means nothing any more
    still = at.miss < 0.012
    joints = steepest(aim, np.where(still[:, None], s.position[:, 4:5], rolls))
    return servo(s.position, np.column_stack([joints, np.full(len(tool), RANGE[GRIPPER, 0])]), s.command)


def _highest(distance: Array) -> Array:
    """How high (n,) m the fingers can surely be at distances (n,) m from the pan axis near the base."""
    # by the kinematics, 12 mm at 66 mm and 80 mm at 111 mm
    return 0.0125 + 1.5 * np.maximum(distance - 0.068, 0.0)


def _leave(fingers: Array, s: Situation, at: Stance, sure: Array) -> Array:
    """Where to draw back to (n, 3) m: off the object first, as a bowl's rim overhangs the fingers, then upwards.

    Off it only the share `sure` (n,) of the way, or drawing back would hold pushing in balance.
    """
    height = s.tool.position[:, 2]
    apart = fingers[:, :2] - s.object_position[:, :2]
    distance = np.linalg.norm(apart, axis=1)
    under = np.clip((s.size[:, 0] / 2 + 0.014 - distance) / 0.006, 0.0, 1.0)
    under *= np.clip((at.height + 0.010 - height) / 0.006, 0.0, 1.0) * sure
    off = fingers[:, :2] + 0.025 * apart / np.maximum(distance, 1e-6)[:, None]
    upwards = np.column_stack([_outwards(fingers), at.height + 0.04])
    return _blend(upwards, np.column_stack([off, height]), under)


def _outwards(fingers: Array) -> Array:
    """Where to draw back upwards (n, 2) m: there, or as far out as the arm must be to rise further."""
    from_pan = fingers[:, :2] - (PAN_X, 0.0)
    distance = np.linalg.norm(from_pan, axis=1)
    nearest = 0.075 + np.clip(fingers[:, 2] - 0.0125, 0.0, 0.1) / 1.5
    return (PAN_X, 0.0) + from_pan * np.maximum(nearest / distance, 1.0)[:, None]


def _blend(a: Array, b: Array, share: Array) -> Array:
    """(n, k) from a (n, k), where the share (n,) is 0, to b (n, k), where it is 1."""
    return a + share[:, None] * (b - a)
