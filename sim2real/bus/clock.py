"""What time it is on a bus, and how it is waited for: real time, or the time of an emulation that is stepped."""

from __future__ import annotations

import select
import time
from typing import Any


class Clock:
    """Real time, in s that only grow.

    `stepped` is whether time stands still while nobody waits for it: then who commands is waited for.
    """

    stepped = False

    def now(self) -> float:
        """What time it is, s."""
        return time.monotonic()

    def sleep_until(self, due: float) -> None:
        """Come back at that time (s), at once if it has passed."""
        if (left := due - self.now()) > 0:
            time.sleep(left)

    def sleep(self, seconds: float) -> None:
        """Come back that much later."""
        self.sleep_until(self.now() + seconds)

    def arrives(self, port: Any, seconds: float) -> bool:
        """Whether something comes from an open port within that time."""
        return bool(select.select([port], [], [], seconds)[0])


REAL = Clock()
"""The one that everybody has."""
