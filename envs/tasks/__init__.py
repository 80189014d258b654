"""The tasks, by name.

One from elsewhere is a subclass of `Task` that is registered: `TASKS.register(Topple)`. Then every verb knows it, and
so does `gymnasium.make`.
"""

from __future__ import annotations

import gymnasium

from ..errors import PontineError
from ..registry import Registry
from .base import GoalTask, Task


def _check(declared: type[Task]) -> None:
    """Raises PontineError for a task that is not whole."""
    if missing := sorted(getattr(declared, "__abstractmethods__", ())):
        raise PontineError(f"task {declared.name!r} lacks {', '.join(missing)}")
    if not declared.name.isidentifier():
        raise PontineError(f"task {declared.name!r}: a task's name is one word of letters, digits and underscores")


def _spelling(name: str) -> str:
    return name.lower().replace("_", "")


class _Tasks(Registry[type[Task]]):
    """What is registered here is known to gymnasium too, as a single and as a vector environment."""

    def register(self, declared: type[Task]) -> type[Task]:
        super().register(declared)
        face = "GoalTask" if issubclass(declared, GoalTask) else "Task"
        gymnasium.register(
            declared.gym_id(),
            entry_point=f"pontine.envs.gym:{face}Env",
            vector_entry_point=f"pontine.envs.gym:{face}VectorEnv",
            max_episode_steps=declared.max_steps,
            kwargs={"task": declared.name},
        )
        return declared

    def _forget(self, origin: str) -> None:
        before = dict(self._found)
        super()._forget(origin)
        for name in before.keys() - self._found.keys():
            gymnasium.registry.pop(before[name].gym_id(), None)


_OWN = (
    "pontine.envs.tasks.reach",
    "pontine.envs.tasks.pick",
    "pontine.envs.tasks.place",
    "pontine.envs.tasks.push",
    "pontine.envs.tasks.pick_place",
    "pontine.envs.tasks.drawer",
    "pontine.envs.tasks.button",
    "pontine.envs.tasks.tabletop",
)

TASKS: Registry[type[Task]] = _Tasks("task", _OWN, check=_check, key=_spelling)
"""Task classes by the name in their Gymnasium id, which may be written in any case: `pick_place` is `PickPlace`."""


def task(name: str) -> Task:
    """A task by its name, in any case. Raises UnknownNameError listing the valid ones."""
    return TASKS[name]()


__all__ = ["TASKS", "Task", "task"]
