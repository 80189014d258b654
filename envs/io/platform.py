"""What only some operating systems have, each thing behind one door: file locks, signals, memory counts.

Nothing else in what runs everywhere (`demo`, `plan`, `train`, `eval`, `export`) imports fcntl, termios or resource, or
names a signal; the arm's own modules say that they need what they need.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import IO, Any

from ..errors import PontineError

TERMINATED = 128 + 15
"""The exit status of a program that SIGTERM ended."""


class Terminated(KeyboardInterrupt):
    """The process was asked to end (SIGTERM, SIGHUP); treated like Ctrl-C."""


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Within it SIGTERM and SIGHUP, where there are such, end the program as Ctrl-C does: files stay whole, an arm
    comes to rest, and the cursor is shown again.

    What was ignored (`nohup`) stays ignored; outside the main thread nothing changes.
    """

    def end(number: int, frame: FrameType | None) -> None:
        raise Terminated(signal.Signals(number).name)

    previous: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) != signal.SIG_IGN:
                previous[number] = signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def lock(file: int | IO[Any]) -> None:
    """Hold an open file, or its descriptor, for this process alone until it is closed.

    Raises BlockingIOError where another process holds it, PontineError where the system has no such locks.
    """
    try:
        import fcntl
    except ImportError:
        _lock_as_on_windows(file)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _lock_as_on_windows(file: int | IO[Any]) -> None:
    try:
        import msvcrt
    except ImportError:
        raise PontineError("this system has no file locks, so nothing can be written that two may not write") from None
    windows: Any = msvcrt
    try:
        windows.locking(file if isinstance(file, int) else file.fileno(), windows.LK_NBLCK, 1)
    except OSError as error:
        raise BlockingIOError(str(error)) from None


def peak_memory() -> float:
    """The most memory that the process has had at once, bytes; nan where the system does not say."""
    try:
        import resource
    except ImportError:
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(peak if sys.platform == "darwin" else peak * 1024)


def import_mujoco() -> None:
    """Import MuJoCo whatever `MUJOCO_GL` holds.

    MuJoCo looks at it then, and ends the program where it names nothing or what is not installed, although most of us
    draw nothing; `envs.visuals.gl` looks at it when something is drawn.
    """
    chosen = os.environ.pop("MUJOCO_GL", None)
    try:
        importlib.import_module("mujoco")
    finally:
        if chosen is not None:
            os.environ["MUJOCO_GL"] = chosen
