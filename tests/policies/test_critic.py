from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pontine.policies import critic as critics
from pontine.policies.actor import PolicyError
from pontine.policies.actor import load as load_actor
from pontine.policies.critic import FEATURES, Played
from pontine.policies.library import critic_path, policy_path
from pontine.policies.skills.handling import HandlingSkill
from pontine.policies.skills.loading import trained_tasks
from pontine.policies.statistics import expected_calibration_error, ranking


def world(n: int, seed: int) -> Played:
    """Episodes whose chance depends on two of the features in a known way."""
    rng = np.random.default_rng(seed)
    seen = rng.normal(size=(n, FEATURES))
    seen[:, 5] = 0.7
    chance = 1 / (1 + np.exp(-(1.5 + 1.2 * seen[:, 0] - seen[:, 1])))
    return Played(seen, rng.random(n) < chance)


def test_a_critic_finds_what_success_depends_on_and_says_it_calibrated() -> None:
    critic = critics.fit(world(4000, 0))
    found = critics.judge(critic, world(2000, 1))
    assert found["expected_calibration_error"] < 0.05
    assert found["auroc"] > 0.75
    assert found["brier"] < 0.9 * found["brier_of_the_mean"]


def test_a_feature_that_never_varied_has_no_say() -> None:
    critic = critics.fit(world(500, 0), epochs=5)
    fresh = world(50, 2).seen
    other = fresh.copy()
    other[:, 5] = 40.0
    assert np.array_equal(critic.probability(fresh), critic.probability(other))


def test_where_nothing_ever_failed_it_is_sure_but_finite() -> None:
    played = world(400, 0)
    critic = critics.fit(Played(played.seen, np.ones(400, bool)), epochs=5)
    said = critic.probability(played.seen)
    assert np.isfinite(said).all()
    assert said.min() > 0.9


def test_calibration_error_and_ranking_agree_with_counting() -> None:
    said = np.array([0.2, 0.2, 0.8, 0.8])
    came = np.array([False, False, True, False])
    error, bins = expected_calibration_error(said, came, bins=2)
    assert error == pytest.approx((0.2 + 0.3) / 2)
    assert [b["count"] for b in bins] == [2, 2]
    # pairs (critic, failure): 0.8 over 0.2 twice, and once a tie
    assert ranking(said, came) == pytest.approx(2.5 / 3)
    assert ranking(said, np.ones(4, bool)) is None


def test_the_file_holds_all_of_it_and_a_damaged_one_is_one_clear_error(tmp_path: Path) -> None:
    critic = critics.fit(world(300, 0), epochs=3)
    critics.save(critic, {"skill": "pick"}, tmp_path / "critic")
    again, card = critics.load(tmp_path / "critic")
    fresh = world(20, 3).seen
    assert card == {"skill": "pick"}
    assert np.array_equal(again.probability(fresh), critic.probability(fresh))
    file = tmp_path / "critic.safetensors"
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(PolicyError, match="damaged"):
        critics.load(tmp_path / "critic")
    with pytest.raises(PolicyError, match="no critic file"):
        critics.load(tmp_path / "none")


@pytest.mark.parametrize("task", ["pick", "push"])
def test_episodes_are_played_half_nominal_half_randomised_and_seen_at_their_start(task: str) -> None:
    actor, _ = load_actor(policy_path(task))
    played = critics.play(task, actor, 12, critics.TEST_SEED, threads=1)
    assert played.seen.shape == (12, FEATURES)
    assert played.success.mean() > 0.5
    assert np.array_equal(played.seen, critics.play(task, actor, 12, critics.TEST_SEED, threads=1).seen)


@pytest.mark.parametrize("task", trained_tasks(HandlingSkill, own=True))
def test_every_skill_that_handles_something_ships_a_calibrated_critic(task: str) -> None:
    critic, card = critics.load(critic_path(task))
    assert card["test"]["episodes"] >= 2000
    assert card["test"]["expected_calibration_error"] <= 0.05
    assert 0.0 < critic.probability(np.zeros((1, FEATURES)))[0] < 1.0
