"""What a person does with an arm before its first instruction, done by the program on an emulated one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from pontine.envs.robot import JOINTS

from ..arm.calibration import Calibration
from ..bringup.calibrate import calibrate
from ..bus.registers import RADIANS
from ..bus.sts3215 import MID_COUNTS
from ..emulation.drawn_arm import Arm
from ..vision.camera_pose import PoseChecker
from .align_trials import bring_together
from .kit import kit
from .person import Hands

UNHURRIED = 0.5
"""s that answers may lag while nothing moves by itself: the emulation shares the machine with others."""

LOOKS = 5
"""Pictures of the table that the check of the camera looks at."""


@dataclass(frozen=True)
class Prepared:
    """An arm that its user has set up: the arm as its servos are then, the calibration, aligned if that was done, and
    what was found on the way, for a file."""

    arm: Arm
    calibration: Calibration
    found: dict[str, Any]


def prepare(arm: Arm, seed: int = 0, *, align: bool = True, stepped: bool = True) -> Prepared:
    """Calibrate an emulated arm by hand, check its camera against the table's tags, and with `align` bring hand and
    camera together, before a cleared table.

    `seed` says how exact the person is, `stepped` in which time it is (`kit`). Raises what `calibrate`, the camera's
    check and `align` raise.
    """
    ids = {name: index + 1 for index, name in enumerate(JOINTS)}
    with TemporaryDirectory() as folder, kit((), profile=arm, stepped=stepped) as have:
        began = have.clock.now()
        with have.bus(ids, patience=UNHURRIED) as bus:
            hands = Hands(have.emulated, seed, have.clock)
            calibration = calibrate(bus, hands, Path(folder) / "arm.json", arm.name)
        calibrating = have.clock.now() - began
    arm = calibrated(arm, calibration)
    # The same arm again: that one's links pass through each other, for the hands.
    with kit((), profile=arm, stepped=stepped) as have:
        emulated, began = have.emulated, have.clock.now()
        checker, problems = PoseChecker(emulated.markers, emulated.lens), list[str]()
        seen = -np.inf
        for _ in range(LOOKS):
            picture, seen = have.camera.frame(after=seen, timeout=20.0)
            problems = checker.see(picture).problems
        truth, used, more = emulated.truth(), calibration, dict[str, Any]()
        if align:
            brought = bring_together(have, calibration)
            used = brought.outcome.alignment.of_calibration(calibration)
            more = {"late": [brought.outcome.alignment.late, round(arm.optics.late, 3)],
                    "align_seconds": round(brought.seconds, 1), "poses": len(brought.visitor.series.shots),
                    "miss_mm": (1e3 * brought.outcome.after).round(2).tolist()}  # fmt: skip
        seconds = calibrating + have.clock.now() - began
    off = {name: joint.direction * (joint.zero - _true_zero(arm, index, joint.homing_offset))
           for index, (name, joint) in enumerate(calibration.joints.items())}  # fmt: skip
    found = {
        "seconds": round(seconds, 1),
        **more,
        "zeros_off_degrees": {name: round(float(np.degrees(np.remainder(value + np.pi, 2 * np.pi) - np.pi)), 3)
                              for name, value in off.items()},
        "camera_problems": problems,
        "base_up_mm": round(1e3 * float(truth.base[2]), 2),
        "base_turned_degrees": np.degrees(arm.base_turn).round(3).tolist(),
    }  # fmt: skip
    return Prepared(arm, used, found)


def calibrated(arm: Arm, calibration: Calibration) -> Arm:
    """The arm with the homing offsets in its servos that they had, or were given, when it was calibrated."""
    return replace(arm, homing_offset=tuple(calibration.joints[name].homing_offset for name in JOINTS))


def _true_zero(arm: Arm, index: int, offset: int) -> float:
    """The encoder's angle (rad) where a joint is at 0, under a homing offset (counts)."""
    return float(arm.zero[index]) + (MID_COUNTS - offset) * RADIANS
