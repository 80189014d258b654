"""Which page holds the arm, and whether it is still there.

The page that came first holds the arm; others only watch. When it has gone, the next one that comes, or that takes it,
holds it. A page is there while its browser answers the pings on its connection: one that was closed and one whose
connection is dead are gone alike.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

GONE = 1.0
"""Seconds after which a page that does not answer is gone."""


class Holding:
    """Who holds the arm. Safe from any thread; `clock` gives seconds.

    Example:
        >>> now = 0.0
        >>> holding = Holding(lambda: now)
        >>> holding.joined(1), holding.joined(2), holding.take(2)
        (True, False, False)
        >>> now = 1.5
        >>> holding.gone, holding.take(2), holding.gone
        (True, True, False)
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._holder: int | None = None
        self._present: set[int] = set()
        self._heard = clock()

    @property
    def holder(self) -> int | None:
        """The page that holds the arm, if it is connected."""
        return self._holder if self._holder in self._present else None

    @property
    def gone(self) -> bool:
        """Whether nothing was heard of the page that holds the arm for `GONE` seconds."""
        return self._clock() - self._heard > GONE

    def joined(self, page: int) -> bool:
        """A page has come; whether it holds the arm now."""
        with self._lock:
            self._present.add(page)
            return self._taken(page)

    def left(self, page: int) -> None:
        """A page's connection was closed."""
        with self._lock:
            self._present.discard(page)

    def heard(self, page: int) -> None:
        """A page has answered."""
        with self._lock:
            if page == self._holder and page in self._present:
                self._heard = self._clock()

    def take(self, page: int) -> bool:
        """A page that watches wants the arm; whether it has it now, because the one that held it is gone."""
        with self._lock:
            return page in self._present and self._taken(page)

    def _taken(self, page: int) -> bool:
        if self.holder is None or self.gone:
            self._holder, self._heard = page, self._clock()
        return self._holder == page
