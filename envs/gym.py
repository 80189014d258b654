"""The two gymnasium faces of a task: one world, and many stepped by one call."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from .robot import CONTROL_SECONDS, JOINTS
from .senses import Senses
from .tabletop.randomization import randomization as preset
from .tasks import task as task_of
from .tasks.base import GoalTask
from .tasks.episodes import Episodes

FPS = round(1 / CONTROL_SECONDS)


def _action_space() -> spaces.Box:
    return spaces.Box(-1.0, 1.0, (len(JOINTS),), np.float32)


def _first(observation: Any) -> Any:
    return {k: v[0] for k, v in observation.items()} if isinstance(observation, dict) else observation[0]


class TaskEnv(gymnasium.Env):
    """One world of a task. See the task's own docstring for what it is about.

    Arguments: `task` (name), `randomization` (preset name), `render_mode` (None or
    "rgb_array"), `observation` (`senses.SENSES`). An action in [-1, 1]^6 moves the joint targets (`control`).

    Raises UnknownNameError for a task, a randomization or an observation that there is not.

    Example:
        >>> env = TaskEnv("reach")
        >>> observation, info = env.reset(seed=3)
        >>> observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
        >>> observation.shape, info["is_success"]
        ((36,), False)
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": FPS}

    def __init__(
        self, task: str, randomization: str = "none", render_mode: str | None = None, observation: str = "state"
    ) -> None:
        if render_mode not in (None, *self.metadata["render_modes"]):
            raise ValueError(f"render_mode {render_mode!r} is not one of {self.metadata['render_modes']}")
        self.episodes = Episodes(task_of(task), 1, threads=1, randomization=preset(randomization))
        self._senses = Senses(self.episodes, observation)
        self.observation_space = self._senses.space
        self.action_space = _action_space()
        self.render_mode = render_mode
        self._renderer: Any = None

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Start an episode; a seed restarts the random stream."""
        fresh = self._np_random is None
        super().reset(seed=seed)
        ids = np.zeros(1, int)
        if seed is not None or fresh:
            self.episodes.seed(ids, [seed])
        self.episodes.reset(ids)
        return _first(self._senses.observe()), self._told()

    def step(self, action: NDArray[np.floating]) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """One control step (40 ms). `info` holds `is_success` and every reward term."""
        result = self.episodes.step(np.asarray(action, float)[None])
        terms = {k: float(v[0]) for k, v in result.terms.items()}
        info = {"is_success": bool(result.success[0]), **terms, **self._told()}
        return (
            _first(self._senses.observe()),
            float(result.reward[0]),
            bool(result.terminated[0]),
            bool(result.truncated[0]),
            info,
        )

    def _told(self) -> dict[str, Any]:
        """What the task says of this episode."""
        return {k: v[0] for k, v in self.episodes.task.info(self.episodes).items()}

    def render(self) -> NDArray[np.uint8] | None:
        """The scene from the front camera, (480, 640, 3) uint8."""
        if self.render_mode is None:
            return None
        if self._renderer is None:
            from .visuals.render import Renderer

            self._renderer = Renderer(self.episodes.worlds, 0)
        return self._renderer.render()

    def close(self) -> None:
        """Free the renderers."""
        self._senses.close()
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None


class GoalTaskEnv(TaskEnv):
    """A goal task: adds Gymnasium-Robotics' `compute_reward`."""

    def compute_reward(self, achieved_goal: Any, desired_goal: Any, info: Any) -> Any:
        """Reward for goals (3,) or (n, 3) m; `info` plays no part."""
        task = self.episodes.task
        assert isinstance(task, GoalTask)
        return task.compute_reward(achieved_goal, desired_goal)


class TaskVectorEnv(VectorEnv):
    """`num_envs` worlds of a task, stepped by one call, with autoreset in the same step.

    World k is seeded with `seed + k` and then equals, to the last bit, a `TaskEnv` seeded
    so. Arguments as for `TaskEnv`; `threads` 0 means all processors (results do not
    depend on it). When an episode ends, `info["final_obs"]` holds its last observation.
    """

    metadata: dict[str, Any] = {
        "render_modes": ["rgb_array"],
        "render_fps": FPS,
        "autoreset_mode": AutoresetMode.SAME_STEP,
    }

    def __init__(
        self,
        task: str,
        num_envs: int = 1,
        randomization: str = "none",
        threads: int = 0,
        render_mode: str | None = None,
        observation: str = "state",
    ) -> None:
        self.num_envs = num_envs
        self.episodes = Episodes(task_of(task), num_envs, threads, preset(randomization))
        self._senses = Senses(self.episodes, observation)
        self.single_observation_space = self._senses.space
        self.single_action_space = _action_space()
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.render_mode = render_mode
        self._seeded = False

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Start an episode in every world; an int seeds world k with `seed + k`."""
        ids = np.arange(self.num_envs)
        if seed is not None or not self._seeded:
            seeds = (
                [seed + k for k in range(self.num_envs)]
                if isinstance(seed, int)
                else (list(seed) if seed is not None else [None] * self.num_envs)
            )
            self.episodes.seed(ids, seeds)
            self._seeded = True
        self.episodes.reset(ids)
        return self._senses.observe(), dict(self.episodes.task.info(self.episodes))

    def step(self, actions: NDArray[np.floating]) -> tuple[Any, NDArray, NDArray, NDArray, dict[str, Any]]:
        """One control step of every world; those that ended start anew."""
        result = self.episodes.step(np.asarray(actions, float))
        observation = self._senses.observe()
        info: dict[str, Any] = {"is_success": result.success, **result.terms}
        done = np.flatnonzero(result.terminated | result.truncated)
        if len(done):
            info["final_obs"], info["_final_obs"] = observation, result.terminated | result.truncated
            self.episodes.reset(done)
            observation = self._senses.observe()
        info.update(self.episodes.task.info(self.episodes))
        return observation, result.reward, result.terminated, result.truncated, info

    def render(self) -> tuple[NDArray[np.uint8], ...] | None:
        """The first world from the front camera, as a tuple of one (480, 640, 3) uint8 image."""
        if self.render_mode is None:
            return None
        from .visuals.render import Renderer

        renderer = Renderer(self.episodes.worlds, 0)
        try:
            return (renderer.render(),)
        finally:
            renderer.close()

    def close_extras(self, **kwargs: Any) -> None:
        """Free the renderer."""
        self._senses.close()


class GoalTaskVectorEnv(TaskVectorEnv):
    """A goal task's vector face."""

    def compute_reward(self, achieved_goal: Any, desired_goal: Any, info: Any) -> Any:
        """Reward for goals (n, 3) m; `info` plays no part."""
        task = self.episodes.task
        assert isinstance(task, GoalTask)
        return task.compute_reward(achieved_goal, desired_goal)
