"""The demonstrator of each task, by task name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from pontine.envs.tasks.episodes import Episodes
from pontine.envs.tasks.observation import Situation

from . import fixture_rules, object_rules, push_rule

Rule = Callable[[Episodes], NDArray[np.float64]]


def on_situation(rule: Callable[[Situation], NDArray[np.float64]], exact: bool = True) -> Rule:
    """The rule as a function of episodes, on exact poses or on those that the policy sees."""
    return lambda e: rule(e.situation(exact))


DEMONSTRATORS: dict[str, Rule] = {
    "Reach": object_rules.reach,
    "Pick": on_situation(object_rules.pick),
    "Place": on_situation(object_rules.place),
    "Stack": on_situation(object_rules.place),
    # its phases change over within millimetres: of labels from exact poses, a network that sees the object 3 mm off
    # would learn the mean of pushing on and of leaving, and come to rest
    "Push": on_situation(push_rule.push, exact=False),
    # nominal physics bears a higher gain, and an episode is short: it is there after 45 steps instead of 66
    "PickPlace": on_situation(partial(object_rules.pick, carry=True, gain=0.25)),
    "Drawer": on_situation(fixture_rules.slide),
    "Button": on_situation(fixture_rules.press),
}
"""Actions (n, 6) of the demonstrator, by the name of the task."""
