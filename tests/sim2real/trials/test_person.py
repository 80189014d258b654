"""A person who calibrates an emulated arm by hand: what comes of it is what the arm says a person is left with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pontine.envs.robot import JOINTS
from pontine.envs.so101.model import GRIPPER
from pontine.sim2real.bringup.calibrate import calibrate
from pontine.sim2real.bringup.plausibility import all_doubts
from pontine.sim2real.bus.bus import Bus
from pontine.sim2real.emulation.arm_profile import drawn
from pontine.sim2real.emulation.emulated_arm import EmulatedArm
from pontine.sim2real.trials.person import EYE, Hands

IDS = {name: index + 1 for index, name in enumerate(JOINTS)}
ROLL = JOINTS.index("wrist_roll")


def test_hands_calibrate_a_strangers_arm_as_well_as_hands_can(tmp_path: Path) -> None:
    arm = drawn("stranger", 11)
    with EmulatedArm(profile=arm) as emulated, Bus(emulated.port, IDS, patience=0.3) as bus:
        hands = Hands(emulated, seed=1)
        found = calibrate(bus, hands, tmp_path / "arm.json", "mine")
        emulated.let_go()
        left = found.to_model(emulated.true_calibration.to_encoder(np.zeros(6)))
    assert all_doubts(found) == {}
    assert any("Bring the arm to the zero pose" in told for told in hands.heard)
    assert any("one end stop to the other" in told for told in hands.heard)
    # The stops are not where the model has them; the roll's zero is the eye's.
    expected = -arm.zero_error
    expected[ROLL] = left[ROLL]
    np.testing.assert_allclose(left, expected, atol=np.deg2rad(0.6))
    assert 0 < abs(left[ROLL]) < 4 * EYE
    assert abs(left[GRIPPER]) == pytest.approx(abs(arm.zero_error[GRIPPER]), abs=np.deg2rad(0.6))
