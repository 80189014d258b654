"""A kept state is complete: what goes on from it is the same to the last bit, also pickled and copied."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import data_equivalence

import pontine.envs
from pontine.envs.errors import StateError
from pontine.envs.faces.single import TaskEnv
from pontine.envs.faces.vector import TaskVectorEnv
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.tabletop.objects import draw
from pontine.envs.tasks import TASKS

IDS = [name for name in gymnasium.registry if name.startswith("pontine/")]
assert pontine.envs


def played(env: Any, actions: np.ndarray) -> list[Any]:
    return [env.step(action) for action in actions]


def same(one: Any, other: Any) -> bool:
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, np.ndarray) and one.dtype == object:
        return same(list(one), list(other))
    return bool(data_equivalence(one, other, exact=True))


@pytest.mark.parametrize("name", IDS)
def test_going_on_from_it_is_the_same_to_the_last_bit(name: str) -> None:
    """Over the end of the episode: the next one's start comes from the random stream."""
    made = {"randomization": "real", "max_episode_steps": 8, "threads": 1, "autoreset_mode": "NEXT_STEP"}
    if TASKS[name.split("/")[1].split("-")[0]].potentials:
        made["reward"] = "shaped"
    envs, other = (gymnasium.make_vec(name, num_envs=2, **made) for _ in range(2))
    envs.reset(seed=5)
    actions = np.random.default_rng(1).uniform(-1, 1, (14, 2, 6)).astype(np.float32)
    played(envs, actions[:5])
    state = envs.get_state()
    copied, pickled = copy.deepcopy(envs), pickle.loads(pickle.dumps(envs))
    first = played(envs, actions[5:])
    assert first[2][3].all()
    envs.set_state(state)
    assert same(played(envs, actions[5:]), first)
    other.set_state(pickle.loads(pickle.dumps(state)))
    for twin in (other, copied, pickled):
        assert same(played(twin, actions[5:]), first)


def test_one_world_goes_into_many_and_back() -> None:
    one, many = TaskEnv("pick", randomization="real"), TaskVectorEnv("pick", 3, threads=1, randomization="real")
    one.reset(seed=2)
    many.reset(seed=9)
    one.step(np.full(6, 0.3))
    many.set_state(one.get_state(), np.array([0, 2]))
    action = np.full(6, -0.4)
    observation = one.step(action)[0]
    several = many.step(np.tile(action, (3, 1)))[0]
    np.testing.assert_array_equal(several[[0, 2]], [observation, observation])
    assert not np.array_equal(several[1], observation)
    one.set_state(many.get_state(np.array([1])))
    np.testing.assert_array_equal(one.step(action)[0], many.step(np.tile(action, (3, 1)))[0][1])


def test_the_steps_that_are_left_go_back_too_but_not_those_of_a_wrapper() -> None:
    def cut_short(env: Any, steps: int) -> list[bool]:
        return [bool(env.step(np.zeros(6))[3]) for _ in range(steps)]

    own, made = TaskEnv("reach", max_episode_steps=4), gymnasium.make("pontine/Reach-v0", max_episode_steps=4)
    for env, after in ((own, [False, False, True]), (made, [False, True, True])):
        env.reset(seed=0)
        env.step(np.zeros(6))
        state = env.unwrapped.get_state()
        env.step(np.zeros(6))
        env.unwrapped.set_state(state)
        assert cut_short(env, 3) == after


def test_a_state_does_not_ask_for_the_same_episode_length() -> None:
    short, long = (TaskEnv("pick", randomization="real", max_episode_steps=steps) for steps in (3, 200))
    short.reset(seed=2)
    long.set_state(short.get_state())
    ends = [(short.step(np.zeros(6))[3], long.step(np.zeros(6))[3]) for _ in range(3)]
    assert ends == [(False, False), (False, False), (True, False)]


def test_a_state_that_does_not_fit_is_refused() -> None:
    pick = TaskEnv("pick")
    pick.reset(seed=0)
    with pytest.raises(StateError, match="pontine/Pick-v0, not of pontine/Place-v0"):
        TaskEnv("place").set_state(pick.get_state())
    with pytest.raises(StateError, match="randomization"):
        TaskEnv("pick", randomization="real").set_state(pick.get_state())
    many = TaskVectorEnv("pick", 3, threads=1)
    many.reset(seed=0)
    with pytest.raises(StateError, match="3 worlds does not fit 1"):
        pick.set_state(many.get_state())


def test_the_simulated_arm_too() -> None:
    robot = SimulatedRobot([draw(np.random.default_rng(0), "red_cube", "cube", "red")])
    robot.command(robot.observe().position + 0.05)
    state, twin = robot.get_state(), pickle.loads(pickle.dumps(robot))
    robot.command(robot.observe().position - 0.1)
    after = robot.observe().position
    twin.command(twin.observe().position - 0.1)
    np.testing.assert_array_equal(twin.observe().position, after)
    robot.set_state(state)
    robot.command(robot.observe().position - 0.1)
    np.testing.assert_array_equal(robot.observe().position, after)
