"""How long after the space bar on a page an emulated arm still moves, and after the page is gone, in real time.

    python -m tests.planner.console.stops 200

A browser that draws a picture in two seconds, for it has no GPU here, the console, the arm's control loop and the
emulated arm share this machine. Prints a line of JSON with the times (ms) from the key, the 50th and 95th percentile
and the longest: until it was heard, until the last new target was sent, and until the arm stood.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from contextlib import ExitStack, suppress

import numpy as np
from playwright.sync_api import sync_playwright

from pontine.conf.arm_console import console_for
from pontine.conf.arm_session import Work
from pontine.envs.arrays import Array
from pontine.envs.robot import Robot, RobotState
from pontine.envs.tabletop.objects import draw
from pontine.planner.console import guard
from pontine.planner.console.holding import Holding
from pontine.planner.console.pages import Pages
from pontine.planner.execution.report import ReportFile
from pontine.planner.execution.session import Session
from pontine.planner.execution.showing.watched import WatchedRobot
from pontine.sim2real.arm.stops import SafetyStop
from pontine.sim2real.trials.kit import kit
from tests.planner.console.arms import Judging, Reader, one_step
from tests.planner.console.test_pages import CHROMIUM, FLAGS, SLOWLY, button
from tests.planner.fakes import Said

SIDE = np.array([0.9, -0.8, 0.9, 1.0, 0.4, 0.5])
STILL, FAST = 0.05, 0.5
"""Speeds (rad/s) of a joint of an arm that stands, and of one that swings."""

DRAWN = 8.0
"""Seconds after which the page has drawn all for the first time."""


class Swinging:
    """Swings the pan from side to side until it is stopped."""

    missing = None

    def execute(self, robot: Robot, args: tuple[str, ...]) -> Said:
        target = SIDE.copy()
        while True:
            robot.command(target)
            if abs(robot.observe().position[0] - target[0]) < 0.2:
                target[0] = -target[0]


def main(count: int) -> dict[str, object]:
    """Stop a swinging arm so many times by the page's space bar, and once by closing the page."""
    rng = np.random.default_rng(0)
    cube, bowl = draw(rng, "red_cube", "cube", "red"), draw(rng, "bowl", "bowl", "white")
    table = [cube.moved(np.array([0.22, 0.06, cube.rest_height]), 0.3), bowl.moved(np.array([0.21, -0.1, 0.0]), 0.0)]
    took: list[tuple[float, float, float]] = []
    with ExitStack() as stack:
        have = stack.enter_context(kit(table, profile="new", seed=1, stepped=False))
        scenes = stack.enter_context(have.scenes(have.emulated.calibration))
        stack.enter_context(suppress(SafetyStop))
        arm = stack.enter_context(have.awake(have.emulated.calibration, "gentle", scenes))
        arm.reset()
        robot = WatchedRobot[Robot](arm, lambda: None)
        session = Session(robot, Reader(), {"carry": Swinging()}, replans=0, judge=Judging())
        session.planner = one_step  # type: ignore[assignment]
        work = Work(session, robot, arm, scenes, ReportFile(None, lambda report, more: None))
        console = console_for(work, Holding())
        stack.callback(console.close)
        fast, stop, when = threading.Event(), console.stop, {"heard": 0.0, "sent": 0.0, "moved": 0.0}
        before = np.zeros(6)

        def heard(why: str) -> None:
            when["heard"] = time.monotonic()
            stop(why)

        def watch(state: RobotState, targets: Array, clips: object, at: float) -> None:
            speed, now = np.abs(state.velocity).max(), time.monotonic()
            if np.abs(targets - before).max() > 1e-4:
                when["sent"] = now
            if speed > STILL:
                when["moved"] = now
            if speed > FAST:
                fast.set()
            before[:] = targets

        console.stop = heard  # type: ignore[method-assign]
        arm.on_step(watch)
        server = guard.start(0, "Pontine")
        stack.callback(guard.stop, server)
        Pages(server, console)
        browser = stack.enter_context(sync_playwright()).chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(device_scale_factor=0.5)
        context.add_init_script(SLOWLY)
        page = context.new_page()
        page.goto(f"http://{guard.LOOPBACK}:{server.get_port()}")
        button(page, "Stop").wait_for()
        time.sleep(DRAWN)

        def swing() -> None:
            while (why := console.say("swing")) is not None:
                time.sleep(0.05)
                assert "at " in why, why
            fast.clear()
            assert fast.wait(20), arm.stops
            time.sleep(float(rng.uniform(0.0, 0.4)))

        def stopped(since: float) -> tuple[float, float, float]:
            while console.busy:
                time.sleep(0.01)
            time.sleep(0.7)
            return tuple(1000 * (when[what] - since) for what in ("heard", "sent", "moved"))  # type: ignore[return-value]

        for _ in range(count):
            swing()
            at = time.monotonic()
            page.keyboard.press("Space")
            took.append(stopped(at))
        swing()
        at = time.monotonic()
        page.close()
        gone = stopped(at)[2]
        assert arm.stops == (), arm.stops
    spread = np.percentile(took, [50, 95, 100], axis=0).T.round(1).tolist()
    said = dict(zip(("heard", "last_target", "still"), spread, strict=True))
    return {"stops": count, "ms_p50_p95_worst": said, "page_gone_still_ms": round(gone, 1)}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)))
