"""Skills: options (Sutton et al. 1999) that run a policy on a `Robot` until they are done.

A skill has an initiation set (`refuses`), a policy, a termination condition and a time
limit. It says that it has finished, never that it has succeeded: that is for predicates
over the measured scene.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from pontine.envs.arrays import Array, Float32
from pontine.envs.errors import PontineError
from pontine.envs.predicates import Predicate
from pontine.envs.registry import Registry
from pontine.envs.robot import Robot, RobotState
from pontine.envs.scene import Fixture, Scene, SceneObject
from pontine.envs.so101.control import next_command
from pontine.envs.tasks.base import Task
from pontine.envs.tasks.observation import SIZE

from ..actor import Actor, PolicyError
from .operator import Operator

OnStep = Callable[[Robot], None]

TIME_OUT = "time limit"
"""The reason of a run that took all its control steps."""


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
    def see(self, state: RobotState, action: Array, scene: Scene) -> Float32:
        """The policy's observation (1, n), given the last action (6,)."""

    @abstractmethod
    def there(self, state: RobotState, scene: Scene) -> bool:
        """Whether the termination condition holds after a control step."""

    def gave_up(self) -> str | None:
        """Why going on makes no sense after that step, None if it does."""
        return None

    @classmethod
    def see_many(
        cls, attempts: Sequence[Any], states: Sequence[RobotState], actions: Array, scenes: Sequence[Scene]
    ) -> Float32:
        """`see` of runs of one skill that go on side by side, (m, n), given their last actions (m, 6)."""
        each = zip(attempts, states, actions, scenes, strict=True)
        return np.concatenate([attempt.see(state, action, scene) for attempt, state, action, scene in each])

    @classmethod
    def there_many(
        cls, attempts: Sequence[Any], states: Sequence[RobotState], scenes: Sequence[Scene]
    ) -> Sequence[bool]:
        """`there` of runs of one skill that go on side by side, (m,)."""
        return [attempt.there(*at) for attempt, *at in zip(attempts, states, scenes, strict=True)]


class Run:
    """A run of a skill that goes on: how long, and for how long its termination condition has held."""

    def __init__(self, attempt: Attempt, max_steps: int) -> None:
        self.attempt, self.max_steps = attempt, max_steps
        self.steps, self.streak = 0, 0

    def stepped(self, there: bool) -> SkillOutcome | None:
        """Note another control step, after which the condition holds or not; the outcome if the run is over."""
        self.steps += 1
        self.streak = self.streak + 1 if there else 0
        if self.streak >= Task.streak:
            return SkillOutcome(True, self.steps, "done")
        if (reason := self.attempt.gave_up()) is not None:
            return SkillOutcome(False, self.steps, reason)
        return SkillOutcome(False, self.steps, TIME_OUT) if self.steps >= self.max_steps else None


