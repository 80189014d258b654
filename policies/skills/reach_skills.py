"""Skills that move the empty hand: over a spot, back home."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from pontine.envs.arrays import Array, Float32
from pontine.envs.errors import SceneError
from pontine.envs.robot import Robot, RobotState
from pontine.envs.scene import Scene
from pontine.envs.so101.kinematics import tool_pose
from pontine.envs.spots import home, point_over
from pontine.envs.tasks.reach import SIZE, TOLERANCE, Reach, reaching

from .operator import Operator
from .skill import SKILLS, Attempt, Skill, SkillError


@SKILLS.register
class ReachSkill(Skill):
    """Bring the empty hand over a named spot or an object."""

    name, task, max_steps = "reach", "reach", Reach.max_steps
    words: ClassVar = {
        "en": ("reach for", "reach", "hover over", "point at"),
        "zh": ("伸向", "伸到", "指向", "悬停在"),
    }
    operator = Operator({"spot": "spot"}, (("not", "holding", "*"),), (("hand_over", "?spot"),))
    observation = SIZE

    def refuses(self, scene: Scene, args: Sequence[str]) -> str | None:
        return None if scene.holding is None else f"the gripper holds {scene.holding!r}"

    def begin(self, robot: Robot, scene: Scene, args: Sequence[str]) -> Attempt:
        return _Reaching(self.point(scene, args))

    def point(self, scene: Scene, args: Sequence[str]) -> Array:
        """Where the tool is wanted, (3,) m. Raises SkillError for what is neither a spot nor an object."""
        try:
            return np.array(point_over(scene, args[0]))
        except SceneError as error:
            raise SkillError(str(error)) from None


@SKILLS.register
class HomeSkill(ReachSkill):
    """Bring the empty hand to where it is at rest."""

    name = "home"
    words: ClassVar = {
        "en": ("go home", "home", "go back", "return home"),
        "zh": ("回原位", "回到原位", "回家", "归位", "复位"),
    }
    operator = Operator({}, (("not", "holding", "*"),), (("hand_home",),))

    def point(self, scene: Scene, args: Sequence[str]) -> Array:
        return np.array(home())


class _Reaching(Attempt):
    def __init__(self, goal: Array) -> None:
        self.goal = goal

    def see(self, state: RobotState, action: Array, scene: Scene) -> Float32:
        return reaching(state.position[None], state.velocity[None], state.command[None], action[None], self.goal[None])

    def there(self, state: RobotState, scene: Scene) -> bool:
        tool = tool_pose(state.position[None]).position[0]
        return float(np.linalg.norm(tool - self.goal)) < TOLERANCE
