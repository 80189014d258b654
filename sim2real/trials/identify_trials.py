"""What identification is tried on: emulated arms whose constants are known."""

from __future__ import annotations

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.robot import CONTROL_SECONDS, JOINTS, RobotState

from ..arm.control_loop import LEAD
from ..bus.bus import Bus
from ..bus.feetech import Write
from ..bus.registers import RADIANS
from ..bus.sts3215 import MID_COUNTS, MOTOR_DAMPING, RATED_VOLTS, STS3215
from ..bus.wire import wire_seconds
from ..emulation.arm_profile import drawn
from ..emulation.body import Body
from ..emulation.drawn_arm import Arm
from ..emulation.process import emulation
from ..emulation.servo import Servo
from ..identification.excitation import BASE, MIDDLE, TURNS, excitation, observed
from ..identification.identify import swing
from ..identification.servo_model import Trial

_SLICE = 0.005
_WRITE = wire_seconds(26, 1_000_000)
"""How long (s) a cycle's goals are under way."""


def run_on_pty(profile: str, seed: int, seconds: float) -> Trial:
    """Swing an emulated arm through bus, envelope and control loop. Raises what `swing` raises."""
    with emulation(profile=profile, seed=seed) as arm:
        return swing(Bus(arm.port, arm.calibration.ids, patience=0.1), arm.calibration, seconds)


def run_stepped(profile: str, seed: int, seconds: float) -> Trial:
    """Swing an emulated arm's servos in simulated time, in the control loop's rhythm, with phases that wander."""
    arm = drawn(profile, seed)
    body = Body((), arm)
    middle = MID_COUNTS - np.array(arm.homing_offset)
    servos = [
        Servo(j + 1, shaft, volts=arm.volts, settings={"homing_offset": arm.homing_offset[j]})
        for j, shaft in enumerate(body.shafts)
    ]
    goal = STS3215["goal_position"]
    rng = np.random.default_rng(seed)
    targets = excitation(seconds)
    begin = body.positions
    approach = begin + (BASE - begin) * np.clip(np.arange(1, 101) / 75, 0, 1)[:, None]
    steps = []
    began = due = 0.0
    for number, target in enumerate(np.concatenate([approach, targets])):
        sent = due + rng.uniform(0, 0.002)
        for j, servo in enumerate(servos):
            counts = round(middle[j] + (arm.direction[j] * target[j] + arm.zero[j]) / RADIANS)
            servo.handle(Write(servo.id, goal.address, goal.encode(counts)), sent + _WRITE)
        asked = due + CONTROL_SECONDS - LEAD + rng.uniform(0, 0.002)
        # Together, for what one's controller wants moves them all, and must be known before its delay is over.
        for moment in np.arange(sent, asked, _SLICE):
            for servo in servos:
                servo.advance(moment)
        position = np.zeros(len(JOINTS))
        for j, servo in enumerate(servos):
            servo.advance(asked + MIDDLE + TURNS[j])
            angle = (servo["present_position"] - middle[j]) * RADIANS
            position[j] = arm.direction[j] * (angle - arm.zero[j])
        still = np.zeros(len(JOINTS))
        steps.append((sent, target, RobotState(position, still, still, target, asked + MIDDLE)))
        if number == len(approach) - 1:
            began = asked
        due += CONTROL_SECONDS
    return observed(steps, began)


def true_delay(arm: Arm) -> float:
    """Seconds between the sending of a goal and its effect: on the wire and in the servo."""
    return arm.delay + _WRITE


def true_constants(arm: Arm) -> dict[str, Array]:
    """An emulated arm's constants (6,) in the terms of `identify`: the stiffness at its supply's voltage, the
    damping with what the motor brakes by itself."""
    return {
        "kp": arm.stiffness * arm.volts / RATED_VOLTS,
        "damping": arm.damping + MOTOR_DAMPING,
        "frictionloss": arm.friction, "armature": arm.armature, "backlash": arm.backlash,
    }  # fmt: skip
