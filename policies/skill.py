"""Skills: options (Sutton et al. 1999) that run a policy on a `Robot` until they are done.

A skill has an initiation set (`refuses`), a policy, a termination condition and a time
limit. It says that it has finished, never that it has succeeded: that is for predicates
over the measured scene.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from pontine.envs.catalogue import KINDS
from pontine.envs.control import next_command
from pontine.envs.errors import PontineError
from pontine.envs.fixtures import PART_SYMMETRY
from pontine.envs.kinematics import tool_pose
from pontine.envs.observation import SIZE, Situation, manipulation
from pontine.envs.robot import CONTROL_SECONDS, Robot, RobotState
from pontine.envs.scene import Scene, SceneObject
from pontine.envs.tasks.base import Task

from .actor import Actor, PolicyError

Array = NDArray[np.float64]
OnStep = Callable[[Robot], None]

# m/s, share a step, m, m
_SLOW, _INTEGRAL, _LARGEST_SHIFT, _ARRIVED = 0.02, 0.1, 0.02, 0.006


class SkillError(PontineError):
    """A skill called with arguments it cannot have."""


@dataclass(frozen=True)
class SkillOutcome:
    """Whether the termination condition was met, after how many control steps, and if not, why."""

    finished: bool
    steps: int
    reason: str


class Skill(ABC):
    """An option with a learned policy.

    A policy can come to rest short of its goal with the object in the hand, where all its
    small urges cancel. While a held object hardly moves, the goal it is shown is shifted by
    the integral of what is missing, at most 2 cm, as integral action does in any servo;
    once the object is there the policy sees the true goal again, and lets go.
    """

    name: ClassVar[str]
    task: ClassVar[str]
    """Name of the task that its policy was trained on, and of the policy's file."""
    arguments: ClassVar[tuple[str, ...]]
    max_steps: ClassVar[int]

    def __init__(self, actor: Actor) -> None:
        if (actor.observation, actor.action) != (SIZE, 6):
            raise PolicyError(
                f"the {self.name} policy takes {actor.observation} numbers and gives {actor.action}; "
                f"this version's skills take {SIZE} and give 6"
            )
        self.actor = actor

    @abstractmethod
    def refuses(self, scene: Scene, args: Sequence[str]) -> str | None:
        """Why the skill cannot start here (the initiation set's complement), or None."""

    def watched(self, scene: Scene, args: Sequence[str]) -> SceneObject:
        """What the policy is shown as the object. Raises SceneError for what the scene does not have."""
        return scene.object(args[0])

    @abstractmethod
    def goal(self, robot: Robot, scene: Scene, args: Sequence[str]) -> Array:
        """Where the object's frame is wanted, (3,) m."""

    @abstractmethod
    def there(self, before: SceneObject, now: SceneObject, scene: Scene, tool: Array, speed: float) -> bool:
        """Whether the termination condition holds."""

    def execute(self, robot: Robot, args: Sequence[str], on_step: OnStep | None = None) -> SkillOutcome:
        """Run until the termination condition has held for 5 control steps, or time is up.

        Raises SkillError for a wrong number of arguments, and what `goal` raises.
        """
        if len(args) != len(self.arguments):
            raise SkillError(f"{self.name} takes ({', '.join(self.arguments)}), got {len(args)} arguments")
        scene = robot.scene()
        reason = self.refuses(scene, args)
        if reason is not None:
            return SkillOutcome(False, 0, reason)
        before = self.watched(scene, args)
        goal = self.goal(robot, scene, args)
        action, streak, shift = np.zeros(6), 0, np.zeros(3)
        last = np.array(before.position)
        for step in range(self.max_steps):
            state, now = robot.observe(), self.watched(scene, args)
            action = self.actor.act(manipulation(situation(state, action, now, goal + shift)))[0]
            robot.command(next_command(state.command[None], state.position[None], action[None])[0])
            if on_step is not None:
                on_step(robot)
            scene = robot.scene()
            now = self.watched(scene, args)
            position = np.array(now.position)
            speed = float(np.linalg.norm(position - last)) / CONTROL_SECONDS
            last = position
            if np.linalg.norm(goal - position) < _ARRIVED:
                shift = np.zeros(3)
            elif scene.holding == now.name and speed < _SLOW:
                shift = np.clip(shift + _INTEGRAL * (goal - position), -_LARGEST_SHIFT, _LARGEST_SHIFT)
            tool = tool_pose(robot.observe().position[None]).position[0]
            streak = streak + 1 if self.there(before, now, scene, tool, speed) else 0
            if streak >= Task.streak:
                return SkillOutcome(True, step + 1, "done")
        return SkillOutcome(False, self.max_steps, "time limit")


def situation(state: RobotState, action: Array, thing: SceneObject, goal: Array) -> Situation:
    """What the policy is to see, as a batch of one. Raises SkillError if the object's pose or size is unknown."""
    if thing.position is None or thing.size is None:
        raise SkillError(f"the position or size of {thing.name!r} is not known")
    symmetry = KINDS[thing.kind].symmetry if thing.kind in KINDS else PART_SYMMETRY.get(thing.kind, 0)
    return Situation(
        state.position[None],
        state.velocity[None],
        state.command[None],
        action[None],
        np.array([thing.position]),
        np.array([thing.orientation or (1.0, 0.0, 0.0, 0.0)]),
        np.array([thing.size]),
        np.array([symmetry]),
        goal[None],
    )
