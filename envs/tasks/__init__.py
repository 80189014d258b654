"""The tasks, by name.

One from elsewhere is a subclass of `Task` that is registered: `@TASKS.register`.
"""

from __future__ import annotations

from ..errors import PontineError
from ..registry import Registry
from .base import Task


def _check(declared: type[Task]) -> None:
    """Raises PontineError for a task that is not whole."""
    if missing := sorted(getattr(declared, "__abstractmethods__", ())):
        raise PontineError(f"task {declared.name!r} lacks {', '.join(missing)}")
    if not declared.name.isidentifier():
        raise PontineError(f"task {declared.name!r}: a task's name is one word of letters, digits and underscores")


def _spelling(name: str) -> str:
    return name.lower().replace("_", "")


TASKS: Registry[type[Task]] = Registry("task", ["pontine.envs.tasks.own"], check=_check, key=_spelling)
"""Task classes by the name in their Gymnasium id, which may be written in any case: `pick_place` is `PickPlace`."""


def task(name: str) -> Task:
    """A task by its name, in any case. Raises UnknownNameError listing the valid ones."""
    return TASKS[name]()


__all__ = ["TASKS", "Task", "task"]
