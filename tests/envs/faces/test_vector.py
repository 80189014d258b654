"""The vector face against gymnasium's own loop over single faces, and the modes after an episode's end."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import data_equivalence
from gymnasium.vector import AutoresetMode, SyncVectorEnv

import pontine.envs
from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.faces.vector import TaskVectorEnv

IDS = [name for name in gymnasium.registry if name.startswith("pontine/")]
N, LIMIT = 3, 4
assert pontine.envs


def alike(ours: Any, theirs: Any) -> bool:
    """As `data_equivalence`, for infos too: their keys may stand in another order."""
    if isinstance(ours, dict):
        return ours.keys() == theirs.keys() and all(alike(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, np.ndarray) and ours.dtype == object:
        return len(ours) == len(theirs) and all(alike(a, b) for a, b in zip(ours, theirs, strict=True))
    return bool(data_equivalence(ours, theirs, exact=True))


def loop(name: str, mode: AutoresetMode) -> SyncVectorEnv:
    made = {"max_episode_steps": LIMIT, "randomization": "real", "disable_env_checker": True}
    return SyncVectorEnv([lambda: gymnasium.make(name, **made)] * N, autoreset_mode=mode)


@pytest.mark.parametrize("mode", AutoresetMode)
@pytest.mark.parametrize("name", IDS)
def test_it_is_the_loop(name: str, mode: AutoresetMode) -> None:
    made = {"max_episode_steps": LIMIT, "randomization": "real", "threads": 1}
    ours, theirs = gymnasium.make_vec(name, num_envs=N, autoreset_mode=mode, **made), loop(name, mode)
    assert ours.metadata["autoreset_mode"] is ours.autoreset_mode is mode
    assert alike(ours.reset(seed=7), theirs.reset(seed=7))
    rng = np.random.default_rng(0)
    ends = 0
    for step in range(2 * LIMIT + 2):
        actions = rng.uniform(-1, 1, (N, 6)).astype(np.float32)
        here, there = ours.step(actions), theirs.step(actions)
        for one, other in zip(here, there, strict=True):
            assert alike(one, other), (step, one, other)
        ended = here[2] | here[3]
        ends += int(ended.sum())
        if mode is AutoresetMode.DISABLED and ended.any():
            assert alike(ours.reset(options={"reset_mask": ended}), theirs.reset(options={"reset_mask": ended.copy()}))
    assert ends >= 2 * N


def test_a_mask_resets_only_those_and_seeds_only_those() -> None:
    envs = TaskVectorEnv("pick_place", 3, threads=1)
    first, _ = envs.reset(seed=0)
    stepped = envs.step(np.full((3, 6), 0.5))[0]
    mask = np.array([False, True, False])
    again, infos = envs.reset(seed=0, options={"reset_mask": mask})
    for key in first:
        np.testing.assert_array_equal(again[key][1], first[key][1])
        np.testing.assert_array_equal(again[key][[0, 2]], stepped[key][[0, 2]])
    np.testing.assert_array_equal(infos["_is_success"], mask)
    np.testing.assert_array_equal(envs.episodes.age, [1, 0, 1])
    for wrong in (np.array([True, False]), [True] * 3, np.zeros(3, bool), np.ones(3)):
        with pytest.raises(PontineError, match="reset_mask"):
            envs.reset(options={"reset_mask": wrong})


def test_what_cannot_be_is_said() -> None:
    envs = TaskVectorEnv("reach", 2, threads=1, autoreset_mode="disabled", max_episode_steps=1)
    with pytest.raises(ResetNeeded, match="worlds 0, 1"):
        envs.step(np.zeros((2, 6)))
    envs.reset(seed=0, options={"reset_mask": np.array([True, False])})
    with pytest.raises(ResetNeeded, match="world 1"):
        envs.step(np.zeros((2, 6)))
    envs.reset(seed=0)
    envs.step(np.zeros((2, 6)))
    with pytest.raises(ResetNeeded, match="reset_mask"):
        envs.step(np.zeros((2, 6)))
    with pytest.raises(UnknownNameError, match="SAME_STEP"):
        TaskVectorEnv("reach", 2, autoreset_mode="sometimes")
    with pytest.raises(TypeError, match="max_episode_steps"):
        TaskVectorEnv("reach", 2, max_steps=3)
    with pytest.raises(PontineError, match="3 seeds for 2 worlds"):
        envs.reset(seed=[1, 2, 3])


def test_the_last_instruction_stays_with_the_episode_that_ended() -> None:
    envs = TaskVectorEnv("tabletop", 2, threads=1, max_episode_steps=1)
    _, asked = envs.reset(seed=3)
    *_, infos = envs.step(np.zeros((2, 6)))
    assert list(infos["final_info"]["instruction"]) == list(asked["instruction"])
    assert list(infos["instruction"]) != list(asked["instruction"])
