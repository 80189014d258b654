"""What of an alignment does not agree, said with the likely cause: a wrong alignment is worse than none."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.robot import JOINTS

from ..vision.lens import CameraPose, Lens
from . import fit
from .alignment import LARGEST_SHIFT, LARGEST_TURN, LARGEST_ZERO, AlignmentError
from .fit import Fitted, Shot

FEWEST = 16
"""Poses at which a tag on the hand must have been seen."""

MOVED = 2.5
"""Pixels by which the table's tags may move in the picture during a run."""

MISPRINTED = 0.03
"""Share by which the hand's tags may seem larger or smaller than said."""

LOOSE = 0.003
"""How far (m) a tag may be from where it was on the hand earlier in the run."""

USUAL, WORST = 0.003, 0.012
"""The median and the largest miss (m) at poses kept out of the fit."""

PAN_AXIS = 0.0388
"""How far (m) the pan's axis is ahead of the origin of the base's frame: who measures from it is off by that."""

_NEAR, _FEW = 0.008, 5


def check(shots: Sequence[Shot], fitted: Fitted, lens: Lens, camera: CameraPose) -> None:
    """Raise AlignmentError in one line where what was seen does not agree, the likeliest cause named."""
    check_size(fitted)
    check_stuck(shots, fitted, lens, camera)
    check_geometry(fitted)


def check_count(seen: int, tried: int) -> None:
    """Whether the hand was seen at enough of the poses."""
    if seen < FEWEST:
        raise AlignmentError(
            f"tags on the hand were seen at {seen} of {tried} poses, {FEWEST} are needed: more light, larger tags, a "
            "tag on either side of the hand, or a camera that sees more of the table"
        )


def check_camera(tables: Sequence[Mapping[int, Array]]) -> None:
    """Whether the table's tags stayed where they were in the picture."""
    for k, table in enumerate(tables):
        both = [id for id in table if id in tables[0]]
        gaps = [float(np.linalg.norm(table[id] - tables[0][id], axis=1).mean()) for id in both]
        if len(both) >= 2 and (moved := float(np.median(gaps))) > MOVED:
            raise AlignmentError(
                f"the camera or the sheet was moved while the arm was at pose {k + 1} of {len(tables)}: the table's "
                f"tags went {moved:.0f} pixels in the picture; fix both and begin again"
            )


def check_size(fitted: Fitted) -> None:
    """Whether the tags on the hand are as large as they are said to be."""
    estimate = fitted.estimates["scale"]
    larger = math.expm1(estimate.value)
    if abs(larger) > MISPRINTED and not estimate.low <= 0.0 <= estimate.high:
        change = f"{abs(larger):.0%} {'smaller' if larger < 0 else 'larger'}"
        raise AlignmentError(
            f"the tags on the hand are {change} than the markers file says: measure a black square and write its side "
            "into the file, or print the sheet again at 100 %"
        )


def check_stuck(shots: Sequence[Shot], fitted: Fitted, lens: Lens, camera: CameraPose) -> None:
    """Whether each tag on the hand stayed where it was."""
    middle = len(shots) // 2
    halves = []
    for half in (shots[:middle], shots[middle:]):
        often = {tag.id for tag in fitted.tags if sum(tag.id in shot.corners for shot in half) >= _FEW}
        halves.append({tag.id: tag for tag in fit.placed_anew(fitted, half, lens, camera) if tag.id in often})
    for id, before in halves[0].items():
        after = halves[1].get(id)
        if after is None:
            continue
        went = float(np.linalg.norm(after.corners() - before.corners(), axis=1).mean())
        if went > LOOSE:
            raise AlignmentError(
                f"tag {id} moved by {1000 * went:.0f} mm on the hand during the run, or the hand knocked on something: "
                "stick it on firmly, away from what moves, and begin again"
            )


def check_geometry(fitted: Fitted) -> None:
    """Whether what the arm differs by is no more than what an arm that is well set up may differ by."""
    geometry = fitted.geometry
    x, y, z = geometry.shift
    if math.hypot(x + PAN_AXIS, y) < _NEAR or math.hypot(x - PAN_AXIS, y) < _NEAR:
        raise AlignmentError(
            f"the arm stands {1000 * abs(x):.0f} mm from where the markers file has it, as far as the pan's axis is "
            "from the origin: measure the tags' places from the origin that the sheet shows, not from the axis"
        )
    if math.hypot(x, y) > LARGEST_SHIFT or abs(z) > LARGEST_SHIFT:
        raise AlignmentError(
            f"the arm stands {1000 * x:+.0f}, {1000 * y:+.0f}, {1000 * z:+.0f} mm from where the markers file has it: "
            "measure the places of the table's tags again, from the arm's origin"
        )
    for joint, zero in zip(JOINTS, geometry.zeros, strict=True):
        if abs(zero) > LARGEST_ZERO:
            raise AlignmentError(
                f"the zero of {joint} is off by {math.degrees(zero):+.0f}°: calibrate the arm again, with its joints "
                "in the middle when asked for that"
            )
    if np.abs(geometry.turn).max() > LARGEST_TURN:
        raise AlignmentError(
            f"the arm is turned by {math.degrees(float(np.linalg.norm(geometry.turn))):.0f}° against the table's tags: "
            "lay the sheet, or calibrate the pan, again"
        )


def check_miss(miss: Sequence[float]) -> None:
    """Whether the hand meets what is seen at poses (m) that were kept out of the fit."""
    usual, worst = float(np.median(miss)), float(np.max(miss))
    if usual > USUAL or worst > WORST:
        raise AlignmentError(
            f"with all that made up for, the hand is still {1000 * usual:.1f} mm from where it is seen, "
            f"{1000 * worst:.1f} at worst: a loose screw or joint, a lens that was not calibrated, or a tag not flat"
        )
