"""What is measured, against what must stop an arm."""

from __future__ import annotations

import numpy as np
import pytest

from pontine.envs.robot import JOINTS
from pontine.sim2real.arm.monitors import Measured, Watch
from pontine.sim2real.arm.safety_profile import safety_profile
from pontine.sim2real.arm.stops import Kind, Stop
from pontine.sim2real.bus.bus import ServoState

PROFILE = safety_profile("gentle")


def stops(volts: float, amperes: float) -> list[Stop]:
    """What stops an arm of that supply whose elbow has drawn that much for a second, away from its command."""
    watch, found = Watch(PROFILE, volts), list[Stop]()
    lag = np.where(np.arange(6) == JOINTS.index("elbow_flex"), 0.3, 0.0)
    state = ServoState(3.0, 0.0, 0.5, volts, 30.0, amperes, False, ())
    for now in np.arange(0, 1, 0.04):
        found += watch.look({"elbow_flex": Measured(state, {})}, lag, {"elbow_flex": {}}, float(now))
    return found


@pytest.mark.parametrize(("volts", "limit"), [(5.0, 1.0), (7.4, 1.0), (12.0, 12 / 7.4)])
def test_servos_of_a_higher_supply_may_draw_more_before_that_is_a_stall(volts: float, limit: float) -> None:
    most = limit * PROFILE.stall_amperes[JOINTS.index("elbow_flex")]
    assert stops(volts, most - 0.02) == []
    assert stops(volts, most + 0.02)[0].kind == Kind.STALL
