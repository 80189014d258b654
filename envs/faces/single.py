"""`TaskEnv`: one world of a task."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium.envs.registration import EnvSpec
from gymnasium.error import ResetNeeded
from numpy.typing import NDArray

from ..arrays import Image
from .actions import checked
from .face import Face, Goals, action_space
from .infos import row
from .options import placing
from .seeds import whole
from .settings import settings


class TaskEnv(Face, gymnasium.Env):
    """One world of a task. See the task's own docstring for what it is about, `settings.Settings` for the arguments.

    An episode is cut short after `max_episode_steps`; with `gymnasium.make`, by its `TimeLimit`. `model`, `data` and
    `dt` are MuJoCo's, `get_state` and `set_state` go back to any step, and it can be pickled and copied. A `TimeLimit`
    does not go back with them, its count is the wrapper's: to search over actions take `TaskEnv(task,
    max_episode_steps=...)` or `make_vec`, which keep the time themselves.

    Raises UnknownNameError for a task, a randomization or an observation that there is not, ArgumentError for an
    argument.

    Example:
        >>> env = TaskEnv("reach")
        >>> observation, info = env.reset(seed=3)
        >>> observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
        >>> observation.shape, info["is_success"]
        ((36,), False)
        >>> observation, info = env.reset(options={"goal": [0.2, 0.0, 0.1]})
        >>> (observation[-3:].astype(float) / 5).round(2).tolist()
        [0.2, 0.0, 0.1]
    """

    def __init__(self, task: str, **given: Any) -> None:
        self._spec: EnvSpec | None = None
        self._open(settings(task, given), 1, 1)
        self.observation_space = self._senses.space
        self.action_space = action_space()

    @property
    def spec(self) -> EnvSpec | None:
        """What `gymnasium.make` made it from: then Gymnasium's `TimeLimit` keeps the time."""
        return self._spec

    @spec.setter
    def spec(self, spec: EnvSpec | None) -> None:
        self._spec = spec
        if spec is not None:
            self.episodes.limit = None

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Start an episode; a seed restarts the random stream.

        `options` is what it begins with, over what the task draws (the rest is drawn as it would be):

        - `arm`: joint angles (6,) rad.
        - `goal`: as the task has it: a point (3,) m, a fixture's state, or predicates. Pick has none.
        - `objects`: by slot (`env.unwrapped.episodes.task.slots`), None for an empty one or what is to be
          otherwise, by the keys that an object has in a scene: `{"target": {"position": [0.2, 0.1]}}`.
        - `start`: a `tasks.starts.Start`.

        Raises UnknownNameError for any other option, PontineError for a value that cannot be.
        """
        super().reset(seed=None if seed is None else whole(seed))
        ids = np.zeros(1, int)
        wanted = placing(self.episodes, options, ids)
        if seed is not None:
            self.episodes.seed(ids, [whole(seed)])
        self.episodes.reset(ids, wanted)
        self._began[:] = True
        self._show()
        return row(self._senses.observe(), 0), self._one(None)

    def step(self, action: NDArray[np.floating]) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """One control step. `info` holds `is_success`, every reward term, and what the task says of the episode.

        Raises ActionError for what is no action, and gymnasium's ResetNeeded before the first `reset`.
        """
        if not self._began.all():
            raise ResetNeeded("call reset before step: no episode has begun")
        result = self._step(checked(action, self.action_space.shape or ())[None])
        self._show()
        return (
            row(self._senses.observe(), 0),
            float(result.reward[0]),
            bool(result.terminated[0]),
            bool(result.truncated[0]),
            self._one(result),
        )

    def _one(self, result: Any) -> dict[str, Any]:
        """The info, in Python's own numbers."""
        said = self._told(result)
        return {key: rows[0].item() if isinstance(rows, np.ndarray) else rows[0] for key, rows in said.items()}

    def render(self) -> Image | None:
        """The world as the camera sees it, (height, width, 3) uint8."""
        return None if self.render_mode is None else self._pictures()[0]

    def close(self) -> None:
        """Free the renderers."""
        self._free()


# some libraries look only at a class's direct bases to see whose environment it is
class GoalTaskEnv(Goals, TaskEnv, gymnasium.Env):
    """A goal task: adds Gymnasium-Robotics' `compute_reward`, `compute_terminated` and `compute_truncated`."""
