"""What pages do with a session."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from pontine.envs.errors import SceneError
from pontine.planner.execution.events import Done
from tests.planner.console.arms import ASKING, OPTIONS, SLEEPING, Arm, table


@pytest.fixture
def arm() -> Iterator[Arm]:
    made = Arm()
    made.holding.joined(1)
    heart = Heart(made)
    heart.start()
    yield made
    heart.beating.clear()
    made.console.close()


class Heart(threading.Thread):
    """The page that holds the arm, alive until it is told otherwise."""

    def __init__(self, arm: Arm) -> None:
        super().__init__(daemon=True)
        self.arm, self.beating = arm, threading.Event()
        self.beating.set()
        arm.heart = self.beating  # type: ignore[attr-defined]

    def run(self) -> None:
        while self.beating.wait(0):
            self.arm.holding.heard(1)
            time.sleep(0.02)


def until(true: Callable[[], object], seconds: float = 30) -> None:
    """Wait for something that happens in another thread."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


def outcome(arm: Arm) -> Done:
    """How the run ended."""
    until(lambda: not arm.console.busy)
    done = arm.session.stream.so_far[-1]
    assert isinstance(done, Done)
    return done


def test_what_is_said_is_done_and_measured(arm: Arm) -> None:
    changes = []
    arm.console.changed = lambda: changes.append(arm.console.scene.object("red_cube").support)
    assert arm.console.say("put the red cube in the bowl") is None
    execution = outcome(arm).execution
    assert execution is not None
    assert execution.goal_reached
    assert changes[0] == "table"
    assert changes[-1] == "bowl"


def test_a_question_is_answered_or_left_with_stop(arm: Arm) -> None:
    assert arm.console.answer("red_cube") == "there is no question"
    arm.console.say(ASKING)
    until(lambda: arm.console.question)
    assert arm.console.question is not None
    assert arm.console.question.options == OPTIONS
    assert arm.console.say("red_cube") is None
    assert outcome(arm).execution is not None
    arm.console.say(ASKING)
    until(lambda: arm.console.question)
    arm.console.stop("enough")
    assert outcome(arm).execution is None
    assert arm.console.question is None


def test_what_cannot_be_taken_is_refused_at_once(arm: Arm) -> None:
    assert arm.console.say("   ") == "nothing was said"
    assert "at most 2000 are read" in str(arm.console.say("x" * 10**7))
    arm.skill.steps = 10**9
    arm.console.say(SLEEPING)
    assert arm.skill.moving.wait(30)
    refused = [arm.console.say("something else") for _ in range(1000)]
    assert set(refused) == {f"the arm is still at {SLEEPING!r}"}
    assert "the arm is still" in str(arm.console.put(0, 0.2, 0.1))
    assert "the arm is still" in str(arm.console.another_table(1))
    arm.console.stop("enough")
    execution = outcome(arm).execution
    assert execution is not None
    assert not execution.goal_reached
    assert "enough" in execution.reason


def test_stopped_before_it_began_nothing_moves(arm: Arm) -> None:
    here, go = threading.Event(), threading.Event()
    read = arm.session.brain.read

    def slowly(*args: object) -> object:
        here.set()
        go.wait(30)
        return read(*args)  # type: ignore[arg-type]

    arm.session.brain.read = slowly  # type: ignore[method-assign,assignment]
    arm.console.say(SLEEPING)
    assert here.wait(30)
    arm.console.stop("enough")
    before = arm.robot.robot.worlds.time.copy()
    go.set()
    assert not arm.skill.moving.is_set()
    execution = outcome(arm).execution
    assert execution is not None
    assert "enough" in execution.reason
    assert arm.robot.robot.worlds.time[0] - before[0] < 0.1, "it only held still"


def test_the_arm_stops_when_the_page_that_holds_it_is_gone(arm: Arm) -> None:
    arm.skill.steps = 10**9
    arm.console.say(SLEEPING)
    assert arm.skill.moving.wait(30)
    arm.heart.clear()  # type: ignore[attr-defined]
    gone = time.monotonic()
    execution = outcome(arm).execution
    assert execution is not None
    assert "the page that holds the arm is gone" in execution.reason
    assert time.monotonic() - gone > 0.9, "a second is waited for"


def test_things_are_put_elsewhere_and_tables_laid(arm: Arm) -> None:
    warned: list[str] = []
    arm.console.failed = warned.append
    assert arm.console.put(0, 0.2, 0.1) is None
    until(lambda: not arm.console.busy)
    assert arm.robot.scene().object("red_cube").position == pytest.approx((0.2, 0.1, 0.015), abs=0.002)
    arm.console.put(0, 0.0, 0.0)
    until(lambda: not arm.console.busy)
    assert warned == ["'red_cube' cannot be put there: the arm stands there"]
    arm.console.say("put the red cube in the bowl")
    outcome(arm)
    assert arm.session.turns
    assert arm.console.another_table(2) is None
    until(lambda: not arm.console.busy)
    assert arm.robot.scene().object("red_cube").support == "table"
    assert not arm.session.turns
    arm.console.another_table(100)
    until(lambda: not arm.console.busy)
    assert warned[-1] == "there is no such table"


def test_a_thing_is_put_on_what_is_there_and_not_into_the_arm() -> None:
    robot = table(0)
    x, y, _ = robot.scene().object("blue_cube").position or (0.0, 0.0, 0.0)
    robot.put(0, x, y)
    for _ in range(12):
        robot.command(robot.observe().command)
    assert robot.scene().object("red_cube").support == "blue_cube"
    bowl = robot.scene().object("bowl").position or (0.0, 0.0, 0.0)
    robot.put(0, *bowl[:2])
    for _ in range(25):
        robot.command(robot.observe().command)
    assert robot.scene().object("red_cube").support == "bowl"
    for where in ((0.0, 0.0), (0.79, 0.0), (np.nan, 0.0)):
        with pytest.raises(SceneError, match="cannot be put there"):
            robot.put(0, *where)


def test_a_mistake_of_ours_ends_it_and_is_not_swallowed(arm: Arm) -> None:
    warned: list[str] = []
    arm.console.failed = warned.append
    arm.skill.table = None  # type: ignore[assignment]
    arm.console.say("put the red cube in the bowl")
    with pytest.raises(TypeError):
        arm.console.wait()
    assert "a mistake in Pontine" in warned[0]
    assert "it was ended by a mistake" in str(arm.console.say("again"))
