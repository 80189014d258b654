"""Choosing between plans by rehearsing them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pontine.envs.robot import RobotState
from pontine.envs.scene import Scene
from pontine.envs.tabletop.randomization import Randomization, with_dynamics
from pontine.envs.tabletop.randomization import randomization as randomization_of
from pontine.planner.planning.score import Candidate
from pontine.planner.rehearsal.rehearsal import COPIES, Rehearsal, rehearse
from pontine.planner.rehearsal.variants import variants
from pontine.policies.skills.skill import Skill

SURE = 0.7
"""The chance of a plan below which the arm asks instead of moving, if nothing else is said."""

GOOD, FIRST = 0.9, 12
"""The chance from which on no other plan is looked for; and in how many copies a plan is played before it is seen
whether more of them would tell anything new: 12 of 12 are over `SURE` with 95 % confidence."""


@dataclass(frozen=True)
class Rehearser:
    """Rehearses plans in `copies` copies of the scene, with dynamics drawn from `physics`, and takes the best.

    What the critics say of a plan decides how much is spent on it: all copies where a step is new to them, or where
    the first copies do not bear them out. `sure` is the chance below which the arm is to ask instead of moving.
    """

    library: Mapping[str, Skill]
    physics: Randomization
    copies: int = COPIES
    sure: float = SURE
    seed: int = 0
    threads: int = 0

    def choose(
        self, candidates: Sequence[Candidate], scene: Scene, state: RobotState
    ) -> tuple[Candidate, list[Rehearsal]]:
        """The best of the candidates and of their variants, and all that was rehearsed, the best first.

        A plan whose goal is reached in `GOOD` of the copies is taken without looking at others. Raises RehearsalError
        if a skill has no policy, SceneError for a scene that cannot be laid.
        """
        tried: list[tuple[Candidate, Rehearsal]] = []
        for candidate in candidates:
            tried.append((candidate, self._rehearse(candidate, scene, state)))
            if tried[-1][1].probability >= GOOD:
                break
        best = max(tried, key=_chance)
        if best[1].probability < GOOD:
            for plan in variants(best[0].plan, scene):
                other = Candidate(best[0].goals, plan, best[0].score)
                tried.append((other, self._rehearse(other, scene, state)))
        best = max(tried, key=_chance)
        return best[0], [best[1], *(rehearsal for _, rehearsal in tried if rehearsal is not best[1])]

    def _rehearse(self, candidate: Candidate, scene: Scene, state: RobotState) -> Rehearsal:
        score = candidate.score
        sufficient = (FIRST, score.plan, self.sure) if score.measured else None
        return rehearse(
            candidate.plan, scene, state, self.library, self.physics, self.copies, self.seed, self.threads, sufficient
        )[0]


def rehearser(
    library: Mapping[str, Skill],
    wanted: bool,
    copies: int,
    randomization: str,
    dynamics: str | None,
    sure: float,
    seed: int = 0,
) -> Rehearser | None:
    """What the options of a verb ask for; None if nothing is `wanted`. Raises what `randomization` raises."""
    if not wanted:
        return None
    return Rehearser(library, randomization_of(with_dynamics(randomization, dynamics)), copies, sure, seed)


def _chance(tried: tuple[Candidate, Rehearsal]) -> tuple[float, float]:
    """What is best, and of equals the one of which the critics think best."""
    return tried[1].probability, tried[0].score.value
