"""On Windows and macOS: what needs no arm runs, what does says what it needs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from pontine.envs.scene import Scene, SceneObject

SCENE = Scene(
    (
        SceneObject("red_cube", "cube", "red", (0.2, 0.08, 0.015), size=(0.03, 0.03, 0.03)),
        SceneObject("bowl", "bowl", "white", (0.25, -0.1, 0.0), size=(0.13, 0.13, 0.042), container=True),
    )
)


def test_what_needs_no_arm_runs_where_there_is_only_what_every_system_has(tmp_path: Path) -> None:
    (tmp_path / "scene.json").write_text(json.dumps(SCENE.to_json()), encoding="utf-8")
    program = [sys.executable, str(Path(__file__).parent / "elsewhere.py"), str(tmp_path)]
    done = subprocess.run(program, capture_output=True, text=True, check=False, timeout=600)
    ended = [line for line in done.stdout.splitlines() if " ended with " in line or line.endswith(" locks")]
    assert ended == [
        "plan ended with 0", "demo ended with 0", "train ended with 0", "eval ended with 0", "export ended with 0",
        "arm ended with 2", "True locks",
    ], done.stdout + done.stderr  # fmt: skip
    assert "this needs a system with termios, Linux or macOS" in done.stderr
    assert "Traceback" not in done.stderr
    for name in ("plan.json", "run.json", "run/policy.safetensors", "eval.json", "policy.onnx"):
        assert (tmp_path / name).stat().st_size > 0
