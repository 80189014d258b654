"""Skills that handle an object: pick it up, put it down, push it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from pontine.envs.affordances import graspable
from pontine.envs.arrays import Array, Float32
from pontine.envs.robot import Robot
from pontine.envs.scene import TABLE, Fixture, Scene, SceneObject
from pontine.envs.so101.kinematics import tool_pose
from pontine.envs.tabletop.layout import clear, footprint
from pontine.envs.tabletop.objects import from_scene_object
from pontine.envs.tasks.observation import Situation
from pontine.envs.tasks.pick import LIFT, LIFTED
from pontine.envs.tasks.place import RETREAT, STILL
from pontine.envs.tasks.push import CLEARANCE, SIZE, SPOT_TOLERANCE, pushing, reachable, slides, top

from .handling import HandlingSkill, Moment
from .operator import Operator
from .placement import PlacementError, goal_for
from .skill import SKILLS, SkillError

TIME_LIMIT = 250
"""Control steps (10 s) before these skills give up. The tasks' six seconds are for scoring in simulation; an arm
of slow servos, held within its safety limits, is often about to succeed when they are over."""


_BEHIND, _HAND = 0.03, 0.025
"""How far (m) behind what is pushed the hand comes down, and the radius (m) of the room that it needs there."""


@SKILLS.register
class PickSkill(HandlingSkill):
    """Grasp an object and lift it 6 cm or more."""

    name, task, max_steps = "pick", "pick", TIME_LIMIT
    words: ClassVar = {
        "en": ("pick up", "pick", "lift", "grasp", "grab", "take", "hold"),
        "zh": ("拿起", "抓起", "捡起", "拾起", "举起", "抓住", "拿"),
    }
    operator = Operator(
        parameters={"object": "item"},
        preconditions=(
            ("on", "?object", "?below"),
            ("not", "on", "*", "?object"),
            ("not", "in", "*", "?object"),
            ("not", "holding", "*"),
        ),
        effects=(("holding", "?object"),),
        where={"below": "place"},
    )

    @classmethod
    def suits(cls, thing: SceneObject | Fixture) -> str | None:
        return f"a {thing.kind} is too wide for the gripper" if graspable(thing) is False else None

    def refuses(self, scene: Scene, args: Sequence[str]) -> str | None:
        thing = scene.object(args[0])
        if scene.holding is not None:
            return f"the gripper already holds {scene.holding!r}"
        if (why := self.suits(thing)) is not None:
            return why
        if thing.position is None:
            return f"nobody knows where {thing.name!r} is"
        above = [o.name for o in scene.objects if o.support == thing.name]
        return f"{above[0]!r} stands on {thing.name!r}" if above else None

    def goal(self, robot: Robot, scene: Scene, args: Sequence[str]) -> Array:
        return np.array(scene.object(args[0]).position) + (0.0, 0.0, LIFT)

    def there(self, moment: Moment) -> bool:
        assert moment.before.position is not None
        assert moment.now.position is not None
        lifted = moment.now.position[2] - moment.before.position[2] > LIFTED
        return lifted and moment.scene.holding == moment.now.name


@SKILLS.register
class PlaceSkill(HandlingSkill):
    """Put the held object where a relation says and draw back."""

    name, task, max_steps = "place", "place", TIME_LIMIT
    words: ClassVar = {"en": ("place", "put", "set", "lay"), "zh": ("放置", "放到", "放", "摆")}
    operator = Operator(
        parameters={"object": "item", "relation": "relation", "reference": "place"},
        preconditions=(("holding", "?object"),),
        effects=(("?relation", "?object", "?reference"), ("not", "holding", "?object")),
    )

    def refuses(self, scene: Scene, args: Sequence[str]) -> str | None:
        return None if scene.holding == args[0] else f"the gripper does not hold {args[0]!r}"

    def goal(self, robot: Robot, scene: Scene, args: Sequence[str]) -> Array:
        tool = tool_pose(robot.observe().position[None]).position[0]
        return goal_for(scene, args[0], args[1], args[2], (float(tool[0]), float(tool[1])))

    def there(self, moment: Moment) -> bool:
        now = moment.now
        away = float(np.linalg.norm(moment.tool - np.array(now.position))) > RETREAT
        return moment.scene.holding is None and now.support is not None and away and moment.speed < STILL


@SKILLS.register
class PushSkill(HandlingSkill):
    """Push an object that stands on the table to a spot that a relation describes, and draw back upwards."""

    name, task, max_steps = "push", "push", TIME_LIMIT
    words: ClassVar = {"en": ("push", "slide", "shove", "nudge"), "zh": ("推", "推动", "推到")}
    operator = Operator(
        parameters={"object": "thing", "relation": "side", "reference": "thing"},
        preconditions=(("on", "?object", "table"), ("not", "on", "*", "?object"), ("not", "holding", "*")),
        effects=(("?relation", "?object", "?reference"),),
    )
    reserve = True
    observation = SIZE

    @classmethod
    def suits(cls, thing: SceneObject | Fixture) -> str | None:
        if isinstance(thing, SceneObject) and (thing.size is None or slides(thing.kind, thing.size)):
            return None
        return f"{thing.name!r} would roll or topple"

    def sight(self, situation: Situation) -> Float32:
        return pushing(situation)

    def refuses(self, scene: Scene, args: Sequence[str]) -> str | None:
        thing = scene.object(args[0])
        if scene.holding is not None:
            return f"the gripper holds {scene.holding!r}"
        if thing.support != TABLE:
            return f"{thing.name!r} does not stand on the table"
        if thing.position is None or thing.size is None:
            return f"nobody knows where {thing.name!r} is or how large"
        if (why := self.suits(thing)) is not None:
            return why
        above = [o.name for o in scene.objects if o.support == thing.name]
        return f"{above[0]!r} stands on {thing.name!r}" if above and not thing.container else None

    def goal(self, robot: Robot, scene: Scene, args: Sequence[str]) -> Array:
        thing = scene.object(args[0])
        if args[1] in ("on", "in") and args[2] != TABLE:
            raise SkillError(f"nothing can be pushed {args[1]} {args[2]!r}")
        assert thing.position is not None, "an object of unknown position is refused"
        here = np.array(thing.position[:2])
        goal = goal_for(scene, args[0], args[1], args[2], (float(here[0]), float(here[1])))
        radius = footprint(from_scene_object(thing))[2]
        if not reachable(here, goal[:2], radius):
            raise PlacementError(f"the hand cannot get behind {thing.name!r} to push it there")
        blocking = _in_the_way(scene, thing, here, goal[:2], radius)
        if blocking is not None:
            raise PlacementError(f"{blocking!r} stands in the way of pushing {thing.name!r} there")
        return goal

    def there(self, moment: Moment) -> bool:
        now = moment.now
        position, size = np.array([now.position]), np.array([now.size])
        miss = float(np.linalg.norm(position[0, :2] - moment.goal[:2]))
        clear = moment.tool[2] > top(position, size)[0] + CLEARANCE
        return bool(clear and miss < SPOT_TOLERANCE and moment.speed < STILL)


def _in_the_way(scene: Scene, thing: SceneObject, here: Array, goal: Array, radius: float) -> str | None:
    """What stands where the thing, or the hand behind it, would pass on a straight way from here to the goal (2,) m."""
    length = float(np.linalg.norm(goal - here))
    along = (goal - here) / max(length, 1e-6)
    way = [(*(here + along * at), radius) for at in np.linspace(0.0, length, 2 + int(length / 0.01))]
    behind = (*(here - along * (radius + _BEHIND)), _HAND)
    for other in scene.objects:
        if other is thing or other.support not in (TABLE, None) or other.position is None:
            continue
        x, y, r = footprint(from_scene_object(other))
        if any(not clear(cx, cy, cr, [(x, y, r)], gap=0.0) for cx, cy, cr in (*way, behind)):
            return other.name
    return None
