"""`pontine arm record`."""

from __future__ import annotations

import select
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pontine.envs.errors import PontineError

from .options import ArmOptions, above, at_least, text

if TYPE_CHECKING:
    from pontine.envs.arrays import Image


@dataclass
class Config(ArmOptions):
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
    import numpy as np

    from pontine.envs.io.plain_text import terminal
    from pontine.envs.robot import JOINTS
    from pontine.envs.visuals.video import FPS
    from pontine.sim2real.arm.safety_profile import safety_profile
    from pontine.sim2real.arm.torque import let_go
    from pontine.sim2real.data.lerobot_units import Units
    from pontine.sim2real.data.recording import Recorder, record_steps
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

        bus = stack.enter_context(config.open_bus(calibration))
        units = Units.of_ranges(calibration.range)
        recorder = stack.enter_context(Recorder(str(config.out), units=units, cameras=cameras))
        if recorder.set_aside is not None:
            console.print(f"an episode that was not finished lies in {recorder.set_aside} now", soft_wrap=True)
        console.print("the arm goes slack: hold it")
        let_go(bus, JOINTS, safety_profile("normal").sinking)

        def observe() -> tuple[np.ndarray, np.ndarray]:
            measured = bus.measure()
            position = calibration.to_model(np.array([measured[name].angle for name in JOINTS]))
            return position, position

        def go_on(frames: int) -> bool:
            if config.seconds is not None:
                return frames < config.seconds * FPS
            return not frames or not select.select([sys.stdin], [], [], 0)[0]

        for _ in range(config.episodes):
            number = recorder.count
            if asked:
                console.input(f"episode {number}: Enter begins it")
            with recorder.episode(str(config.task)) as episode:
                end = "Enter ends it" if config.seconds is None else f"{config.seconds:g} s"
                console.print(f"episode {number}: recording; {end}")
                late = record_steps(episode, observe, images, go_on)
                if asked and config.seconds is None:
                    sys.stdin.readline()
            console.print(f"episode {number}: {len(episode)} frames" + (f", {late} of them late" if late else ""))
        console.print(f"{recorder.count} episodes in {config.out}", markup=False, soft_wrap=True)
    return 0
