"""What a person does with an arm before its first instruction, done by the program on an emulated one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from pontine.envs.robot import JOINTS

from ..arm.calibration import Calibration
from ..bringup.calibrate import calibrate
from ..bus.bus import Bus
from ..bus.registers import RADIANS
from ..bus.sts3215 import MID_COUNTS
from ..emulation.drawn_arm import Arm
from ..emulation.emulated_arm import PICTURE_SIZE
from ..emulation.process import emulation
from ..vision.camera import open_camera
from ..vision.camera_pose import PoseChecker
from .person import Hands

UNHURRIED = 0.5
"""s that answers may lag while nothing moves by itself: the emulation shares the machine with others."""

LOOKS = 5
"""Pictures of the table that the check of the camera looks at."""


@dataclass(frozen=True)
class Prepared:
    """An arm that its user has set up: the calibration, and what was found on the way, for a file."""

    calibration: Calibration
    found: dict[str, Any]


def prepare(arm: Arm, seed: int = 0) -> Prepared:
    """Calibrate an emulated arm by hand and check its camera against the table's tags, before a cleared table.

    `seed` says how exact the person is. Raises what `calibrate` and the camera's check raise.
    """
    began = time.monotonic()
    ids = {name: index + 1 for index, name in enumerate(JOINTS)}
    with TemporaryDirectory() as folder, emulation((), profile=arm, camera=True) as emulated:
        with Bus(emulated.port, ids, patience=UNHURRIED) as bus:
            calibration = calibrate(bus, Hands(emulated, seed), Path(folder) / "arm.json", arm.name)
        emulated.let_go()
        checker, problems = PoseChecker(emulated.markers, emulated.lens), list[str]()
        with open_camera(emulated.camera_url, PICTURE_SIZE) as camera:
            seen = -np.inf
            for _ in range(LOOKS):
                picture, seen = camera.frame(after=seen, timeout=20.0)
                problems = checker.see(picture).problems
        truth = emulated.truth()
    off = {name: joint.direction * (joint.zero - _true_zero(arm, index, joint.homing_offset))
           for index, (name, joint) in enumerate(calibration.joints.items())}  # fmt: skip
    found = {
        "seconds": round(time.monotonic() - began, 1),
        "zeros_off_degrees": {name: round(float(np.degrees(np.remainder(value + np.pi, 2 * np.pi) - np.pi)), 3)
                              for name, value in off.items()},
        "camera_problems": problems,
        "base_up_mm": round(1e3 * float(truth.base[2]), 2),
        "base_turned_degrees": np.degrees(arm.base_turn).round(3).tolist(),
    }  # fmt: skip
    return Prepared(calibration, found)


def _true_zero(arm: Arm, index: int, offset: int) -> float:
    """The encoder's angle (rad) where a joint is at 0, under a homing offset (counts)."""
    return float(arm.zero[index]) + (MID_COUNTS - offset) * RADIANS
