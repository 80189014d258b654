"""What `pontine plan` does: one instruction, or a file of them, to readings and plans."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pontine.envs.scene import Scene
from pontine.planner.brain import Brain


def plan_one(instruction: str, scene: Scene, brain: Brain) -> dict[str, Any]:
    """`{"instruction", "reading", "plan", "seconds"}` for one instruction; `plan` is None unless the
    reading is subgoals. Raises PontineError for an empty instruction."""
    raise NotImplementedError


def plan_verb(
    instruction: str | None = None,
    scene: str | Path | None = None,
    out: str | Path | None = None,
    batch: str | Path | None = None,
    adapter: str | None = None,
) -> int:
    """The verb `pontine plan`: either `instruction` + `scene` (a JSON file) [+ `out`], or `batch` + `out`
    (JSON Lines). Returns the exit status. Raises PontineError on bad input."""
    raise NotImplementedError
