"""Infos of many worlds, as Gymnasium's vector environments give them: arrays, each with a mask `_key`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Bool


def masked(values: Mapping[str, NDArray | Sequence[Any]], has: Bool) -> dict[str, Any]:
    """Values batch first as an info: numbers are arrays (0 where a world has none), all else arrays of objects (None).

    Example:
        >>> masked({"goal": np.array([-1.0, -1.0])}, np.array([True, False]))
        {'goal': array([-1.,  0.]), '_goal': array([ True, False])}
    """
    info: dict[str, Any] = {}
    everyone = bool(has.all())
    for key, rows in values.items():
        if everyone:
            info[key] = rows.copy() if isinstance(rows, np.ndarray) else np.fromiter(rows, object, len(has))
        elif isinstance(rows, np.ndarray):
            info[key] = np.where(has.reshape(-1, *[1] * (rows.ndim - 1)), rows, np.zeros((), rows.dtype))
        else:
            info[key] = np.full(len(has), None, object)
            for i in np.flatnonzero(has):
                info[key][i] = rows[int(i)]
        info[f"_{key}"] = has.copy()
    return info


def final(observation: Any, values: Mapping[str, NDArray | Sequence[Any]], ended: Bool) -> dict[str, Any]:
    """What the last step of the `ended` worlds' episodes brought: `final_obs`, world by world, and `final_info`."""
    last = np.full(len(ended), None, object)
    for i in np.flatnonzero(ended):
        last[i] = row(observation, int(i))
    return {
        "final_obs": last,
        "_final_obs": ended.copy(),
        "final_info": masked(values, ended),
        "_final_info": ended.copy(),
    }


def row(observation: Any, i: int) -> Any:
    """One world's part of observations batch first, by itself."""
    if isinstance(observation, dict):
        return {key: values[i].copy() for key, values in observation.items()}
    return observation[i].copy()
