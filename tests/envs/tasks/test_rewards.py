"""The rewards there are of every task, and easier starts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pontine.envs.declarations.shaping import DISCOUNT, PREFIX, REWARDS, Potential, Shaping, reward_terms
from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.gym import TaskVectorEnv
from pontine.envs.tasks import TASKS
from pontine.envs.tasks import task as task_of
from pontine.envs.tasks.episodes import Episodes
from pontine.envs.tasks.starts import Curriculum

SHAPED = [name for name in TASKS if TASKS[name].potentials]


def played(task: str, **options: Any) -> list[tuple[np.ndarray, dict[str, Any]]]:
    """Rewards and infos of some random steps of three worlds."""
    env = TaskVectorEnv(task, 3, threads=1, **options)
    env.reset(seed=1)
    rng = np.random.default_rng(0)
    steps = [env.step(rng.uniform(-1.0, 1.0, (3, 6))) for _ in range(12)]
    return [(reward, info) for _, reward, _, _, info in steps]


def test_every_task_that_moves_one_thing_teaches() -> None:
    assert {*SHAPED} >= {"Reach", "Pick", "Place", "Stack", "Push", "PickPlace", "Drawer", "Button"}


@pytest.mark.parametrize("task", SHAPED)
def test_a_shaped_reward_is_the_tasks_own_and_what_the_potentials_gained(task: str) -> None:
    own, shaped = played(task), played(task, reward="shaped")
    potentials = [PREFIX + p.name for p in TASKS[task].potentials]
    assert tuple(k for k in shaped[0][1] if k in reward_terms(task_of(task), "shaped")) == reward_terms(
        task_of(task), "shaped"
    )
    for (plain, _), (reward, info) in zip(own, shaped, strict=True):
        np.testing.assert_allclose(reward - plain, np.sum([info[name] for name in potentials], axis=0), atol=1e-12)
    assert any(np.abs(info[name]).max() > 1e-6 for _, info in shaped for name in potentials)


@pytest.mark.parametrize("task", SHAPED)
def test_potentials_lie_between_all_and_nothing_left_to_do(task: str) -> None:
    e = Episodes(task_of(task), 4, 1)
    e.seed(np.arange(4), [0, 1, 2, 3])
    e.reset(np.arange(4))
    for _ in range(3):
        for potential in e.task.potentials:
            values = potential.of(e)
            assert values.shape == (4,)
            assert (values >= -1.0 - 1e-9).all()
            assert (values <= 1e-9).all()
        e.step(np.random.default_rng(0).uniform(-1.0, 1.0, (4, 6)))


@pytest.mark.parametrize("task", [name for name in SHAPED if not TASKS[name].sparse])
def test_what_random_play_gains_stands_out_from_what_its_trembling_costs(task: str) -> None:
    """Or a learner that begins at random sees no more of the way than of the noise that it makes."""
    env, rng, n = TaskVectorEnv(task, 32, threads=1, reward="shaped"), np.random.default_rng(0), 32
    env.reset(seed=0)
    infos = [env.step(np.clip(rng.normal(0.0, 0.6, (n, 6)), -1.0, 1.0))[-1] for _ in range(40)]

    def swing(*terms: str) -> float:
        """How much an advantage of PPO (discount and lambda together 0.94) differs from step to step."""
        ahead, found = np.zeros(n), []
        for info in reversed(infos):
            ahead = 0.94 * ahead + np.sum([info[term] for term in terms], axis=0)
            found.append(ahead)
        return float(np.std(np.array(found[16:]) - np.mean(found[16:], axis=0)))

    assert swing(*(PREFIX + potential.name for potential in TASKS[task].potentials)) > 2.0 * swing("smoothness")


def test_shaping_adds_up_to_what_was_gained_whatever_the_way() -> None:
    """Ng, Harada & Russell: discounted, the terms of an episode that succeeds are the potential it began with."""
    values = iter(np.array([[-0.9], [-0.2], [-0.7], [-0.1]]))
    shaping, potentials = Shaping(1, 1, discount=0.9), [Potential("x", 2.0, lambda state: next(values), "")]
    shaping.begin(potentials, None, np.array([0]))
    no = np.zeros(1, bool)
    terms = [shaping.step(potentials, None, no, no)["to_x"][0] for _ in range(2)]
    terms.append(shaping.step(potentials, None, ~no, no)["to_x"][0])
    assert sum(0.9**k * term for k, term in enumerate(terms)) == pytest.approx(2.0 * 0.9)


def in_the_long_run(discount: float, *path: float) -> float:
    """What the terms of a world are worth to a learner that discounts by 0.99, if its potential goes that way and then
    stays as it is for ever."""
    values = iter(np.array(path)[:, None])
    shaping, potentials = Shaping(1, 1, discount), [Potential("x", 1.0, lambda state: next(values), "")]
    shaping.begin(potentials, None, np.array([0]))
    no = np.zeros(1, bool)
    terms = [shaping.step(potentials, None, no, no)["to_x"][0] for _ in path[1:]]
    return float(sum(0.99**k * term for k, term in enumerate(terms)) + 0.99 ** len(terms) * terms[-1] / (1 - 0.99))


def test_coming_near_is_worth_more_than_resting_far_away_though_nothing_succeeds_yet() -> None:
    far, near = (-0.9, -0.9, -0.9, -0.9), (-0.9, -0.5, -0.1, -0.1)
    assert in_the_long_run(DISCOUNT, *near) > in_the_long_run(DISCOUNT, *far) + 0.7
    # what is neutral for the learner teaches nothing before it succeeds
    assert in_the_long_run(0.99, *near) == pytest.approx(in_the_long_run(0.99, *far))


def test_failing_never_pays() -> None:
    shaping, potentials = Shaping(1, 1), [Potential("x", 0.5, lambda state: np.full(1, -0.3), "")]
    shaping.begin(potentials, None, np.array([0]))
    assert shaping.step(potentials, None, np.zeros(1, bool), np.ones(1, bool))["to_x"][0] < 0


def test_sparse_says_only_whether_the_goal_state_holds_and_does_not_end() -> None:
    for reward, info in played("reach", reward="sparse"):
        np.testing.assert_array_equal(reward, np.where(info["is_success"], 0.0, -1.0))
        np.testing.assert_array_equal(info["goal"], reward)


def test_weights_multiply_terms_by_their_names() -> None:
    plain, heavy = (
        played("pick", reward="shaped"),
        played("pick", reward="shaped", weights={"to_reach": 3.0, "time": 0}),
    )
    for (_, one), (reward, other) in zip(plain, heavy, strict=True):
        np.testing.assert_allclose(other["to_reach"], 3.0 * one["to_reach"])
        assert not other["time"].any()
        np.testing.assert_allclose(reward, sum(other[name] for name in reward_terms(task_of("pick"), "shaped")))


def test_what_there_is_not_is_said() -> None:
    with pytest.raises(UnknownNameError, match=", ".join(sorted(REWARDS))):
        TaskVectorEnv("pick", reward="dense")
    with pytest.raises(UnknownNameError, match=r"valid: .*to_lift"):
        TaskVectorEnv("pick", reward="shaped", weights={"lift": 1.0})
    with pytest.raises(PontineError, match="Tabletop declares no potentials"):
        TaskVectorEnv("tabletop", reward="shaped")


@pytest.mark.parametrize("task", ["pick", "pick_place"])
def test_easier_starts_are_over_the_object_and_in_the_hand(task: str) -> None:
    n = 12
    for start in task_of(task).easier:
        e = Episodes(task_of(task), n, 1)
        e.curriculum = Curriculum(easier=(start,), ease=1.0)
        e.seed(np.arange(n), list(range(n)))
        e.reset(np.arange(n))
        apart = e.tool.position - e.worlds.object_position[:, 0]
        if start == "over":
            assert (np.linalg.norm(apart[:, :2], axis=1) < 0.03).mean() > 0.8
            assert not e.worlds.grasped(0).any()
        else:
            for _ in range(5):
                e.step(np.zeros((n, 6)))
            assert e.worlds.grasped(0).mean() > 0.7
