"""What a person sees of servos in the terminal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from rich.table import Table
from rich.text import Text

from pontine.envs.arm import RANGE
from pontine.envs.robot import JOINTS

from .calibrating import Sweep
from .checking import ArmReport
from .finding import FoundServo
from .plausibility import TOO_SMALL


def found_table(servos: Iterable[FoundServo]) -> Table:
    """The servos that answered, a line each."""
    table = Table("id", "model", "firmware", "baud", "supply", "temperature", "answers", box=None, header_style="bold")
    for servo in servos:
        share = f"{servo.answers.good} good, {servo.answers.spoilt} spoilt, {servo.answers.silent} missing"
        table.add_row(
            str(servo.id), servo.model or "?", servo.firmware or "?", str(servo.baud), quantity(servo.volts, "V"),
            quantity(servo.celsius, "°C"), Text(share, "yellow" if servo.doubled or servo.answers.silent else ""),
        )  # fmt: skip
    return table


def check_table(report: ArmReport) -> Table:
    """The joints, a line each, with a mark of what is said of them below."""
    table = Table(
        "joint", "id", "model", "firmware", "supply", "temperature", "angle", "torque", "", box=None,
        header_style="bold",
    )  # fmt: skip
    for joint in report.joints.values():
        mark = ("problem", "red") if joint.problems else ("remark", "yellow") if joint.remarks else ("good", "green")
        angle = None if joint.angle is None else round(math.degrees(joint.angle), 1)
        table.add_row(
            joint.name, str(joint.id), joint.model or "?", joint.firmware or "?", quantity(joint.volts, "V"),
            quantity(joint.celsius, "°C"), quantity(angle, "°"), joint.torque or "?", Text(*mark),
        )  # fmt: skip
    return table


def sweep_table(sweeps: Mapping[str, Sweep]) -> Table:
    """How far each joint was swept (degrees of its encoder), against what the model has."""
    table = Table("joint", "min", "now", "max", "swept", "", box=None, header_style="bold")
    for name, sweep in sweeps.items():
        low, high = RANGE[JOINTS.index(name)]
        enough = sweep.high - sweep.low >= TOO_SMALL * (high - low)
        ends = [f"{math.degrees(angle):.0f}°" for angle in (sweep.low, sweep.now, sweep.high)]
        swept = f"{math.degrees(sweep.high - sweep.low):.0f}° of about {math.degrees(high - low):.0f}°"
        table.add_row(name, *ends, swept, Text("enough", "green") if enough else Text("go on", "yellow"))
    return table


def quantity(value: float | None, unit: str) -> str:
    """A measured value with its unit, or a question mark."""
    return "?" if value is None else f"{value:g} {unit}"
