"""Whether an arm's hand is still where its alignment and its joints put it, told by one look at where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.robot import JOINTS

from ..arm.calibration import Calibration
from ..bus.bus import Bus
from ..vision.camera import Camera
from ..vision.lens import CameraPose, Lens
from ..vision.markers import Markers
from ..vision.tag_pose import TagFinder, stand
from ..vision.tracking.hand_offset import Expected
from . import fit
from .alignment import Aligned, Alignment

DRIFTED = 0.005
"""How far (m) from where it should be a hand is seen that has drifted: twice what a good alignment leaves."""

_LOOKS = 5


def offset(
    alignment: Alignment, joints: Array, corners: Mapping[int, Array], lens: Lens, camera: CameraPose
) -> Array | None:
    """By how much (3,) m the hand is seen beside where it is at joints (6,) rad of the plain calibration, across the
    line of sight; None where none of the tags with these corners (4, 2), in pixels, was on the hand when it was
    aligned."""
    expected = fit.predicted(alignment.fitted, joints, lens, camera)
    both = [id for id in corners if id in expected]
    if not both:
        return None
    hand = alignment.geometry.hand(joints[None])
    depth = float(camera.into(hand.position)[0, 2])
    gap = np.mean([corners[id].mean(axis=0) - expected[id].mean(axis=0) for id in both], axis=0)
    return np.asarray(camera.rotation.T @ np.r_[gap * depth / lens.focal, 0.0])


def expected(calibration: Calibration) -> Expected | None:
    """By how much the hand is seen beside where an aligned arm's joints put it, for who watches it; None for a
    calibration that is not aligned."""
    if not isinstance(calibration, Aligned):
        return None
    return lambda joints, *seen: offset(calibration.alignment, calibration.plain(joints), *seen)


def late(calibration: Calibration) -> float | None:
    """How late (s) the camera's pictures come, as the alignment of an aligned arm has it; None where nobody knows."""
    return calibration.alignment.late if isinstance(calibration, Aligned) else None


@dataclass(frozen=True)
class Drift:
    """How far (m) the hand is seen from where it should be, None if none of its tags is seen; the miss that is usual
    (m) by the alignment."""

    apart: float | None
    usual: float

    @property
    def drifted(self) -> bool:
        """Whether that is too far."""
        return self.apart is not None and self.apart > DRIFTED + self.usual

    def __str__(self) -> str:
        if self.apart is None:
            return (
                "the hand's tags are not seen where the arm stands: hold the hand up before the camera and check again"
            )
        seen = f"the hand is seen {1000 * self.apart:.1f} mm from where its joints put it"
        if not self.drifted:
            return f"{seen}: hand and camera are still aligned"
        usual = f"{1000 * self.usual:.1f} mm were usual"
        return f"{seen}, {usual}: hand and camera have drifted; run `pontine arm align` again"


def look(calibration: Aligned, bus: Bus, camera: Camera, markers: Markers, lens: Lens) -> Drift:
    """Look at the hand where the arm stands; nothing moves. Raises PontineError where the table is not seen."""
    alignment, finder, seen = calibration.alignment, TagFinder(markers.family), -np.inf
    hand: dict[int, list[Array]] = {}
    table: dict[int, list[Array]] = {}
    joints = []
    for _ in range(_LOOKS):
        picture, seen = camera.frame(after=seen)
        measured = bus.measure()
        joints.append(calibration.plainly(np.array([measured[joint].angle for joint in JOINTS])))
        lens = lens.at(picture.shape[1], picture.shape[0])
        found = finder.find(np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8))
        for stuck, kept in ((markers.hand, hand), (markers.table, table)):
            for tag in stuck:
                if tag.id in found:
                    kept.setdefault(tag.id, []).append(found[tag.id])
    known = [tag for tag in markers.table if tag.id in table]
    eye = stand(known, {tag.id: np.mean(table[tag.id], axis=0) for tag in known}, lens)
    corners = {id: np.asarray(np.mean(many, axis=0)) for id, many in hand.items()}
    off = offset(alignment, np.mean(joints, axis=0), corners, lens, eye)
    return Drift(None if off is None else float(np.linalg.norm(off)), alignment.usual_miss)
