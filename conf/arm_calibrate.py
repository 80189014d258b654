"""`pontine arm calibrate`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pontine.envs.errors import PontineError
from pontine.envs.files import check_writable

from .options import above, text


@dataclass
class Config:
    """Options of `pontine arm calibrate`; arm_calibrate.yaml says what each means."""

    port: str | None = text()
    name: str = text("so101")
    calibration: str | None = text()
    from_lerobot: str | None = text()
    to_lerobot: str | None = text()
    ids: list[int] = field(default_factory=lambda: [1, 2, 3, 4, 5, 6])
    baud: int = 1_000_000
    patience: float = 0.02

    def __post_init__(self) -> None:
        if not (self.port or self.from_lerobot or self.to_lerobot):
            raise PontineError("give port= to calibrate an arm (`pontine arm find` lists them), or from_lerobot=")
        if self.port and self.from_lerobot:
            raise PontineError("port= calibrates, from_lerobot= takes a calibration over: give one of them")
        if len(self.ids) != 6 or len(set(self.ids)) != 6 or not all(0 <= id <= 253 for id in self.ids):
            raise PontineError(f"ids={self.ids} must be six different numbers from 0 to 253")
        above("baud", self.baud, 0)
        above("patience", self.patience, 0)


def run(config: Config) -> int:
    """Exit status 0 once the calibration is written."""
    from rich.text import Text

    from pontine.envs.io.plain_text import terminal
    from pontine.envs.robot import JOINTS
    from pontine.sim2real.arm.calibration import Calibration, CalibrationError, default_path
    from pontine.sim2real.bringup.calibrate import calibrate
    from pontine.sim2real.bringup.guide import Guide
    from pontine.sim2real.bringup.plausibility import all_doubts
    from pontine.sim2real.bus.bus import Bus

    console = terminal()
    if config.calibration is None:
        path = default_path(config.name)
        path.parent.mkdir(parents=True, exist_ok=True)
    else:
        path = Path(config.calibration).expanduser()
    check_writable(path, "the calibration")
    check_writable(config.to_lerobot, "LeRobot's calibration")
    if config.from_lerobot is not None:
        calibration = Calibration.from_lerobot(Path(config.from_lerobot).expanduser(), config.name)
        for name, lines in all_doubts(calibration).items():
            raise CalibrationError(f"{config.from_lerobot}: {name}: {lines[0]}")
        calibration.write(path)
        console.print(Text(f"wrote {path}"), soft_wrap=True)
    elif config.port is not None:
        ids = dict(zip(JOINTS, config.ids, strict=True))
        with Bus(config.port, ids, baud=config.baud, patience=config.patience) as bus:
            calibration = calibrate(bus, Guide(console), path, config.name)
        console.print(Text(f"wrote {path}; next: pontine arm check port={config.port}"), soft_wrap=True)
    else:
        calibration = Calibration.read(path)
    if config.to_lerobot is not None:
        calibration.to_lerobot(config.to_lerobot)
        console.print(Text(f"wrote {config.to_lerobot} for LeRobot"), soft_wrap=True)
    return 0
