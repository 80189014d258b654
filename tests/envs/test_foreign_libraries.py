"""Other people's libraries, as they are installed, on the environments: those that are light enough for every run.

`heavy_libraries.py` has the others.
"""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

import pontine.envs
from pontine.envs.faces.single import TaskEnv
from pontine.policies.training.vec_env import make as vec_env

ID, GOAL_ID = "pontine.envs:pontine/Reach-v0", "pontine.envs:pontine/PickPlace-v0"
LIMIT = 6
SAME, NEXT = AutoresetMode.SAME_STEP, AutoresetMode.NEXT_STEP

pytestmark = pytest.mark.filterwarnings("ignore")
assert pontine.envs


def vector(id: str = ID, **given: Any) -> Any:
    return gymnasium.make_vec(id, **{"num_envs": 3, "max_episode_steps": LIMIT, "threads": 1, **given})


def stepped(envs: Any, steps: int = 2 * LIMIT + 1) -> Any:
    """What comes after some steps; every observation lies in the space that is declared for it."""
    envs.action_space.seed(0)
    observation, _ = envs.reset(seed=0)
    assert envs.observation_space.contains(observation)
    out: Any = None
    for _ in range(steps):
        out = envs.step(envs.action_space.sample())
        assert envs.observation_space.contains(out[0])
    return out


WRAPPERS: dict[str, tuple[dict[str, Any], dict[str, Any], AutoresetMode]] = {
    "FlattenObservation": ({}, {"id": GOAL_ID}, NEXT),
    "NormalizeObservation": ({}, {}, NEXT),
    "NormalizeReward": ({}, {}, SAME),
    "DtypeObservation": ({"dtype": np.float64}, {}, NEXT),
    "RescaleObservation": ({"min_obs": -1.0, "max_obs": 1.0}, {"id": ID}, NEXT),
    "TransformObservation": ({"func": lambda o: o, "single_observation_space": None}, {}, NEXT),
    "VectorizeTransformObservation": (
        {"wrapper": gymnasium.wrappers.TransformObservation, "func": lambda o: o / 2, "observation_space": None},
        {}, NEXT,
    ),
    "FilterObservation": ({"filter_keys": ["achieved_goal", "desired_goal"]}, {"id": GOAL_ID}, NEXT),
    "ReshapeObservation": ({"shape": (6, 6)}, {}, NEXT),
    "ClipReward": ({"min_reward": -0.1, "max_reward": 0.1}, {}, SAME),
    "TransformReward": ({"func": lambda r: 2 * r}, {}, SAME),
    "ClipAction": ({}, {}, SAME),
    "RescaleAction": ({"min_action": -2.0, "max_action": 2.0}, {}, SAME),
    "TransformAction": ({"func": lambda a: a}, {}, SAME),
    "DictInfoToList": ({}, {}, SAME),
    "RecordEpisodeStatistics": ({}, {}, SAME),
}  # fmt: skip
"""Gymnasium's wrappers of vector environments: their arguments, those of the environment, and a mode: those of
observations refuse SAME_STEP, whosever environment it is."""


@pytest.mark.parametrize("name", WRAPPERS)
def test_gymnasiums_vector_wrappers(name: str) -> None:
    arguments, given, mode = WRAPPERS[name]
    if name == "RescaleObservation":
        # it takes bounds that are finite, which those of the actions before are
        envs = gymnasium.wrappers.vector.TransformObservation(
            vector(autoreset_mode=mode), lambda o: o[:, 18:24], gymnasium.spaces.Box(-1, 1, (3, 6), np.float32),
            gymnasium.spaces.Box(-1, 1, (6,), np.float32),
        )  # fmt: skip
    else:
        envs = vector(autoreset_mode=mode, **given)
    envs = getattr(gymnasium.wrappers.vector, name)(envs, **arguments)
    stepped(envs)
    envs.close()


@pytest.mark.parametrize("mode", [SAME, NEXT])
def test_episode_statistics_count_right(mode: AutoresetMode) -> None:
    version = tuple(map(int, gymnasium.__version__.split(".")[:2]))
    if mode is SAME and version < (1, 4):
        pytest.skip("before Gymnasium 1.4 its RecordEpisodeStatistics counts SAME_STEP wrong, for every environment")
    envs = gymnasium.wrappers.vector.RecordEpisodeStatistics(vector(autoreset_mode=mode))
    envs.reset(seed=0)
    lengths = []
    for _ in range(3 * LIMIT + 3):
        infos = envs.step(np.zeros((3, 6)))[-1]
        lengths += [int(n) for n in infos.get("episode", {}).get("l", ()) if n]
    assert lengths == [LIMIT] * 9


def test_gymnasiums_wrappers_of_one_world() -> None:
    env = gymnasium.make(GOAL_ID, max_episode_steps=LIMIT)
    env = gymnasium.wrappers.TimeAwareObservation(gymnasium.wrappers.FlattenObservation(env))
    env = gymnasium.wrappers.RecordEpisodeStatistics(gymnasium.wrappers.NormalizeObservation(env))
    env.reset(seed=0)
    for _ in range(LIMIT):
        *_, truncated, info = env.step(env.action_space.sample())
    assert truncated
    assert info["episode"]["l"] == LIMIT


def test_stable_baselines3() -> None:
    """Its own vector environments over single worlds, in other processes too, and Pontine's adapter."""
    from stable_baselines3 import PPO
    from stable_baselines3.common.vec_env import DummyVecEnv, VecMonitor

    own = VecMonitor(DummyVecEnv([lambda: gymnasium.make(ID, max_episode_steps=LIMIT)] * 2))
    for env in (own, vec_env("reach", 2, "none", 1)):
        model = PPO("MlpPolicy", env, n_steps=8, batch_size=8, n_epochs=1, device="cpu")
        model.learn(16)
        assert model.num_timesteps == 16
        env.close()


@pytest.mark.slow
def test_stable_baselines3_in_processes_of_its_own() -> None:
    """A started process has imported nothing: the id says what to import."""
    from stable_baselines3.common.env_util import make_vec_env
    from stable_baselines3.common.vec_env import SubprocVecEnv

    envs = make_vec_env(ID, 2, seed=0, vec_env_cls=SubprocVecEnv, vec_env_kwargs={"start_method": "spawn"})
    try:
        first = envs.reset()
        alone, _ = TaskEnv("reach").reset(seed=1)
        np.testing.assert_array_equal(first[1], alone)
    finally:
        envs.close()


def test_torchrl() -> None:
    from torchrl.envs import GymEnv, GymWrapper
    from torchrl.envs.utils import check_env_specs

    for env in (
        GymEnv(ID, max_episode_steps=LIMIT),
        GymWrapper(gymnasium.make(GOAL_ID)),
        GymWrapper(vector()),
        GymWrapper(vector(autoreset_mode=AutoresetMode.DISABLED)),
    ):
        check_env_specs(env)
        assert env.rollout(4)["next", "reward"].shape[-2] == 4
        env.close()


def test_skrl() -> None:
    import torch
    from skrl.envs.wrappers.torch import wrap_env

    for env in (TaskEnv("reach"), gymnasium.make(ID), gymnasium.make(GOAL_ID).unwrapped, vector(), vector(GOAL_ID)):
        wrapped = wrap_env(env, verbose=False)
        assert "gymnasium" in type(wrapped).__name__.lower()
        wrapped.reset()
        _, reward, *_ = wrapped.step(torch.zeros((wrapped.num_envs, 6)))
        assert len(reward) == wrapped.num_envs
