"""`pontine arm record`."""

from __future__ import annotations

import select
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pontine.envs.errors import PontineError

from .options import LeaderOptions, above, at_least, text

if TYPE_CHECKING:
    from rich.console import Console

    from pontine.envs.arrays import Array, Image
    from pontine.envs.robot import RobotState
    from pontine.sim2real.arm.calibration import Calibration
    from pontine.sim2real.data.recording import EpisodeRecorder

    Images = Callable[[], Mapping[str, Image]]
    GoOn = Callable[[int], bool]
    Shown = Callable[[EpisodeRecorder, Images, GoOn, str], int]
    """Records an episode and says how many frames came late; the last is what to say as it begins."""


@dataclass
class Config(LeaderOptions):
    """Options of `pontine arm record`; arm_record.yaml says what each means."""

    out: str | None = text()
    task: str | None = text()
    episodes: int = 1
    seconds: float | None = None
    camera: str | None = text()

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.out:
            raise PontineError("out= is missing: give the dataset's folder")
        if not self.task or not self.task.strip():
            raise PontineError("task= is missing: say what the arm is shown to do")
        at_least("episodes", self.episodes, 1)
        if self.seconds is not None:
            above("seconds", self.seconds, 0)


def run(config: Config) -> int:
    """Exit status 0 once all episodes are recorded."""
    from pontine.envs.io.plain_text import terminal
    from pontine.envs.visuals.video import FPS
    from pontine.sim2real.data.lerobot_units import Units
    from pontine.sim2real.data.recording import Recorder
    from pontine.sim2real.vision.camera import open_camera

    console = terminal()
    asked = sys.stdin.isatty()
    if not asked and config.seconds is None:
        raise PontineError("nobody can press Enter here: give seconds=")
    calibration = config.read_calibration()
    with ExitStack() as stack:
        camera = None if config.camera is None else stack.enter_context(open_camera(config.camera))
        cameras = {} if camera is None else {"front": (camera.frame()[0].shape[0], camera.frame()[0].shape[1])}

        def images() -> Mapping[str, Image]:
            return {} if camera is None else {"front": camera.frame()[0]}

        def go_on(frames: int) -> bool:
            if config.seconds is not None:
                return frames < config.seconds * FPS
            return not frames or not select.select([sys.stdin], [], [], 0)[0]

        units = Units.of_ranges(calibration.range)
        recorder = stack.enter_context(Recorder(str(config.out), units=units, cameras=cameras))
        if recorder.set_aside is not None:
            console.print(f"an episode that was not finished lies in {recorder.set_aside} now", soft_wrap=True)
        # Last, so that nothing slow is begun while an arm is awake.
        shown = stack.enter_context(_by_hand(config, calibration, console) if config.leader is None
                                    else _by_leader(config, calibration, console))  # fmt: skip
        for _ in range(config.episodes):
            number = recorder.count
            if asked:
                console.input(f"episode {number}: Enter begins it")
            with recorder.episode(str(config.task)) as episode:
                end = "Enter ends it" if config.seconds is None else f"{config.seconds:g} s"
                late = shown(episode, images, go_on, f"episode {number}: recording; {end}")
                if asked and config.seconds is None:
                    sys.stdin.readline()
            console.print(f"episode {number}: {len(episode)} frames" + (f", {late} of them late" if late else ""))
        console.print(f"{recorder.count} episodes in {config.out}", markup=False, soft_wrap=True)
    return 0


@contextmanager
def _by_hand(config: Config, calibration: Calibration, console: Console) -> Iterator[Shown]:
    """The arm is slack and moved by hand."""
    import numpy as np

    from pontine.envs.robot import JOINTS
    from pontine.sim2real.arm.safety_profile import safety_profile
    from pontine.sim2real.arm.torque import let_go
    from pontine.sim2real.data.recording import record_steps

    with config.open_bus(calibration) as bus:
        console.print("the arm goes slack: hold it")
        let_go(bus, JOINTS, safety_profile("normal").sinking)

        def observe() -> tuple[np.ndarray, np.ndarray]:
            measured = bus.measure()
            position = calibration.to_model(np.array([measured[name].angle for name in JOINTS]))
            return position, position

        def shown(episode: EpisodeRecorder, images: Images, go_on: GoOn, begins: str) -> int:
            console.print(begins)
            return record_steps(episode, observe, images, go_on)

        yield shown


@contextmanager
def _by_leader(config: Config, calibration: Calibration, console: Console) -> Iterator[Shown]:
    """The arm follows a leader, behind its envelope; what it was sent is what is recorded as commanded."""
    from pontine.sim2real.arm.emergency import NO_KEYBOARD, emergency_stop
    from pontine.sim2real.arm.limits import limits
    from pontine.sim2real.arm.serial_arm import SerialArm
    from pontine.sim2real.teleoperation.follow import follow
    from pontine.sim2real.vision.scene_source import EMPTY_TABLE

    with config.open_leader(calibration) as leader:
        arm = SerialArm(config.open_bus(calibration), calibration, limits(config.profile, calibration), EMPTY_TABLE)
        # Enter ends an episode: the terminal has no keys to spare.
        with arm, emergency_stop(arm, NO_KEYBOARD):
            console.print("the follower comes to where the leader is; Ctrl-C brings it to rest")

            def shown(episode: EpisodeRecorder, images: Images, go_on: GoOn, begins: str) -> int:
                def keep(state: RobotState, sent: Array) -> None:
                    episode.add(state.position, sent, images())

                missed = arm.report()["timing"]["deadline_misses"]
                follow(arm, leader, go_on, keep, lambda: console.print(begins))
                return int(arm.report()["timing"]["deadline_misses"] - missed)

            yield shown
