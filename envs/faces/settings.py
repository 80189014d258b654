"""`Settings`: the arguments of `gymnasium.make` and `make_vec` for every task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from ..declarations.shaping import DISCOUNT
from ..errors import PontineError, UnknownNameError
from ..tabletop.worlds import SUBSTEPS
from .actions import ACTIONS

RENDER_MODES = ("rgb_array",)


@dataclass(frozen=True)
class Settings:
    """What an environment is made with.

    - `task`: its name.
    - `randomization`: what differs from episode to episode (`tabletop.randomization`).
    - `observation`: what is seen (`senses.SENSES`).
    - `action`: what an action in [-1, 1]^6 moves: `joint` targets, or the hand, `cartesian` (`faces.actions`).
    - `reward`: `task`, its own; `shaped`, the same and its potentials; or `sparse` (`declarations.shaping`). `weights`
      multiply the reward's terms, by their names in `info`; a `discount` below 1 makes `shaped` neutral for learners
      that discount so.
    - `max_episode_steps`: after how many steps an episode is cut short; None: the task's own number. It is
      Gymnasium's argument, and its `TimeLimit` counts where `gymnasium.make` made the environment.
    - `threshold`: how near to the goal is there, m; None: the task's own. Refused where the task has none.
    - `frame_skip`: physics steps (5 ms) in one step; what an action moves in a second stays the same.
    - `render_mode`: None or `rgb_array`; `camera`, `width`, `height`: what `render` draws.

    Raises PontineError for a value that cannot be.
    """

    task: str
    randomization: str = "none"
    observation: str = "state"
    action: str = "joint"
    reward: str = "task"
    weights: Mapping[str, float] = field(default_factory=dict)
    discount: float = DISCOUNT
    max_episode_steps: int | None = None
    threshold: float | None = None
    frame_skip: int = SUBSTEPS
    render_mode: str | None = None
    camera: str = "front"
    width: int = 640
    height: int = 480

    def __post_init__(self) -> None:
        if self.render_mode not in (None, *RENDER_MODES):
            raise UnknownNameError("render_mode", self.render_mode, RENDER_MODES)
        if self.action not in ACTIONS:
            raise UnknownNameError("action", self.action, ACTIONS)
        if not 0 < self.discount <= 1:
            raise PontineError(f"discount={self.discount}: it is above 0 and at most 1")
        if self.frame_skip < 1:
            raise PontineError(f"frame_skip={self.frame_skip}: a step is at least one physics step")
        if self.max_episode_steps is not None and self.max_episode_steps < 1:
            raise PontineError(f"max_episode_steps={self.max_episode_steps}: an episode has at least one step")
        if self.threshold is not None and not 0 < self.threshold < float("inf"):
            raise PontineError(f"threshold={self.threshold}: it is a distance in metres above 0")


class ArgumentError(PontineError, TypeError):
    """An argument that no environment has; libraries that try one out know it as Python's own error."""


def settings(task: str, given: dict[str, Any]) -> Settings:
    """The settings from keyword arguments. Raises ArgumentError listing those there are."""
    names = [one.name for one in fields(Settings)]
    for name in given:
        if name not in names:
            raise ArgumentError(f"got an unexpected keyword argument {name!r}; valid: {', '.join(sorted(names))}")
    return Settings(task, **given)
