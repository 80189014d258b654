"""What skills that bring a thing somewhere have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pontine.envs.arrays import Array, Float32
from pontine.envs.declarations.fixture_kind import FIXTURES
from pontine.envs.declarations.kind import KINDS
from pontine.envs.robot import CONTROL_SECONDS, Robot, RobotState
from pontine.envs.scene import Scene, SceneObject
from pontine.envs.so101.kinematics import tool_pose
from pontine.envs.tasks.observation import Situation, manipulation

from .skill import Attempt, Skill, SkillError

# m/s, share a step, m, m, m
_SLOW, _INTEGRAL, _LARGEST_SHIFT, _ARRIVED, _NEAR = 0.02, 0.1, 0.02, 0.006, 0.05

BLIND_STEPS = round(1.0 / CONTROL_SECONDS)
"""Control steps for which a thing that is out of sight is taken to be where it was."""


@dataclass(frozen=True)
class Moment:
    """What a termination condition may look at: the thing at the start and now, where it is
    wanted (3,) m, the scene, the tool (3,) m and the thing's speed, m/s."""

    before: SceneObject
    now: SceneObject
    goal: Array
    scene: Scene
    tool: Array
    speed: float


class HandlingSkill(Skill):
    """A skill that brings a thing to a goal."""

    def watched(self, scene: Scene, args: Sequence[str]) -> SceneObject | None:
        """What the policy is shown as the object, None if nobody knows where it is.

        Raises SceneError for what the scene does not have.
        """
        thing = scene.object(args[0])
        return None if thing.position is None else thing

    def sight(self, situation: Situation) -> Float32:
        """What the policy sees of a situation, (1, observation)."""
        return manipulation(situation)

    @abstractmethod
    def goal(self, robot: Robot, scene: Scene, args: Sequence[str]) -> Array:
        """Where the object's frame is wanted, (3,) m."""

    @abstractmethod
    def there(self, moment: Moment) -> bool:
        """Whether the termination condition holds."""

    def begin(self, robot: Robot, scene: Scene, args: Sequence[str]) -> Attempt:
        thing = self.watched(scene, args)
        if thing is None:
            raise SkillError(f"nobody knows where {args[0]!r} is")
        return _Handling(self, args, thing, self.goal(robot, scene, args))


class _Handling(Attempt):
    """A policy can come to rest short of its goal with the object in the hand, where all its
    small urges cancel. While a held object hardly moves near its goal, the goal it is shown is shifted
    by the integral of what is missing, at most 2 cm, as integral action does in any servo;
    once the object is there, or stands on something, the policy sees the true goal again, and lets go.

    A thing out of sight is taken to be where it was last seen, for a second; meanwhile the skill cannot end well.
    """

    def __init__(self, skill: HandlingSkill, args: Sequence[str], before: SceneObject, goal: Array) -> None:
        self.skill, self.args, self.before, self.goal = skill, args, before, goal
        self.shift, self.known, self.blind = np.zeros(3), before, 0

    def see(self, state: RobotState, action: Array, scene: Scene) -> Float32:
        return self.see_many([self], [state], action[None], [scene])

    @classmethod
    def see_many(
        cls, attempts: Sequence[_Handling], states: Sequence[RobotState], actions: Array, scenes: Sequence[Scene]
    ) -> Float32:
        goals = np.array([attempt.goal + attempt.shift for attempt in attempts])
        return attempts[0].skill.sight(situations(states, actions, [attempt.known for attempt in attempts], goals))

    def there(self, state: RobotState, scene: Scene) -> bool:
        return self.there_many([self], [state], [scene])[0]

    @classmethod
    def there_many(
        cls, attempts: Sequence[_Handling], states: Sequence[RobotState], scenes: Sequence[Scene]
    ) -> Sequence[bool]:
        tools = tool_pose(np.array([state.position for state in states])).position
        return [attempt.arrived(*at) for attempt, *at in zip(attempts, scenes, tools, strict=True)]

    def arrived(self, scene: Scene, tool: Array) -> bool:
        """Whether the termination condition holds, with the tool there (3,) m."""
        now = self.skill.watched(scene, self.args)
        if now is None:
            self.blind += 1
            return False
        position = np.array(now.position)
        speed = float(np.linalg.norm(position - np.array(self.known.position))) / CONTROL_SECONDS
        self.known, self.blind = now, 0
        hangs = scene.holding == now.name and now.support is None
        if not hangs or not _ARRIVED < np.linalg.norm(self.goal - position) < _NEAR:
            self.shift = np.zeros(3)
        elif speed < _SLOW:
            self.shift = np.clip(self.shift + _INTEGRAL * (self.goal - position), -_LARGEST_SHIFT, _LARGEST_SHIFT)
        return self.skill.there(Moment(self.before, now, self.goal, scene, tool, speed))

    def gave_up(self) -> str | None:
        return f"lost sight of {self.args[0]!r}" if self.blind >= BLIND_STEPS else None


def situation(state: RobotState, action: Array, thing: SceneObject, goal: Array) -> Situation:
    """What the policy is to see, as a batch of one. Raises SkillError if the object's pose or size is unknown."""
    return situations([state], action[None], [thing], goal[None])


def situations(states: Sequence[RobotState], actions: Array, things: Sequence[SceneObject], goals: Array) -> Situation:
    """What a policy is to see of m arms, their last actions (m, 6), their objects and where those are wanted (m, 3) m.

    Raises SkillError if an object's pose or size is unknown.
    """
    for thing in things:
        if thing.position is None or thing.size is None:
            raise SkillError(f"the position or size of {thing.name!r} is not known")
    return Situation(
        np.array([state.position for state in states]),
        np.array([state.velocity for state in states]),
        np.array([state.command for state in states]),
        actions,
        np.array([thing.position for thing in things]),
        np.array([thing.orientation or (1.0, 0.0, 0.0, 0.0) for thing in things]),
        np.array([thing.size for thing in things]),
        np.array([symmetry_of(thing.kind) for thing in things]),
        goals,
    )


def symmetry_of(kind: str) -> int:
    """The order of rotational symmetry of a kind of object, or of the part of a kind of fixture."""
    return next((kinds[kind].symmetry for kinds in (KINDS, FIXTURES) if kind in kinds), 0)
