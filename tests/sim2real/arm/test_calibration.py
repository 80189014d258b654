"""Calibrations: conversions, files, and LeRobot's files read and written by LeRobot itself."""

from __future__ import annotations

import json
import math
from pathlib import Path

import draccus
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lerobot.motors import MotorCalibration

from pontine.envs.errors import PontineError
from pontine.envs.robot import JOINTS
from pontine.envs.so101.model import GRIPPER, RANGE
from pontine.sim2real.arm.calibration import Calibration, CalibrationError, JointCalibration, default_path
from pontine.sim2real.bus.registers import COUNTS_PER_TURN, RADIANS
from pontine.sim2real.data.lerobot_units import Units

TURN = 2 * math.pi
FEW = settings(max_examples=30, deadline=None)
"""For tests that write files."""


@st.composite
def joint_calibrations(draw: st.DrawFn, id: int) -> JointCalibration:
    """Of a joint whose range has its zero in it and not the encoder's."""
    start = draw(st.integers(0, 1800))
    end = draw(st.integers(2200, COUNTS_PER_TURN - 1))
    zero = draw(st.floats(start + 50, end - 50)) * RADIANS
    direction = draw(st.sampled_from((-1, 1)))
    ends = sorted((direction * (start * RADIANS - zero), direction * (end * RADIANS - zero)))
    return JointCalibration(id, zero, direction, *ends, draw(st.integers(-2047, 2047)))


@st.composite
def calibrations(draw: st.DrawFn) -> Calibration:
    ids = draw(st.lists(st.integers(0, 253), min_size=6, max_size=6, unique=True))
    return Calibration("arm", {name: draw(joint_calibrations(id)) for name, id in zip(JOINTS, ids, strict=True)})


@st.composite
def lerobot_files(draw: st.DrawFn) -> dict[str, MotorCalibration]:
    out = {}
    for id, name in enumerate(JOINTS, 1):
        cut = name != "wrist_roll"  # there a range that ends where the counts do passes for cut off
        low, high = draw(st.integers(cut, 1800)), draw(st.integers(2200, COUNTS_PER_TURN - 1 - cut))
        out[name] = MotorCalibration(id, draw(st.integers(0, 1)), draw(st.integers(-2047, 2047)), low, high)
    return out


def save_as_lerobot(calibration: dict[str, MotorCalibration], path: Path) -> None:
    with path.open("w") as file, draccus.config_type("json"):
        draccus.dump(calibration, file, indent=4)


def load_as_lerobot(path: Path) -> dict[str, MotorCalibration]:
    with path.open() as file, draccus.config_type("json"):
        return draccus.load(dict[str, MotorCalibration], file)


def plain() -> Calibration:
    ends = zip(JOINTS, RANGE, strict=True)
    return Calibration(
        "arm",
        {name: JointCalibration(id, 3.1, 1, float(low), float(high)) for id, (name, (low, high)) in enumerate(ends, 1)},
    )


@given(calibrations(), st.lists(st.floats(0, 1), min_size=6, max_size=6))
def test_angles_come_back_from_the_encoder(calibration: Calibration, where: list[float]) -> None:
    low, high = calibration.range.T
    positions = low + np.array(where) * (high - low)
    angles = calibration.to_encoder(positions)
    assert np.all((angles >= 0) & (angles < TURN))
    assert calibration.to_model(angles) == pytest.approx(positions, abs=1e-9)
    assert calibration.to_model(angles + TURN) == pytest.approx(positions, abs=1e-9)
    for name, joint, angle in zip(JOINTS, calibration.joints.values(), angles, strict=True):
        start, end = joint.encoder_range
        assert start - 1e-9 <= angle <= end + 1e-9, name


def test_arrays_of_poses_are_converted_at_once() -> None:
    calibration = plain()
    poses = np.linspace(-0.1, 0.1, 12).reshape(2, 6)
    assert calibration.to_encoder(poses)[1] == pytest.approx(calibration.to_encoder(poses[1]))
    assert calibration.to_model(calibration.to_encoder(poses)) == pytest.approx(poses)


def test_the_turn_is_that_about_the_middle_of_the_range() -> None:
    joints = dict(plain().joints) | {"elbow_flex": JointCalibration(3, 0.2, -1, -1.5, 1.0)}
    calibration = Calibration("arm", joints)
    assert joints["elbow_flex"].wraps
    assert calibration.to_model(np.full(6, 0.1))[2] == pytest.approx(0.1)
    assert calibration.to_model(np.full(6, TURN - 0.1))[2] == pytest.approx(0.3)


@FEW
@given(calibrations())
def test_our_file_loses_nothing(tmp_path_factory: pytest.TempPathFactory, calibration: Calibration) -> None:
    path = tmp_path_factory.getbasetemp() / "arm.json"
    calibration.write(path)
    assert Calibration.read(path) == calibration


@FEW
@given(lerobot_files())
def test_lerobots_file_survives_us(
    tmp_path_factory: pytest.TempPathFactory, theirs: dict[str, MotorCalibration]
) -> None:
    path = tmp_path_factory.getbasetemp() / "lerobot.json"
    save_as_lerobot(theirs, path)
    Calibration.from_lerobot(path).to_lerobot(path)
    assert load_as_lerobot(path) == theirs


@FEW
@given(calibrations())
def test_lerobot_gets_our_zeros_and_no_wider_ranges(
    tmp_path_factory: pytest.TempPathFactory, ours: Calibration
) -> None:
    path = tmp_path_factory.getbasetemp() / "ours.json"
    ours.to_lerobot(path)
    back, theirs = Calibration.from_lerobot(path), load_as_lerobot(path)
    for name, joint in ours.joints.items():
        got = back.joints[name]
        assert (got.id, got.direction, got.homing_offset) == (joint.id, joint.direction, joint.homing_offset)
        assert theirs[name].range_min * RADIANS >= joint.encoder_range[0] - 0.51 * RADIANS
        assert theirs[name].range_max * RADIANS <= joint.encoder_range[1] + 0.51 * RADIANS
        if name != JOINTS[GRIPPER]:
            assert got.zero == pytest.approx(joint.zero, abs=0.26 * RADIANS)


