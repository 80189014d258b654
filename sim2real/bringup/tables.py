"""What a person sees of servos in the terminal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from rich.table import Table
from rich.text import Text

from pontine.envs.arrays import Array
from pontine.envs.robot import JOINTS
from pontine.envs.so101.model import RANGE

from .calibrate import Sweep
from .check import ArmReport
from .find import FoundServo
from .plausibility import TOO_SMALL

if TYPE_CHECKING:
    from ..alignment.alignment import Alignment
    from ..vision.camera_calibration import Views
    from ..vision.camera_pose import PoseCheck


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


def coverage(views: Views, said: str) -> Text:
    """The picture in cells, filled where the board has been; how many views there are; what to do."""
    text = Text()
    for row in views.coverage:
        for cell in row:
            text.append("██" if cell else "· ", "green" if cell else "dim")
        text.append("\n")
    text.append(f"{len(views.taken)} of {views.wanted} views or more. ", "bold")
    return text.append(said)


def pose_table(check: PoseCheck) -> Table:
    """The table's tags, a line each: where they should be and where they are seen."""
    table = Table("tag", "should be at", "seen at", "off", "in the picture", "", box=None, header_style="bold")
    for tag in check.tags:
        seen = "?" if tag.seen is None else _place(tag.seen)
        mark = ("good", "green") if tag.good else ("not seen", "yellow") if tag.seen is None else ("problem", "red")
        off = None if tag.seen is None else round(tag.off * 1000, 1)
        error = None if tag.error is None else round(tag.error, 2)
        table.add_row(
            str(tag.id), _place(tag.wanted), seen, quantity(off, "mm"), quantity(error, "pixels"), Text(*mark)
        )
    return table


def alignment_table(alignment: Alignment) -> Table:
    """What an arm differs by, a line each, with its interval of 95 %."""
    table = Table("what", "off by", "from", "to", box=None, header_style="bold")
    for name, estimate in alignment.found.items():
        scale, unit = (1000.0, "mm") if name.startswith("shift") else (math.degrees(1.0), "°")
        if name in ("reach", "scale"):
            scale, unit = 100.0, "%"
        cells = (f"{scale * value:+.2f} {unit}" for value in (estimate.value, estimate.low, estimate.high))
        table.add_row(_SAID.get(name, name), *cells)
    return table


_SAID = {
    "tilt about x": "base tilted about x (its left side up)",
    "tilt about y": "base tilted about y (its front down)",
    "turn about z": "base turned about z, and the zero of the pan",
    "shift along x": "base shifted along x, ahead",
    "shift along y": "base shifted along y, to the left",
    "shift along z": "base above the table of the markers file",
    "reach": "arm reaches farther than the model's",
    "scale": "tags on the hand seem larger than said",
}


def alignment_lines(alignment: Alignment, before: Array, after: Array) -> list[str]:
    """How far the hand was and is from where it is seen, at poses kept out of the fit."""
    was, now = (
        f"{1000 * float(np.median(m)):.1f} mm ({1000 * float(np.max(m)):.1f} at worst)" for m in (before, after)
    )
    late = "" if alignment.late is None else f"; pictures come {1000 * alignment.late:.0f} ms late"
    return [
        f"the hand was {was} from where the camera sees it, and is {now} now, at {len(after)} poses kept out of the fit"
        f"{late}"
    ]


def _place(point: Iterable[float]) -> str:
    return ", ".join(f"{v * 1000:.0f}" for v in point) + " mm"


def quantity(value: float | None, unit: str) -> str:
    """A measured value with its unit, or a question mark."""
    return "?" if value is None else f"{value:g} {unit}"
