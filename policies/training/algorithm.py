"""What a training algorithm is: what it needs of a task, and how it trains.

One is declared once; `train`, its check and the error texts ask the declaration:

    ALGORITHMS.register(Algorithm("mine", "what it does", "none", train, settings=MySettings))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, get_args, get_origin, get_type_hints

from gymnasium import spaces

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.registry import Registry
from pontine.envs.tasks import Task
from pontine.envs.tasks import task as task_of
from pontine.envs.tasks.observation import goal_dict
from pontine.envs.tasks.starts import Curriculum

from ..actor import Actor
from ..demonstrators.demonstrator import DEMONSTRATORS
from .config import Report, TrainConfig
from .run_folder import RunFolder
from .vec_env import OWN_REWARD, Reward


@dataclass(frozen=True)
class Job:
    """What an algorithm is handed: the run's folder and options, what is mixed into its episodes, what is rewarded, and
    whom to tell.

    `settings` is an instance of the algorithm's own `settings`, None if it has none.
    """

    run: RunFolder
    config: TrainConfig
    curriculum: Curriculum
    settings: Any
    report: Report
    reward: Reward = OWN_REWARD


Train = Callable[[Job], dict[str, Actor]]
"""Trains, and gives what its stages made by their names, the policy last; a killed run goes on when it is called
again with the same folder."""


@dataclass(frozen=True)
class Algorithm:
    """A way to train.

    Args:
        name: as `algo=` has it.
        summary: what it does, in a line.
        demonstrations: what a policy's card says of the demonstrator's part in it.
        train: trains.
        demonstrator: whether the task must have a demonstrator; a policy to start from does as well.
        rewarded: whether the task must have a reward that tells more than whether its goal holds.
        flat: whether its network takes an observation that is one array, or a goal dict.
        starts: whether it can start from a policy that there is.
        package: a package that must be installed, and what to install for it.
        reward: the reward that it learns from where none is asked for; a task without potentials gives its own.
        any_reward: whether it heeds `Job.reward`, so that another reward and other weights can be asked for.
        settings: a frozen dataclass of what can be set (`settings.KEY=VALUE`), None if nothing can.
        parts: the parts of `TrainConfig` that it heeds, of "clone", "ppo" and "offpolicy".
        without: options of these that it does not heed nevertheless, as "offpolicy.tau".
        budgeted: gives a run's options with as many CPU-seconds as its budget, and nothing else that ends it before it
            has learned all; None if it cannot be, and `pontine bench learning` has no use for it.
    """

    name: str
    summary: str
    demonstrations: str
    train: Train
    demonstrator: bool = False
    rewarded: bool = False
    flat: bool = True
    starts: bool = False
    package: tuple[str, str] | None = None
    reward: str = "task"
    any_reward: bool = False
    settings: type | None = None
    parts: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    budgeted: Callable[[TrainConfig, float], TrainConfig] | None = None

    def heeds(self, option: str) -> bool:
        """Whether it makes a difference to it how an option of a part is set, as "ppo.gamma"."""
        return option.partition(".")[0] in self.parts and option not in self.without

    def unfit(self, task: Task, start: str | None = None) -> str | None:
        """Why the task cannot be trained so, None if it can.

        `start` is a policy to start from; that the algorithm has a use for it is not asked here.
        """
        space = task.observation_space
        if self.flat and not goal_dict(space) and not (isinstance(space, spaces.Box) and len(space.shape) == 1):
            return "its observation is neither one array nor a goal dict"
        if self.rewarded and task.sparse:
            return "it is a goal task, whose reward such an algorithm gets nowhere with"
        if self.demonstrator and not (self.starts and start) and task.name not in DEMONSTRATORS:
            return "it has no demonstrator"
        if self.package is not None and find_spec(self.package[0]) is None:
            return f"{self.package[0]} is not installed: pip install {self.package[1]!r}"
        return None

    def settings_of(self, given: Mapping[str, Any]) -> Any:
        """Its settings with the given ones in place of their defaults.

        Raises UnknownNameError for one that it does not have, PontineError for a value of another type.
        """
        kinds = {} if self.settings is None else get_type_hints(self.settings)
        for key, value in given.items():
            if key not in kinds:
                raise UnknownNameError(f"setting of {self.name}", key, kinds)
            if not _fits(value, kinds[key]):
                kind = f"list of {get_args(kinds[key])[0].__name__}" if _many(kinds[key]) else kinds[key].__name__
                raise PontineError(f"settings.{key}={value} of {self.name} must be of type {kind}")
        tidy = {key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
        return None if self.settings is None else self.settings(**tidy)


def _many(kind: Any) -> bool:
    """Whether a type is that of tuples of any length."""
    return get_origin(kind) is tuple and get_args(kind)[1:] == (...,)


def _fits(value: Any, kind: Any) -> bool:
    """Whether a value is of a setting's type, as far as that is a plain one or a list of a plain one."""
    if _many(kind):
        return isinstance(value, list | tuple) and all(_fits(one, get_args(kind)[0]) for one in value)
    return kind not in (bool, int, float, str) or type(value) is kind or (kind is float and type(value) is int)


ALGORITHMS: Registry[Algorithm] = Registry(
    "algorithm", [f"pontine.policies.training.{name}" for name in ("algorithms", "scratch.ppo")]
)
"""The ways to train, by name."""


def check(task: str, algo: str, start: str | None = None, settings: Mapping[str, Any] | None = None) -> None:
    """Raises UnknownNameError for a task, an algorithm or a setting that there is none of, PontineError for a task that
    the algorithm cannot train, naming those that can, and for a policy to start from that it has no use for."""
    one, algorithm = task_of(task), ALGORITHMS[algo]
    reason = algorithm.unfit(one, start)
    if reason is not None:
        able = [
            name
            for name, other in sorted(ALGORITHMS.items())
            if other.unfit(one, start if other.starts else None) is None
        ]
        known = f"take algo={', '.join(able)}" if able else "no algorithm that there is can train it"
        raise PontineError(f"{one.name} cannot be trained with algo={algo}: {reason}; {known}")
    if start is not None and not algorithm.starts:
        able = [name for name, other in sorted(ALGORITHMS.items()) if other.starts and other.unfit(one, start) is None]
        raise PontineError(f"algo={algo} learns from nothing: start={start} is for algo={', '.join(able) or 'none'}")
    algorithm.settings_of(settings or {})
