"""Which page holds the arm."""

from __future__ import annotations

import pytest

from pontine.planner.console.holding import GONE, Holding


class Clock:
    now = 10.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def holding(clock: Clock) -> Holding:
    return Holding(clock)


def test_the_first_page_holds_and_others_watch(holding: Holding, clock: Clock) -> None:
    assert holding.joined(1)
    assert not holding.joined(2)
    assert not holding.take(2)
    clock.now += GONE / 2
    holding.heard(1)
    clock.now += GONE * 0.9
    assert not holding.gone
    assert holding.holder == 1


def test_what_another_page_answers_does_not_count(holding: Holding, clock: Clock) -> None:
    holding.joined(1)
    holding.joined(2)
    clock.now += GONE + 0.01
    holding.heard(2)
    assert holding.gone
    holding.heard(1)
    assert not holding.gone


def test_a_page_that_is_gone_can_be_followed(holding: Holding, clock: Clock) -> None:
    holding.joined(1)
    holding.joined(2)
    holding.left(1)
    assert holding.holder is None
    holding.heard(1)
    clock.now += GONE + 0.01
    assert holding.gone, "a pong that was still under way keeps no closed page alive"
    assert holding.take(2)
    assert (holding.holder, holding.gone) == (2, False)
    assert not holding.joined(3)


def test_a_page_that_is_loaded_again_within_the_second_goes_on_holding(holding: Holding, clock: Clock) -> None:
    holding.joined(1)
    holding.left(1)
    clock.now += GONE / 2
    assert holding.joined(2)
    assert not holding.gone
    assert not holding.take(1), "it is not there any more"
