"""What a page does with an arm: an emulated one, in time that is stepped, with its camera before a table."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from pontine.conf.arm_console import Config, console_for
from pontine.conf.arm_session import Work
from pontine.envs.errors import PontineError
from pontine.envs.robot import Robot
from pontine.planner.console.console import REAL, Console
from pontine.planner.console.holding import Holding
from pontine.planner.execution.events import Done, Execution
from pontine.planner.execution.report import ReportFile
from pontine.planner.execution.session import Session
from pontine.planner.execution.showing.watched import WatchedRobot
from pontine.sim2real.arm.serial_arm import SerialArm
from tests.conf.emulated_arm import STILL, Swinging, awake
from tests.planner.console.arms import Judging, Reader, one_step
from tests.planner.console.test_console import until


class Bench:
    """An arm that is awake, its console, and how fast (rad/s) its joints were at which time (s)."""

    def __init__(self, arm: SerialArm, work: Work, skill: Swinging) -> None:
        # By its clock the page that holds the arm has answered just now.
        self.arm, self.skill, self.console = arm, skill, console_for(work, Holding(lambda: 0.0))
        self.console.holding.joined(1)
        self.speeds: list[tuple[float, float]] = []
        arm.on_step(lambda state, targets, clips, time: self.speeds.append((state.time, np.abs(state.velocity).max())))


@pytest.fixture
def bench() -> Iterator[Bench]:
    with awake() as (arm, scenes):
        skill, robot = Swinging(), WatchedRobot[Robot](arm, lambda: None)
        session = Session(robot, Reader(), {"carry": skill}, replans=0, judge=Judging())
        session.planner = one_step  # type: ignore[assignment]
        made = Bench(arm, Work(session, robot, arm, scenes, ReportFile(None, lambda report, more: None)), skill)
        try:
            yield made
        finally:
            made.console.close()


def ended(console: Console) -> Execution:
    until(lambda: not console.busy)
    done = console.session.stream.so_far[-1]
    assert isinstance(done, Done)
    assert done.execution is not None
    return done.execution


def test_stop_has_the_arm_brake_and_hold_and_it_goes_on_when_it_is_told(bench: Bench) -> None:
    arm, console, pressed = bench.arm, bench.console, list[float]()

    def press(time: float) -> None:
        pressed.append(time)
        console.stop("a person stopped it")

    bench.skill.fast = press
    assert console.say("swing") is None
    assert "a person stopped it" in ended(console).reason
    assert arm.stops == (), "it holds, and is not stopped for good"
    moving = [time for time, speed in bench.speeds if speed > STILL]
    assert max(moving) - pressed[0] < 0.15
    table = console.table.worlds
    assert table.q[0] == pytest.approx(arm.observe().position, abs=0.01)
    assert table.object_position[0, 0, :2] == pytest.approx((0.22, 0.06), abs=0.003)
    assert (console.trouble, console.put(0, 0.2, 0.0), console.another_table(1)) == ("", REAL, REAL)

    bench.skill.steps = 5
    assert console.say("swing") is None
    assert "does not hold" in ended(console).reason


def test_what_stops_the_arm_for_good_is_told_and_nothing_moves_it(bench: Bench) -> None:
    console = bench.console
    bench.skill.fast = lambda time: bench.arm.emergency_stop("key")
    console.say("swing")
    assert ended(console).cause == "safety"
    assert "stopped for good: emergency stop: key" in console.trouble
    console.say("swing")
    assert ended(console).cause == "safety"


@pytest.mark.parametrize(
    ("options", "complaint"),
    [({"camera": None}, "camera= is missing"), ({"page": 70000}, "page=70000"), ({"port": None}, "port= is missing")],
)
def test_what_is_wrong_is_said_before_anything_is_opened(options: dict[str, object], complaint: str) -> None:
    with pytest.raises(PontineError, match=complaint):
        Config(**{"port": "x", "camera": "0", **options})  # type: ignore[arg-type]
