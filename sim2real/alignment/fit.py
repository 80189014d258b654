"""What an arm differs by from its model, fitted to pictures of tags on its hand.

What is fitted: the zeros of the lift, the elbow and the wrist's flex; how the base is turned and where it stands in the
markers' frame; where on the hand each tag is stuck; and how large the tags seem. Left out are the pan's zero, which no
picture can tell from a base that is turned, and the wrist's roll's, which none can tell from tags that are stuck on
turned; both are taken care of by those.

How far the hand is from the camera is told by three things of which none is known well enough to be alone: how large
the tags seem (corners are found a quarter of a pixel inside of where they are, which taken for known put a hand 4 mm
behind its place), how long the arm's links are (half a millimetre each is 3 mm there), and where the base stands (by
a sheet laid against it by eye). So all three are fitted, each within what is likely.

What a picture shows and what the joints say differ far more by the joints' play than by noise in the
picture, so what is minimised is the difference over what both together explain. Intervals come from how the
poses disagree (clustered by pose), not from an assumed noise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from scipy.optimize import least_squares
from scipy.stats import t as student

from pontine.envs.arrays import Array
from pontine.envs.robot import JOINTS
from pontine.envs.rotations import matrix_to_quat

from ..vision import tags
from ..vision.lens import CameraPose, Lens
from ..vision.markers import Tag
from .geometry import Geometry, rotation

FITTED = (1, 2, 3)
"""The joints whose zeros are fitted: lift, elbow, flex."""

PIXELS, PLAY = 0.3, np.deg2rad(0.2)
"""What the corners of a tag in the mean of a few pictures scatter by (pixels), and by how much (rad) a joint may be
from where its encoder says. Only their ratio matters; both are chosen."""

CONFIDENCE = 0.95

# Zeros, turn, shift, reach, scale: as far off (rad and m) as arms that people built and set up are said to be.
_LIKELY = np.r_[np.full(3, np.deg2rad(3.0)), np.deg2rad((2.0, 2.0, 5.0)), 0.0025, 0.0025, 0.0015, 0.004, 0.02]
# A base may stand on something, on its sheet or on a clamp, and not in the table: 0 to 2.4 mm were found.
_USUAL = np.r_[np.zeros(8), 0.0012, 0.0, 0.0]
_OUTLIER = 2.0
_GEOMETRY, _PLACE = 10, 6
SHARED = _GEOMETRY + 1
"""How many values all tags share: the geometry's, and the logarithm of how large the tags seem."""

_STEP = 1e-6


@dataclass(frozen=True, eq=False)
class Shot:
    """The arm at one pose: its joints (6,) rad as the calibration has them, and the corners (4, 2), in pixels, of each
    tag on the hand that was seen."""

    joints: Array
    corners: Mapping[int, Array]


