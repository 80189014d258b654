"""`pontine arm check`."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from pontine.envs.files import check_writable, write_json

from .options import ArmOptions, above, text


@dataclass
class Config(ArmOptions):
    """Options of `pontine arm check`; arm_check.yaml says what each means."""

    supply: float | None = None
    restore: bool = False
    out: str | None = text()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.supply is not None:
            above("supply", self.supply, 0)


def run(config: Config) -> int:
    """Exit status 0 if the arm is fit to move, 1 if not."""
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
    console.print(Text(report.verdict, "bold green" if report.fit else "bold red"), soft_wrap=True)
    return 0 if report.fit else 1
