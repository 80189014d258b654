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

from pontine.envs.errors import PontineError
from pontine.envs.robot import Robot, RobotState
from pontine.envs.scene import Scene
from pontine.envs.so101.control import next_command
from pontine.envs.tasks.base import Task
from pontine.envs.tasks.observation import SIZE

from ..actor import Actor, PolicyError

Array = NDArray[np.float64]
OnStep = Callable[[Robot], None]


class SkillError(PontineError):
    """A skill called with arguments it cannot have."""


@dataclass(frozen=True)
class SkillOutcome:
    """Whether the termination condition was met, after how many control steps, and if not, why."""

    finished: bool
    steps: int
    reason: str


class Attempt(ABC):
    """One run of a skill: what it has to remember on its way."""

    @abstractmethod
    def see(self, state: RobotState, action: Array, scene: Scene) -> NDArray[np.float32]:
        """The policy's observation (1, n), given the last action (6,)."""

    @abstractmethod
    def there(self, state: RobotState, scene: Scene) -> bool:
        """Whether the termination condition holds after a control step."""

    def gave_up(self) -> str | None:
        """Why going on makes no sense after that step, None if it does."""
        return None


class Skill(ABC):
    """An option with a learned policy."""

    name: ClassVar[str]
    task: ClassVar[str]
    """Name of the task that its policy was trained on, and of the policy's file."""
    arguments: ClassVar[tuple[str, ...]]
    max_steps: ClassVar[int]
    observation: ClassVar[int] = SIZE
    """How many numbers the policy takes."""

    def __init__(self, actor: Actor) -> None:
        if (actor.observation, actor.action) != (self.observation, 6):
            raise PolicyError(
                f"the {self.name} policy takes {actor.observation} numbers and gives {actor.action}; "
                f"this version's {self.name} takes {self.observation} and gives 6"
            )
        self.actor = actor

    @abstractmethod
    def refuses(self, scene: Scene, args: Sequence[str]) -> str | None:
        """Why the skill cannot start here (the initiation set's complement), or None."""

    @abstractmethod
    def begin(self, robot: Robot, scene: Scene, args: Sequence[str]) -> Attempt:
        """A run from here. Raises PontineError for arguments that make no goal."""

    def execute(self, robot: Robot, args: Sequence[str], on_step: OnStep | None = None) -> SkillOutcome:
        """Run until the termination condition has held for 5 control steps, or time is up.

        Raises SkillError for a wrong number of arguments, and what `begin` raises.
        """
        if len(args) != len(self.arguments):
            raise SkillError(f"{self.name} takes ({', '.join(self.arguments)}), got {len(args)} arguments")
        scene = robot.scene()
        reason = self.refuses(scene, args)
        if reason is not None:
            return SkillOutcome(False, 0, reason)
        attempt = self.begin(robot, scene, args)
        state, action, streak = robot.observe(), np.zeros(6), 0
        for step in range(self.max_steps):
            action = self.actor.act(attempt.see(state, action, scene))[0]
            robot.command(next_command(state.command[None], state.position[None], action[None])[0])
            if on_step is not None:
                on_step(robot)
            state, scene = robot.observe(), robot.scene()
            streak = streak + 1 if attempt.there(state, scene) else 0
            if streak >= Task.streak:
                return SkillOutcome(True, step + 1, "done")
            reason = attempt.gave_up()
            if reason is not None:
                return SkillOutcome(False, step + 1, reason)
        return SkillOutcome(False, self.max_steps, "time limit")
