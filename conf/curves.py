"""`pontine curves`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.table import Table

from pontine.envs.errors import PontineError
from pontine.envs.files import check_writable, replacing
from pontine.envs.io import json_text
from pontine.envs.io.plain_text import terminal

from .options import text


@dataclass
class Config:
    """Options of `pontine curves`; curves.yaml says what each means."""

    runs: list[str] = field(default_factory=list)
    success: float = 0.95
    out: str = text("curves.png")

    def __post_init__(self) -> None:
        if not self.runs:
            raise PontineError("runs= is missing: list the folders of runs, runs=[runs/a,runs/b]")
        if not 0 < self.success <= 1:
            raise PontineError(f"success={self.success} must be above 0 and at most 1")
        check_writable(self.out, "the picture")


def run(config: Config) -> int:
    """Exit status 0. Raises PontineError for a folder without a learning curve."""
    from pontine.policies.training.curve import compare, draw

    curves: dict[str, Any] = {}
    for folder in config.runs:
        name, points = _read(Path(folder))
        curves[name if name not in curves else f"{name} ({folder})"] = points
    title = f"validation success, and how many times the CPU time of {next(iter(curves))}"
    table = Table(title=title, title_justify="left")
    target = f"{config.success:.0%}"
    for heading in ("run", "best", "CPU-s", f"to {target}", f"times, at {target}", "times, at its best"):
        table.add_column(heading, justify="left" if heading == "run" else "right")
    first = next(iter(curves.values()))
    for name, points in curves.items():
        row = compare(first, points, config.success)
        bound = "> " if row["at_least"] else ""
        table.add_row(
            name,
            f"{row['best']:.1%}",
            f"{row['cpu_seconds']:,.0f}",
            "never" if row["to_success"] is None else f"{row['to_success']:,.0f}",
            "" if row["times"] is None else f"{bound}{row['times']:.1f}",
            "" if row["times_at_best"] is None else f"{row['times_at_best']:.1f}",
        )
    terminal().print(table)
    try:
        with replacing(config.out) as temporary:
            draw(curves, temporary)
    except ImportError:
        raise PontineError("no picture: matplotlib is not installed (pip install 'pontine[train]')") from None
    terminal().print(f"the picture: {config.out}", soft_wrap=True)
    return 0


def _read(folder: Path) -> tuple[str, list[dict[str, Any]]]:
    """A run's name, by what was trained how, and its validations."""
    from pontine.policies.training.run_folder import read_curve

    if not all((folder / name).is_file() for name in ("config.json", "curve.json")):
        raise PontineError(f"{folder} is no folder of a run that has got to a validation")
    config, points = json_text.read(folder / "config.json", "the run's options"), read_curve(folder / "curve.json")
    with json_text.expecting(str(folder / "config.json")):
        name = f"{config['algo']}, seed {config['seed']}"
    if not points:
        raise PontineError(f"{folder} has not got to a validation yet")
    return name, points
