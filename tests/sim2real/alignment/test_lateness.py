"""How late pictures come, told by where a hand that swings is seen."""

from __future__ import annotations

import numpy as np
import pytest

from pontine.envs.arrays import Array
from pontine.sim2real.alignment.fit import Fitted, predicted
from pontine.sim2real.alignment.lateness import Swing, lateness
from pontine.sim2real.vision.markers import Tag
from tests.sim2real.alignment.synthetic import HAND, LENS, World, camera, work_pose

PERIOD = 0.1


def known(world: World) -> Fitted:
    """What a perfect fit would have found of it."""
    shown = {}
    for id, (turn, place) in world.stuck.items():
        w = np.sqrt(max(0.0, 1 + np.trace(turn))) / 2
        x, y, z = (turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]) / (4 * w)
        a, b, c = map(float, place)
        shown[id] = Tag(id, HAND[0].size, (a, b, c), (float(w), float(x), float(y), float(z)))
    return Fitted(world.geometry, tuple(shown.values()), {})


def swung(lag: float, rng: np.random.Generator, wide: float = 0.25) -> tuple[Swing, Fitted]:
    """A swing of the pan, to and fro, whose pictures are that late and now and then sent twice."""
    fitted, pose = known(World.drawn(rng)), work_pose(rng, 0.06)

    def joints(time: float) -> Array:
        moved = pose.copy()
        moved[0] += wide * np.cos(np.pi * np.clip(time, 0.0, 2.4) / 1.2)
        return moved

    swing = Swing()
    for time in np.arange(0.0, 2.4, 0.04):
        swing.times.append(float(time))
        swing.joints.append(joints(float(time)) + rng.normal(size=6) * 0.001)
    for k, arrived in enumerate(np.arange(0.05, 2.4, PERIOD)):
        taken = arrived - lag - (PERIOD if k % 6 == 5 else 0.0)
        corners = predicted(fitted, joints(taken), LENS, camera())
        swing.seen.append((float(arrived), {id: at + rng.normal(size=(4, 2)) * 0.3 for id, at in corners.items()}))
    return swing, fitted


@pytest.mark.parametrize("lag", [0.0, 0.08, 0.2, 0.33])
def test_a_swing_tells_how_late_pictures_come(lag: float) -> None:
    found = lateness(*swung(lag, np.random.default_rng(1)), LENS, camera())
    assert found == pytest.approx(lag, abs=0.015)


def test_a_hand_that_hardly_moves_or_was_hardly_seen_tells_nothing() -> None:
    assert lateness(*swung(0.2, np.random.default_rng(2), wide=0.0), LENS, camera()) is None
    swing, fitted = swung(0.2, np.random.default_rng(2))
    del swing.seen[5:]
    assert lateness(swing, fitted, LENS, camera()) is None
    assert lateness(Swing(), fitted, LENS, camera()) is None