@dataclass(frozen=True)
class Estimate:
    """A value and its interval of 95 % (`CONFIDENCE`)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Fitted:
    """What was fitted: the arm's `geometry`, where on the hand each tag is (in the gripper's frame, its origin at the
    tool point) and how large it seems, and the intervals of all that by what it is called."""

    geometry: Geometry
    tags: tuple[Tag, ...]
    estimates: Mapping[str, Estimate]


ESTIMATES = (
    *(f"{JOINTS[joint]} zero" for joint in FITTED),
    "tilt about x",
    "tilt about y",
    "turn about z",
    "shift along x",
    "shift along y",
    "shift along z",
    "reach",
    "scale",
)
"""What the fitted values are called: rad, rad and m; `reach` is the geometry's, and `scale` the logarithm of how much
larger than said the tags seem."""


class _Model:
    """Predicts the pixels of all that was seen; values are those of `ESTIMATES`, then six a tag."""

    def __init__(self, shots: Sequence[Shot], stuck: Sequence[Tag], lens: Lens, camera: CameraPose) -> None:
        self.stuck, self._lens, self._camera = stuck, lens, camera
        place = {tag.id: i for i, tag in enumerate(stuck)}
        pairs = [(k, place[id], c) for k, shot in enumerate(shots) for id, c in sorted(shot.corners.items())]
        self.shot, self.tag = (np.array([pair[i] for pair in pairs], int) for i in (0, 1))
        self.pixels = np.array([pair[2] for pair in pairs], float).reshape(-1, 4, 2)
        self.joints = np.array([shots[k].joints for k in self.shot]).reshape(-1, len(JOINTS))
        self.squares = np.array([tags.corners(tag.size) for tag in stuck])

    def predicted(self, values: Array, joints: Array | None = None) -> Array:
        """Pixels (m, 4, 2)."""
        hand = _geometry(values).hand(self.joints if joints is None else joints)
        places = values[SHARED:].reshape(-1, _PLACE)
        turns = np.array([rotation(place[:3]) for place in places])
        squares = np.exp(values[_GEOMETRY]) * self.squares @ turns.transpose(0, 2, 1) + places[:, None, 3:]
        points = squares[self.tag] @ hand.rotation.transpose(0, 2, 1) + hand.position[:, None]
        return self._lens.project(self._camera.into(points.reshape(-1, 3))).reshape(-1, 4, 2)

    def whitening(self, values: Array) -> Array:
        """What (m, 8, 8) makes of misses in pixels ones of variance 1, were noise what it is taken to be."""
        here, slopes = self.predicted(values), []
        for joint in range(5):
            moved = self.joints.copy()
            moved[:, joint] += _STEP
            slopes.append((self.predicted(values, moved) - here).reshape(-1, 8) / _STEP)
        by_joint = np.stack(slopes, axis=2)
        spread = PIXELS**2 * np.eye(8) + PLAY**2 * by_joint @ by_joint.transpose(0, 2, 1)
        return np.linalg.inv(np.linalg.cholesky(spread))

    def misses(self, values: Array, whitening: Array) -> Array:
        """What is minimised, (m, 8)."""
        off = (self.predicted(values) - self.pixels).reshape(-1, 8)
        return np.einsum("mij,mj->mi", whitening, off)

    def off(self, values: Array) -> Array:
        """How far (m) the middle of each tag is from where it is seen, across the line of sight, (m,)."""
        predicted = self.predicted(values)
        gap = np.linalg.norm(predicted.mean(1) - self.pixels.mean(1), axis=1)
        hand = _geometry(values).hand(self.joints)
        places = values[SHARED:].reshape(-1, _PLACE)[self.tag, 3:]
        points = np.einsum("mij,mj->mi", hand.rotation, places) + hand.position
        depth = self._camera.into(points)[:, 2]
        return gap * depth / self._lens.focal[0]


def fit(shots: Sequence[Shot], stuck: Sequence[Tag], lens: Lens, camera: CameraPose) -> Fitted:
    """What explains best where the tags `stuck` (ids and sizes; where on the hand is found out) are seen.

    Every tag of the shots must be among `stuck`. Raises ValueError for fewer than four shots.
    """
    if len(shots) < 4:
        raise ValueError(f"{len(shots)} shots tell nothing; it takes at least 4")
    known = [tag for tag in stuck if any(tag.id in shot.corners for shot in shots)]
    model = _Model(shots, known, lens, camera)
    values = np.concatenate([np.zeros(SHARED), *_guesses(model, lens, camera)])

    # First by pixels alone, from a guess that may be far off; then by what the joints' play explains as well.
    whitening = np.broadcast_to(np.eye(8) / (10 * PIXELS), (len(model.pixels), 8, 8))
    for _ in range(3):

        def residuals(found: Array, whitening: Array = whitening) -> Array:
            unusual = (found[:SHARED] - _USUAL) / _LIKELY
            return np.concatenate([model.misses(found, whitening).ravel(), unusual])

        solved = least_squares(residuals, values, loss="soft_l1", f_scale=_OUTLIER, x_scale="jac")
        values = solved.x
        whitening = model.whitening(values)
    spread = _spread(solved, model.shot, len(shots))
    quantile = float(student.ppf((1 + CONFIDENCE) / 2, max(len(shots) - 1, 1)))
    ranges = zip(ESTIMATES, values[:SHARED], quantile * spread[:SHARED], strict=True)
    estimates = {name: Estimate(float(v), float(v - w), float(v + w)) for name, v, w in ranges}
    return Fitted(_geometry(values), _placed(values, known), estimates)


def misses(fitted: Fitted, shots: Sequence[Shot], lens: Lens, camera: CameraPose) -> Array:
    """How far (m) the hand is from where it is seen, across the line of sight, at each of the shots, (n,)."""
    model = _Model(shots, fitted.tags, lens, camera)
    off = model.off(_values(fitted))
    return np.array([off[model.shot == k].mean() for k in range(len(shots)) if np.any(model.shot == k)])


def predicted(fitted: Fitted, joints: Array, lens: Lens, camera: CameraPose) -> dict[int, Array]:
    """The pixels (4, 2) of each tag on the hand at joints (6,) rad of the calibration, be it hidden or not."""
    shot = Shot(joints, {tag.id: np.zeros((4, 2)) for tag in fitted.tags})
    found = _Model([shot], fitted.tags, lens, camera).predicted(_values(fitted))
    return {id: found[i] for i, id in enumerate(sorted(shot.corners))}


def placed_anew(fitted: Fitted, shots: Sequence[Shot], lens: Lens, camera: CameraPose) -> tuple[Tag, ...]:
    """Where on the hand the tags are by these shots, the geometry being what was fitted; those that they show."""
    known = [tag for tag in fitted.tags if any(tag.id in shot.corners for shot in shots)]
    model = _Model(shots, known, lens, camera)
    values = _values(Fitted(fitted.geometry, tuple(known), {}))
    whitening = model.whitening(values)

    def residuals(places: Array) -> Array:
        return model.misses(np.concatenate([values[:SHARED], places]), whitening).ravel()

    solved = least_squares(residuals, values[SHARED:], loss="soft_l1", f_scale=_OUTLIER, x_scale="jac")
    return _placed(np.concatenate([values[:SHARED], solved.x]), known)


def information(joints: Array, tag: Tag, fitted: Fitted, lens: Lens, camera: CameraPose) -> Array:
    """What a picture of a tag at joints (n, 6) rad tells of what is shared and that tag's place, (n, 17, 17)."""
    shots = [Shot(q, {tag.id: np.zeros((4, 2))}) for q in joints]
    own = Fitted(fitted.geometry, (tag,), {})
    model, values = _Model(shots, (tag,), lens, camera), _values(own)
    whitening, here = model.whitening(values), model.predicted(values)
    slopes = []
    for i in range(SHARED + _PLACE):
        moved = values.copy()
        moved[i] += _STEP
        slopes.append(np.einsum("mij,mj->mi", whitening, (model.predicted(moved) - here).reshape(-1, 8)) / _STEP)
    jacobian = np.stack(slopes, axis=2)
    return jacobian.transpose(0, 2, 1) @ jacobian


