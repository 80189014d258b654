"""One number for a plan: how likely it is that carrying it out does what was asked for.

It is the language model's probability of its reading, times whether the plan is valid, times each step's probability of
success. A step's probability comes from the critic of success of its policy where the library has one and the step
can be looked at now; of what later steps will find nobody knows, so for those, and without a critic, it is the rate
that was measured when the policy was tested under randomised physics. Every estimate says which of these it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.errors import PontineError
from pontine.envs.predicates import Predicate
from pontine.envs.robot import Robot
from pontine.envs.scene import Scene
from pontine.planner.planning.plan import NoPlanError, Plan, Step
from pontine.planner.reading import Reading
from pontine.policies import critic as critics
from pontine.policies.actor import load
from pontine.policies.library import LIBRARY, critic_beside, is_there
from pontine.policies.skills.handling import HandlingSkill
from pontine.policies.skills.loading import policy_of
from pontine.policies.skills.skill import Skill

TESTED = "policy, randomization=real"
"""The test in a policy's card that its rate is taken from."""

Source = Literal["critic", "rate", "unmeasured", "no policy"]


@dataclass(frozen=True)
class Estimate:
    """A step's probability of success, and where it comes from: the critic, the policy's measured rate, or nowhere
    (then it is 1); a skill that has no policy cannot succeed."""

    probability: float
    source: Source


@dataclass(frozen=True)
class Score:
    """What is known of a plan's chances. `reading` is None where no model spoke, which counts as certain."""

    reading: float | None
    valid: bool
    steps: tuple[Estimate, ...]

    @property
    def value(self) -> float:
        """Everything in one number, 0..1."""
        known = 1.0 if self.reading is None else self.reading
        return known * self.plan

    @property
    def plan(self) -> float:
        """The plan's own part of that, apart from how sure the reading is."""
        return self.valid * math.prod(e.probability for e in self.steps)

    @property
    def measured(self) -> bool:
        """Whether every step's estimate was measured in some way."""
        return all(e.source != "unmeasured" for e in self.steps)

    def to_json(self) -> dict[str, Any]:
        """As it stands in the run report."""
        return {
            "value": round(self.value, 4),
            "reading": None if self.reading is None else round(self.reading, 4),
            "valid": self.valid,
            "steps": [{"probability": round(e.probability, 4), "source": e.source} for e in self.steps],
        }


@dataclass(frozen=True)
class Candidate:
    """A plan that would do, for some of a reading's alternatives, and its score."""

    goals: tuple[Predicate, ...]
    plan: Plan
    score: Score


class Judge:
    """Scores plans by what the policies in a library folder are known to achieve."""

    def __init__(self, skills: Mapping[str, Skill], folder: str | Path | None = None) -> None:
        """Raises PolicyError if a card or a critic is damaged."""
        base = LIBRARY if folder is None else Path(folder)
        self.skills = skills
        self.rates: dict[str, float] = {}
        self.critics: dict[str, critics.Critic] = {}
        for task in {skill.task for skill in skills.values()}:
            policy = policy_of(task, base)
            if not is_there(policy):
                continue
            tested = load(policy)[1].get("test", {}).get(TESTED)
            if tested is not None:
                self.rates[task] = float(tested["success"])
            if is_there(critic := critic_beside(policy)):
                self.critics[task] = critics.load(critic)[0]

    def choose(
        self, reading: Reading, robot: Robot, make_plan: Callable[[Scene, Sequence[Predicate]], Plan]
    ) -> tuple[Reading, Plan | None, Score | None]:
        """The reading with the best-scored of its alternatives as its subgoals, the plan for those and its score; None
        if there is no plan for any of them."""
        best = next(iter(self.candidates(reading, robot, make_plan)), None)
        return (reading, None, None) if best is None else (replace(reading, subgoals=best.goals), best.plan, best.score)

    def candidates(
        self, reading: Reading, robot: Robot, make_plan: Callable[[Scene, Sequence[Predicate]], Plan]
    ) -> list[Candidate]:
        """A plan for each of the reading's alternatives for which there is one, the best-scored first."""
        scene, found = robot.scene(), []
        for goals in (reading.subgoals, *reading.alternatives):
            try:
                plan = make_plan(scene, goals)
            except NoPlanError:
                continue
            found.append(Candidate(goals, plan, self.score(reading, plan, robot, scene)))
        return sorted(found, key=lambda candidate: -candidate.score.value)

    def score(self, reading: Reading, plan: Plan, robot: Robot, scene: Scene) -> Score:
        """The score of one plan from here."""
        steps: list[Estimate] = []
        touched: set[str] = set()
        for step in plan.steps:
            steps.append(self._estimate(step, robot, scene, known=not touched & set(step.args)))
            touched |= set(step.args)
        return Score(reading.confidence, plan.valid, tuple(steps))

    def _estimate(self, step: Step, robot: Robot, scene: Scene, known: bool) -> Estimate:
        skill = self.skills[step.skill]
        critic = self.critics.get(skill.task)
        if skill.missing is not None:
            return Estimate(0.0, "no policy")
        if critic is not None and known and isinstance(skill, HandlingSkill):
            seen = _look(skill, step.args, robot, scene)
            if seen is not None:
                return Estimate(float(critic.probability(seen[None])[0]), "critic")
        if (rate := self.rates.get(skill.task)) is not None:
            return Estimate(rate, "rate")
        return Estimate(1.0, "unmeasured")


def _look(skill: HandlingSkill, args: Sequence[str], robot: Robot, scene: Scene) -> Array | None:
    """What a critic sees of a skill call that could start now; None if it could not."""
    if skill.refuses(scene, args) is not None or (thing := skill.watched(scene, args)) is None:
        return None
    try:
        observation = skill.begin(robot, scene, args).see(robot.observe(), np.zeros(6), scene)[0]
        goal = skill.goal(robot, scene, args)
    except PontineError:
        # Whether it could start shows when its turn comes; until then its measured rate will do.
        return None
    assert thing.position is not None, "watched gives only what has a position"
    return critics.features(observation, critics.others(scene, thing.name), np.array(thing.position), goal)
