"""`pontine arm check`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from pontine.envs.files import check_writable, write_json

from .options import ArmOptions, above, text

if TYPE_CHECKING:
    from pontine.sim2real.alignment.drift import Drift


@dataclass
class Config(ArmOptions):
    """Options of `pontine arm check`; arm_check.yaml says what each means."""

    supply: float | None = None
    restore: bool = False
    out: str | None = text()
    camera: str | None = text()
    markers: str = text("markers.json")
    lens: str = text("lens.json")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.supply is not None:
            above("supply", self.supply, 0)


def run(config: Config) -> int:
    """Exit status 0 if the arm is fit to move, 1 if not, or if its hand is no longer where the camera sees it."""
    from rich.text import Text

    from pontine.envs.io.plain_text import terminal
    from pontine.sim2real.bringup.check import check
    from pontine.sim2real.bringup.guide import Guide
    from pontine.sim2real.bringup.leftovers import restore
    from pontine.sim2real.bringup.tables import check_table

    check_writable(config.out, "what was read")
    calibration = config.read_calibration()
    console = terminal()
    if config.restore:
        with config.open_bus(calibration) as bus:
            put_back = restore(bus, Guide(console))
        for left in put_back:
            console.print(Text(f"  {left.joint}: {left.register} is {left.factory} again"), soft_wrap=True)
    with console.status("reading the servos") as status:
        report = check(
            str(config.port),
            calibration,
            baud=config.baud,
            supply=config.supply,
            patience=config.patience,
            progress=lambda joint: status.update(f"reading {joint}"),
        )
    if config.out is not None:
        write_json(config.out, {**asdict(report), "fit": report.fit, "verdict": report.verdict})
    console.print(check_table(report))
    for lines, style in ((report.all_problems, "red"), (report.all_remarks, "yellow")):
        for line in lines:
            console.print(Text(f"  {line}", style), soft_wrap=True)
    drift = None if config.camera is None else _drift(config)
    if drift is not None:
        console.print(Text(f"  {drift}", "red" if drift.drifted else "yellow" * (drift.apart is None)), soft_wrap=True)
    console.print(Text(report.verdict, "bold green" if report.fit else "bold red"), soft_wrap=True)
    return 0 if report.fit and not (drift is not None and drift.drifted) else 1


def _drift(config: Config) -> Drift:
    """Look whether the hand is where its joints put it."""
    from pontine.sim2real.alignment.alignment import Aligned, AlignmentError
    from pontine.sim2real.alignment.drift import look
    from pontine.sim2real.vision.camera import open_camera
    from pontine.sim2real.vision.lens import Lens
    from pontine.sim2real.vision.markers import Markers

    calibration = config.read_aligned(config.markers)
    if not isinstance(calibration, Aligned):
        raise AlignmentError(
            "hand and camera are not aligned: `pontine arm align` does that; leave camera= out until then"
        )
    lens = Lens.read(config.lens)
    assert config.camera is not None
    with open_camera(config.camera, (lens.width, lens.height)) as camera, config.open_bus(calibration) as bus:
        return look(calibration, bus, camera, Markers.read(config.markers), lens)
