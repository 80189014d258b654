"""The statistics that a LeRobot dataset keeps of each feature, which policies normalise with.

Keys, shapes and the way episodes are pooled are those of `lerobot.datasets.compute_stats`; quantiles are
exact within an episode, and over episodes the mean of theirs weighted by frames.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Stats = dict[str, NDArray[Any]]

QUANTILES = {"q01": 0.01, "q10": 0.1, "q50": 0.5, "q90": 0.9, "q99": 0.99}
_LONGEST_SIDE = 150


def vector_stats(values: NDArray[Any]) -> Stats:
    """Of numbers (frames, width): each statistic (width,), `count` (1,)."""
    values = np.asarray(values)
    stats = {"min": values.min(0), "max": values.max(0), "mean": values.mean(0), "std": values.std(0)}
    quantiles = np.quantile(values, list(QUANTILES.values()), axis=0)
    return {**stats, "count": np.array([len(values)]), **dict(zip(QUANTILES, quantiles, strict=True))}


class ImageStats:
    """Of pictures that come one by one: each statistic (3, 1, 1) with colours from 0 to 1, `count` (1,) pictures."""

    def __init__(self) -> None:
        self._histogram = np.zeros((3, 256), np.int64)
        self._count = 0

    def add(self, image: NDArray[np.uint8]) -> None:
        """Count a picture (height, width, 3), thinned out to about 150 pixels a side."""
        step = max(1, max(image.shape[:2]) // _LONGEST_SIDE)
        for channel in range(3):
            self._histogram[channel] += np.bincount(image[::step, ::step, channel].ravel(), minlength=256)
        self._count += 1

    def stats(self) -> Stats:
        """The statistics of all that were added, at least one."""
        colors, share = np.arange(256) / 255, self._histogram / self._histogram.sum(1, keepdims=True)
        seen, below = self._histogram > 0, np.cumsum(share, 1)
        mean = share @ colors
        stats = {
            "min": colors[seen.argmax(1)],
            "max": colors[255 - seen[:, ::-1].argmax(1)],
            "mean": mean,
            "std": np.sqrt(np.maximum(share @ colors**2 - mean**2, 0.0)),
            **{name: colors[(below >= q - 1e-12).argmax(1)] for name, q in QUANTILES.items()},
        }
        return {**{name: value.reshape(3, 1, 1) for name, value in stats.items()}, "count": np.array([self._count])}


def pooled(episodes: Sequence[Mapping[str, Stats]]) -> dict[str, Stats]:
    """The statistics by feature over several episodes."""
    return {key: _pooled([episode[key] for episode in episodes]) for key in episodes[0]}


def _pooled(parts: Sequence[Stats]) -> Stats:
    counts = np.array([int(part["count"][0]) for part in parts])
    weights = counts / counts.sum()

    def mean(name: str) -> NDArray[Any]:
        return np.tensordot(weights, np.stack([part[name] for part in parts]), 1)

    center = mean("mean")
    spread = np.stack([part["std"] ** 2 + (part["mean"] - center) ** 2 for part in parts])
    return {
        "min": np.min([part["min"] for part in parts], 0),
        "max": np.max([part["max"] for part in parts], 0),
        "mean": center,
        "std": np.sqrt(np.tensordot(weights, spread, 1)),
        "count": np.array([counts.sum()]),
        **{name: mean(name) for name in QUANTILES},
    }


def flat(stats: Mapping[str, Stats]) -> dict[str, Any]:
    """As columns of an episode's row: `stats/FEATURE/STATISTIC`, plain lists."""
    return {f"stats/{key}/{name}": value.tolist() for key, part in stats.items() for name, value in part.items()}


def unflat(row: Mapping[str, Any], features: Sequence[str]) -> dict[str, Stats]:
    """The statistics in an episode's row."""
    names = ("min", "max", "mean", "std", "count", *QUANTILES)
    return {key: {name: np.array(row[f"stats/{key}/{name}"]) for name in names} for key in features}
