"""The files about an arm: its calibration and what is known of one that is under way, its dynamics, where its tags are,
its camera's lens, what it may do."""

from __future__ import annotations

import json
import math
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pontine.envs.robot import JOINTS
from pontine.envs.so101.dynamics import CONSTANTS, Dynamics, Estimate
from pontine.sim2real.arm import profiles
from pontine.sim2real.arm.calibration import Calibration, JointCalibration
from pontine.sim2real.arm.safety_profile import read_safety_profile
from pontine.sim2real.bringup.calibrate import Progress
from pontine.sim2real.vision.lens import Lens
from pontine.sim2real.vision.markers import Markers
from tests.fuzz.frame import LostError, door
from tests.fuzz.mutations import mutated_text

EACH = {
    name: JointCalibration(number, math.pi, 1 if number % 2 else -1, -1.5, 1.5, 100 * number)
    for number, name in enumerate(JOINTS, start=1)
}
FOREIGN = {
    name: {"id": number, "drive_mode": 0, "homing_offset": 12, "range_min": 900, "range_max": 3100}
    for number, name in enumerate(JOINTS, start=1)
}
"""A calibration as LeRobot writes it."""

MARKERS = {
    "table": [{"id": 0, "size": 0.04, "position": [0.4, 0.2, 0]}],
    "objects": [
        {"name": "red_cube", "kind": "cube", "color": "red", "size": [0.03, 0.03, 0.03],
         "tags": [{"id": 20, "size": 0.022, "face": "top"}]},
        {"name": "blue_cube", "kind": "cube", "color": "blue", "size": [0.03, 0.03, 0.03]},
    ],
    "fixtures": [
        {"name": "drawer", "kind": "drawer", "tags": [{"id": 40, "size": 0.04, "position": [-0.06, 0, 0.062]}],
         "part_tags": [{"id": 41, "size": 0.025, "position": [0.03, 0, 0.045]}]},
    ],
}  # fmt: skip


def written(write: Callable[[Path], object]) -> Any:
    """The JSON that is written."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / "file.json")
        return json.loads((Path(folder) / "file.json").read_text(encoding="utf-8"))


def estimates() -> Dynamics:
    each = {constant: Estimate(1.0, 0.5, 2.0) for constant in CONSTANTS}
    errors = dict.fromkeys(JOINTS, 0.4)
    return Dynamics("mine", dict.fromkeys(JOINTS, each), Estimate(0.02, 0.01, 0.03), errors, errors)


def progress(path: Path) -> None:
    numbers = {name: number for number, name in enumerate(JOINTS)}
    angles = dict.fromkeys(JOINTS, 0.5)
    Progress(path, numbers, numbers, angles, dict.fromkeys(JOINTS, 1), dict.fromkeys(JOINTS, (-1.0, 1.0))).write()


CALIBRATIONS = [written(Calibration("mine", EACH).write), FOREIGN]
PROFILE = json.loads((Path(profiles.__file__).parent / "gentle.json").read_text(encoding="utf-8"))
OTHERS: dict[str, tuple[Any, Callable[[Path], Any]]] = {
    "progress": (written(progress), Progress.read),
    "dynamics": (written(estimates().write), Dynamics.read),
    "lens": (written(Lens(640, 480, (600.0, 600.0), (320.0, 240.0), error=0.3).write), Lens.read),
    "markers": (MARKERS, Markers.read),
    "profile": (PROFILE, read_safety_profile),
}
"""What is right, and what reads it."""


@door("calibrations", lambda rng: mutated_text(rng.choice(CALIBRATIONS), rng))
def read_calibration(data: bytes, folder: Path) -> None:
    """Read, written, and read again."""
    path = folder / "calibration.json"
    path.write_bytes(data)
    found = Calibration.read(path)
    found.write(path)
    if Calibration.read(path) != found:
        raise LostError("the calibration does not survive being written")


def draw(rng: random.Random) -> tuple[str, bytes]:
    """One of the others, mutated."""
    name = rng.choice(list(OTHERS))
    return name, mutated_text(OTHERS[name][0], rng)


@door("arm files", draw)
def read_arm_file(value: tuple[str, bytes], folder: Path) -> None:
    """Read, and written and read again where that can be."""
    name, data = value
    path, read = folder / "file.json", OTHERS[name][1]
    path.write_bytes(data)
    found = read(path)
    if isinstance(found, Dynamics | Lens | Markers):
        found.write(path)
        if read(path) != found:
            raise LostError(f"the {name} does not survive being written")
