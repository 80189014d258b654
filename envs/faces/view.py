"""One world as an `MjModel` and an `MjData` of its own: for a viewer, and for whatever reads MuJoCo's structures."""

from __future__ import annotations

import copy

import mujoco
import mujoco.batch

from ..tabletop.worlds import Worlds

EXTENT, CENTRE = 0.8, (0.15, 0.0, 0.1)
"""What a viewer looks at, m: empty slots are parked high up, and would stretch what the compiler worked out."""


class View:
    """World `i`: `model` has its true sizes, masses and colours, `data` its state with all that follows from it.

    They are a copy, always the same two objects: `update` brings them to where the world is. What is written into
    them does not reach the world.

    Example:
        >>> view = View(Worlds((), n=1))
        >>> view.data.qpos.shape, view.model.opt.timestep
        ((6,), 0.005)
    """

    def __init__(self, worlds: Worlds, i: int = 0) -> None:
        self._worlds, self.world = worlds, i
        self.model = copy.copy(worlds.batch.model)
        self.data = mujoco.MjData(self.model)
        self.update()

    def update(self) -> None:
        """Bring model and data to where the world is now."""
        batch = self._worlds.batch
        for name in mujoco.batch.MODEL_FIELDS:
            values = batch.expanded(name)
            if values is not None:
                getattr(self.model, name)[: values.shape[1]] = values[self.world]
        self.model.stat.extent, self.model.stat.center = EXTENT, CENTRE
        batch.get_data(self.world, self.data)
        warmstart = self.data.qacc_warmstart.copy()
        mujoco.mj_forward(self.model, self.data)
        # a forward pass is a start for the next one's solver, and the world has not made this one
        self.data.qacc_warmstart[:] = warmstart
