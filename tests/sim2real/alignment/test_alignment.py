"""The file of an alignment, and the calibration that it makes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pontine.envs.robot import JOINTS
from pontine.envs.so101.kinematics import tool_pose
from pontine.envs.so101.model import RANGE
from pontine.sim2real.alignment.alignment import Aligned, Alignment, AlignmentError, aligned, path_for
from pontine.sim2real.alignment.drift import late
from pontine.sim2real.alignment.fit import ESTIMATES, Estimate, Fitted
from pontine.sim2real.alignment.geometry import Geometry
from pontine.sim2real.arm.calibration import Calibration, JointCalibration
from pontine.sim2real.emulation.tagging import HAND_TAGS, marked
from tests.sim2real.alignment.synthetic import work_pose

GEOMETRY = Geometry(
    np.array([0.0, 0.02, -0.015, 0.01, 0.0, 0.0]),
    np.array([0.005, -0.004, 0.01]),
    np.array([0.002, -0.001, 0.0024]),
    0.003,
)
MARKERS = marked(())


def calibration() -> Calibration:
    each = {
        name: JointCalibration(i + 1, 3.0 + 0.01 * i, -1 if i == 2 else 1, float(low), float(high))
        for i, (name, (low, high)) in enumerate(zip(JOINTS, RANGE, strict=True))
    }
    return Calibration("mine", each)


def alignment() -> Alignment:
    found = {name: Estimate(0.01, 0.005, 0.015) for name in ESTIMATES}
    fitted = Fitted(GEOMETRY, HAND_TAGS, found)
    return Alignment.of("mine", fitted, [0.001, 0.002], calibration(), MARKERS, "2026-11-28T12:00:00+00:00", 0.21)


def test_the_arms_hand_is_where_its_joints_say() -> None:
    plain, made = calibration(), alignment().of_calibration(calibration())
    rng = np.random.default_rng(0)
    for _ in range(20):
        joints = work_pose(rng, 0.0)
        encoders = plain.to_encoder(joints)
        said = made.to_model(encoders)
        there = GEOMETRY.hand(joints[None]).position[0]
        assert np.linalg.norm(tool_pose(said[None]).position[0] - there) < 5e-4
        assert np.allclose(np.mod(made.to_encoder(said) - encoders + np.pi, 2 * np.pi) - np.pi, 0, atol=1e-5)
        assert np.allclose(made.plain(said), joints, atol=1e-5)


def test_no_joint_is_sent_beyond_what_was_swept() -> None:
    plain, made = calibration(), alignment().of_calibration(calibration())
    rng = np.random.default_rng(1)
    for _ in range(100):
        wanted = rng.uniform(*made.range.T)
        sent = plain.to_model(made.to_encoder(wanted))
        assert np.all(sent > plain.range[:, 0] - 1e-6)
        assert np.all(sent < plain.range[:, 1] + 1e-6)
    assert np.all(made.range[:, 0] >= plain.range[:, 0])
    assert np.all(made.range[:, 1] <= plain.range[:, 1])
    assert np.all(np.diff(made.range) > np.diff(plain.range) - 0.4)


def test_a_file_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = path_for(str(tmp_path / "arm.json"), "so101")
    assert path.name == "arm.align.json"
    alignment().write(path)
    again = Alignment.read(path)
    assert np.allclose(again.geometry.zeros, GEOMETRY.zeros)
    assert np.allclose(again.geometry.turn, GEOMETRY.turn)
    assert np.allclose(again.geometry.shift, GEOMETRY.shift)
    assert again.geometry.reach == pytest.approx(GEOMETRY.reach)
    assert again.found == alignment().found
    assert again.miss == pytest.approx(alignment().miss)
    assert again.table == alignment().table
    assert again.late == late(again.of_calibration(calibration())) == 0.21
    assert late(calibration()) is None
    assert [tag.id for tag in again.hand] == [tag.id for tag in HAND_TAGS]
    found = aligned(calibration(), path, MARKERS)
    assert isinstance(found, Aligned)
    assert type(aligned(calibration(), tmp_path / "no.align.json")) is Calibration


def test_it_is_for_one_calibration_and_one_table() -> None:
    joints = dict(calibration().joints)
    joints["elbow_flex"] = replace(joints["elbow_flex"], zero=3.1)
    with pytest.raises(AlignmentError, match=r"calibrated anew.*\(elbow_flex\).*arm align"):
        alignment().of_calibration(Calibration("mine", joints))
    first, *others = MARKERS.table
    with pytest.raises(AlignmentError, match="table's tags elsewhere"):
        alignment().check_table(replace(MARKERS, table=(replace(first, position=(0.3, 0.2, 0.0)), *others)))


def test_what_is_far_off_is_not_made_up_for() -> None:
    fitted = Fitted(Geometry(np.full(6, 0.2)), HAND_TAGS, {})
    with pytest.raises(AlignmentError, match="more than is made up for"):
        Alignment.of("mine", fitted, [0.001], calibration(), MARKERS)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("format", "something", "no alignment"),
        ("version", 2, "version 2"),
        ("zeros", [0, 0, 0, 0, 0, 1e999], "finite|JSON"),
        ("shift", [0, 0, 1.0], "more than is made up for"),
        ("reach", 0.1, "more than is made up for"),
        ("late", 7.0, "7.00 s late"),
        ("hand", [], "tags on the hand"),
        ("miss_mm", [], "how far it misses"),
        ("calibration", {}, "lacks shoulder_pan"),
        ("found", {"luck": [0, 0, 0]}, "unknown field 'luck'"),
    ],
)
def test_a_wrong_file_is_named_in_one_line(tmp_path: Path, key: str, value: object, said: str) -> None:
    path = tmp_path / "arm.align.json"
    alignment().write(path)
    path.write_text(json.dumps({**json.loads(path.read_text()), key: value}))
    with pytest.raises(AlignmentError, match=said) as caught:
        Alignment.read(path)
    assert "\n" not in str(caught.value)


@settings(max_examples=30)
@given(
    data=st.dictionaries(
        st.sampled_from(["format", "version", "zeros", "turn", "hand", "found", "table", "calibration", "luck"]),
        st.recursive(
            st.none() | st.floats() | st.text() | st.integers(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        ),
    )
)
def test_no_file_ends_in_anything_but_an_alignment_error(data: dict[str, object]) -> None:
    whole = {"format": "pontine arm alignment", "version": 1, **data}
    with pytest.raises(AlignmentError):
        Alignment._of_json(whole)
