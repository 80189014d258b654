"""Seeds as Gymnasium and the libraries on it hand them in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import PontineError


def seeds(seed: object, n: int) -> Sequence[int | None]:
    """A seed for each of n worlds: `seed + k` for world k, or as they are given one by one.

    Raises PontineError if there are not n of them.
    """
    if seed is None:
        return [None] * n
    if isinstance(seed, (Sequence, np.ndarray)) and not isinstance(seed, str):
        if len(seed) != n:
            raise PontineError(f"{len(seed)} seeds for {n} worlds: give one, or one for each")
        return [None if one is None else whole(one) for one in seed]
    return [whole(seed) + k for k in range(n)]


def whole(seed: object) -> int:
    """A seed as Python's integer, NumPy's taken too. Raises PontineError for anything else."""
    try:
        value = int(np.asarray(seed).item()) if isinstance(seed, (int, np.integer, np.ndarray)) else -1
    except ValueError:
        value = -1
    if value < 0:
        raise PontineError(f"seed={seed!r}: a seed is a whole number from 0 on")
    return value
