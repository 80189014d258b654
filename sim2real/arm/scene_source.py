"""Where a real arm's `Scene` comes from."""

from __future__ import annotations

from typing import Protocol

from pontine.envs.robot import RobotState
from pontine.envs.scene import Scene


class SceneSource(Protocol):
    """The newest picture of the table; asked once a control step, so it must not wait for anything."""

    def scene(self, state: RobotState) -> Scene:
        """The table as it was last seen, with the arm in this state."""
        ...


class FixedScene:
    """A table that somebody described and nobody looks at."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def scene(self, state: RobotState) -> Scene:
        return self._scene


EMPTY_TABLE = FixedScene(Scene((), (), None))
"""For who moves the arm and nothing else."""
