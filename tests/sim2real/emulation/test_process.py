"""An emulated arm in a process of its own."""

from __future__ import annotations

import numpy as np
import pytest

from pontine.envs.robot import JOINTS
from pontine.envs.tabletop.objects import draw
from pontine.sim2real.bus.bus import Bus
from pontine.sim2real.emulation.process import EmulationError, emulation


def test_an_arm_in_another_process_answers_and_tells_the_truth() -> None:
    cube = draw(np.random.default_rng(1), "red_cube", "cube", "red")
    cube = cube.moved(np.array([0.2, 0.06, cube.rest_height]), 0.3)
    with emulation([cube], seed=3) as arm:
        with Bus(arm.port, arm.calibration.ids, patience=0.2) as bus:
            assert list(bus.measure()) == list(JOINTS)
        assert arm.truth().scene.object("red_cube").position == pytest.approx((0.2, 0.06, cube.rest_height), abs=1e-3)
        assert arm.camera_url == ""
    with pytest.raises(EmulationError, match="has ended"):
        arm.truth()


def test_what_keeps_it_from_starting_is_said() -> None:
    with pytest.raises(EmulationError, match="bent"), emulation(profile="bent"):
        pass