PRIOR = np.diag(np.r_[1 / _LIKELY**2, np.full(3, 1.0), np.full(3, 1 / 0.1**2)])
"""What is known before any picture, in the terms of `information`, (17, 17)."""


def _geometry(values: Array) -> Geometry:
    zeros = np.zeros(len(JOINTS))
    zeros[list(FITTED)] = values[:3]
    return Geometry(zeros, values[3:6], values[6:9], float(values[9]))


def _values(fitted: Fitted) -> Array:
    """What `_Model` takes, the tags being as large as they seem."""
    geometry = fitted.geometry
    places = [np.r_[vector(tag), tag.position] for tag in fitted.tags]
    zeros = geometry.zeros[list(FITTED)]
    return np.concatenate([zeros, geometry.turn, geometry.shift, [geometry.reach, 0.0], *places])


def vector(tag: Tag) -> Array:
    """The rotation vector (3,) of a tag's orientation."""
    w, *axis = tag.orientation
    size = float(np.linalg.norm(axis))
    return np.zeros(3) if size < 1e-12 else 2 * np.arctan2(size, w) * np.array(axis) / size


def _placed(values: Array, known: Sequence[Tag]) -> tuple[Tag, ...]:
    placed = []
    for tag, place in zip(known, values[SHARED:].reshape(-1, _PLACE), strict=True):
        w, x, y, z = (float(v) for v in matrix_to_quat(rotation(place[:3])))
        a, b, c = (float(v) for v in place[3:])
        placed.append(Tag(tag.id, tag.size * float(np.exp(values[_GEOMETRY])), (a, b, c), (w, x, y, z)))
    return tuple(placed)


def _guesses(model: _Model, lens: Lens, camera: CameraPose) -> list[Array]:
    """Where on the hand each tag is, (6,), by the picture of it that explains the others best."""
    hand = Geometry().hand(model.joints)
    found = []
    for i, tag in enumerate(model.stuck):
        own = np.flatnonzero(model.tag == i)
        candidates = []
        for m in own:
            _, turns, moves, _ = cv2.solvePnPGeneric(
                tags.corners(tag.size), model.pixels[m], lens.matrix, lens.coefficients,
                flags=cv2.SOLVEPNP_IPPE_SQUARE,
            )  # fmt: skip
            for turn, move in zip(turns, moves, strict=True):
                to_hand = hand.rotation[m].T @ camera.rotation.T
                turned = to_hand @ rotation(np.ravel(turn))
                place = to_hand @ (np.ravel(move) - camera.translation) - hand.rotation[m].T @ hand.position[m]
                candidates.append(np.r_[np.ravel(cv2.Rodrigues(turned)[0]), place])
        square, misses = tags.corners(tag.size), []
        for candidate in candidates:
            corners = square @ rotation(candidate[:3]).T + candidate[3:]
            points = corners @ hand.rotation[own].transpose(0, 2, 1) + hand.position[own][:, None]
            seen = lens.project(camera.into(points.reshape(-1, 3))).reshape(-1, 4, 2)
            misses.append(float(np.median(np.linalg.norm(seen - model.pixels[own], axis=2).mean(1))))
        found.append(candidates[int(np.argmin(misses))])
    return found


def _spread(solved: Any, shot: Array, count: int) -> Array:
    """Standard deviations of what was solved for, as the poses disagree."""
    pairs = len(shot) * 8
    jacobian = solved.jac
    hessian = jacobian.T @ jacobian
    pull = np.zeros((count, jacobian.shape[1]))
    # What scipy gives is scaled by the root of the loss's curvature, the misses are not: together with the
    # loss's slope that makes this of what each pulls.
    pulled = solved.fun * (1 + (solved.fun / _OUTLIER) ** 2) ** 0.25
    score = (jacobian * pulled[:, None])[:pairs]
    for k in range(count):
        own = np.repeat(shot == k, 8)
        pull[k] = score[own].sum(0)
    inverse = np.linalg.inv(hessian)
    meat = pull.T @ pull
    free = max(pairs - jacobian.shape[1], 1)
    meat *= count / max(count - 1, 1) * (pairs - 1) / free
    # What is likely beforehand is as uncertain as it says.
    meat += jacobian[pairs:].T @ jacobian[pairs:]
    return np.sqrt(np.diag(inverse @ meat @ inverse).clip(0))
