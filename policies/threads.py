"""How many threads torch computes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from inspect import signature
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


@contextmanager
def torch_threads(count: int = 1) -> Iterator[None]:
    """Inside, torch computes on `count` threads; afterwards on as many as before. 0 or less leaves it as it is.

    Networks as small as ours run fastest on one, and give the same bits on every machine.

    Example:
        >>> import torch
        >>> with torch_threads(1):
        ...     torch.get_num_threads()
        1
    """
    import torch

    before = torch.get_num_threads()
    if count > 0:
        torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def on_threads(function: Callable[P, R]) -> Callable[P, R]:
    """A function that computes on as many threads as its argument `threads` says, and leaves them as they were."""
    asked = signature(function)

    @wraps(function)
    def computing(*args: P.args, **kwargs: P.kwargs) -> R:
        bound = asked.bind(*args, **kwargs)
        bound.apply_defaults()
        with torch_threads(bound.arguments["threads"]):
            return function(*args, **kwargs)

    return computing
