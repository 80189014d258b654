"""What is said where there is no plan, and the limit on the time that planning takes."""

from __future__ import annotations

import time

from pontine.envs.errors import PontineError


class NoPlanError(PontineError):
    """The subgoals cannot be reached from this scene by the skills there are, or not found out in time."""


class Clock:
    """Counts down from when it is made, in CPU time of this thread, so that what else runs here counts for nothing.

    Args:
        limit: seconds.
    """

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._end = time.thread_time() + limit

    def check(self) -> None:
        """Raises NoPlanError if the time is over."""
        if time.thread_time() > self._end:
            raise NoPlanError(
                f"no plan was found within {self.limit:g} s; plan_seconds= allows more, fewer things take less"
            )
