"""`pontine arm identify`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pontine.envs.errors import PontineError
from pontine.envs.files import check_writable

from .options import ArmOptions, at_least, text


@dataclass
class Config(ArmOptions):
    """Options of `pontine arm identify`; arm_identify.yaml says what each means."""

    out: str | None = text()
    seconds: float = 60.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.out or Path(self.out).suffix != ".json":
            raise PontineError("out= must name the dynamics file to write, such as mine.json")
        at_least("seconds", self.seconds, 5)


def run(config: Config) -> int:
    """Exit status 0 if the fitted constants explain the motion better than the nominal ones do, else 1."""
    from rich.progress import Progress
    from rich.table import Table

    from pontine.envs.io.plain_text import terminal
    from pontine.envs.robot import JOINTS
    from pontine.envs.so101.dynamics import CONSTANTS
    from pontine.sim2real.identification.identify import draw, dynamics, fit, swing

    out = Path(str(config.out))
    check_writable(out, "the dynamics")
    calibration = config.read_calibration()
    console = terminal()
    with Progress(console=console) as bars:
        bar = bars.add_task("the arm swings", total=None)
        bus = config.open_bus(calibration)
        trial = swing(bus, calibration, config.seconds, lambda done, of: bars.update(bar, completed=done, total=of))
        bar = bars.add_task("fitting", total=None)
        found = fit(trial, lambda done, of: bars.update(bar, completed=done, total=of))
        bars.update(bar, completed=bars.tasks[bar].total)
    result = dynamics(found, calibration.name)
    result.write(out)
    draw(trial, found, out.with_suffix(".png"))
    table = Table("", *CONSTANTS, "RMS", "RMS, nominal")
    for joint in JOINTS:
        cells = (f"{e.value:.3g} ±{(e.high - e.low) / 2:.1g}" for e in result.joints[joint].values())
        table.add_row(joint, *cells, f"{result.rms_degrees[joint]:.2f}°", f"{result.nominal_rms_degrees[joint]:.2f}°")
    console.print(table)
    delay = result.delay
    console.print(f"delay {1000 * delay.value:.1f} ms, from {1000 * delay.low:.1f} to {1000 * delay.high:.1f}")
    better = all(result.rms_degrees[joint] < result.nominal_rms_degrees[joint] for joint in JOINTS)
    verdict = "explains this arm's motion better than the nominal constants" if better else "FITS BADLY: look at it"
    console.print(f"{out} {verdict}; the picture: {out.with_suffix('.png')}", markup=False, soft_wrap=True)
    return 0 if better else 1
