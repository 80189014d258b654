"""Plans that were verified and wait to be carried out, each by an id that is tied to the scene it was made for."""

from __future__ import annotations

import math
import secrets
from collections import OrderedDict
from dataclasses import dataclass

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.scene import Scene
from pontine.planner.planning.plan import Plan
from pontine.planner.planning.score import Score
from pontine.planner.reading import Reading

KEPT = 32
"""How many plans are kept; the oldest is forgotten for the next."""

MOVED = 0.01
"""Distance (m) up to which a thing counts as not moved: a camera sees it a little elsewhere each time."""


class StalePlanError(PontineError):
    """A plan for a scene that has changed since."""


@dataclass(frozen=True)
class KeptPlan:
    """A plan with what it was made from."""

    instruction: str
    reading: Reading
    plan: Plan
    score: Score
    scene: Scene


class Plans:
    """The plans of a session by their ids. An id cannot be guessed, is good for one use, and only for its scene."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, KeptPlan] = OrderedDict()

    def keep(self, plan: KeptPlan) -> str:
        """The id by which the plan is known from now on."""
        name = f"plan-{secrets.token_hex(6)}"
        self._kept[name] = plan
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return name

    def get(self, name: str, now: Scene) -> KeptPlan:
        """The plan of that id, if the scene is still the one it was made for.

        Raises UnknownNameError, StalePlanError saying what has changed.
        """
        if name not in self._kept:
            raise UnknownNameError("plan", name[:80], self._kept)
        kept = self._kept[name]
        if (why := changed(kept.scene, now)) is not None:
            raise StalePlanError(f"{name} was made for another scene: {why}; ask again")
        return kept

    def forget(self, name: str) -> None:
        """Let a plan go that was carried out."""
        self._kept.pop(name, None)


def changed(before: Scene, now: Scene) -> str | None:
    """What is different between two looks at a table, None if nothing is that matters to a plan.

    Example:
        >>> from pontine.envs.scene import SceneObject
        >>> cup = SceneObject("cup", "cup", position=(0.2, 0.0, 0.0))
        >>> changed(Scene((cup,)), Scene((SceneObject("cup", "cup", position=(0.25, 0.0, 0.0)),)))
        "'cup' was moved by 50 mm"
    """
    names = [{*(o.name for o in scene.objects), *(f.name for f in scene.fixtures)} for scene in (before, now)]
    if gone := sorted(names[0] - names[1]):
        return f"{gone[0]!r} is gone"
    if new := sorted(names[1] - names[0]):
        return f"{new[0]!r} is new"
    if before.holding != now.holding:
        return f"the gripper holds {now.holding!r}, then {before.holding!r}"
    for thing in before.objects:
        other = now.object(thing.name)
        if thing.support != other.support:
            return f"{thing.name!r} was on {thing.support!r} and is on {other.support!r}"
        if (thing.position is None) != (other.position is None):
            return f"where {thing.name!r} is was {'not ' if thing.position is None else ''}known then"
        apart = math.dist(thing.position or (), other.position or ())
        if apart > MOVED:
            return f"{thing.name!r} was moved by {1000 * apart:.0f} mm"
    for fixture in before.fixtures:
        if fixture.state != now.fixture(fixture.name).state:
            return f"{fixture.name!r} was {fixture.state} and is {now.fixture(fixture.name).state}"
    return None
