"""The arm, the table, the worlds and the tasks.

Importing this package makes the tasks known to gymnasium, those of installed packages too: `import pontine.envs`, then
`gymnasium.make("pontine/Pick-v0")`. (Gymnasium 1.0 dropped plugin entry points;
`gymnasium.make("pontine.envs:pontine/Pick-v0")` does both in one line.)

The parts and modules in `__all__` are what is public; a part says in its own `__all__` which of its modules are.
"""

from __future__ import annotations

from .io import platform

# Before anything else imports it.
platform.import_mujoco()

from .registry import load_plugins  # noqa: E402
from .tasks import TASKS  # noqa: E402

TASKS.own()
# Where another module of Pontine is the one that imports this, plugins wait until that is whole: the first look into
# any registry loads them, and makes their tasks known.
load_plugins(whole=__name__)

__all__ = [
    "TASKS",
    "affordances",
    "arrays",
    "benchmarks",
    "declarations",
    "errors",
    "faces",
    "gym",
    "io",
    "predicates",
    "registry",
    "robot",
    "rotations",
    "scene",
    "senses",
    "simulated",
    "so101",
    "spots",
    "tabletop",
    "tasks",
    "visuals",
]
