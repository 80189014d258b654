"""Ways to stop an arm from outside the program: signals, and a key."""

from __future__ import annotations

import os
import queue
import select
import signal
import sys
import termios
import threading
import tty
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from .serial_arm import SerialArm

EMERGENCY_SIGNAL = signal.SIGUSR1
KEYS = b" \x1bq"
"""Space, Escape and q."""

NO_KEYBOARD = -1
"""For `emergency_stop`: the terminal is used for something else, only the signal counts."""


@contextmanager
def emergency_stop(
    arm: SerialArm, keyboard: int | None = None, further: Mapping[str, Callable[[], object]] | None = None
) -> Iterator[None]:
    """Inside the block SIGUSR1, and Space, Escape or q on a terminal, stop the arm at once.

    `keyboard` is the terminal's file descriptor, standard input if None; where that is no terminal, or
    NO_KEYBOARD, only the signal works. A second time lets the arm go. `further` keys, one letter each, do something
    else, one after the other in a thread of their own: what they do never keeps a stop waiting. Main thread only.
    """
    previous = signal.signal(EMERGENCY_SIGNAL, lambda number, frame: arm.emergency_stop("signal"))
    fd = sys.stdin.fileno() if keyboard is None else keyboard
    try:
        if fd != NO_KEYBOARD and os.isatty(fd):
            with _keys(fd, arm, further or {}):
                yield
        else:
            yield
    finally:
        signal.signal(EMERGENCY_SIGNAL, previous)


@contextmanager
def _keys(fd: int, arm: SerialArm, further: Mapping[str, Callable[[], object]]) -> Iterator[None]:
    settings = termios.tcgetattr(fd)
    wake_out, wake_in = os.pipe()
    pressed_further: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def work() -> None:
        for key in iter(pressed_further.get, None):
            further[key]()

    def listen() -> None:
        while wake_out not in select.select([fd, wake_out], [], [])[0]:
            pressed = os.read(fd, 16)
            if not pressed:
                return
            if any(key in KEYS for key in pressed):
                arm.emergency_stop("key")
                continue
            for key in map(chr, pressed):
                if key in further:
                    pressed_further.put(key)

    reader = threading.Thread(target=listen, name="emergency key", daemon=True)
    worker = threading.Thread(target=work, name="further keys", daemon=True)
    tty.setcbreak(fd)
    try:
        worker.start()
        reader.start()
        yield
    finally:
        os.write(wake_in, b"\0")
        reader.join()
        pressed_further.put(None)
        os.close(wake_in)
        os.close(wake_out)
        termios.tcsetattr(fd, termios.TCSADRAIN, settings)
