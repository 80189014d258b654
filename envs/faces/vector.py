"""`TaskVectorEnv`: many worlds of a task, stepped by one call."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from ..arrays import Image, Index
from ..errors import UnknownNameError
from .actions import checked
from .face import Face, Goals, action_space
from .infos import final, masked
from .options import MASK, mask, placing
from .seeds import seeds
from .settings import settings
from .view import View


def autoreset(mode: AutoresetMode | str) -> AutoresetMode:
    """The mode by its name or its value, in any case. Raises UnknownNameError."""
    if isinstance(mode, AutoresetMode):
        return mode
    plain = str(mode).lower().replace("_", "")
    for one in AutoresetMode:
        if plain == one.name.lower().replace("_", ""):
            return one
    raise UnknownNameError("autoreset_mode", mode, [one.name for one in AutoresetMode])


class TaskVectorEnv(Face, VectorEnv):
    """`num_envs` worlds of a task, stepped by one call. The arguments are `settings.Settings`, and:

    - `threads`: of the physics; 0 means all processors. Results do not depend on it.
    - `autoreset_mode`: what follows an episode's end, one of gymnasium's `AutoresetMode` or its name.
      `SAME_STEP`: the next begins in the same step; the observation is its first, and `final_obs` and `final_info`
      hold the last of the episode that ended. `NEXT_STEP`: it begins in the next step, whose action plays no part
      and whose reward is 0. `DISABLED`: the caller resets, with `reset(options={"reset_mask": ended})`.

    World k is seeded with `seed + k` and then equals, to the last bit, a `TaskEnv` seeded so; observations, rewards
    and infos are those of gymnasium's `SyncVectorEnv` over such.

    Example:
        >>> envs = TaskVectorEnv("reach", 3, autoreset_mode="NEXT_STEP", max_episode_steps=1)
        >>> observation, infos = envs.reset(seed=0)
        >>> observation, reward, terminated, truncated, infos = envs.step(np.zeros((3, 6)))
        >>> truncated, infos["_is_success"]
        (array([ True,  True,  True]), array([ True,  True,  True]))
    """

    metadata: dict[str, Any] = {**Face.metadata, "autoreset_mode": AutoresetMode.SAME_STEP}

    def __init__(
        self,
        task: str,
        num_envs: int = 1,
        *,
        threads: int = 0,
        autoreset_mode: AutoresetMode | str = AutoresetMode.SAME_STEP,
        **given: Any,
    ) -> None:
        self.num_envs, self.autoreset_mode = num_envs, autoreset(autoreset_mode)
        self._open(settings(task, given), num_envs, threads)
        self.metadata = {**self.metadata, "autoreset_mode": self.autoreset_mode}
        self.single_observation_space = self._senses.space
        self.single_action_space = action_space()
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._ended = np.zeros(num_envs, bool)

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Start an episode in every world; an int seeds world k with `seed + k`, a list world by world.

        `options` are those of `TaskEnv.reset`, the same for all worlds or, `arm` and `goal`, with a row for each; and
        `reset_mask` (num_envs,) bool, the worlds that begin anew: the others stay as they are, and the infos' masks
        leave them out.
        """
        if seed is not None and not isinstance(seed, list | tuple | np.ndarray):
            super().reset(seed=seeds(seed, 1)[0])
        chosen = mask(options, self.num_envs)
        ids = np.flatnonzero(chosen)
        wanted = placing(self.episodes, {k: v for k, v in (options or {}).items() if k != MASK}, ids)
        for i, own in enumerate(seeds(seed, self.num_envs)):
            if own is not None and chosen[i]:
                self.episodes.seed(np.array([i]), [own])
        self.episodes.reset(ids, wanted)
        self._began[ids], self._ended[ids] = True, False
        self._show()
        return self._senses.observe(), masked(self._told(None), chosen)

    def step(self, actions: NDArray[np.floating]) -> tuple[Any, NDArray, NDArray, NDArray, dict[str, Any]]:
        """One control step of every world.

        Raises ActionError for what is no action, naming the world, and gymnasium's ResetNeeded where no episode runs.
        """
        if not self._began.all():
            raise ResetNeeded(f"call reset before step: no episode has begun in {_worlds(~self._began)}")
        waiting = self._ended.copy()
        if self.autoreset_mode is AutoresetMode.DISABLED and waiting.any():
            raise ResetNeeded(f"the episode of {_worlds(waiting)} has ended: reset with options['{MASK}']")
        idle = waiting if waiting.any() else None
        result = self._step(checked(actions, self.action_space.shape or (), idle))
        reward, terminated, truncated = result.reward, result.terminated, result.truncated
        if idle is not None:
            self.episodes.reset(np.flatnonzero(idle))
            reward, terminated, truncated = np.where(idle, 0.0, reward), terminated & ~idle, truncated & ~idle
        ended = terminated | truncated
        observation, info = self._senses.observe(), {}
        anew = idle
        if self.autoreset_mode is not AutoresetMode.SAME_STEP:
            self._ended = ended
        elif ended.any():
            info = final(observation, self._told(result), ended)
            self.episodes.reset(np.flatnonzero(ended))
            observation, anew = self._senses.observe(), ended
        self._show()
        everyone = np.ones(self.num_envs, bool)
        return observation, reward, terminated, truncated, {**info, **masked(self._told(result, anew), everyone)}

    def get_state(self, ids: Index | None = None) -> dict[str, Any]:
        """As `TaskEnv.get_state`, of worlds `ids`, or all; a single world's state fits a `TaskEnv`, and any world."""
        return {**self.episodes.get_state(ids), "ended": self._ended[slice(None) if ids is None else ids].copy()}

    def set_state(self, state: dict[str, Any], ids: Index | None = None) -> None:
        """Bring worlds `ids`, or all, to where `get_state` was called: row by row, or all to the same one.

        Raises StateError for a state that does not fit.
        """
        rows = np.arange(self.num_envs) if ids is None else np.asarray(ids)
        self._restore(state, rows)
        self._ended[rows] = state.get("ended", False)

    def view(self, world: int) -> View:
        """Any world's `model` and `data`; call its `update` to bring them to where the world is."""
        return View(self.episodes.worlds, world)

    def render(self) -> tuple[Image, ...] | None:
        """Every world as the camera sees it, (height, width, 3) uint8 each."""
        return None if self.render_mode is None else self._pictures()

    def close_extras(self, **kwargs: Any) -> None:
        """Free the renderers."""
        self._free()


class GoalTaskVectorEnv(Goals, TaskVectorEnv, VectorEnv):  # see `GoalTaskEnv`
    """A goal task's vector face."""


def _worlds(which: NDArray[np.bool_]) -> str:
    """The worlds by number, the first few of them."""
    numbers = np.flatnonzero(which)
    more = ", ..." if len(numbers) > 5 else ""
    return f"world{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers[:5]))}{more}"
