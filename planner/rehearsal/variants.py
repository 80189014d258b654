"""Other plans for the same goals: what is put aside only to be out of the way may be put somewhere else."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from pontine.envs.errors import PontineError
from pontine.envs.predicates import DIRECTIONS, Predicate
from pontine.envs.scene import TABLE, Scene
from pontine.planner.planning.plan import Plan, Step
from pontine.policies.skills.placement import goal_for
from pontine.policies.skills.skill import SKILLS

MOST = 2
"""How many other places are tried for each thing that is put aside."""


def variants(plan: Plan, scene: Scene) -> Iterator[Plan]:
    """Plans that differ from `plan` in where one thing is put aside, those first that put it farthest from what the
    goal is about."""
    about = {name for predicate in plan.goal for name in predicate}
    handled = {name for step in plan.steps for name in step.args}
    for index, step in enumerate(plan.steps):
        thing = _put_aside(step)
        if thing is None or thing in about:
            continue
        found: list[tuple[float, Step]] = []
        for reference in scene.objects:
            if reference.name in handled or reference.support != TABLE:
                continue
            for side in DIRECTIONS:
                if (apart := _room(scene, thing, side, reference.name, about)) is not None:
                    found.append((apart, _elsewhere(step, thing, side, reference.name)))
        for _, other in sorted(found, key=lambda far: -far[0])[:MOST]:
            yield replace(plan, steps=(*plan.steps[:index], other, *plan.steps[index + 1 :]))


def _put_aside(step: Step) -> str | None:
    """What a step puts down on the table, wherever there is room; None if that is not what it does."""
    on = [predicate[1] for predicate in step.post if predicate[0] == "on" and predicate[2:] == (TABLE,)]
    sorts = SKILLS[step.skill].operator.parameters.values()
    return on[0] if on and {"relation", "place"} <= {*sorts} and TABLE in step.args else None


def _room(scene: Scene, thing: str, side: str, reference: str, about: set[str]) -> float | None:
    """How far (m) from what the goal is about the thing would stand there; None if there is no room."""
    here = scene.object(thing).position
    if here is None:
        return None
    try:
        x, y, _ = goal_for(scene, thing, side, reference, (here[0], here[1]))
    except PontineError:
        return None
    places = [other.position for other in scene.objects if other.name in about and other.position is not None]
    return min((math.hypot(x - at[0], y - at[1]) for at in places), default=0.0)


def _elsewhere(step: Step, thing: str, side: str, reference: str) -> Step:
    """The step with the thing put on that side of something else."""
    given = dict(zip(SKILLS[step.skill].operator.parameters.values(), step.args, strict=True))
    given |= {"relation": side, "place": reference}
    there: Predicate = (side, thing, reference)
    return Step(step.skill, tuple(given.values()), step.pre, (there, *step.post))
