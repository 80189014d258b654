"""Calibrations: an arm's own file, and LeRobot's."""

from __future__ import annotations

import json
import math
import random
import tempfile
from pathlib import Path

from pontine.envs.robot import JOINTS
from pontine.sim2real.arm.calibration import Calibration, JointCalibration
from tests.fuzz.frame import LostError, door
from tests.fuzz.mutations import mutated_text

EACH = {
    name: JointCalibration(number, math.pi, 1 if number % 2 else -1, -1.5, 1.5, 100 * number)
    for number, name in enumerate(JOINTS, start=1)
}


def files() -> list[dict]:
    """A calibration as Pontine writes it, and as LeRobot does."""
    with tempfile.TemporaryDirectory() as folder:
        Calibration("mine", EACH).write(Path(folder) / "mine.json")
        own = json.loads((Path(folder) / "mine.json").read_text(encoding="utf-8"))
    foreign = {
        name: {"id": number, "drive_mode": 0, "homing_offset": 12, "range_min": 900, "range_max": 3100}
        for number, name in enumerate(JOINTS, start=1)
    }
    return [own, foreign]


FILES = files()


def draw(rng: random.Random) -> bytes:
    """One of both, mutated."""
    return mutated_text(rng.choice(FILES), rng)


@door("calibrations", draw)
def read_calibration(data: bytes, folder: Path) -> None:
    """Read, written, and read again."""
    path = folder / "calibration.json"
    path.write_bytes(data)
    found = Calibration.read(path)
    found.write(path)
    if Calibration.read(path) != found:
        raise LostError("the calibration does not survive being written")
