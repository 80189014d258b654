"""Whether a joint's calibration can be true of an SO-101, and what to do where it cannot."""

from __future__ import annotations

import math

from pontine.envs.robot import JOINTS
from pontine.envs.so101.model import GRIPPER, RANGE

from ..arm.calibration import Calibration, JointCalibration

TOO_SMALL, TOO_LARGE = 0.8, 1.35
"""Bounds on the swept range as a share of the model's. Chosen: real arms swept with LeRobot come to 1.0 to 1.2,
the gripper being widest; a joint that misses an end stop falls below."""

OFF_CENTRE = math.radians(15)
"""How far the range's middle may lie from the model's. Chosen: a tooth of the horn's spline is 14.4°."""


def doubts(name: str, joint: JointCalibration) -> list[str]:
    """What cannot be true of this joint's calibration, a line each with what to do; none if it is plausible."""
    model_low, model_high = map(float, RANGE[JOINTS.index(name)])
    span, models = joint.high - joint.low, model_high - model_low
    out = []
    if joint.wraps:
        out.append(
            "the encoder passes its own zero inside the range, where the servo would swing the long way round: "
            "recentre it (`pontine arm calibrate` offers to) and sweep again"
        )
    if span < TOO_SMALL * models:
        out.append(
            f"swept {_degrees(span)} of about {_degrees(models)}: move it slowly from one end stop to the other; if "
            "that is all it does, look for a cable or a screw in its way"
        )
    elif span > TOO_LARGE * models:
        out.append(
            f"swept {_degrees(span)}, more than the {_degrees(models)} between its end stops: a loose or slipped "
            "servo horn, or this id belongs to another joint"
        )
    elif abs(shift := _shift(name, joint, model_low, model_high)) > OFF_CENTRE:
        end = "upper" if shift < 0 else "lower"
        out.append(
            f"its range lies {_degrees(abs(shift))} to one side of the model's: the zero pose was off, the horn sits "
            f"a tooth or more aside, or the {end} end stop was not reached; calibrate it again"
        )
    return out


def all_doubts(calibration: Calibration) -> dict[str, list[str]]:
    """The doubts by joint, without those joints that give none."""
    return {name: found for name, joint in calibration.joints.items() if (found := doubts(name, joint))}


def _shift(name: str, joint: JointCalibration, low: float, high: float) -> float:
    """How far (rad) the range lies off the model's; the gripper's zero hangs on where it is shut."""
    if name == JOINTS[GRIPPER]:
        return joint.low - low
    return (joint.low + joint.high - low - high) / 2


def _degrees(angle: float) -> str:
    return f"{math.degrees(angle):.0f}°"
