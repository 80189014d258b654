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


def stops(volts: float, amperes: float, velocity: float = 0.0) -> list[Stop]:
    """What stops an arm of that supply whose elbow has drawn that much for a second, away from its command and going
    there (below 0: away from there) at `velocity` rad/s."""
    watch, found = Watch(PROFILE, volts), list[Stop]()
    elbow = np.arange(6) == JOINTS.index("elbow_flex")
    lag, speed = np.where(elbow, -0.3, 0.0), np.where(elbow, -velocity, 0.0)
    state = ServoState(3.0, 0.0, 0.5, volts, 30.0, amperes, False, ())
    for now in np.arange(0, 1, 0.04):
        found += watch.look({"elbow_flex": Measured(state, {})}, lag, speed, {"elbow_flex": {}}, float(now))
    return found


@pytest.mark.parametrize(("volts", "limit"), [(5.0, 1.0), (7.4, 1.0), (12.0, 12 / 7.4)])
def test_servos_of_a_higher_supply_may_draw_more_before_that_is_a_stall(volts: float, limit: float) -> None:
    most = limit * PROFILE.stall_amperes[JOINTS.index("elbow_flex")]
    assert stops(volts, most - 0.02) == []
    assert stops(volts, most + 0.02)[0].kind == Kind.STALL


@pytest.mark.parametrize(("velocity", "stalled"), [(0.3, False), (0.05, True), (0.0, True), (-0.3, True)])
def test_a_joint_that_works_hard_and_gets_on_has_not_stalled(velocity: float, stalled: bool) -> None:
    most = PROFILE.stall_amperes[JOINTS.index("elbow_flex")]
    assert [stop.kind for stop in stops(7.4, 1.3 * most, velocity)[:1]] == [Kind.STALL] * stalled
