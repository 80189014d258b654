"""The tasks, by name."""

from __future__ import annotations

from ..errors import UnknownNameError
from .base import Task
from .button import Button
from .drawer import Drawer
from .pick import Pick
from .pick_place import PickPlace
from .place import Place
from .push import Push
from .reach import Reach
from .stack import Stack
from .tabletop import Tabletop

_ALL = (Reach, Pick, Place, Stack, Push, PickPlace, Drawer, Button, Tabletop)

TASKS: dict[str, type[Task]] = {task.name: task for task in _ALL}
"""Task classes by the name in their Gymnasium id."""


def task(name: str) -> Task:
    """A task by its name, in any case. Raises UnknownNameError listing the valid ones."""
    for known, cls in TASKS.items():
        if known.lower() == name.lower().replace("_", ""):
            return cls()
    raise UnknownNameError("task", name, [t.lower() for t in TASKS])


__all__ = ["TASKS", "Task", "task"]
