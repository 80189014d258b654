"""What becomes of a plan as it is carried out: of each step, and of the whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from pontine.envs.predicates import Predicate
from pontine.envs.scene import Scene
from pontine.planner.planning.plan import Plan, Step

Cause = Literal["reading", "grounding", "plan", "rehearsal", "skill", "perception", "safety", "hardware"]
"""What a failed run is put down to."""


@dataclass(frozen=True)
class StepRecord:
    """What became of one step: `unmet` are its postconditions that do not hold afterwards, `unseen` the things in them
    that nobody has seen since.

    `finished` and `reason` are the skill's own words, `plan` is the index of the plan
    the step belongs to, `seconds` is wall-clock time.
    """

    plan: int
    step: Step
    finished: bool
    control_steps: int
    seconds: float
    reason: str
    unmet: tuple[Predicate, ...]
    unseen: tuple[str, ...] = ()

    @property
    def worked(self) -> bool:
        """Whether the world shows what the step was for."""
        return not self.unmet and not self.unseen

    def to_json(self) -> dict[str, Any]:
        """As it stands in the run report."""
        return {
            "plan": self.plan,
            "skill": self.step.skill,
            "args": list(self.step.args),
            "worked": self.worked,
            "finished": self.finished,
            "control_steps": self.control_steps,
            "seconds": round(self.seconds, 3),
            "reason": self.reason,
            "unmet": [list(p) for p in self.unmet],
            **({"unseen": list(self.unseen)} if self.unseen else {}),
        }


@dataclass
class Execution:
    """All that happened. `cause` is None exactly if `goal_reached`; `reason` says it in words.

    `goal` are the predicates that must hold at the end; `final_scene` was measured
    after the last motion. `failures` are where skills began that moved and did not reach
    their postconditions, as `policies.failures` has them.
    """

    final_scene: Scene
    goal: tuple[Predicate, ...] = ()
    plans: list[Plan] = field(default_factory=list)
    steps: list[StepRecord] = field(default_factory=list)
    failures: list[dict[str, Any]] = field(default_factory=list)
    goal_reached: bool = False
    cause: Cause | None = None
    reason: str = ""

    @property
    def replans(self) -> int:
        """How many plans were made after the first."""
        return max(0, len(self.plans) - 1)
