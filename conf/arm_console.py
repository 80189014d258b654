"""`pontine arm console`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pontine.envs.errors import PontineError

from .arm_session import Work, WorkingOptions, look, working
from .options import RehearsalOptions

if TYPE_CHECKING:
    from pontine.planner.console.console import Console
    from pontine.planner.console.holding import Holding
    from pontine.sim2real.arm.dry_run import DryArm
    from pontine.sim2real.arm.serial_arm import SerialArm

DRY = "A dry run: what moves is a simulation, the arm itself does not."


@dataclass
class Config(WorkingOptions, RehearsalOptions):
    """Options of `pontine arm console`; arm_console.yaml says what each means."""

    page: int = 8080
    open_browser: bool = False

    def __post_init__(self) -> None:
        WorkingOptions.__post_init__(self)
        RehearsalOptions.__post_init__(self)
        if not 0 <= self.page <= 65535:
            raise PontineError(f"page={self.page} must be from 0 to 65535")


def run(config: Config) -> int:
    """Exit status: 0, or 1 if the arm stopped by itself."""
    from pontine.planner.console.holding import Holding
    from pontine.planner.console.serving import check_packages, serve
    from pontine.planner.execution.display import Display
    from pontine.planner.execution.showing.watched import WatchedRobot

    check_packages()
    display = Display()

    def use(work: Work) -> bool:
        console = console_for(work, Holding())
        work.session.stream.follow(display)
        work.session.stream.follow(work.reports)
        serve(console, display, config.page, config.open_browser, look(config, work))
        return True

    return working(config, display, use, wrap=lambda robot: WatchedRobot(robot, lambda: None))


def console_for(work: Work, holding: Holding) -> Console:
    """What pages work an arm by; their stop brakes it and has it hold, by `stop` of the arm itself."""
    from pontine.planner.console.console import Console
    from pontine.planner.console.twin import Twin
    from pontine.planner.execution.showing.watched import WatchedRobot
    from pontine.sim2real.arm.serial_arm import SerialArm

    robot, arm = work.robot, work.arm
    assert isinstance(robot, WatchedRobot)
    twin = Twin(robot.scene(), robot.observe())
    # A real arm has its own pace; the simulation of one is shown at that.
    speed = 0.0 if isinstance(arm, SerialArm) else 1.0
    return Console(work.session, robot, holding, twin, speed=speed, condition=lambda: _condition(arm))


def _condition(arm: DryArm | SerialArm) -> str:
    """What a person at the page should know of the arm."""
    from pontine.sim2real.arm.serial_arm import SerialArm

    if not isinstance(arm, SerialArm):
        return DRY
    stops = arm.stops
    return f"The arm has stopped for good: {stops[0]}. Then end this program and start it again." if stops else ""
