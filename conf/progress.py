"""Progress of long work: bars on a terminal, a line now and then where there is none."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars
from rich.progress import Task as Bar
from rich.text import Text

EVERY = 30.0
"""Seconds between the lines that stand for the bars where there is no terminal."""


@dataclass
class _Stage:
    began: float
    first: int
    said: float
    bar: Any = None


class Watch:
    """Shows how far the stages of some work are; `label` stands before their names.

    With `bars` False it writes lines even to a terminal, as for one of several runs at a time.
    """

    def __init__(
        self,
        console: Console,
        unit: str = "steps",
        label: str = "",
        bars: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.console, self.unit, self.clock = console, unit, clock
        self.label = f"{label} " if label else ""
        self._stages: dict[str, _Stage] = {}
        self._bars: Bars | None = None
        if bars and console.is_terminal:
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Speed(unit))
            self._bars = Bars(
                *columns,
                TextColumn("{task.fields[figures]}"),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
                console=console,
            )

    def __enter__(self) -> Watch:
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    def say(self, words: str) -> None:
        """A line between the others."""
        self.console.print(f"{self.label}{words}", markup=False, soft_wrap=True)

    def update(self, name: str, done: int, total: int, figures: Mapping[str, float] | None = None) -> None:
        """`done` of `total` units of a stage are done; figures that are not finite are left out."""
        now = self.clock()
        words = "  ".join(_figure(k, v) for k, v in (figures or {}).items() if math.isfinite(v))
        stage = self._stages.get(name)
        if stage is None:
            stage = self._stages[name] = _Stage(now, done, now)
            if self._bars is not None:
                description = f"{self.label}{name}"
                stage.bar = self._bars.add_task(description, total=total, completed=done, figures=words)
        if self._bars is not None:
            self._bars.update(stage.bar, completed=done, total=total, figures=words)
        elif now - stage.said >= EVERY or (done >= total and done > stage.first):
            stage.said = now
            self.say(self._line(name, stage, done, total, words, now))

    def _line(self, name: str, stage: _Stage, done: int, total: int, figures: str, now: float) -> str:
        passed = now - stage.began
        speed = (done - stage.first) / passed if passed > 0 else 0.0
        left = f", {_duration((total - done) / speed)} left" if speed > 0 and done < total else ""
        return f"{name}: {done:,} of {total:,} {self.unit}, {speed:,.0f} a second{left}  {figures}".rstrip()


class _Speed(ProgressColumn):
    """Units a second."""

    def __init__(self, unit: str) -> None:
        super().__init__()
        self.unit = unit

    def render(self, task: Bar) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f} {self.unit}/s")


def _figure(name: str, value: float) -> str:
    return f"{name} {value:.1%}" if name == "success" else f"{name} {value:.3g}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min" if minutes >= 10 else f"{minutes}:{rest:02d} min"
