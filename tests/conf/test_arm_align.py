"""What `pontine arm align` and `check` say before anything moves, on an emulated arm. How well it aligns is a benchmark
(`pontine bench arm what=[align]`)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pontine.conf import arm_align, arm_check
from pontine.envs.errors import PontineError
from pontine.sim2real.alignment.alignment import AlignmentError
from pontine.sim2real.emulation.emulated_arm import EmulatedArm


@pytest.fixture
def arm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmulatedArm]:
    monkeypatch.chdir(tmp_path)
    with EmulatedArm((), camera_port=0, seed=3) as emulated:
        emulated.calibration.write("arm.json")
        emulated.markers.write("markers.json")
        emulated.lens.write("lens.json")
        yield emulated


def options(arm: EmulatedArm) -> dict[str, object]:
    return {"port": arm.port, "camera": arm.camera_url, "calibration": "arm.json", "patience": 1.0}


def test_check_says_where_nothing_was_aligned_yet(arm: EmulatedArm) -> None:
    with pytest.raises(AlignmentError, match="not aligned: `pontine arm align` does that"):
        arm_check.run(arm_check.Config(**options(arm)))  # type: ignore[arg-type]


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
