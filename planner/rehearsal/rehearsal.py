"""`Rehearsal`: what became of a plan in randomised copies of the scene."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pontine.envs.arrays import Image
from pontine.envs.errors import PontineError
from pontine.envs.predicates import written
from pontine.envs.robot import RobotState
from pontine.envs.scene import Scene
from pontine.envs.tabletop.randomization import Randomization
from pontine.planner.planning.plan import Plan
from pontine.planner.rehearsal.copies import Copies
from pontine.planner.rehearsal.playing import Failure, play
from pontine.planner.rehearsal.way import Way
from pontine.policies.skills.skill import Skill
from pontine.policies.statistics import wilson

COPIES = 32
"""How many copies a plan is played in, if nothing else is said."""


class RehearsalError(PontineError):
    """A plan that cannot be rehearsed here."""


@dataclass(frozen=True)
class Rehearsal:
    """A plan and, of each copy it was played in, where and how it failed (None: the goal holds at the end).

    It is the chance of the plan as it stands: a step that fails in a copy is not tried again there.
    """

    plan: Plan
    failures: tuple[Failure | None, ...]
    seconds: float
    way: Way | None = field(default=None, compare=False, repr=False)
    """Where the gripper went in the first copy in which the goal holds at the end; in the first if it does in none."""

    @property
    def copies(self) -> int:
        """In how many copies it was played."""
        return len(self.failures)

    @property
    def reached(self) -> int:
        """In how many of them the goal holds at the end."""
        return sum(failure is None for failure in self.failures)

    @property
    def probability(self) -> float:
        """Share of the copies in which the goal was reached."""
        return self.reached / self.copies

    @property
    def interval(self) -> tuple[float, float]:
        """Its Wilson 95 % interval."""
        return wilson(self.reached, self.copies)

    @property
    def steps(self) -> tuple[tuple[int, int], ...]:
        """Of each step, in how many copies it went well and in how many it was begun or refused."""
        at = [failure.step if failure else len(self.plan.steps) for failure in self.failures]
        return tuple((sum(a > k for a in at), sum(a >= k for a in at)) for k in range(len(self.plan.steps)))

    @property
    def weakest(self) -> int | None:
        """The step (from 0) that failed in the largest share of those copies that came to it; None if none failed."""
        shares = [(begun - well) / begun if begun else 0.0 for well, begun in self.steps]
        worst = max(shares, default=0.0)
        return shares.index(worst) if worst > 0 else None

    @property
    def worst(self) -> int | None:
        """The copy that shows how the weakest step fails most often; None if none failed."""
        if (weakest := self.weakest) is None:
            return None
        there = {i: failure for i, failure in enumerate(self.failures) if failure and failure.step == weakest}
        how = Counter(failure.words for failure in there.values()).most_common(1)[0][0]
        return next(i for i, failure in there.items() if failure.words == how)

    @property
    def text(self) -> str:
        """In words: how often the goal is reached, and at which step it fails and how."""
        low, high = self.interval
        said = f"{self.reached} of {self.copies} rehearsals reach the goal ({low:.0%} to {high:.0%})"
        if (weakest := self.weakest) is None:
            return said
        step = self.plan.steps[weakest]
        ways = Counter(failure.words for failure in self.failures if failure and failure.step == weakest)
        told = ", ".join(f"{count} {words}" for words, count in ways.most_common())
        return f"{said}; weakest: {written((step.skill, *step.args))} ({told})"

    def to_json(self) -> dict[str, Any]:
        """As it stands in the run report."""
        steps = zip(self.plan.steps, self.steps, strict=True)
        return {
            "copies": self.copies,
            "reached": self.reached,
            "probability": round(self.probability, 4),
            "wilson95": [round(bound, 4) for bound in self.interval],
            "weakest": self.weakest,
            "steps": [{"skill": s.skill, "args": list(s.args), "well": well, "begun": n} for s, (well, n) in steps],
            "failures": [
                {"copy": i, "step": failure.step, "how": failure.how, "what": failure.what}
                for i, failure in enumerate(self.failures)
                if failure is not None
            ],
            "seconds": round(self.seconds, 3),
        }


def rehearse(
    plan: Plan,
    scene: Scene,
    state: RobotState,
    library: Mapping[str, Skill],
    physics: Randomization,
    copies: int = COPIES,
    seed: int = 0,
    threads: int = 0,
    sufficient: tuple[int, float, float] | None = None,
) -> tuple[Rehearsal, Copies]:
    """Play `plan` in `copies` copies of `scene` before an arm at `state`; equal seeds meet equal copies, whatever plan.

    `sufficient` (k, said, sure) spares copies where they would tell nothing new: k of them are played first, and the
    others only if what those say does not bear out the chance `said`, or leaves open whether it is over `sure`.

    Raises RehearsalError if a skill has no policy, SceneError for a scene that cannot be laid.
    """
    began = time.perf_counter()
    for name in sorted({step.skill for step in plan.steps}):
        if name not in library or not isinstance(library[name], Skill):
            raise RehearsalError(f"{name} cannot be rehearsed: it is no skill with a policy")
        if (why := library[name].missing) is not None:
            raise RehearsalError(f"{name} cannot be rehearsed: {why}")
    worlds = Copies(scene, state, copies, physics, seed, threads)
    first = copies if sufficient is None else min(sufficient[0], copies)
    failures = play(worlds, plan, library, range(first))
    if sufficient is not None and first < copies:
        _, said, sure = sufficient
        low, high = wilson(sum(failure is None for failure in failures), first)
        if not low <= said <= high or low <= sure <= high:
            failures += play(worlds, plan, library, range(first, copies))
    shown = failures.index(None) if None in failures else 0
    return Rehearsal(plan, tuple(failures), time.perf_counter() - began, worlds.way(shown)), worlds


def picture(copies: Copies, copy: int, width: int = 640, height: int = 480) -> Image:
    """What a copy looks like now, (height, width, 3). Raises RenderError where nothing can be drawn."""
    from pontine.envs.visuals.render import Renderer

    with Renderer(copies.worlds, copy) as renderer:
        return renderer.render(width=width, height=height)
