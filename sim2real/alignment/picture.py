"""One picture of an alignment: where the hand's tags were seen, and where the joints put them before it and after."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..vision.drawing.overlay import GREEN, RED, ArmOutline, Overlay, save
from ..vision.lens import Lens
from . import fit
from .align import Outcome
from .fit import Fitted
from .geometry import Geometry
from .visit import Series


def draw(series: Series, outcome: Outcome, lens: Lens, path: str | Path) -> None:
    """Draw every pose into the last picture of the series and write it (PNG)."""
    assert series.last is not None, "nothing was looked at"
    over = Overlay(series.last, lens, outcome.camera)
    fitted = outcome.alignment.fitted
    plain = Fitted(Geometry(), fitted.tags, {})
    over.axes(np.zeros(3), np.eye(3), "the base's origin", 0.1)
    for shot in series.shots:
        for id, corners in shot.corners.items():
            for arm, color in ((plain, RED), (fitted, GREEN)):
                there = fit.predicted(arm, shot.joints, lens, outcome.camera).get(id)
                if there is not None:
                    over.squares({id: there}, color)
            over.dot(corners.mean(axis=0))
    joints = series.shots[-1].joints
    over.arm(ArmOutline().parts(fitted.geometry.model_joints(joints)))
    over.line(f"dots: seen; red: by the joints before, {1000 * np.median(outcome.before):.1f} mm off")
    over.line(f"green: aligned, {1000 * np.median(outcome.after):.1f} mm off at poses kept out of the fit", 1)
    save(over.picture, path)
