"""The skill `topple`, its words, and the predicate `lying` that it makes true."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from pontine.envs.arrays import Array
from pontine.envs.declarations.predicate_kind import PREDICATES, PredicateKind
from pontine.envs.robot import Robot
from pontine.envs.scene import TABLE, Scene
from pontine.envs.tabletop.layout import footprint
from pontine.envs.tabletop.objects import from_scene_object
from pontine.envs.tasks.observation import Situation
from pontine.envs.tasks.push import SIZE, pushing
from pontine.policies.skills.handling import HandlingSkill, Moment
from pontine.policies.skills.operator import Operator
from pontine.policies.skills.skill import SKILLS, SkillError

from .task import CLEAR, LYING, falls, topples


def lying(scene: Scene, name: str) -> bool:
    """Whether an object's own axis is about horizontal, and the gripper does not hold it."""
    thing = scene.object(name)
    if thing.orientation is None or scene.holding == name:
        return False
    w, x, y, z = thing.orientation
    return abs(1.0 - 2.0 * (x * x + y * y) / (w * w + x * x + y * y + z * z)) < LYING


PREDICATES.register(PredicateKind("lying", ("object",), lying))


@SKILLS.register
class ToppleSkill(HandlingSkill):
    """Knock a standing cylinder over and draw back."""

    name, task, max_steps = "topple", "topple", 200
    words: ClassVar = {"en": ("topple", "knock over", "tip over"), "zh": ("推倒", "弄倒")}
    operator = Operator(
        parameters={"object": "thing"},
        preconditions=(("on", "?object", "table"), ("not", "on", "*", "?object"), ("not", "holding", "*")),
        effects=(("lying", "?object"),),
    )
    library = Path(__file__).parent / "library"
    observation = SIZE

    def sight(self, situation: Situation) -> NDArray[np.float32]:
        return pushing(situation)

    def refuses(self, scene: Scene, args: Sequence[str]) -> str | None:
        thing = scene.object(args[0])
        if scene.holding is not None:
            return f"the gripper holds {scene.holding!r}"
        if thing.position is None or thing.size is None:
            return f"nobody knows where {thing.name!r} is or how large"
        if not topples(thing.kind, thing.size):
            return f"{thing.name!r} would slide or roll, and not topple"
        if thing.support != TABLE:
            return f"{thing.name!r} does not stand on the table"
        return f"{thing.name!r} lies already" if lying(scene, thing.name) else None

    def goal(self, robot: Robot, scene: Scene, args: Sequence[str]) -> Array:
        thing = scene.object(args[0])
        assert thing.position is not None
        assert thing.size is not None
        others = [
            footprint(from_scene_object(other))
            for other in scene.objects
            if other is not thing and other.position is not None and other.support in (TABLE, None)
        ]
        found = falls(np.array(thing.position[:2]), thing.size, others)
        if not found:
            raise SkillError(f"{thing.name!r} has no room to fall to, or the hand none behind it")
        return np.array([*found[0], thing.position[2]])

    def there(self, moment: Moment) -> bool:
        away = float(np.linalg.norm(moment.tool - np.array(moment.now.position))) > CLEAR
        return away and lying(moment.scene, moment.now.name)
