"""What a push sees of where the fingers stand."""

from __future__ import annotations

import numpy as np
import pytest

from pontine.envs.so101.model import FIXED_FACE, REST
from pontine.envs.tasks import task
from pontine.envs.tasks.base import SUPPORT, TARGET
from pontine.envs.tasks.episodes import Episodes
from pontine.envs.tasks.observation import Situation
from pontine.envs.tasks.push import SIZE, pushing, stance


@pytest.fixture
def situation() -> Situation:
    e = Episodes(task("push"), 4, threads=1)
    e.seed(np.arange(4), [1, 2, 3, 4])
    e.reset(np.arange(4))
    return e.situation(exact=True)


@pytest.mark.parametrize(("behind", "beside"), [(0.02, 0.0), (0.0, 0.005), (-0.004, -0.01)])
def test_the_stance_is_measured_from_where_the_fingers_touch(
    situation: Situation, behind: float, beside: float
) -> None:
    at, (tool, hand) = stance(situation), situation.tool
    left = np.column_stack([-at.way[:, 1], at.way[:, 0]])
    fingers = (tool - hand[:, :, 0] * FIXED_FACE)[:, :2]
    shift = at.way * (at.reach + behind)[:, None] - left * beside
    situation.object_position = situation.object_position.copy()
    goal = situation.goal - situation.object_position
    situation.object_position[:, :2] = fingers + shift
    situation.goal = situation.object_position + goal
    now = stance(situation)
    np.testing.assert_allclose(now.gap, -behind, atol=1e-9)
    np.testing.assert_allclose(now.across, beside, atol=1e-9)
    np.testing.assert_allclose(now.miss, np.linalg.norm(goal[:, :2], axis=1), atol=1e-9)


def test_the_observation_is_finite_even_at_the_goal(situation: Situation) -> None:
    situation.goal = situation.object_position.copy()
    seen = pushing(situation)
    assert seen.shape == (4, SIZE)
    assert np.isfinite(seen).all()


def test_at_its_goal_the_object_stands_clear_of_the_arm() -> None:
    n, ids = 100, np.arange(100)
    e = Episodes(task("push"), n, threads=1)
    e.seed(ids, range(n))
    e.reset(ids)
    for i in ids:
        e.worlds.lay(int(i), SUPPORT, None)
        e.worlds.place_arm(int(i), REST)
        e.worlds.move_object(int(i), TARGET, e.goal[i], e.worlds.object_quat[i, TARGET])
    e.worlds.refresh(ids)
    for _ in range(5):
        e.worlds.advance(e.worlds.command)
    np.testing.assert_allclose(e.worlds.object_position[:, TARGET], e.goal, atol=2e-3)
