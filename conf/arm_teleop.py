"""`pontine arm teleop`."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pontine.envs.errors import PontineError
from pontine.envs.files import check_writable, write_json

from .options import LeaderOptions, above, text

if TYPE_CHECKING:
    from pontine.sim2real.arm.calibration import Calibration
    from pontine.sim2real.arm.serial_arm import SerialArm
    from pontine.sim2real.teleoperation.keyboard import Keyboard
    from pontine.sim2real.teleoperation.leader import Leader, LeaderArm

KEYS = "keyboard"


@dataclass
class Config(LeaderOptions):
    """Options of `pontine arm teleop`; arm_teleop.yaml says what each means."""

    follower: str | None = text()
    seconds: float | None = None
    report: str | None = text()

    def __post_init__(self) -> None:
        self.port = self.follower or self.port
        super().__post_init__()
        if self.leader is None:
            raise PontineError(f"leader= is missing: give the leader arm's serial port, or leader={KEYS}")
        if self.seconds is not None:
            above("seconds", self.seconds, 0)


def run(config: Config) -> int:
    """Exit status 0 once the person has had enough, 1 if the arm stopped by itself."""
    from pontine.envs.io.plain_text import plain, terminal
    from pontine.envs.robot import CONTROL_SECONDS
    from pontine.sim2real.arm.emergency import NO_KEYBOARD, emergency_stop
    from pontine.sim2real.arm.limits import limits
    from pontine.sim2real.arm.serial_arm import SerialArm
    from pontine.sim2real.arm.stops import SafetyStop
    from pontine.sim2real.teleoperation.follow import follow
    from pontine.sim2real.vision.scene_source import EMPTY_TABLE

    if config.leader == KEYS and not sys.stdin.isatty():
        raise PontineError(f"leader={KEYS} needs a terminal to type at")
    check_writable(config.report, "the report")
    console, calibration = terminal(), config.read_calibration()
    allowed, steps = limits(config.profile, calibration), 0

    def go_on(done: int) -> bool:
        nonlocal steps
        steps = done
        return config.seconds is None or done * CONTROL_SECONDS < config.seconds

    with ExitStack() as stack:
        slack: LeaderArm | None = None
        if config.leader != KEYS:
            slack = stack.enter_context(config.open_leader(calibration))
        arm = SerialArm(config.open_bus(calibration), calibration, allowed, EMPTY_TABLE)
        try:
            with arm, ExitStack() as inner:
                inner.enter_context(emergency_stop(arm, NO_KEYBOARD if slack is None else None))
                leader: Leader = slack or inner.enter_context(_keyboard(arm, calibration))
                console.print("the follower comes to where the leader is; Space, Escape or q stops it, Ctrl-C ends")
                follow(arm, leader, go_on, ready=lambda: console.print("following"))
        except KeyboardInterrupt:
            console.print("ended")
        except SafetyStop as error:
            # What stopped it is in the report.
            console.print(plain(str(error)), style="red", markup=False, soft_wrap=True)
    report = {"steps": steps, "arm": arm.report()}
    if config.report is not None:
        write_json(config.report, report)
    late = arm.report()["timing"]["lateness_ms"]
    console.print(f"{steps} control steps followed, late by (ms): {late}", markup=False, soft_wrap=True)
    for clip in arm.report()["clips"]:
        console.print(f"the envelope held {clip['joint']} back in {clip['steps']} steps: {clip['reason']}")
    return 1 if arm.stops else 0


def _keyboard(arm: SerialArm, calibration: Calibration) -> Keyboard:
    from pontine.envs.io.plain_text import terminal
    from pontine.sim2real.teleoperation.keyboard import Keyboard, legend

    terminal().print(legend(), soft_wrap=True)
    return Keyboard(sys.stdin.fileno(), arm.observe().command, calibration.limits, lambda: arm.emergency_stop("key"))
