"""Where a fixture stands and how far its part has moved, as tags on both tell it.

A fixture stands upright on the table, so that the tags on its body have three numbers to tell. Its part has one: the
displacement with which the tags on it are seen where they are. What cannot be seen is None; nothing is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.declarations.fixture_kind import FIXTURES, FixtureKind
from pontine.envs.rotations import quat_to_matrix

from .lens import CameraPose, Lens
from .markers import MarkedFixture, Tag
from .pose_fit import Fit, about_z

LOOSE = 8.0
"""Largest root mean square (pixels) by which tags on a fixture may be missed: people stick and measure them to a few
millimetres."""

_TRIES, _NARROWER = 61, 30


@dataclass(frozen=True)
class FixtureSighting:
    """The pose of a fixture's frame, position (3,) m and rotation (3, 3), and its `displacement` (m or rad), None where
    its part is not to be seen."""

    position: Array
    rotation: Array
    displacement: float | None


def see(fixture: MarkedFixture, found: Mapping[int, Array], lens: Lens, camera: CameraPose,
        before: tuple[Array, Array] | None = None) -> FixtureSighting | None:  # fmt: skip
    """What the corners (4, 2) of the tags `found`, in pixels by id, tell of a fixture.

    `before` is its frame (position, rotation) in earlier pictures, for when the tags on its body are hidden. None
    where nobody knows yet where it stands.
    """
    frame = _frame(fixture, found, lens, camera) or before
    if frame is None:
        return None
    kind, seen = FIXTURES[fixture.kind], [tag for tag in fixture.part_tags if tag.id in found]
    displacement = _displacement(kind, seen, found, lens, camera, *frame) if seen else None
    return FixtureSighting(*frame, displacement)


def moved(kind: FixtureKind, points: Array, displacement: float) -> Array:
    """Points (n, 3) of a fixture's part, given in the fixture's frame at displacement 0, where they are then."""
    axis = np.array(kind.direction)
    if kind.joint == "slide":
        return points + displacement * axis
    arms = points - np.array(kind.pivot)
    along = (arms @ axis)[:, None] * axis
    turned = np.cos(displacement) * (arms - along) + np.sin(displacement) * np.cross(axis, arms) + along
    return turned + np.array(kind.pivot)


def _frame(fixture: MarkedFixture, found: Mapping[int, Array], lens: Lens, camera: CameraPose
           ) -> tuple[Array, Array] | None:  # fmt: skip
    """Where the fixture stands: as its file says, or as the tags on its body do."""
    if fixture.position is not None:
        return np.array(fixture.position), quat_to_matrix(np.array(fixture.orientation))
    seen = [tag for tag in fixture.tags if tag.id in found]
    if not seen:
        return None
    fit = Fit(np.concatenate([tag.corners() for tag in seen]), _pixels(seen, found), lens, camera)
    guess = fit.best(seen[0])
    if guess is None:
        return None
    rotation, position, _ = guess
    heading = about_z(float(np.arctan2(rotation[1, 0], rotation[0, 0])))
    stands = fit.upright(heading, position * (1.0, 1.0, 0.0), height=0.0)
    return (stands[1], stands[0]) if stands is not None and stands[2] <= LOOSE else None


def _displacement(kind: FixtureKind, seen: list[Tag], found: Mapping[int, Array], lens: Lens, camera: CameraPose,
                  position: Array, rotation: Array) -> float | None:  # fmt: skip
    """The displacement with which the part's tags are seen where they are, None if there is none."""
    points, pixels = np.concatenate([tag.corners() for tag in seen]), _pixels(seen, found)

    def error(displacement: float) -> float:
        there = moved(kind, points, displacement) @ rotation.T + position
        off = lens.project(camera.into(there)) - pixels
        return float(np.sqrt((off**2).sum(1).mean()))

    # a little beyond both ends: tags are stuck on by hand
    low, high = -0.1 * kind.travel, 1.1 * kind.travel
    tries = np.linspace(low, high, _TRIES)
    best, step = float(min(tries, key=error)), (high - low) / (_TRIES - 1)
    for _ in range(_NARROWER):
        step /= 1.5
        best = min((best - step, best, best + step), key=error)
    return float(np.clip(best, 0.0, kind.travel)) if error(best) <= LOOSE else None


def _pixels(seen: list[Tag], found: Mapping[int, Array]) -> Array:
    return np.concatenate([found[tag.id] for tag in seen])
