"""The oracle: every task with a demonstrator can be solved, before any learning is tried."""

import pytest

from pontine.policies.demonstrators import DEMONSTRATORS
from pontine.policies.evaluate import run_episodes


@pytest.mark.parametrize("task", DEMONSTRATORS)
def test_the_demonstrator_solves_it(task: str) -> None:
    outcome = run_episodes(task, DEMONSTRATORS[task], 100, seed=3_000)
    assert outcome.success.mean() >= 0.93, f"failed seeds: {outcome.seeds[~outcome.success]}"


def test_an_episode_is_its_seeds_whatever_the_batch() -> None:
    many = run_episodes("Pick", DEMONSTRATORS["Pick"], 12, seed=50)
    one = run_episodes("Pick", DEMONSTRATORS["Pick"], 1, seed=57)
    assert (many.success[7], many.steps[7], many.jerk[7]) == (one.success[0], one.steps[0], one.jerk[0])
