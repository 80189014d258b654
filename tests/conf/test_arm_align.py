"""`pontine arm align` as a person runs it, against an emulated arm whose calibration was done badly."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pontine.conf import arm_align, arm_check
from pontine.envs.errors import PontineError
from pontine.envs.robot import JOINTS
from pontine.envs.so101.kinematics import tool_pose
from pontine.sim2real.alignment.alignment import Alignment, AlignmentError
from pontine.sim2real.arm.calibration import Calibration
from pontine.sim2real.emulation.emulated_arm import EmulatedArm
from tests.sim2real.alignment.synthetic import work_pose

OFF = {"shoulder_lift": 0.025, "elbow_flex": -0.03, "wrist_flex": 0.03}
"""What the zeros of the calibration are off by, rad."""


@pytest.fixture
def arm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmulatedArm]:
    monkeypatch.chdir(tmp_path)
    with EmulatedArm((), camera_port=0, seed=3) as emulated:
        true = emulated.calibration
        joints = dict(true.joints)
        for name, off in OFF.items():
            joints[name] = replace(joints[name], zero=joints[name].zero + joints[name].direction * off)
        Calibration(true.name, joints).write("arm.json")
        true.write("true.json")
        emulated.markers.write("markers.json")
        emulated.lens.write("lens.json")
        yield emulated


def options(arm: EmulatedArm) -> dict[str, object]:
    return {"port": arm.port, "camera": arm.camera_url, "calibration": "arm.json", "patience": 1.0}


def test_the_hand_meets_the_camera_and_check_says_when_it_no_longer_does(
    arm: EmulatedArm, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(AlignmentError, match="not aligned: `pontine arm align` does that"):
        arm_check.run(arm_check.Config(**options(arm)))  # type: ignore[arg-type]
    fast = {"poses": 28, "profile": "normal"}
    assert arm_align.run(arm_align.Config(**options(arm), **fast)) == 0  # type: ignore[arg-type]
    said = capsys.readouterr().out
    assert re.search(r"the hand was \d+\.\d mm .* and is \d\.\d mm", said), said
    assert Path("arm.align.png").exists()
    alignment, true = Alignment.read("arm.align.json"), Calibration.read("true.json")
    aligned = alignment.of_calibration(Calibration.read("arm.json"))
    rng = np.random.default_rng(0)
    apart = []
    for _ in range(20):
        joints = work_pose(rng, 0.02)
        apart.append(tool_pose(aligned.to_model(true.to_encoder(joints))[None]).position[0])
        apart[-1] = apart[-1] - tool_pose(joints[None]).position[0]
    assert np.linalg.norm(apart, axis=1).max() < 0.004
    for name, off in OFF.items():
        assert abs(alignment.geometry.zeros[JOINTS.index(name)] - off) < 0.02
    # the hand is held up, and then the alignment is another's
    arm.guide({name: float(angle) for name, angle in zip(JOINTS, (0.0, -0.6, 0.6, 0.9, 1.6, 0.2), strict=True)})
    data = json.loads(Path("arm.align.json").read_text())
    data["turn"] = [0.0, 0.0, data["turn"][2] + 0.05]
    Path("arm.align.json").write_text(json.dumps(data))
    assert arm_check.run(arm_check.Config(**options(arm))) == 1  # type: ignore[arg-type]
    assert "have drifted; run `pontine arm align` again" in " ".join(capsys.readouterr().out.split())


def test_what_is_missing_is_said_before_anything_moves(arm: EmulatedArm) -> None:
    before = arm.positions
    data = json.loads(Path("markers.json").read_text())
    Path("bare.json").write_text(json.dumps({**data, "hand": []}))
    with pytest.raises(PontineError, match=r"no tags on the hand: add '\"hand\""):
        arm_align.run(arm_align.Config(**options(arm), markers="bare.json"))  # type: ignore[arg-type]
    data["table"] = [{**tag, "size": 1.06 * tag["size"]} for tag in data["table"]]
    Path("small.json").write_text(json.dumps(data))
    with pytest.raises(PontineError, match=r"nothing was moved: all tags are 6% smaller"):
        arm_align.run(arm_align.Config(**options(arm), markers="small.json"))  # type: ignore[arg-type]
    assert np.allclose(arm.positions, before, atol=0.05)
    with pytest.raises(PontineError, match="poses=3 must be at least"):
        arm_align.Config(port="x", camera="0", poses=3)
