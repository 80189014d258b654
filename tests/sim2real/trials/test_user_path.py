"""An emulated arm as its user has it once it was calibrated."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pontine.envs.robot import JOINTS
from pontine.sim2real.arm.calibration import CalibrationError
from pontine.sim2real.bus.registers import RADIANS
from pontine.sim2real.emulation.arm_profile import drawn
from pontine.sim2real.trials.kit import kit
from pontine.sim2real.trials.user_path import calibrated

SHIFT = 100
"""Counts by which calibrating has changed the roll's homing offset."""


def test_an_arm_whose_homing_offset_was_set_anew_works_by_that_calibration() -> None:
    arm = drawn("stranger", 1)
    with kit(profile=arm) as have:
        noted = have.emulated.calibration
        roll = noted.joints["wrist_roll"]
        again = replace(roll, homing_offset=roll.homing_offset - SHIFT, zero=roll.zero + SHIFT * RADIANS)
        anew = replace(noted, joints={**noted.joints, "wrist_roll": again})
        # The servo still has the old one.
        with pytest.raises(CalibrationError, match="wrist_roll has the homing offset"):
            have.awake(anew, "gentle").__enter__()
    with kit(profile=calibrated(arm, anew)) as have, have.awake(anew, "gentle") as ready:
        stood = ready.observe().position
        truth = have.emulated.truth().joints
    assert abs(stood - truth)[JOINTS.index("wrist_roll")] < 0.06
