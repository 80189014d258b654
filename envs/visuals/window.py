"""A window on a world while it moves: MuJoCo's own viewer, in real time."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType
from typing import Any

import mujoco

from ..robot import CONTROL_SECONDS
from ..tabletop.worlds import Worlds
from .gl import RenderError
from .render import drawn_slots, pose
from .visual_model import dressed


def has_screen() -> bool:
    """Whether there is a screen to open a window on."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


class Window:
    """Shows world `world` of a `Worlds`, a control step in the time that it takes; a context manager.

    Raises RenderError on entry where no window can be opened.
    """

    def __init__(self, worlds: Worlds, world: int = 0) -> None:
        self.worlds, self.world = worlds, world
        self._model = dressed(worlds.slots, worlds.mounted.slots, ()).model
        self._data = mujoco.MjData(self._model)
        self._slots, self._fixtures = drawn_slots(self._model, worlds)
        self._viewer: Any = None
        self._next = 0.0

    def __enter__(self) -> Window:
        try:
            import mujoco.viewer

            self._show()
            self._viewer = mujoco.viewer.launch_passive(
                self._model, self._data, show_left_ui=False, show_right_ui=False
            )
        except (ImportError, RuntimeError, mujoco.FatalError) as error:
            raise RenderError(f"no window can be opened: {error}") from None
        self._next = time.monotonic()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._viewer.close()

    def show(self) -> bool:
        """Show the world as it is and wait until the control step is over; False once the person has closed it."""
        if not self._viewer.is_running():
            return False
        with self._viewer.lock():
            self._show()
        self._viewer.sync()
        self._next = max(self._next + CONTROL_SECONDS, time.monotonic() - CONTROL_SECONDS)
        time.sleep(max(0.0, self._next - time.monotonic()))
        return True

    def _show(self) -> None:
        pose(self._model, self._data, self.worlds, self.world, self._slots, self._fixtures)