@FEW
@given(lerobot_files(), st.data())
def test_degrees_are_those_that_lerobot_reads(
    tmp_path_factory: pytest.TempPathFactory, theirs: dict[str, MotorCalibration], data: st.DataObject
) -> None:
    for entry in theirs.values():
        entry.drive_mode = 0
    path = tmp_path_factory.getbasetemp() / "degrees.json"
    save_as_lerobot(theirs, path)
    calibration = Calibration.from_lerobot(path)
    counts = [data.draw(st.integers(entry.range_min, entry.range_max)) for entry in theirs.values()]
    positions = calibration.to_model(np.array(counts) * RADIANS)
    units = Units.of_ranges(calibration.range)
    values = units.to_lerobot(positions)
    assert units.to_model(values) == pytest.approx(positions)
    for name, count, value in zip(JOINTS, counts, values, strict=True):
        entry = theirs[name]
        # As in lerobot.motors.motors_bus, which takes a turn to be 4095 counts.
        lerobots = (count - (entry.range_min + entry.range_max) / 2) * 360 / 4095
        if name == JOINTS[GRIPPER]:
            lerobots = (count - entry.range_min) / (entry.range_max - entry.range_min) * 100
        assert value == pytest.approx(lerobots, abs=0.05), name


def test_limits_never_leave_the_model() -> None:
    joints = dict(plain().joints) | {"wrist_roll": JointCalibration(5, math.pi, 1, -3.1, 2.0)}
    limits = Calibration("arm", joints).limits
    assert limits[4].tolist() == [RANGE[4, 0], 2.0]
    assert np.all(limits[:, 0] >= RANGE[:, 0])
    assert np.all(limits[:, 1] <= RANGE[:, 1])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda data: data["joints"].pop("gripper"), "lacks gripper"),
        (lambda data: data["joints"].update(thumb=data["joints"]["gripper"]), "unknown joint in the calibration"),
        (lambda data: data["joints"]["gripper"].update(id=1), "several joints the servo id 1"),
        (lambda data: data["joints"]["gripper"].update(direction=0), "gripper: direction=0 cannot be"),
        (lambda data: data["joints"]["gripper"].update(zero=7.0), "zero=7.0"),
        (lambda data: data["joints"]["gripper"].update(zero=math.nan), "has NaN, which is not JSON"),
        (lambda data: data["joints"]["gripper"].update(high="far"), "high='far'"),
        (lambda data: data["joints"]["gripper"].update(high=-1.0), "high=-1.0"),
        (lambda data: data["joints"]["gripper"].pop("low"), "gripper has not the fields"),
        (lambda data: data.update(version=9), "version 9"),
        (lambda data: data.update(format="recipe"), "no arm calibration"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_in_one_line(change: object, says: str, tmp_path: Path) -> None:
    path = tmp_path / "arm.json"
    plain().write(path)
    data = json.loads(path.read_text())
    change(data)  # type: ignore[operator]
    path.write_text(json.dumps(data))
    with pytest.raises(PontineError) as caught:
        Calibration.read(path)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_calibration_says_so(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match="pontine arm calibrate"):
        Calibration.read(tmp_path / "none.json")
    path = tmp_path / "arm.json"
    for text in ("", "[1]", "{}", "[" * 100_000):
        path.write_text(text)
        with pytest.raises(CalibrationError):
            Calibration.read(path)
        with pytest.raises(CalibrationError):
            Calibration.from_lerobot(path)
    save_as_lerobot({name: MotorCalibration(id, 0, 0, 800, 3200) for id, name in enumerate(JOINTS, 1)}, path)
    with pytest.raises(CalibrationError, match="from_lerobot="):
        Calibration.read(path)


@pytest.mark.parametrize(("low", "high"), [(0, 1900), (2300, 4095)])
def test_a_range_that_lerobot_cut_off_at_the_encoders_seam_is_refused(tmp_path: Path, low: int, high: int) -> None:
    whole = {name: MotorCalibration(id, 0, 0, 800, 3200) for id, name in enumerate(JOINTS, 1)}
    whole["wrist_roll"] = MotorCalibration(5, 0, 0, 0, 4095)
    save_as_lerobot(whole, tmp_path / "whole.json")
    assert Calibration.from_lerobot(tmp_path / "whole.json").ids["wrist_roll"] == 5
    cut = whole | {"elbow_flex": MotorCalibration(3, 0, 0, low, high)}
    save_as_lerobot(cut, tmp_path / "cut.json")
    with pytest.raises(CalibrationError, match=r"elbow_flex: its range, .*ends where the encoder's counts do"):
        Calibration.from_lerobot(tmp_path / "cut.json")


def test_lerobot_cannot_hold_a_range_with_the_encoders_zero_in_it(tmp_path: Path) -> None:
    joints = dict(plain().joints) | {"elbow_flex": JointCalibration(3, 0.2, 1, -1.5, 1.0)}
    with pytest.raises(CalibrationError, match="elbow_flex"):
        Calibration("arm", joints).to_lerobot(tmp_path / "lerobot.json")
    assert not (tmp_path / "lerobot.json").exists()


def test_files_have_their_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert default_path("left") == tmp_path / "pontine" / "arms" / "left.json"
    with pytest.raises(CalibrationError):
        default_path("../left")
