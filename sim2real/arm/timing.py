"""How punctual a control loop is."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np

LATE = 0.005
"""A goal sent this much (s) after its time has missed its deadline; chosen, an eighth of a control step."""


class Timing:
    """Collects, per control step, when the goals went out and how long the bus was used."""

    def __init__(self) -> None:
        self._lateness, self._sent, self._bus = array("d"), array("d"), array("d")

    def sent(self, due: float, at: float) -> None:
        """Goals due at one time went out at another (s)."""
        self._lateness.append(at - due)
        self._sent.append(at)

    def cycle(self, seconds: float) -> None:
        """One write and one read took this long together."""
        self._bus.append(seconds)

    def summary(self) -> dict[str, Any]:
        """Steps, misses, lateness and period jitter (ms), and what the bus took of each step (ms)."""
        late, period = 1e3 * np.array(self._lateness), 1e3 * np.diff(np.array(self._sent))
        return {
            "control_steps": len(late),
            "deadline_misses": int((late > 1e3 * LATE).sum()),
            "lateness_ms": _spread(late),
            "period_ms": _spread(period),
            "bus_ms": _spread(1e3 * np.array(self._bus)),
        }


def _spread(values: np.ndarray) -> dict[str, float] | None:
    if not len(values):
        return None
    p50, p99 = np.percentile(values, [50, 99])
    return {"median": round(float(p50), 3), "p99": round(float(p99), 3), "worst": round(float(values.max()), 3)}
