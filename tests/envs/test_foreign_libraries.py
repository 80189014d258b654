"""Other people's libraries, as they are installed, on the environments.

Each test is skipped where its library is not there. `make benchmarks` installs those that are too heavy for every
run beside the project, each where what it asks for can be met, and runs this file there.
"""

from __future__ import annotations

from pathlib import Path
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


@pytest.mark.parametrize("mode", [SAME, NEXT])
def test_gymnasium_films_every_world(mode: AutoresetMode, tmp_path: Path) -> None:
    pytest.importorskip("moviepy")
    envs = vector(autoreset_mode=mode, render_mode="rgb_array", width=64, height=48, num_envs=4)
    envs = gymnasium.wrappers.vector.RecordVideo(envs, str(tmp_path), episode_trigger=lambda k: k == 0)
    stepped(envs, LIMIT + 1)
    envs.close()
    assert list(tmp_path.glob("*.mp4"))


def test_gymnasium_shows_every_world(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pygame")
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    envs = gymnasium.wrappers.vector.HumanRendering(vector(render_mode="rgb_array", width=64, height=48))
    stepped(envs, 2)
    envs.close()


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


def test_sbx() -> None:
    sbx = pytest.importorskip("sbx")
    model = sbx.SAC("MlpPolicy", vec_env("reach", 2, "none", 1), learning_starts=4, batch_size=8, buffer_size=100)
    model.learn(12)
    assert model.num_timesteps == 12


def test_torchrl() -> None:
    pytest.importorskip("torchrl")
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


def test_tianshou() -> None:
    pytest.importorskip("tianshou")
    from tianshou.env import DummyVectorEnv

    envs = DummyVectorEnv([lambda: gymnasium.make(ID, max_episode_steps=LIMIT)] * 2)
    observation, _ = envs.reset(seed=0)
    for _ in range(LIMIT):
        observation, _, _, truncated, info = envs.step(np.zeros((2, 6)))
    assert observation.shape == (2, 36)
    assert truncated.all()
    assert not info[0]["is_success"]


def test_skrl() -> None:
    pytest.importorskip("skrl")
    import torch
    from skrl.envs.wrappers.torch import wrap_env

    for env in (TaskEnv("reach"), gymnasium.make(ID), gymnasium.make(GOAL_ID).unwrapped, vector(), vector(GOAL_ID)):
        wrapped = wrap_env(env, verbose=False)
        assert "gymnasium" in type(wrapped).__name__.lower()
        wrapped.reset()
        _, reward, *_ = wrapped.step(torch.zeros((wrapped.num_envs, 6)))
        assert len(reward) == wrapped.num_envs


def test_minari_with_infos(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    minari = pytest.importorskip("minari")
    pytest.importorskip("h5py")
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path))
    env = minari.DataCollector(gymnasium.make(GOAL_ID, max_episode_steps=LIMIT), record_infos=True)
    for seed in range(2):
        env.reset(seed=seed)
        for _ in range(LIMIT):
            env.step(env.action_space.sample())
    dataset = env.create_dataset("pontine/test-v0", algorithm_name="random")
    assert dataset.total_steps == 2 * LIMIT
    episode = next(iter(dataset.iterate_episodes()))
    # the reset's info is the first
    assert len(episode.infos["is_success"]) == LIMIT + 1
    assert len(episode.infos["goal"]) == LIMIT + 1


def test_rllib_records_what_the_loop_sees() -> None:
    """`VECTOR_ENTRY_POINT` takes it that an episode begins in the step after the last one's end: `NEXT_STEP`."""
    pytest.importorskip("ray.rllib")
    from ray.rllib.algorithms.ppo import PPOConfig
    from ray.rllib.env.single_agent_env_runner import SingleAgentEnvRunner

    config = (
        PPOConfig()
        .environment(ID, env_config={"autoreset_mode": "NEXT_STEP", "max_episode_steps": LIMIT, "threads": 1})
        .env_runners(num_env_runners=0, num_envs_per_env_runner=2, gym_env_vectorize_mode="vector_entry_point")
        .debugging(seed=7)
    )
    runner = SingleAgentEnvRunner(config=config)
    episodes = runner.sample(num_episodes=6, random_actions=True)
    runner.stop()
    assert [len(episode) for episode in episodes] == [LIMIT] * 6
    loops = [TaskEnv("reach", max_episode_steps=LIMIT) for _ in range(2)]
    firsts: list[Any] = [loop.reset(seed=runner._seed + k)[0] for k, loop in enumerate(loops)]
    # the two worlds' episodes end together, so theirs alternate
    for index, episode in enumerate(episodes):
        k = index % 2
        steps = [loops[k].step(action) for action in episode.get_actions()]
        np.testing.assert_array_equal(episode.get_observations(), [firsts[k], *(step[0] for step in steps)])
        np.testing.assert_allclose(episode.get_rewards(), [step[1] for step in steps])
        firsts[k] = loops[k].reset()[0]
