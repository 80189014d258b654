"""Other people's libraries on the environments: those too heavy for every run. `make benchmarks` runs them.

A test is skipped where its library is not there: no one environment can have them all.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

from pontine.envs.faces.single import TaskEnv
from pontine.policies.training.vec_env import make as vec_env
from tests.envs.test_foreign_libraries import GOAL_ID, ID, LIMIT, NEXT, SAME, stepped, vector

pytestmark = pytest.mark.filterwarnings("ignore")


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


def test_sbx() -> None:
    sbx = pytest.importorskip("sbx")
    model = sbx.SAC("MlpPolicy", vec_env("reach", 2, "none", 1), learning_starts=4, batch_size=8, buffer_size=100)
    model.learn(12)
    assert model.num_timesteps == 12


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
