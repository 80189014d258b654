"""How a clone gathers what it learns from."""

from __future__ import annotations

from pathlib import Path

from pontine.policies.training.clone import CloneConfig, _Learner


def test_episodes_of_a_goal_task_do_not_linger_at_the_goal(tmp_path: Path) -> None:
    config = CloneConfig(rounds=3, worlds=16, steps=25, updates=1, batch=16, hidden=(16,))
    learner = _Learner(tmp_path / "clone", "pick_place", config, "none", seed=0, threads=1)
    learner.resume()
    for _ in range(config.rounds):
        learner.round()
    # 75 steps have gone by, and the demonstrator is there after some 45 of an episode's 100.
    assert (learner.episodes.age < 40).sum() > 4
