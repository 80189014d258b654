"""The errors that a person can mend.

Every error raised because of what somebody typed or handed in derives from
`PontineError`; the command line prints its message as one line and exits with
status 2. Anything else that escapes is a bug and keeps its traceback.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Literal


class PontineError(Exception):
    """Base of all errors that one clear line can explain."""


class UnknownNameError(PontineError):
    """A name that is not among the valid ones; the message lists those."""

    def __init__(self, what: str, name: object, valid: Iterable[str]) -> None:
        names = sorted(valid)
        near = difflib.get_close_matches(str(name), names, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        super().__init__(f"unknown {what} {name!r}{hint}; valid: {', '.join(names) or 'none'}")


class WriteError(PontineError):
    """A file that cannot be written: the disk is full, the folder read-only or gone."""


class SceneError(PontineError):
    """A scene that cannot be read or laid."""


class StateError(PontineError):
    """A kept state that does not fit what it is to be put into."""


class RobotError(PontineError):
    """What keeps an arm from going on; `cause` is what a report puts it down to.

    "safety" is a limit that stopped the motion, "hardware" a part that does not do its work, "perception" a table
    that cannot be seen.
    """

    cause: Literal["safety", "hardware", "perception"] = "hardware"
