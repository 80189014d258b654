"""Skills that handle an object: pick it up, put it down."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pontine.envs.catalogue import KINDS
from pontine.envs.kinematics import tool_pose
from pontine.envs.robot import Robot
from pontine.envs.scene import Scene, SceneObject
from pontine.envs.tasks.pick import LIFT, LIFTED, Pick
from pontine.envs.tasks.place import RETREAT, STILL, Place

from .placement import goal_for
from .skill import Skill

Array = NDArray[np.float64]


class PickSkill(Skill):
    """Grasp an object and lift it 6 cm or more."""

    name, task, arguments, max_steps = "pick", "pick", ("object",), Pick.max_steps

    def refuses(self, scene: Scene, args: Sequence[str]) -> str | None:
        thing = scene.object(args[0])
        if scene.holding is not None:
            return f"the gripper already holds {scene.holding!r}"
        if thing.kind in KINDS and not KINDS[thing.kind].graspable:
            return f"a {thing.kind} is too wide for the gripper"
        above = [o.name for o in scene.objects if o.support == thing.name]
        return f"{above[0]!r} stands on {thing.name!r}" if above else None

    def goal(self, robot: Robot, scene: Scene, args: Sequence[str]) -> Array:
        return np.array(scene.object(args[0]).position) + (0.0, 0.0, LIFT)

    def there(self, before: SceneObject, now: SceneObject, scene: Scene, tool: Array, speed: float) -> bool:
        assert before.position is not None
        assert now.position is not None
        return scene.holding == now.name and now.position[2] - before.position[2] > LIFTED


class PlaceSkill(Skill):
    """Put the held object where a relation says and draw back."""

    name, task, arguments, max_steps = "place", "place", ("object", "relation", "reference"), Place.max_steps

    def refuses(self, scene: Scene, args: Sequence[str]) -> str | None:
        return None if scene.holding == args[0] else f"the gripper does not hold {args[0]!r}"

    def goal(self, robot: Robot, scene: Scene, args: Sequence[str]) -> Array:
        tool = tool_pose(robot.observe().position[None]).position[0]
        return goal_for(scene, args[0], args[1], args[2], (float(tool[0]), float(tool[1])))

    def there(self, before: SceneObject, now: SceneObject, scene: Scene, tool: Array, speed: float) -> bool:
        away = float(np.linalg.norm(tool - np.array(now.position))) > RETREAT
        return scene.holding is None and now.support is not None and away and speed < STILL
