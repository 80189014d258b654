"""System identification: a simulated arm's hidden constants are found again, and the motion for it is safe."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pontine.envs.robot import CONTROL_SECONDS, JOINTS
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.so101.dynamics import CONSTANTS, Dynamics, DynamicsError
from pontine.envs.so101.model import RANGE
from pontine.sim2real.arm.safety_profile import safety_profile
from pontine.sim2real.bus.registers import RADIANS
from pontine.sim2real.emulation.arm_profile import arm_profile
from pontine.sim2real.identification.excitation import BASE, ExcitationError, check, excitation, excite
from pontine.sim2real.identification.identify import IdentificationError, draw, dynamics, fit
from pontine.sim2real.identification.servo_model import Constants, Trial, respond
from pontine.sim2real.trials.identify_trials import run_stepped, true_constants, true_delay

HIDDEN = {"kp": 11.0, "damping": 0.9, "frictionloss": 0.12, "armature": 0.05}


def trial(seconds: float) -> Trial:
    """What an arm with hidden constants and two control steps of delay does, read by encoders."""
    robot = SimulatedRobot([])
    robot.worlds.set_dynamics(0, **HIDDEN, delay=2)
    robot.worlds.refresh(np.zeros(1, int))
    done = excite(robot, excitation(seconds))
    return Trial(done.sent, done.targets, done.times, np.round(done.positions / RADIANS) * RADIANS)


def test_hidden_constants_are_found(tmp_path: Path) -> None:
    measured = trial(3.0)
    found = fit(measured, iterations=3)
    for name in ("kp", "frictionloss"):
        assert np.mean(found.values[name]) == pytest.approx(HIDDEN[name], rel=0.15), name
    # The lift and the elbow carry the arm: what they hold shows the size of their constants.
    for joint in (1, 2):
        assert found.values["kp"][joint] == pytest.approx(HIDDEN["kp"], rel=0.15)
        assert found.values["frictionloss"][joint] == pytest.approx(HIDDEN["frictionloss"], rel=0.15)
    assert found.delay == pytest.approx(0.08, rel=0.15)
    assert np.all(found.error < 0.35 * found.nominal_error)
    result = dynamics(found, "hidden")
    result.write(tmp_path / "arm.json")
    assert Dynamics.read(tmp_path / "arm.json") == result
    assert all(e.low <= e.value <= e.high for joint in JOINTS for e in result.joints[joint].values())
    assert set(result.joints["gripper"]) == set(CONSTANTS)
    draw(measured, found, tmp_path / "arm.png")
    assert (tmp_path / "arm.png").read_bytes().startswith(b"\x89PNG")


def test_the_model_with_an_emulated_arms_constants_moves_as_it_does() -> None:
    """A worn arm's joints that carry no weight: those that do sink as the supply sags, unknown to it."""
    arm, trial = arm_profile("worn").draw(3), run_stepped("worn", 3, 8.0)
    true = {name: values[None] for name, values in true_constants(arm).items()}
    left = respond(trial, Constants(**true, delay=np.array([true_delay(arm)])))[0] - trial.positions
    unloaded = [0, 4, 5]
    assert np.all(np.sqrt((left**2).mean(0))[unloaded] < 1.6 * RADIANS)


def test_an_emulated_arms_constants_are_found_on_every_joint() -> None:
    """Other dynamics than the fit's own, with a sagging supply; in simulated time, in the control loop's rhythm."""
    arm = arm_profile("worn").draw(3)
    found = fit(run_stepped("worn", 3, 8.0), iterations=6)
    true = true_constants(arm)
    for name in ("kp", "frictionloss"):
        np.testing.assert_allclose(found.values[name], true[name], rtol=0.15, err_msg=name)
    assert found.delay == pytest.approx(true_delay(arm), rel=0.15)


def test_the_motion_is_safe_and_gentle() -> None:
    for seed in range(3):
        targets = excitation(20.0, seed)
        check(targets, RANGE)
        assert np.all(np.abs(np.diff(targets, axis=0)) < safety_profile("normal").velocity * CONTROL_SECONDS)
        np.testing.assert_allclose(targets[[0, -1]], [BASE, BASE])


def test_a_motion_that_is_not_safe_is_refused() -> None:
    narrow = RANGE.copy()
    narrow[2] = (-0.1, 0.1)
    with pytest.raises(ExcitationError, match="elbow_flex would have to move"):
        check(excitation(10.0), narrow)
    with pytest.raises(ExcitationError, match="too near the table"):
        check(excitation(10.0) + np.array([0.0, 0.9, 0.0, 0.3, 0.0, 0.0]), np.full((6, 2), (-3.0, 3.0)))


def test_an_arm_that_did_not_move_says_nothing() -> None:
    still = np.tile(BASE, (100, 1))
    with pytest.raises(IdentificationError, match="hardly moved"):
        fit(Trial(np.arange(100) * 0.04, still, np.arange(100) * 0.04, still))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [("{", "is not JSON"), ("[" * 100_000, "deep"), ("{}", "is no dynamics file"),
     ('{"format": "pontine arm dynamics", "version": 9}', "9"),
     ('{"format": "pontine arm dynamics", "version": 1, "joints": 5}', "is not what it should be"),
     ('{"format": "pontine arm dynamics", "version": 1, "joints": ' + "9" * 5000 + "}", "whole number of 5000 digits")],
)  # fmt: skip
def test_a_bad_dynamics_file_is_said_so(tmp_path: Path, content: str, complaint: str) -> None:
    path = tmp_path / "arm.json"
    with pytest.raises(DynamicsError, match="make one with"):
        Dynamics.read(path)
    path.write_text(content)
    with pytest.raises(DynamicsError, match=complaint):
        Dynamics.read(path)
