"""`pontine arm emulate`."""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pontine.envs.errors import PontineError
from pontine.envs.files import check_writable
from pontine.envs.io.plain_text import terminal
from pontine.envs.scene import Scene
from pontine.envs.tabletop.layout import MAX_OBJECTS, from_scene, random_table

from .options import at_least, text

if TYPE_CHECKING:
    from rich.console import Console

    from pontine.sim2real.emulation.emulated_arm import EmulatedArm


@dataclass
class Config:
    """Options of `pontine arm emulate`; arm_emulate.yaml says what each means."""

    link: str | None = text()
    camera: int | None = None
    profile: str = text("new")
    seed: int = 0
    objects: int | None = None
    scene: str | None = text()
    calibrated: bool = True
    mirrored: list[str] = field(default_factory=list)
    drawn: str | None = text()
    calibration: str | None = text()
    markers: str | None = text()
    lens: str | None = text()

    def __post_init__(self) -> None:
        from pontine.sim2real.emulation.arm_profile import drawn

        at_least("seed", self.seed, 0)
        drawn(self.profile, self.seed, self.mirrored)
        if self.camera is not None and not 0 <= self.camera <= 65535:
            raise PontineError(f"camera={self.camera} must be a port: 0 to 65535")
        if self.objects is not None and not 0 <= self.objects <= MAX_OBJECTS:
            raise PontineError(f"objects={self.objects} must be from 0 to {MAX_OBJECTS}")


def run(config: Config) -> int:
    """Serve until a signal ends it; exit status 130 after Ctrl-C, 143 after TERM, 0 after the end of a terminal."""
    if sys.platform != "linux":
        raise PontineError("an emulated arm needs Linux: no other system tells how fast a terminal's far end is")
    from pontine.sim2real.emulation.emulated_arm import EmulatedArm

    check_writable(config.drawn, "the arm")
    check_writable(config.calibration, "the calibration")
    check_writable(config.markers, "the markers")
    check_writable(config.lens, "the lens")
    if config.scene is not None:
        scene = Scene.read(config.scene)
        if scene.fixtures:
            raise PontineError(f"the emulated arm's table has no {scene.fixtures[0].kind}; leave 'fixtures' empty")
        objects = from_scene(scene)
    else:
        objects = () if config.objects == 0 else random_table(config.seed, config.objects)
    arm = EmulatedArm(
        objects, profile=config.profile, link=None if config.link is None else Path(config.link),
        camera_port=config.camera, seed=config.seed, calibrated=config.calibrated,
        mirrored=config.mirrored)  # fmt: skip

    with arm:
        if config.drawn is not None:
            arm.arm.write(config.drawn)
        if config.calibration is not None:
            arm.calibration.write(config.calibration)
        if config.markers is not None:
            arm.markers.write(config.markers)
        if config.lens is not None:
            arm.lens.write(config.lens)
        return _serve(arm, config, terminal(soft_wrap=True))


def _serve(arm: EmulatedArm, config: Config, console: Console) -> int:
    from pontine.sim2real.trials.fault_commands import obey

    console.print(f"port      {arm.port}")
    if config.camera is not None:
        console.print(f"camera    {arm.camera_url}")
    written = {"arm": config.drawn, "calibrated": config.calibration, "markers": config.markers, "lens": config.lens}
    for what, path in written.items():
        if path is not None:
            console.print(f"{what:9} {path}")
    console.print(f"an SO-101, {arm.arm.name}, seed {config.seed}; servos 1 to 6 at 1000000 baud. Try:")
    console.print(f"  pontine arm check port={arm.port}")
    console.print("`help` lists the faults that can be made; Ctrl-C ends it")
    # Nobody may be there to type: then it serves on until a signal comes.
    for line in sys.stdin:
        if line.strip():
            try:
                console.print(obey(arm, line), markup=False)
            except PontineError as error:
                console.print(str(error), style="red", markup=False)
    if not sys.stdin.isatty():
        signal.pause()
    return 0
