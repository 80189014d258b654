"""`pontine arm align`."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pontine.envs.errors import PontineError
from pontine.envs.files import check_writable

from .options import ArmOptions, at_least, text

if TYPE_CHECKING:
    from rich.progress import Progress

    from pontine.sim2real.alignment.visit import Visitor
    from pontine.sim2real.vision.camera import Camera
    from pontine.sim2real.vision.lens import Lens
    from pontine.sim2real.vision.markers import Markers

LOOKS = 5
"""Pictures of the table that are looked at before anything moves."""


@dataclass
class Config(ArmOptions):
    """Options of `pontine arm align`; arm_align.yaml says what each means."""

    camera: str | None = text()
    markers: str = text("markers.json")
    lens: str = text("lens.json")
    poses: int = 32
    clearance: float = 0.06
    profile: str = text("gentle")
    picture: str | None = text()

    def __post_init__(self) -> None:
        from pontine.sim2real.alignment.refusals import FEWEST
        from pontine.sim2real.arm.safety_profile import safety_profile

        super().__post_init__()
        safety_profile(self.profile)
        at_least("poses", self.poses, FEWEST)
        if not 0.02 <= self.clearance <= 0.15:
            raise PontineError(f"clearance={self.clearance} must be from 0.02 to 0.15 m")
        if self.camera is None:
            raise PontineError("camera= is missing: give its number, its device, or the address of its stream")


def run(config: Config) -> int:
    """Exit status 0 once the alignment is written, 1 if the arm stopped by itself."""
    from rich.progress import Progress

    from pontine.envs.io.plain_text import terminal
    from pontine.sim2real.alignment.align import align
    from pontine.sim2real.alignment.alignment import path_for
    from pontine.sim2real.alignment.picture import draw
    from pontine.sim2real.alignment.visit import Visitor
    from pontine.sim2real.arm.emergency import NO_KEYBOARD, emergency_stop
    from pontine.sim2real.arm.limits import limits
    from pontine.sim2real.arm.serial_arm import SerialArm
    from pontine.sim2real.arm.stops import SafetyStop
    from pontine.sim2real.bringup.tables import alignment_lines, alignment_table
    from pontine.sim2real.vision.camera import open_camera
    from pontine.sim2real.vision.lens import Lens
    from pontine.sim2real.vision.markers import Markers
    from pontine.sim2real.vision.scene_source import EMPTY_TABLE

    console = terminal()
    calibration = config.read_calibration()
    markers, lens = Markers.read(config.markers), Lens.read(config.lens)
    if not markers.hand:
        raise PontineError(
            f'{config.markers} has no tags on the hand: add \'"hand": [{{"id": 10, "size": 0.03}}, ...]\' to it, '
            "print them with `pontine arm markers` and stick them on the sides of the gripper's motor"
        )
    out = path_for(config.calibration, config.name)
    picture = Path(config.picture) if config.picture is not None else out.with_suffix(".png")
    check_writable(out, "the alignment")
    check_writable(picture, "the picture")
    allowed = limits(config.profile, calibration)
    assert config.camera is not None
    with open_camera(config.camera, (lens.width, lens.height)) as camera:
        _check_table(camera, markers, lens)
        arm = SerialArm(config.open_bus(calibration), calibration, allowed, EMPTY_TABLE)
        visitor = Visitor(arm, camera, markers, lens, allowed, config.clearance)
        with suppress(SafetyStop), arm, emergency_stop(arm, NO_KEYBOARD), Progress(console=console) as bars:
            arm.reset()
            _go(visitor, config.poses, bars)
        if arm.stops:
            stop = arm.stops[0]
            console.print(f"stopped: {stop}; nothing was written", style="bold red", markup=False, soft_wrap=True)
            return 1
    with console.status("fitting"):
        outcome = align(visitor.series, calibration, markers, visitor.lens)
    outcome.alignment.write(out)
    draw(visitor.series, outcome, visitor.lens, picture)
    console.print(alignment_table(outcome.alignment))
    for line in alignment_lines(outcome.alignment, outcome.before, outcome.after):
        console.print(line, markup=False, soft_wrap=True)
    console.print(f"wrote {out} and {picture}", markup=False, soft_wrap=True)
    return 0


def _go(visitor: Visitor, poses: int, bars: Progress) -> None:
    bar = bars.add_task("looking for the tags on the hand", total=None)
    known = visitor.find(lambda done, of: bars.update(bar, completed=done, total=of))
    bar = bars.add_task("showing the hand to the camera", total=None)
    known = visitor.go_round(known, poses, lambda done, of: bars.update(bar, completed=done, total=of))
    visitor.swing(known)


def _check_table(camera: Camera, markers: Markers, lens: Lens) -> None:
    """Raise PontineError where the table's tags do not lie as the markers file says: by them all else is measured."""
    import numpy as np

    from pontine.sim2real.vision.camera_pose import PoseChecker

    checker, seen = PoseChecker(markers, lens), -np.inf
    for _ in range(LOOKS):
        picture, seen = camera.frame(after=seen)
        check = checker.see(picture)
    if check.problems:
        raise PontineError(f"nothing was moved: {check.problems[0]}")
