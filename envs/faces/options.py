"""`reset(options=...)`: what an episode begins with, over what the task draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..arrays import Bool, Index
from ..errors import PontineError, UnknownNameError
from ..tasks.episodes import Episodes
from .placing import Placing

OPTIONS = ("arm", "goal", "objects", "start")
"""What `reset` takes on both faces."""

MASK = "reset_mask"
"""What it takes besides on the vector face: which worlds are to begin anew."""


def placing(episodes: Episodes, given: Mapping[str, Any] | None, ids: Index) -> Placing | None:
    """The options for worlds `ids`, checked. Raises UnknownNameError for what is no option and PontineError for a
    value that cannot be."""
    given = {} if given is None else given
    for name in given:
        if name not in OPTIONS:
            raise UnknownNameError("reset option", name, OPTIONS)
    return Placing.read(episodes.task, given, ids, episodes.n) if given else None


def mask(given: Mapping[str, Any] | None, n: int) -> Bool:
    """Which of n worlds are to begin anew: all, unless `reset_mask` says. Raises PontineError for one that is none."""
    if given is None or MASK not in given:
        return np.ones(n, bool)
    chosen = given[MASK]
    if not isinstance(chosen, np.ndarray) or chosen.dtype != np.bool_ or chosen.shape != (n,):
        raise PontineError(f"options['{MASK}'] is an array of {n} bools, one for each world, not {chosen!r}")
    if not chosen.any():
        raise PontineError(f"options['{MASK}'] chooses no world")
    return chosen
