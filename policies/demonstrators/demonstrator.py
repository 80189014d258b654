"""What a demonstrator is: the rule that shows how a task is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pontine.envs.arrays import Array
from pontine.envs.registry import Registry
from pontine.envs.tasks.episodes import Episodes
from pontine.envs.tasks.observation import Situation

Rule = Callable[[Episodes], Array]
"""Actions (n, 6) in [-1, 1] for the n worlds of a task as they stand."""


@dataclass(frozen=True)
class Demonstrator:
    """The scripted rule for a task: it shows that the task can be solved, and what cloning learns from.

    Args:
        name: the task's name.
        rule: actions (n, 6) in [-1, 1] for the worlds of that task.
        summary: what it does, in a line.

    Example:
        >>> import numpy as np
        >>> still = Demonstrator("Wait", lambda e: np.zeros((e.n, 6)), "keep still")
        >>> still.name, still.summary
        ('Wait', 'keep still')
    """

    name: str
    rule: Rule
    summary: str

    def __call__(self, e: Episodes) -> Array:
        """The rule's actions."""
        return self.rule(e)


def same_task(name: str) -> str:
    """A task's name as it is compared: `pick_place` is `PickPlace`."""
    return name.lower().replace("_", "")


def on_situation(rule: Callable[[Situation], Array], exact: bool = True) -> Rule:
    """A rule over what is seen as a rule over episodes: it sees exact poses, or those that the policy sees."""
    return lambda e: rule(e.situation(exact))


DEMONSTRATORS: Registry[Demonstrator] = Registry(
    "demonstrator", ["pontine.policies.demonstrators.rules"], key=same_task
)
"""The demonstrators by the name of their task."""
