"""Contracts of every registered task, on both gymnasium faces."""

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from stable_baselines3.common.env_checker import check_env as check_env_sb3

from pontine.envs.tasks import TASKS

IDS = [name for name in gymnasium.registry if name.startswith("pontine/")]

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")


def flat(observation: object) -> np.ndarray:
    if isinstance(observation, dict):
        return np.concatenate([np.atleast_1d(v) for v in observation.values()], axis=-1)
    return np.asarray(observation)


def test_the_ids_are_those_of_the_tasks() -> None:
    assert sorted(IDS) == sorted(task.gym_id() for task in TASKS.own())
    for task in TASKS.values():
        assert (task.__doc__ and "Success" in task.__doc__) or task.sparse
        assert "History:" in str(task.__doc__)


@pytest.mark.parametrize("name", IDS)
def test_gymnasium_and_sb3_accept_it(name: str) -> None:
    env = gymnasium.make(name, render_mode="rgb_array")
    check_env(env.unwrapped)
    check_env_sb3(env.unwrapped, skip_render_check=True)
    env.reset(seed=0)
    frame = env.render()
    assert frame.shape == (480, 640, 3)
    assert frame.std() > 10
    env.close()


@pytest.mark.parametrize("name", IDS)
def test_a_single_world_is_world_k_of_the_vector(name: str) -> None:
    # so short that episodes end here too
    vector = gymnasium.make_vec(name, num_envs=6, max_episode_steps=60)
    single = gymnasium.make(name, max_episode_steps=60)
    assert type(vector).__name__.endswith("TaskVectorEnv")
    several, _ = vector.reset(seed=40)
    one, _ = single.reset(seed=43)
    rng = np.random.default_rng(0)
    ended = 0
    for _ in range(80):
        np.testing.assert_array_equal(flat(several)[3], flat(one))
        action = rng.uniform(-1, 1, (6, 6)).astype(np.float32)
        several, reward, terminated, truncated, info = vector.step(action)
        one, reward1, terminated1, truncated1, info1 = single.step(action[3])
        assert (reward[3], terminated[3], truncated[3]) == (reward1, terminated1, truncated1)
        told = info["final_info"] if terminated1 or truncated1 else info
        assert told["is_success"][3] == info1["is_success"]
        if terminated1 or truncated1:
            ended += 1
            np.testing.assert_array_equal(flat(info["final_obs"][3]), flat(one))
            one, _ = single.reset()
    assert ended >= 1


@pytest.mark.parametrize("name", IDS)
def test_reward_is_the_sum_of_its_terms(name: str) -> None:
    env = gymnasium.make(name)
    env.reset(seed=1)
    for _ in range(20):
        _, reward, *_, info = env.step(env.action_space.sample())
        assert reward == pytest.approx(sum(v for k, v in info.items() if isinstance(v, float)))


@pytest.mark.parametrize("reward", ["task", "sparse"])
def test_the_goal_task_relabels(reward: str) -> None:
    env = gymnasium.make("pontine/PickPlace-v0", reward=reward).unwrapped
    observation, _ = env.reset(seed=0)
    for _ in range(5):
        observation, reward, *_ = env.step(env.action_space.sample())
        assert reward == env.compute_reward(observation["achieved_goal"], observation["desired_goal"], {})
    here = observation["achieved_goal"]
    np.testing.assert_array_equal(env.compute_reward(np.stack([here, here]), np.stack([here, here + 0.1]), {}), [0, -1])


def test_randomisation_changes_the_world_and_keeps_the_seed() -> None:
    runs = []
    for _ in range(2):
        env = gymnasium.make("pontine/Pick-v0", randomization="real")
        env.reset(seed=5)
        runs.append([env.step(np.full(6, 0.5, np.float32))[0] for _ in range(10)])
    np.testing.assert_array_equal(runs[0], runs[1])
    plain = gymnasium.make("pontine/Pick-v0")
    plain.reset(seed=5)
    assert not np.array_equal(runs[0][-1], [plain.step(np.full(6, 0.5, np.float32))[0] for _ in range(10)][-1])
