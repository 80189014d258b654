"""The terminal of a person who has both hands on an arm: text, Enter, and a live table."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable, Mapping

from rich.console import Console
from rich.live import Live
from rich.text import Text

from pontine.envs.io.plain_text import terminal

from ..arm.calibration import CalibrationError
from .calibrate import Sweep
from .tables import sweep_table

LOOK_SECONDS = 0.04


class Guide:
    """Speaks to a person at standard input and output."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or terminal()
        self._typed = b""

    def say(self, text: str) -> None:
        """One paragraph, with nothing in it taken as markup or obeyed by the terminal."""
        self._console.print(Text(text), soft_wrap=True)

    def ask(self, question: str) -> str:
        """What is typed after the question; raises `CalibrationError` if nobody can answer."""
        self._console.print(Text(f"\n{question}", "bold"), soft_wrap=True)
        while (line := self._line(None)) is None:
            pass
        return line

    def watch(self, look: Callable[[], Mapping[str, Sweep]]) -> None:
        """A live table until Enter."""
        with Live(sweep_table(look()), console=self._console, auto_refresh=False, transient=True) as live:
            while self._line(LOOK_SECONDS) is None:
                live.update(sweep_table(look()), refresh=True)
        self._console.print(sweep_table(look()))

    def _line(self, seconds: float | None) -> str | None:
        """The next line typed, None if there is none within `seconds`."""
        # Standard input's own buffer would hide lines from select.
        if b"\n" not in self._typed and select.select([sys.stdin], [], [], seconds)[0]:
            typed = os.read(sys.stdin.fileno(), 4096)
            if not typed:
                raise CalibrationError("nobody is there to answer: an arm is calibrated by hand, at a terminal")
            self._typed += typed
        line, newline, rest = self._typed.partition(b"\n")
        if not newline:
            return None
        self._typed = rest
        return line.decode(errors="replace")
