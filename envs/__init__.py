"""The arm, the table, the worlds and the tasks.

Importing this package makes the tasks known to gymnasium: `import pontine.envs`, then
`gymnasium.make("pontine/Pick-v0")`. (Gymnasium 1.0 dropped plugin entry points;
`gymnasium.make("pontine.envs:pontine/Pick-v0")` does both in one line.)
"""

from __future__ import annotations

import gymnasium

IDS = {
    "pontine/Reach-v0": "Task",
    "pontine/Pick-v0": "Task",
    "pontine/Place-v0": "Task",
    "pontine/Stack-v0": "Task",
    "pontine/Push-v0": "Task",
    "pontine/PickPlace-v0": "GoalTask",
    "pontine/Drawer-v0": "Task",
    "pontine/Button-v0": "Task",
    "pontine/Tabletop-v0": "Task",
}
"""Gymnasium ids and which pair of faces in `gym` serves them; spelt out so that importing stays light."""


def register() -> None:
    """Register every task with gymnasium, as a single and as a vector environment."""
    for name, face in IDS.items():
        if name not in gymnasium.registry:
            task = name.removeprefix("pontine/").split("-")[0]
            gymnasium.register(
                name,
                entry_point=f"pontine.envs.gym:{face}Env",
                vector_entry_point=f"pontine.envs.gym:{face}VectorEnv",
                kwargs={"task": task},
            )


register()