class Skill(ABC):
    """An option with a learned policy.

    A subclass that is registered in `SKILLS` can be planned, put into words and carried out:

        @SKILLS.register
        class ToppleSkill(HandlingSkill):
            name, task, max_steps = "topple", "topple", 150
            words = {"en": ("topple", "knock over"), "zh": ("推倒",)}
            library = Path(__file__).parent / "library"
            operator = Operator({"object": "thing"}, (("not", "holding", "*"),), (("lying", "?object"),))
    """

    name: ClassVar[str]
    task: ClassVar[str]
    """Name of the task that its policy was trained on, and of the policy's file."""
    operator: ClassVar[Operator]
    """What it takes, needs and changes."""
    words: ClassVar[Mapping[str, tuple[str, ...]]]
    """The verbs that ask for it, by language code; the first is the one that we say."""
    library: ClassVar[str | Path | None] = None
    """The folder with its policy; None for the library that all skills are loaded from."""
    reserve: ClassVar[bool] = False
    """Whether it is planned only where no other skill can do the same, or when it is asked for by name."""
    arguments: ClassVar[tuple[str, ...]] = ()
    """Names of the operator's parameters."""
    max_steps: ClassVar[int]
    observation: ClassVar[int] = SIZE
    """How many numbers the policy takes."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "operator" in vars(cls):
            cls.arguments = tuple(cls.operator.parameters)

    def __init__(self, actor: Actor | None) -> None:
        """Without an actor it is there all the same, and says when it is called which task is to be trained."""
        if actor is not None and (actor.observation, actor.action) != (self.observation, 6):
            raise PolicyError(
                f"the {self.name} policy takes {actor.observation} numbers and gives {actor.action}; "
                f"this version's {self.name} takes {self.observation} and gives 6"
            )
        self.actor = actor

    @property
    def missing(self) -> str | None:
        """What is to be done before it can be called; None if it can."""
        if self.actor is not None:
            return None
        return f"there is no policy for {self.name} yet: `pontine train task={self.task}`"

    @classmethod
    def suits(cls, thing: SceneObject | Fixture) -> str | None:
        """Why it can never handle that thing, wherever that is; None if it may."""
        return None

    @classmethod
    def reaches(cls, scene: Scene, thing: SceneObject, place: tuple[float, float]) -> str | None:
        """Why it can never bring a thing from where it is to a place on the table, (x, y) m; None if it may."""
        return None

    @classmethod
    def obstacles(cls, scene: Scene, thing: SceneObject, place: tuple[float, float]) -> tuple[str, ...]:
        """What stands in the way of bringing a thing to a place on the table, (x, y) m: it has to be moved first."""
        return ()

    @classmethod
    def goal_of(cls, args: Sequence[str]) -> tuple[Predicate, ...]:
        """The predicates that a call with these arguments makes true. Raises SkillError for a wrong number of them."""
        cls._check_arguments(args)
        return cls.operator.goals(args)

    @classmethod
    def _check_arguments(cls, args: Sequence[str]) -> None:
        if len(args) != len(cls.arguments):
            raise SkillError(f"{cls.name} takes ({', '.join(cls.arguments)}), got {len(args)} arguments")

    @abstractmethod
    def refuses(self, scene: Scene, args: Sequence[str]) -> str | None:
        """Why the skill cannot start here (the initiation set's complement), or None."""

    @abstractmethod
    def begin(self, robot: Robot, scene: Scene, args: Sequence[str]) -> Attempt:
        """A run from here. Raises PontineError for arguments that make no goal."""

    def execute(self, robot: Robot, args: Sequence[str], on_step: OnStep | None = None) -> SkillOutcome:
        """Run until the termination condition has held for 5 control steps, or time is up.

        Raises SkillError for a wrong number of arguments or if it has no policy, and what `begin` raises.
        """
        self._check_arguments(args)
        if self.actor is None:
            raise SkillError(str(self.missing))
        scene = robot.scene()
        reason = self.refuses(scene, args)
        if reason is not None:
            return SkillOutcome(False, 0, reason)
        attempt = self.begin(robot, scene, args)
        run = Run(attempt, self.max_steps)
        state, action = robot.observe(), np.zeros(6)
        while True:
            action = self.actor.act(attempt.see(state, action, scene))[0]
            robot.command(next_command(state.command[None], state.position[None], action[None])[0])
            if on_step is not None:
                on_step(robot)
            state, scene = robot.observe(), robot.scene()
            if (outcome := run.stepped(attempt.there(state, scene))) is not None:
                return outcome


NAME = re.compile(r"[a-z][a-z0-9_]*")
"""What names of skills look like."""


def _check(skill: type[Skill]) -> None:
    """Raises PontineError for a skill whose declaration is not whole."""
    for field in ("name", "task", "operator", "words", "max_steps"):
        if not hasattr(skill, field):
            raise PontineError(f"skill {getattr(skill, 'name', skill.__name__)!r} does not say its {field}")
    if not NAME.fullmatch(skill.name):
        raise PontineError(f"skill {skill.name!r} must be named in small letters, digits and _")
    if not any(skill.words.values()):
        raise PontineError(f"skill {skill.name!r} has no words")
    try:
        skill.operator.check()
    except PontineError as error:
        raise PontineError(f"operator of skill {skill.name!r}: {error}") from None


SKILLS: Registry[type[Skill]] = Registry(
    "skill",
    [f"{__package__}.{module}" for module in ("reach_skills", "object_skills", "fixture_skills")],
    check=_check,
)
"""The skill classes by the names that plans call them by."""
