"""An emulated arm in stepped time: the whole way from command to servo and camera, and the same each time."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest

from pontine.envs.arrays import Array
from pontine.envs.robot import CONTROL_SECONDS, JOINTS, straight
from pontine.sim2real.arm.stops import Kind, SafetyStop
from pontine.sim2real.emulation.emulated_arm import EmulatedArm
from pontine.sim2real.trials.kit import SteppedCamera, kit

GOAL = np.array([0.3, -0.8, 0.9, 1.0, 0.4, 0.5])


def swung(steps: int = 50) -> tuple[Array, float]:
    """Where an arm's joints stood at each of so many control steps towards a goal, and how long (s) it took."""
    with kit(profile="stranger", seed=3) as have, have.awake(have.emulated.calibration, "normal") as arm:
        began, stood = have.clock.now(), []
        for _ in range(steps):
            arm.command(GOAL)
            stood.append(arm.observe().position)
        return np.array(stood), have.clock.now() - began


def test_an_arm_is_where_it_is_sent_and_a_run_is_the_same_each_time() -> None:
    stood, took = swung()
    assert np.abs(stood[-1] - GOAL).max() < 0.08
    assert took == pytest.approx(50 * CONTROL_SECONDS, abs=CONTROL_SECONDS)
    again, _ = swung(20)
    np.testing.assert_array_equal(again, stood[:20])


def test_time_stands_still_while_nobody_waits_and_ends_at_rest() -> None:
    with kit(profile="new") as have:
        with have.awake(have.emulated.calibration, "normal") as arm:
            arm.command(GOAL)
            was = have.clock.now()
            assert [have.clock.now() for _ in range(3)] == [was] * 3
        assert arm.report()["ending"] == {"at_rest": True, "unreached": {}}
        assert arm.report()["timing"]["deadline_misses"] == 0
        assert have.clock.now() > was


def test_what_stops_an_arm_stops_it_here_too() -> None:
    with kit(profile="new") as have, suppress(SafetyStop), have.awake(have.emulated.calibration, "normal") as arm:
        assert isinstance(have.emulated, EmulatedArm)
        for k in range(100):
            if k == 10:
                have.emulated.brown_out(JOINTS.index("elbow_flex") + 1)
            arm.command(GOAL)
    assert [stop.kind for stop in arm.stops] == [Kind.BROWN_OUT]


@pytest.mark.parametrize("seed", [0, 5])
def test_the_gentle_profile_lifts_the_stretched_out_arm_of_a_stranger(seed: int) -> None:
    """One whose gears rub more the more they carry, and one with the weakest servos there are."""
    low, high = np.array([0.0, 0.78, -0.73, 1.15, 0.0, 0.1]), np.array([0.0, 0.19, -0.19, 0.8, 0.0, 0.1])
    with kit(profile="stranger", seed=seed) as have, have.awake(have.emulated.calibration, "gentle") as arm:
        for goal in (low, high):
            for target in straight(arm.observe().command, goal, 0.02):
                arm.command(target)
            for _ in range(15):
                arm.command(goal)
        assert np.abs(arm.observe().position - high)[:5].max() < 0.12


def test_pictures_are_late_by_the_cameras_lag_and_come_at_its_rate() -> None:
    with kit(profile="stranger", seed=3) as have:
        assert isinstance(have.camera, SteppedCamera)
        assert isinstance(have.emulated, EmulatedArm)
        camera, optics = have.camera, have.emulated.arm.optics
        arrivals = list[float]()
        while len(arrivals) < 5:
            have.clock.sleep(CONTROL_SECONDS)
            if camera.has(arrivals[-1] if arrivals else -np.inf):
                arrivals.append(camera.arrived)
        assert np.diff(arrivals) == pytest.approx(1 / optics.rate, abs=1e-6)
        before = _pan(camera)
        have.emulated.guide({"shoulder_pan": 0.8})
        moved = have.clock.now()
        while abs(_pan(camera) - before) < 0.02:
            have.clock.sleep(CONTROL_SECONDS)
        late = have.clock.now() - moved
        assert optics.lag < late < optics.lag + 2 / optics.rate + 0.15


def _pan(camera: SteppedCamera) -> float:
    """Where the pan stands in the picture that has arrived last, rad."""
    return float(camera.shown[0, 0])
