"""`pontine bench arm what=[scenes] profile=stranger` where an arm's user is refused: a failure, and not the end."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from pontine.conf.arm_scenes import scenes
from pontine.conf.bench_arm import Config
from pontine.sim2real.alignment.alignment import AlignmentError
from pontine.sim2real.trials import user_path
from pontine.sim2real.vision.tag_pose import SightError


def counted(monkeypatch: pytest.MonkeyPatch, error: Exception) -> tuple[dict[str, Any], int]:
    """What two scenes come to whose arm cannot be set up, and how often that was tried."""
    tried = []

    def refuse(*arm: object, **options: object) -> None:
        tried.append(arm)
        raise error

    monkeypatch.setattr(user_path, "prepare", refuse)
    # Nobody comes to be told anything.
    monkeypatch.setattr("pontine.planner.brain.load_brain", lambda adapter: None)
    monkeypatch.setattr("pontine.policies.skills.loading.load_library", lambda path: {})
    kept: list[dict[str, Any]] = []
    found = scenes(Config(what=["scenes"], profile="stranger", scenes=2), Console(quiet=True), kept.append)
    assert len(kept) == 2
    return found, len(tried)


@pytest.mark.parametrize("error", [AlignmentError("the tags seem 6 % larger"), SightError("the picture is black")])
def test_what_an_arms_user_is_refused_counts_against_all_of_its_scenes(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    found, tried = counted(monkeypatch, error)
    assert tried == 1
    assert found["arms"]["0"]["refused"] == str(error)
    reached = found["aligned"]["all"]["goal_reached"]
    assert (reached["successes"], reached["episodes"]) == (0, 2)
    assert found["aligned"]["all"]["causes"] == {"setup": 2}
    assert found["aligned"]["all"]["done_with_goal_false"] == 0
    assert {run["reason"] for run in found["runs"]} == {str(error)}
