"""Success rates with their uncertainty."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def wilson(successes: int, episodes: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson score interval of a proportion, by default at 95 % (Wilson 1927). (0, 1) if nothing was tried."""
    if episodes == 0:
        return 0.0, 1.0
    p = successes / episodes
    centre = p + z * z / (2 * episodes)
    spread = z * math.sqrt(p * (1 - p) / episodes + z * z / (4 * episodes**2))
    scale = 1 + z * z / episodes
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def expected_calibration_error(
    said: NDArray[np.float64], came: NDArray[np.bool_], bins: int = 10
) -> tuple[float, list[dict[str, float]]]:
    """How far probabilities `said` (n,) are from the frequencies of what `came` (n,), and the bins it is made of.

    Bins of equal count (Nguyen & O'Connor 2015): where nearly all is said with 97 %, bins of equal width would
    put everything into one.
    """
    error, rows = 0.0, []
    for part in np.array_split(np.argsort(said, kind="stable"), min(bins, len(said))):
        mean, rate = float(said[part].mean()), float(came[part].mean())
        error += len(part) / len(said) * abs(mean - rate)
        low, high = wilson(int(came[part].sum()), len(part))
        rows.append({"said": mean, "came": rate, "low": low, "high": high, "count": len(part)})
    return error, [{k: round(v, 4) for k, v in row.items()} for row in rows]


def ranking(said: NDArray[np.float64], came: NDArray[np.bool_]) -> float | None:
    """Area under the ROC curve: how often a success was said likelier than a failure. None if only one came."""
    order = np.unique(said, return_inverse=True, return_counts=True)
    middle = np.cumsum(order[2]) - (order[2] - 1) / 2
    ranks, good = middle[order[1]], int(came.sum())
    bad = len(came) - good
    if not good or not bad:
        return None
    return float((ranks[came].sum() - good * (good + 1) / 2) / (good * bad))
