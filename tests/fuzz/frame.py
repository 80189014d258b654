"""The doors through which strangers' data comes in, and what must hold at each of them whatever comes.

A door has a function that draws an input and one that takes it in. What goes in must end in a result or in a
`PontineError`, within a time and a memory, and nothing that would do more on a terminal than show letters may come out.
"""

from __future__ import annotations

import contextlib
import faulthandler
import io
import os
import random
import signal
import sys
import tempfile
import time
import traceback
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

import pontine.conf.main as command
from pontine.envs.io import platform

MOST_MEMORY = 1.5e9
"""Bytes that the process may have held at its peak."""

SECONDS = 30.0
"""CPU seconds that one input may take where a door says nothing else."""

PATIENCE = 10.0
"""How many times as long it may take by the clock: what only waits is found too, and a machine under load is not."""

Draw = Callable[[random.Random], Any]
Enter = Callable[[Any, Path], object]


class LostError(AssertionError):
    """What a door raises when a result is lost: a line without its answer, an episode that is gone."""


class _TooLongError(BaseException):
    """Ends an input that took longer than it says."""


@dataclass(frozen=True)
class Door:
    """`enter` takes what `draw` draws, in an empty folder of its own; `weight` is its share of the inputs."""

    name: str
    draw: Draw
    enter: Enter
    seconds: float = SECONDS
    weight: float = 1.0


DOORS: dict[str, Door] = {}


def door(name: str, draw: Draw, *, seconds: float = SECONDS, weight: float = 1.0) -> Callable[[Enter], Enter]:
    """Registers a function as what takes the inputs of a door.

    It gets an input and an empty folder. It returns when it has a result (whatever it prints is looked at), and
    raises PontineError for an input that cannot be used, LostError where something is lost.
    """

    def register(enter: Enter) -> Enter:
        assert name not in DOORS, f"there are two doors {name}"
        DOORS[name] = Door(name, draw, enter, seconds, weight)
        return enter

    return register


def doors() -> dict[str, Door]:
    """Every door, those of all modules in `tests/fuzz/doors`."""
    for path in sorted((Path(__file__).parent / "doors").glob("*.py")):
        import_module(f"tests.fuzz.doors.{path.stem}")
    return DOORS


@dataclass(frozen=True)
class Finding:
    """An input after which something did not hold."""

    door: str
    seed: int
    index: int
    what: str
    details: str

    def __str__(self) -> str:
        again = f"python -m tests.fuzz doors={self.door} seed={self.seed} first={self.index} inputs=1"
        return f"{self.door}: {self.what}\n  {again}\n{self.details}"


@dataclass
class Tally:
    """What became of a door's inputs; `slowest` in seconds of CPU time."""

    inputs: int = 0
    results: int = 0
    refused: int = 0
    slowest: float = 0.0
    findings: list[Finding] = field(default_factory=list)
    said: Counter[str] = field(default_factory=Counter)


def drawn(door: Door, seed: int, index: int) -> Any:
    """The input that has this number; it depends on nothing but door, seed and number."""
    return door.draw(random.Random(f"{seed} {door.name} {index}"))


def attempt(door: Door, seed: int, index: int, tally: Tally) -> None:
    """Take one input in and note what came of it."""
    value = drawn(door, seed, index)
    crashes: list[str] = []
    out, err = io.StringIO(), io.StringIO()
    before, memory = dict(os.environ), platform.peak_memory()

    def work() -> int:
        with tempfile.TemporaryDirectory() as folder, _limited(door.seconds):
            try:
                door.enter(value, Path(folder))
            except Exception:
                crashes.append(traceback.format_exc())
                raise
        return 0

    began, status, limit = time.process_time(), None, ""
    os.environ[command.TRACEBACK] = "1"
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = command.guarded(work)
    except _TooLongError as error:
        limit = str(error)
        crashes.append(traceback.format_exc())
    finally:
        os.environ.clear()
        os.environ.update(before)
    seconds = time.process_time() - began

    def found(what: str, details: str = "") -> None:
        shown = repr(value)
        shown = shown if len(shown) < 600 else f"{shown[:600]}... ({len(shown)} letters)"
        tally.findings.append(Finding(door.name, seed, index, what, f"{details}\n  input: {shown}"))

    tally.inputs += 1
    tally.slowest = max(tally.slowest, seconds)
    tally.results += status in (0, 1)
    tally.refused += status == 2
    if status is None:
        found(f"took more than {limit}", crashes[-1])
    elif status not in (0, 1, 2):
        found(f"ended with {status}", crashes[-1] if crashes else err.getvalue())
    elif status == 2:
        lines = err.getvalue().splitlines()
        if not lines or not lines[-1].startswith("pontine: "):
            found("said no clear line", err.getvalue())
        elif len(lines[-1]) > 2000:
            found(f"said a line of {len(lines[-1])} letters", lines[-1][:300])
        else:
            tally.said[lines[-1][:100]] += 1
    for name, text in (("stdout", out.getvalue()), ("stderr", err.getvalue())):
        if hidden := _hidden(text):
            found(f"{name} got {', '.join(hidden)}", repr(text[-600:]))
    peak = platform.peak_memory()
    if peak > max(MOST_MEMORY, memory):
        found(f"the process held {peak / 1e9:.1f} GB")


def _hidden(text: str) -> list[str]:
    """The characters of a text that do more on a terminal than show a letter."""
    return [
        f"U+{ord(letter):04X}"
        for letter in sorted(set(text) - {"\n", "\t"})
        if unicodedata.category(letter) in ("Cc", "Cs") or letter in "\u2028\u2029" or _turns(letter)
    ]


def _turns(letter: str) -> bool:
    return "\u202a" <= letter <= "\u202e" or "\u2066" <= letter <= "\u2069" or letter in "\u200e\u200f\u061c"


@contextlib.contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raises `_TooLongError` after so many seconds of CPU time, or `PATIENCE` times as many by the clock; a call that
    cannot be interrupted ends the process with its stack, a minute later."""
    waited = PATIENCE * seconds
    limits = {
        signal.SIGPROF: (signal.ITIMER_PROF, seconds, f"{seconds:g} s of CPU time"),
        signal.SIGALRM: (signal.ITIMER_REAL, waited, f"{waited:g} s by the clock"),
    }

    def end(number: int, frame: FrameType | None) -> None:
        raise _TooLongError(limits[signal.Signals(number)][2])

    previous = {number: signal.signal(number, end) for number in limits}
    for timer, limit, _ in limits.values():
        signal.setitimer(timer, limit)
    faulthandler.dump_traceback_later(waited + 60, exit=True, file=sys.__stderr__)
    try:
        yield
    finally:
        for number, (timer, _, _) in limits.items():
            signal.setitimer(timer, 0)
            signal.signal(number, previous[number])
        faulthandler.cancel_dump_traceback_later()
