"""All of an alignment: what was seen is fitted, tried at poses kept out of the fit, and refused where it disagrees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pontine.envs.arrays import Array

from ..arm.calibration import Calibration
from ..vision.lens import CameraPose, Lens
from ..vision.markers import Markers
from . import refusals
from .alignment import Alignment
from .fit import Fitted, Shot, fit, misses
from .geometry import Geometry
from .lateness import lateness
from .visit import Series

KEPT_OUT = 4
"""Every how many-eth pose is kept out of the fit, to try it with."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """An alignment, the camera by which it was made, and how far (m) the hand was from where it was seen at the poses
    kept out of the fit, (n,): `before` it and after."""

    alignment: Alignment
    camera: CameraPose
    before: Array
    after: Array


def align(series: Series, calibration: Calibration, markers: Markers, lens: Lens) -> Outcome:
    """The alignment by what was seen. Raises AlignmentError or SightError where it does not agree."""
    camera, shots = series.camera(markers, lens), series.shots
    kept = [shot for k, shot in enumerate(shots) if k % KEPT_OUT == KEPT_OUT - 1]
    used = [shot for k, shot in enumerate(shots) if k % KEPT_OUT != KEPT_OUT - 1]
    refusals.check_camera(series.tables)
    refusals.check_count(len(shots), series.tried)
    first = fit(used, markers.hand, lens, camera)
    refusals.check(shots, first, lens, camera)
    seen = [shot for shot in kept if any(tag.id in shot.corners for tag in first.tags)]
    after = misses(first, seen, lens, camera)
    refusals.check_miss(after.tolist())
    before = _unaligned(first, seen, lens, camera)
    whole = fit(shots, markers.hand, lens, camera)
    made = datetime.now().astimezone().isoformat(timespec="seconds")
    late = lateness(series.swing, whole, lens, camera)
    alignment = Alignment.of(calibration.name, whole, after.tolist(), calibration, markers, made, late)
    return Outcome(alignment, camera, before, after)


def _unaligned(fitted: Fitted, shots: list[Shot], lens: Lens, camera: CameraPose) -> Array:
    """What `misses` would be, were nothing made up for, by the tags' places on the hand that were found."""
    return misses(Fitted(Geometry(), fitted.tags, {}), shots, lens, camera)
