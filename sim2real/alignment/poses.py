"""Which poses an arm visits to be aligned: seen from the camera, clear of the table and of itself, and telling most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import mujoco
import numpy as np
from numpy.typing import NDArray

from pontine.envs.arrays import Array
from pontine.envs.robot import CONTROL_SECONDS, JOINTS
from pontine.envs.so101.kinematics import inverse
from pontine.envs.so101.model import GRIPPER, LINKS, REST
from pontine.envs.tabletop.table import build

from ..arm.collision import Collisions
from ..arm.limits import Limits
from ..vision import tags
from ..vision.lens import CameraPose, Lens
from ..vision.markers import Tag
from . import fit
from .fit import Fitted
from .geometry import rotation

SWING, SWING_SECONDS = 0.25, 1.2
"""How far (rad) the pan swings to either side to show how late pictures come, and how long (s) each way takes at least:
long enough for pictures enough, and slow enough for them not to blur."""

_TURNS = (0.8, 1.3, 1.8, 2.3, -0.7, -1.2, -1.7, -2.2)
"""How the hand is rolled (rad) at the poses by which is found out where on it the tags are."""

_EASY = 0.75
"""Share of the velocities that the profile allows at which the arm goes from pose to pose."""

_RADIUS, _HEADING, _ABOVE, _PITCH, _ROLL = (0.14, 0.33), 1.1, 0.16, (0.2, 1.75), 2.4
"""Where candidates put the tool: m from the pan's axis, heading (rad), m above the clearance, pitch and roll (rad)."""

_FACING, _MARGIN, _SHORTEST = 0.6, 40.0, 14.0
_JAW, _SPARE, _SAMPLE = 0.15, 0.03, 0.08
_AXIS = LINKS[1].pos[0]


def candidates(limits: Limits, space: Collisions, clearance: float, count: int, seed: int = 0) -> Array:
    """Random poses (n, 6) rad, about `count`, whose tool is at least `clearance` (m) above the table."""
    rng = np.random.default_rng(seed)
    radius, heading = rng.uniform(*_RADIUS, count), rng.uniform(-_HEADING, _HEADING, count)
    height = clearance + rng.uniform(0.01, _ABOVE, count)
    place = np.stack([_AXIS + radius * np.cos(heading), radius * np.sin(heading), height], axis=1)
    found, good = inverse(place, rng.uniform(*_PITCH, count), rng.uniform(-_ROLL, _ROLL, count))
    return _allowed(np.column_stack([found, np.full(count, _JAW)])[good], limits, space)


def first(limits: Limits, space: Collisions, clearance: float) -> Array:
    """Poses (n, 6) rad over the middle of the work area with the hand turned all ways."""
    count = len(_TURNS)
    place = np.array([0.22, 0.0, clearance + 0.06]) + np.resize((-1, 1), count)[:, None] * (0.01, 0.06, 0.02)
    found, good = inverse(place, np.resize((1.3, 0.9, 0.6), count), np.array(_TURNS))
    return _allowed(np.column_stack([found, np.full(count, _JAW)])[good], limits, space)


def visible(joints: Array, tag: Tag, fitted: Fitted, lens: Lens, camera: CameraPose) -> NDArray[np.bool_]:
    """At which joints (n, 6) rad a tag on the hand faces the camera from within its picture, (n,)."""
    hand = fitted.geometry.hand(joints)
    turn = hand.rotation @ rotation(fit.vector(tag))
    middle = np.einsum("nij,j->ni", hand.rotation, np.array(tag.position)) + hand.position
    points = tags.corners(tag.size) @ turn.transpose(0, 2, 1) + middle[:, None]
    towards = camera.position - middle
    facing = np.einsum("ni,ni->n", turn[:, :, 2], towards) / np.linalg.norm(towards, axis=1)
    pixels = lens.project(camera.into(points.reshape(-1, 3))).reshape(-1, 4, 2)
    inside = np.all((pixels > _MARGIN) & (pixels < np.array([lens.width, lens.height]) - _MARGIN), axis=(1, 2))
    sides = np.linalg.norm(pixels - np.roll(pixels, 1, axis=1), axis=2).min(axis=1)
    shown = (facing > _FACING) & inside & (sides > _SHORTEST)
    rays = _Rays()
    for k in np.flatnonzero(shown):
        shown[k] = not rays.hidden(fitted.geometry.model_joints(joints[k]), middle[k], camera.position)
    return np.asarray(shown)


