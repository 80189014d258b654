"""What of a plan's conditions a measured scene does not bear out."""

from __future__ import annotations

from collections.abc import Sequence

from pontine.envs.predicates import Predicate, holds
from pontine.envs.scene import Scene
from pontine.planner.planning.plan import Step


def unmet(scene: Scene, predicates: Sequence[Predicate]) -> tuple[Predicate, ...]:
    """Those of the predicates that do not hold."""
    return tuple(p for p in predicates if not holds(scene, p))


def not_given(scene: Scene, steps: Sequence[Step]) -> tuple[Predicate, ...]:
    """Preconditions of the steps that do not hold, and that no step before them can make true.

    A step can change what is said of the things it is called with; the rest of the
    world it should leave alone.
    """
    touched: set[str] = set()
    broken: list[Predicate] = []
    for step in steps:
        broken += unmet(scene, [p for p in step.pre if not touched & set(p)])
        touched |= set(step.args)
    return tuple(dict.fromkeys(broken))
