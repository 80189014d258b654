"""`pontine arm find`."""

from __future__ import annotations

from dataclasses import dataclass

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.files import check_writable, write_json

from .options import above, text


@dataclass
class Config:
    """Options of `pontine arm find`; arm_find.yaml says what each means."""

    port: str | None = text()
    baud: int | None = None
    patience: float = 0.02
    out: str | None = text()

    def __post_init__(self) -> None:
        from pontine.sim2real.bringup.find import RATES

        rates = {str(rate) for group in RATES.values() for rate in group}
        if self.baud is not None and str(self.baud) not in rates:
            raise UnknownNameError("baud rate", str(self.baud), rates)
        above("patience", self.patience, 0)


def run(config: Config) -> int:
    """Exit status 0 if a port has servos and nothing is odd about them, 1 otherwise."""
    from rich.progress import Progress
    from rich.text import Text

    from pontine.envs.io.plain_text import plain, terminal
    from pontine.sim2real.bringup.find import find, ports, steps
    from pontine.sim2real.bringup.tables import found_table

    check_writable(config.out, "what was found")
    console = terminal()
    asked = ports(config.port)
    bauds = None if config.baud is None else [config.baud]
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task("asking", total=len(asked) * len(steps(bauds)))
        found = find(
            asked,
            bauds,
            patience=config.patience,
            progress=lambda doing: progress.update(bar, advance=1, description=doing),
        )
    if config.out is not None:
        write_json(config.out, {"ports": [entry.as_json() for entry in found]})
    for entry in found:
        console.print(Text(plain(f"{entry.port}  {entry.adapter}".rstrip()), "bold"), soft_wrap=True)
        if entry.servos:
            console.print(found_table(entry.servos))
        elif entry.error is None:
            console.print("  nobody answers: check the arm's supply, the cable from the board, and that the board")
            console.print("  is for these servos (jumper of a Waveshare board on B)")
        if entry.error is not None:
            console.print(Text(f"  {plain(entry.error)}", "red"), soft_wrap=True)
        for line in entry.oddities():
            console.print(Text(f"  {line}", "yellow"), soft_wrap=True)
    if not found:
        raise PontineError(
            "no USB serial port here: is the adapter's cable in (one that carries data), and its driver there? "
            "A port of another kind is asked with port=NAME"
        )
    return 0 if any(entry.servos and not entry.oddities() for entry in found) else 1