def choose(joints: Array, fitted: Fitted, lens: Lens, camera: CameraPose, count: int) -> Array:
    """Those of the poses (n, 6) rad that tell most together, at most `count`, in an order that is short to go."""
    shape = fit.SHARED
    size = shape + 6 * len(fitted.tags)
    told = np.zeros((len(joints), size, size))
    for i, tag in enumerate(fitted.tags):
        seen = np.flatnonzero(visible(joints, tag, fitted, lens, camera))
        if len(seen):
            own = np.r_[:shape, shape + 6 * i : shape + 6 * (i + 1)]
            told[np.ix_(seen, own, own)] += fit.information(joints[seen], tag, fitted, lens, camera)
    useful = [int(k) for k in np.flatnonzero(np.any(told, axis=(1, 2)))]
    known, chosen = np.zeros((size, size)), list[int]()
    known[:shape, :shape] = fit.PRIOR[:shape, :shape]
    known[np.arange(shape, size), np.arange(shape, size)] = np.resize(np.diag(fit.PRIOR)[shape:], size - shape)
    while useful and len(chosen) < count:
        gains = np.linalg.slogdet(known + told[useful])[1]
        best = useful.pop(int(np.argmax(gains)))
        known = known + told[best]
        chosen.append(best)
    return joints[_ordered(joints, chosen)]


def swing(
    joints: Array, fitted: Fitted, lens: Lens, camera: CameraPose, limits: Limits, space: Collisions
) -> Array | None:
    """The ends (2, 6) rad of a swing of the pan about the first of the poses (n, 6) rad at which that is free and a tag
    on the hand is seen all the way; None if there is none."""
    for pose in joints:
        points = pose + np.array([[-SWING], [0.0], [SWING]]) * (np.arange(len(JOINTS)) == 0)
        free = len(_allowed(points, limits, space)) == len(points) and _free(points[0], points[-1], space)
        if free and any(visible(points, tag, fitted, lens, camera).all() for tag in fitted.tags):
            return np.asarray(points[[0, -1]])
    return None


def way(start: Array, goal: Array, limits: Limits, space: Collisions) -> list[Array] | None:
    """Points (6,) rad to go through from `start` to `goal`, straight or over a folded arm; None if all is blocked."""
    folded = [start.copy(), goal.copy()]
    for pose in folded:
        pose[1:4] = np.clip(REST, limits.low, limits.high)[1:4]
    for points in ([goal], [*folded, goal]):
        if all(_free(a, b, space) for a, b in zip([start, *points], points, strict=False)):
            return points
    return None


def steps(start: Array, goal: Array, limits: Limits, least: float = 0.0) -> Iterator[Array]:
    """Targets (6,) rad, one a control step, that begin and end smoothly, keep well within the limits' velocities, and
    take `least` (s) at least."""
    fastest = _EASY * limits.profile.velocity
    seconds = max(least, np.pi / 2 * float((np.abs(goal - start) / fastest).max()))
    count = max(1, int(np.ceil(seconds / CONTROL_SECONDS)))
    for k in range(count):
        # Half a cosine: its peak velocity is pi/2 times the mean.
        yield start + (goal - start) * (1 - np.cos(np.pi * (k + 1) / count)) / 2


class _Rays:
    """Tells what the arm itself hides."""

    def __init__(self) -> None:
        self._model = build(()).compile()
        self._data = mujoco.MjData(self._model)
        self._hand = self._model.body(LINKS[-1].parent).id
        self._groups = np.ones(6, np.uint8)

    def hidden(self, joints: Array, point: Array, eye: Array) -> bool:
        """Whether a part of the arm, the hand's own body aside, is before a point (3,) m on the hand."""
        self._data.qpos[: len(JOINTS)] = joints
        mujoco.mj_kinematics(self._model, self._data)
        way = (eye - point) / np.linalg.norm(eye - point)
        hit = np.zeros(1, np.int32)
        return mujoco.mj_ray(self._model, self._data, point, way, self._groups, 1, self._hand, hit) >= 0


def _allowed(joints: Array, limits: Limits, space: Collisions) -> Array:
    inside = np.all((joints > limits.low + _SPARE) & (joints < limits.high - _SPARE), axis=1)
    return np.array([pose for pose in joints[inside] if not space.too_near(pose)]).reshape(-1, len(JOINTS))


def _free(start: Array, goal: Array, space: Collisions) -> bool:
    """Whether nothing that was free comes too near on the straight way."""
    before = space.too_near(start)
    count = max(2, int(np.ceil(np.abs(goal - start).max() / _SAMPLE)))
    for share in np.linspace(0, 1, count + 1)[1:]:
        found = space.too_near(start + share * (goal - start))
        if any(lack > before.get(pair, 0.0) + 1e-4 for pair, lack in found.items()):
            return False
    return True


def _ordered(joints: Array, chosen: Sequence[int]) -> list[int]:
    """The nearest one next, from the rest pose on."""
    left, here, order = list(chosen), REST, []
    while left:
        apart = np.abs(joints[left, :GRIPPER] - here[:GRIPPER]).max(axis=1)
        order.append(left.pop(int(np.argmin(apart))))
        here = joints[order[-1]]
    return order
