"""`Report`: what became of one instruction, from its words to the measured world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pontine.envs.files import write_json
from pontine.envs.scene import Scene
from pontine.planner.execution.executive import Cause, Execution
from pontine.planner.planning.score import Score
from pontine.planner.reading import Reading

_REFUSAL_CAUSES: dict[str | None, Cause] = {"unsafe": "safety", "impossible": "grounding", "unsupported": "reading"}


@dataclass(frozen=True)
class Report:
    """One run. `execution` is None if the reading was no subgoals, so that nothing moved.

    `scene` was measured before the run. Two runs that did the same differ only in the
    values called `seconds`.
    """

    instruction: str
    seed: int | None
    scene: Scene
    reading: Reading
    reading_seconds: float
    seconds: float
    execution: Execution | None = None
    score: Score | None = None
    """What was known of the plan's chances before anything moved; None if nobody judged it."""

    @property
    def goal_reached(self) -> bool:
        """Whether the goal's predicates hold in the scene measured at the end."""
        return self.execution is not None and self.execution.goal_reached

    @property
    def cause(self) -> Cause | None:
        """What a failed run is put down to; None if it did not fail."""
        if self.execution is not None:
            return self.execution.cause
        if self.reading.kind == "question":
            return "grounding"
        return _REFUSAL_CAUSES.get(self.reading.reason, "reading")

    @property
    def reason(self) -> str:
        """The cause in words; empty if the run did not fail."""
        return self.reading.text if self.execution is None else self.execution.reason

    def to_json(self) -> dict[str, Any]:
        """The run report as it is written to a file."""
        run = self.execution
        out: dict[str, Any] = {
            "instruction": self.instruction,
            "seed": self.seed,
            "scene": self.scene.to_json(),
            "reading": {**self.reading.to_json(), "seconds": round(self.reading_seconds, 3)},
            **({"score": self.score.to_json()} if self.score is not None else {}),
            "plans": [plan.to_json() for plan in run.plans] if run else [],
            "steps": [step.to_json() for step in run.steps] if run else [],
            "replans": run.replans if run else 0,
            "goal": [list(p) for p in run.goal] if run else [],
            "goal_reached": self.goal_reached,
            "final_scene": (run.final_scene if run else self.scene).to_json(),
            "seconds": round(self.seconds, 3),
        }
        if not self.goal_reached:
            out |= {"cause": self.cause, "reason": self.reason}
        return out

    def write(self, path: str | Path, more: Mapping[str, Any] | None = None) -> None:
        """Write the report, and what `more` there is to say, as JSON, whole or not at all."""
        write_json(path, {**self.to_json(), **(more or {})})
