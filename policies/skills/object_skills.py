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
from pontine.envs.spots import spot
from pontine.envs.tasks.observation import Situation
from pontine.envs.tasks.pick import LIFT, LIFTED
from pontine.envs.tasks.place import RETREAT, STILL
from pontine.envs.tasks.push import CLEARANCE, SIZE, SPOT_TOLERANCE, pushing, slides, top

from .handling import HandlingSkill, Moment
from .operator import SPOT, Operator
from .placement import PlacementError, goal_for
from .room import blocking, in_reach, in_the_way, pushable
from .skill import SKILLS, SkillError

TIME_LIMIT = 250
"""Control steps (10 s) before these skills give up. The tasks' six seconds are for scoring in simulation; an arm
of slow servos, held within its safety limits, is often about to succeed when they are over."""


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

    @classmethod
    def reaches(cls, scene: Scene, thing: SceneObject, place: tuple[float, float]) -> str | None:
        return None if in_reach(place) else f"({place[0]:.3f}, {place[1]:.3f}) m is out of the hand's reach"

    @classmethod
    def obstacles(cls, scene: Scene, thing: SceneObject, place: tuple[float, float]) -> tuple[str, ...]:
        return blocking(scene, thing, place)

    def refuses(self, scene: Scene, args: Sequence[str]) -> str | None:
        return None if scene.holding == args[0] else f"the gripper does not hold {args[0]!r}"

    def goal(self, robot: Robot, scene: Scene, args: Sequence[str]) -> Array:
        if args[1] == SPOT and (why := self.reaches(scene, scene.object(args[0]), spot(scene, args[2]).position)):
            raise PlacementError(why)
        tool = tool_pose(robot.observe().position[None]).position[0]
        return goal_for(scene, args[0], args[1], args[2], (float(tool[0]), float(tool[1])))

    def there(self, moment: Moment) -> bool:
        now = moment.now
        away = float(np.linalg.norm(moment.tool - np.array(now.position))) > RETREAT
        return moment.scene.holding is None and now.support is not None and away and moment.speed < STILL


@SKILLS.register
class PushSkill(HandlingSkill):
    """Push an object that stands on the table to a spot, or where a relation says, and draw back upwards."""

    name, task, max_steps = "push", "push", TIME_LIMIT
    words: ClassVar = {"en": ("push", "slide", "shove", "nudge"), "zh": ("推", "推动", "推到")}
    operator = Operator(
        parameters={"object": "thing", "relation": "side", "reference": "place"},
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

    @classmethod
    def reaches(cls, scene: Scene, thing: SceneObject, place: tuple[float, float]) -> str | None:
        # From where the hand has it, or nobody knows where, it is put down first: where that will be shows then.
        if thing.position is None or thing.support != TABLE or pushable(thing, place):
            return None
        return f"the hand cannot get behind {thing.name!r} to push it to ({place[0]:.3f}, {place[1]:.3f}) m"

    @classmethod
    def obstacles(cls, scene: Scene, thing: SceneObject, place: tuple[float, float]) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*blocking(scene, thing, place), *in_the_way(scene, thing, place))))

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
        there = float(goal[0]), float(goal[1])
        if not pushable(thing, there):
            raise PlacementError(f"the hand cannot get behind {thing.name!r} to push it there")
        if found := in_the_way(scene, thing, there):
            raise PlacementError(f"{found[0]!r} stands in the way of pushing {thing.name!r} there")
        return goal

    def there(self, moment: Moment) -> bool:
        now = moment.now
        position, size = np.array([now.position]), np.array([now.size])
        miss = float(np.linalg.norm(position[0, :2] - moment.goal[:2]))
        clear = moment.tool[2] > top(position, size)[0] + CLEARANCE
        return bool(clear and miss < SPOT_TOLERANCE and moment.speed < STILL)
