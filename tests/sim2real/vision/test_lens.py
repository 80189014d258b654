"""Camera files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pontine.sim2real.vision.lens import Lens, LensError

GOOD: dict[str, Any] = {
    "width": 64, "height": 48, "focal": [50, 50], "centre": [31.5, 23.5], "distortion": [0] * 5, "error_px": None
}  # fmt: skip


def test_a_lens_survives_being_written(tmp_path: Path) -> None:
    lens = Lens(64, 48, (50.0, 51.0), (31.0, 24.0), (0.1, 0.0, 0.0, 0.0, -0.1), 0.3)
    lens.write(tmp_path / "camera.json")
    assert Lens.read(tmp_path / "camera.json") == lens


@pytest.mark.parametrize(
    ("text", "why"),
    [("{", "is not JSON"), ("[" * 100_000, "more than 64 deep"), ("[1]", "is not a camera file"),
     (json.dumps({**GOOD, "width": int("9" * 400)}), "whole number of 400 digits"),
     (json.dumps({**GOOD, "focal": [50]}), "numbers that no camera has"),
     (json.dumps({**GOOD, "error_px": "good"}), "is not a camera file"),
     (json.dumps({**GOOD, "centre": [float("nan"), 1]}), "NaN")],
)  # fmt: skip
def test_a_file_that_is_no_camera_file_is_one_line(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "camera.json"
    with pytest.raises(LensError, match="cannot read camera file"):
        Lens.read(path)
    path.write_text(text)
    with pytest.raises(LensError, match=why) as caught:
        Lens.read(path)
    assert "\n" not in str(caught.value)
