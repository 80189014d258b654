"""A task's vector environment as stable-baselines3 wants it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from stable_baselines3.common.vec_env import VecEnv

from pontine.envs.arrays import Bool, Float32
from pontine.envs.gym import GoalTaskVectorEnv, TaskVectorEnv
from pontine.envs.tasks import task as task_of
from pontine.envs.tasks.base import GoalTask
from pontine.envs.tasks.observation import GOAL_PARTS, flat, goal_dict
from pontine.envs.tasks.starts import OWN, Curriculum


@dataclass(frozen=True)
class Reward:
    """What is rewarded: one of `shaping.REWARDS`, and what its terms are multiplied by, by name."""

    name: str = "task"
    weights: Mapping[str, float] = field(default_factory=dict)


OWN_REWARD = Reward()
"""The task's own."""


def make(
    task: str,
    worlds: int,
    randomization: str,
    threads: int,
    curriculum: Curriculum = OWN,
    reward: Reward = OWN_REWARD,
    plain: bool = False,
) -> TaskVecEnv:
    """`worlds` worlds of a task for SB3's algorithms; a goal task has `compute_reward`.

    `plain` makes one array (`observation.flat`) of a goal dict, for algorithms that take nothing else.
    """
    face = GoalTaskVectorEnv if isinstance(task_of(task), GoalTask) else TaskVectorEnv
    env = face(
        task,
        worlds,
        threads=threads,
        randomization=randomization,
        reward=reward.name,
        weights=dict(reward.weights),
    )
    env.episodes.curriculum = curriculum
    return TaskVecEnv(env, plain)


def _as_it_is(observation: Any) -> Any:
    return observation


class TaskVecEnv(VecEnv):
    """SB3's `VecEnv` over one `TaskVectorEnv`: no worker processes, one call a step.

    Ended episodes carry `terminal_observation`, `TimeLimit.truncated`, `is_success` and,
    as SB3's Monitor would, `episode` with return (`r`) and length (`l`).
    """

    def __init__(self, env: TaskVectorEnv, plain: bool = False) -> None:
        self.env, self.render_mode = env, env.render_mode
        self._seen = flat if plain else _as_it_is
        space = env.single_observation_space
        if plain and goal_dict(space):
            space = spaces.Box(-np.inf, np.inf, (sum(int(np.prod(space[k].shape or ())) for k in GOAL_PARTS),))
        super().__init__(env.num_envs, space, env.single_action_space)
        self._actions: NDArray[np.floating] = np.zeros(env.action_space.shape or ())
        self._returns, self._lengths = np.zeros(env.num_envs), np.zeros(env.num_envs, int)

    def reset(self) -> Any:
        """Observations of fresh episodes; seeds set with `seed()` are used once."""
        seeds = [s for s in self._seeds if s is not None]
        observation, _ = self.env.reset(seed=list(self._seeds) if seeds else None)
        self._reset_seeds()
        self._returns[:], self._lengths[:] = 0.0, 0
        return self._seen(observation)

    def step_async(self, actions: NDArray[np.floating]) -> None:
        """Keep the actions for `step_wait`."""
        self._actions = actions

    def step_wait(self) -> tuple[Any, Float32, Bool, list[dict[str, Any]]]:
        """Step all worlds."""
        observation, reward, terminated, truncated, info = self.env.step(self._actions)
        done = terminated | truncated
        self._returns += reward
        self._lengths += 1
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        for i in np.flatnonzero(done):
            infos[i] = {
                "terminal_observation": self._last(info["final_obs"][i]),
                "TimeLimit.truncated": bool(truncated[i] and not terminated[i]),
                "is_success": bool(info["final_info"]["is_success"][i]),
                "episode": {"r": float(self._returns[i]), "l": int(self._lengths[i])},
            }
        self._returns[done], self._lengths[done] = 0.0, 0
        return self._seen(observation), reward.astype(np.float32), done, infos

    def _last(self, final: Any) -> Any:
        """The last observation of one world's episode."""
        if self._seen is flat and isinstance(final, dict):
            return flat({key: values[None] for key, values in final.items()})[0]
        return final

    def close(self) -> None:
        """Close the environment."""
        self.env.close()

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """The attribute, once per requested world."""
        return [getattr(self.env, attr_name)] * self._chosen(indices)

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Set an attribute of the environment all worlds share."""
        setattr(self.env, attr_name, value)

    def env_method(self, method_name: str, *args: Any, indices: Any = None, **kwargs: Any) -> list[Any]:
        """Call a method of the environment once; its result stands for every requested world."""
        return [getattr(self.env, method_name)(*args, **kwargs)] * self._chosen(indices)

    def env_is_wrapped(self, wrapper_class: type, indices: Any = None) -> list[bool]:
        """Never: the episode statistics of `Monitor` are already in the infos."""
        return [False] * self._chosen(indices)

    def _chosen(self, indices: Any) -> int:
        return self.num_envs if indices is None else np.size(indices)
