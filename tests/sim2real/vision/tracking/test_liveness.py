"""Pictures of another time, told by whether they show what the hand did."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from pontine.sim2real.vision.tag_pose import SightError
from pontine.sim2real.vision.tracking.liveness import Liveness

RATE = 0.125
Hand = Callable[[float], float]


def travelled(hand: Hand) -> Callable[[float, float], float]:
    """How far a hand goes across the picture whose place (fraction of the width) is given by the time."""
    return lambda start, end: float(np.ptp([hand(t) for t in np.linspace(start, end, 20)])) if end > start else 0.0


def picture(at: float, rng: np.random.Generator | None = None) -> NDArray[np.uint8]:
    """A dark table, and a bright hand; noise as a camera has it."""
    image = np.full((90, 160, 3), 70, np.uint8)
    image[25:50, int(160 * at) - 10 : int(160 * at) + 10] = 150
    if rng is not None:
        image = np.clip(image + rng.normal(0, 6, image.shape), 0, 255).astype(np.uint8)
    return image


def still_then_moves(t: float) -> float:
    return 0.3 + 0.1 * float(np.clip(t - 2.0, 0, 4))


def first_complaint(shown: Callable[[float], NDArray[np.uint8]], hand: Hand, until: float = 6.0) -> tuple[float, str]:
    live = Liveness(travelled(hand))
    for t in np.arange(0.0, until, RATE):
        try:
            live.see(shown(float(t)), float(t))
        except SightError as error:
            return float(t), str(error)
    return np.inf, ""


def test_pictures_that_show_the_hand_move_are_of_now() -> None:
    rng = np.random.default_rng(0)
    for lag in (0.0, 0.2, 0.3):
        assert first_complaint(lambda t, lag=lag: picture(still_then_moves(t - lag), rng), still_then_moves) == (
            np.inf, "",
        )  # fmt: skip


def test_a_still_arm_before_a_camera_without_noise_is_no_frozen_camera() -> None:
    assert first_complaint(lambda t: picture(0.3), lambda t: 0.3) == (np.inf, "")


@pytest.mark.parametrize("noise", [False, True])
def test_a_picture_that_stays_while_the_hand_moves_is_frozen(noise: bool) -> None:
    """Also where what is sent again is coded anew each time."""
    rng = np.random.default_rng(1) if noise else None
    time, said = first_complaint(lambda t: picture(0.3, rng), still_then_moves)
    assert 2.0 < time < 3.0
    assert "frozen" in said


def test_a_frozen_picture_stays_frozen_when_the_arm_stands_still_again() -> None:
    live = Liveness(travelled(lambda t: 0.3 + 0.1 * float(np.clip(t - 1, 0, 1))))
    complaints = []
    for t in np.arange(0.0, 6.0, RATE):
        try:
            live.see(picture(0.3), float(t))
        except SightError:
            complaints.append(t)
    assert complaints[0] < 2.0
    assert complaints == list(np.arange(complaints[0], 6.0, RATE))


def test_late_pictures_are_named_as_such_until_they_come_in_time_again() -> None:
    """The hand moves for two seconds, stands, and moves again; pictures are 1.2 s late before the second time."""

    def hand(t: float) -> float:
        return 0.3 + 0.1 * float(np.clip(t - 2, 0, 2) + np.clip(t - 10, 0, 3))

    live, said = Liveness(travelled(hand)), {}
    for t in np.arange(0.0, 14.0, RATE):
        try:
            live.see(picture(hand(t - (1.2 if t < 8 else 0.1))), float(t))
        except SightError as error:
            said[float(t)] = str(error)
    assert 2.0 < min(said) < 3.0
    late = [words for t, words in said.items() if 4.0 < t < 8.0]
    assert late
    assert all("s late" in words and "frozen" not in words for words in late)
    assert 8.0 < max(said) < 11.5


def test_a_hand_out_of_sight_tells_nothing() -> None:
    assert first_complaint(lambda t: picture(0.3), lambda t: 0.3) == (np.inf, "")
