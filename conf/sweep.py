"""Sweeps: many runs of a verb in one folder, and the table that they end with.

The folder follows from the words that were typed, whichever launcher carries them: the
same sweep typed again goes on where it was stopped. Runs may be made by other processes on
other machines, so what they found is read from their folders.
"""

from __future__ import annotations

import csv
import hashlib
import io
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table

from pontine.envs.errors import PontineError
from pontine.envs.files import replacing, write_json

from .overrides import quote

FLAGS = {"-m", "--multirun"}
_HOW = ("launcher=", "sweeper=", "threads=", "hydra/", "hydra.")
FAILED, TRACEBACK = ".hydra/failed.txt", ".hydra/traceback.txt"
WORST = -1.0
"""What a sweeper is told of a run that could not be made: worse than any success, where Optuna takes no nan."""


def prepare(words: Sequence[str]) -> tuple[list[str], Path]:
    """The words of a sweep with a folder for every run, and the sweep's folder.

    `run_dir=` names the sweep's folder; without it the name comes from the words.
    """
    kept = [word for word in words if not word.startswith("run_dir=")]
    named = [word.partition("=")[2].strip("'") for word in words if word.startswith("run_dir=")]
    what = shlex.join(word for word in kept if word not in FLAGS and not word.startswith(_HOW))
    folder = Path(named[-1] if named else f"runs/sweep-{hashlib.sha256(what.encode()).hexdigest()[:8]}")
    place = [f"hydra.sweep.dir={quote(str(folder))}", "hydra.sweep.subdir=${hydra:job.num}",
             "hydra.output_subdir=.hydra"]  # fmt: skip
    return [*kept, "run_dir=${hydra:runtime.output_dir}", *place], folder


@contextmanager
def aside(words: Sequence[str]) -> Iterator[list[str]]:
    """The words of a command; where they ask for a sweep, its bookkeeping has a new folder that is gone in the end."""
    if not FLAGS & set(words) or any(word.startswith("hydra.sweep.dir=") for word in words):
        yield list(words)
        return
    with TemporaryDirectory(prefix="pontine-") as folder:
        yield [*words, f"hydra.sweep.dir={quote(folder)}"]


def job_words(overrides: Sequence[str]) -> list[str]:
    """What one run of a sweep would be typed as by itself: its overrides but for those that make it part of one."""
    return [word for word in overrides if not word.startswith((*_HOW[:2], "run_dir="))]


def fail(folder: str | Path, error: Exception, trace: str | None = None) -> None:
    """Leave word, in one line, of why a run could not be made, and the traceback of what nobody expected."""
    said = str(error) if trace is None else f"{type(error).__name__}: {error}"
    line = next(iter(said.strip().splitlines()), type(error).__name__)
    if trace is not None:
        where = Path(folder) / TRACEBACK
        with replacing(where) as temporary:
            temporary.write_text(trace, encoding="utf-8")
        line = f"{line} (see {where})"
    with replacing(Path(folder) / FAILED) as temporary:
        temporary.write_text(f"{line}\n", encoding="utf-8")


def finish(folder: Path, summary: Any, console: Console) -> int:
    """Show the sweep's table, best first, and write it as sweep.json and sweep.csv.

    `summary(run)` is a run's row from its folder, or None if it has not ended. Returns the exit status:
    0, or 2 if a run could not be made.
    """
    rows = [_row(run, summary) for run in sorted(_runs(folder), key=lambda run: int(run.name))]
    rows.sort(key=lambda row: -row.get("success", -1.0))
    varied = [key for key in _keys(rows) if len({str(row["overrides"].get(key)) for row in rows}) > 1]
    write_json(folder / "sweep.json", rows)
    figures = ("success", "low", "high", "episodes", "env_steps", "cpu_seconds", "failed")
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["run", *varied, *figures])
    table = Table(title=f"{len(rows)} runs in {folder}", title_justify="left")
    for name in ("run", *varied, "success", "95 % interval", "steps", "CPU-s"):
        table.add_column(name, justify="left" if name in ("run", *varied) else "right")
    for row in rows:
        values = [str(row["overrides"].get(key, "")) for key in varied]
        writer.writerow([row["run"], *values, *(row.get(key, "") for key in figures)])
        if "success" in row:
            band = f"{row['low']:.1%} to {row['high']:.1%}"
            cells = [f"{row['success']:.1%}", band, f"{row['env_steps']:,}", f"{row['cpu_seconds']:,.0f}"]
        else:
            cells = [f"failed: {row['failed']}"]
        table.add_row(row["run"], *values, *cells)
    with replacing(folder / "sweep.csv") as temporary:
        temporary.write_text(text.getvalue(), encoding="utf-8")
    console.print(table)
    console.print(f"the table: {folder}/sweep.json and sweep.csv", markup=False, soft_wrap=True)
    return 2 if any("failed" in row for row in rows) else 0


def _runs(folder: Path) -> list[Path]:
    return [run for run in folder.iterdir() if run.is_dir() and run.name.isdecimal()]


def _row(run: Path, summary: Any) -> dict[str, Any]:
    found = summary(run)
    overrides = dict(word.partition("=")[::2] for word in job_words(_overrides(run)))
    if found is not None:
        return {"run": run.name, "overrides": overrides, **found}
    failed = run / FAILED
    reason = failed.read_text(encoding="utf-8").strip() if failed.exists() else "did not end"
    return {"run": run.name, "overrides": overrides, "failed": reason}


def _overrides(run: Path) -> list[str]:
    from omegaconf import OmegaConf

    path = run / ".hydra" / "overrides.yaml"
    if not path.exists():
        return []
    try:
        said = OmegaConf.to_container(OmegaConf.load(path))
    except Exception:  # noqa: BLE001 - PyYAML's own errors, which OmegaConf hands on, have a base of PyYAML's alone
        said = None
    if not isinstance(said, list):
        raise PontineError(f"{path} does not say what the run was told")
    return [str(word) for word in said]


def _keys(rows: Sequence[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(key for row in rows for key in row["overrides"]))
