"""Faults by the line, and the command that serves an emulated arm, as a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pontine.envs.errors import PontineError
from pontine.envs.robot import JOINTS
from pontine.envs.tabletop.layout import random_table
from pontine.sim2real.arm.calibration import Calibration
from pontine.sim2real.bus.bus import Bus
from pontine.sim2real.bus.errors import BusError, NoReplyError
from pontine.sim2real.emulation.emulated_arm import PICTURE_SIZE, EmulatedArm
from pontine.sim2real.trials.fault_commands import COMMANDS, obey
from pontine.sim2real.vision.lens import Lens
from pontine.sim2real.vision.markers import Markers

IDS = {name: index + 1 for index, name in enumerate(JOINTS)}
PONTINE = [sys.executable, "-c", "import sys; from pontine.conf.main import main; sys.exit(main())"]


@pytest.fixture(scope="module")
def arm() -> Iterator[EmulatedArm]:
    with EmulatedArm() as arm:
        yield arm


@pytest.mark.parametrize("line", [
    "silent 1", "drop 1 2", "corrupt gripper", "late 3 50 2", "stall elbow_flex", "free elbow_flex", "heat 4",
    "heat 4 30", "brownout 2", "supply 6.5", "double 5", "baud 2 500000", "hand wrist_roll 0.5", "release",
    "unplug", "replug", "state", "help"])  # fmt: skip
def test_every_command_is_obeyed(arm: EmulatedArm, line: str) -> None:
    assert obey(arm, line)


def test_every_command_is_tried_above() -> None:
    marks = test_every_command_is_obeyed.pytestmark  # type: ignore[attr-defined]
    assert {line.split()[0] for line in marks[0].args[1]} == set(COMMANDS)


@pytest.mark.parametrize(("line", "told"), [
    ("explode", "valid: baud, brownout"), ("stall 9", "shoulder_pan"), ("stall", "usage: stall SERVO"),
    ("heat 4 hot", "hot"), ("drop 1 often", "often"), ("baud 2 9600", "1000000"), ("supply 230", "25 V"),
    ("release me", "usage: release")])  # fmt: skip
def test_what_cannot_be_done_is_told(arm: EmulatedArm, line: str, told: str) -> None:
    with pytest.raises(PontineError, match=told):
        obey(arm, line)


def test_a_line_spoils_answers() -> None:
    with EmulatedArm() as arm, Bus(arm.port, IDS, patience=0.3) as bus:
        obey(arm, "silent elbow_flex 3")
        with pytest.raises(NoReplyError, match="elbow_flex"):
            bus.ping("elbow_flex")
        obey(arm, "brownout 3")
        obey(arm, "corrupt 3 3")
        with pytest.raises(BusError):
            bus.read("elbow_flex", "id")
        assert bus.read("elbow_flex", "id") == 3


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_the_command_serves_until_a_signal(tmp_path: Path, number: int, status: int) -> None:
    link, truth = tmp_path / "so101.tty", tmp_path / "truth.json"
    markers, lens = tmp_path / "markers.json", tmp_path / "lens.json"
    process = subprocess.Popen(
        [*PONTINE, "arm", "emulate", f"link={link}", "objects=2", "profile=worn", f"calibration={truth}",
         f"markers={markers}", f"lens={lens}"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1)  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert process.stdout.readline().split() == ["port", str(link)]
        calibration = Calibration.read(truth)
        assert [thing.name for thing in Markers.read(markers).objects] == [spec.name for spec in random_table(0, 2)]
        assert (Lens.read(lens).width, Lens.read(lens).height) == PICTURE_SIZE
        with Bus(str(link), calibration.ids, patience=0.5) as bus:
            assert bus.read("gripper", "homing_offset") == calibration.joints["gripper"].homing_offset
        for line in ("nonsense", "double 1"):
            process.stdin.write(line + "\n")
        said = ""
        while "doubled" not in said:
            said = process.stdout.readline()
            assert said
        process.send_signal(number)
        assert process.wait(30) == status
        assert not link.is_symlink()
    finally:
        process.kill()
        process.communicate()
