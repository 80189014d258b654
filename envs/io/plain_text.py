"""Text from outside (names, a server's words, a camera's headers) made plain before it reaches a terminal.

A terminal obeys some characters instead of showing them: escape codes set its title and clear it, a carriage return
writes over what stands there, bidirectional controls turn a line around. Here they are shown as what they are. All of
Pontine prints through `terminal()`, or through `plain()` where there is no layout.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions
    from rich.segment import Segment

CONTROLS = re.compile("[\\x00-\\x1f\\x7f-\\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a terminal would obey, or cannot show: control characters, separators of lines and paragraphs, bidirectional
embeddings, overrides and isolates, and halves of characters."""

PIPED = 240
"""Columns of what is printed into a pipe or a file."""

_BREAKS = re.compile("[\t\n\v\f\r\x85\u2028\u2029]+")


def plain(text: object, keep: str = "", longest: int | None = None) -> str:
    r"""The text on one line, with every control character spelled out, and cut where it is longer than `longest`.

    `keep` are control characters that stay: "\n" where lines are meant.

    Example:
        >>> plain("cup\x1b[2J\nplan  nothing \u202eto do")
        'cup\\x1b[2J plan  nothing \\u202eto do'
        >>> plain("a long story", longest=7)
        'a long…'
    """
    said = str(text)
    if longest is not None and len(said) > longest:
        said = said[: longest - 1].rstrip() + "…"
    if not keep:
        said = _BREAKS.sub(" ", said)
    return CONTROLS.sub(lambda found: found[0] if found[0] in keep else ascii(found[0])[1:-1], said)


def terminal(**options: Any) -> Console:
    """A rich `Console` for Pontine's own words: nothing in them is taken as markup, as an emoji or as a control.

    `options` are those of `Console`: `stderr=True`, `file=`. Where nobody looks at it, in a pipe or a file, it is
    `PIPED` columns wide, so that tables are whole, unless COLUMNS says otherwise.
    """
    console = _plain_console()(**{"highlight": False, "markup": False, "emoji": False, **options})
    if not console.is_terminal and "width" not in options and "COLUMNS" not in os.environ:
        console.width = PIPED
    return console


@cache
def _plain_console() -> type[Console]:
    # rich is imported by those that print alone.
    from rich.console import Console

    class PlainConsole(Console):
        def render(self, renderable: Any, options: ConsoleOptions | None = None) -> Iterator[Segment]:
            for segment in super().render(renderable, options):
                # Line ends are the layout's.
                yield segment if segment.control else segment._replace(text=plain(segment.text, keep="\n\r"))

    return PlainConsole


def plain_logging() -> None:
    """Have what is logged before anybody sets up logging come to standard error as plain lines."""
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(_Formatter("%(message)s"))


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return plain(super().format(record), keep="\n" if record.exc_info else "")
