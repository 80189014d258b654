"""Where a real arm's `Scene` comes from."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from pontine.envs.robot import RobotState
from pontine.envs.scene import Scene, rounded
from pontine.envs.so101.kinematics import tool_pose


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
        return replace(self._scene, hand=rounded(tool_pose(state.position[None]).position[0]))


EMPTY_TABLE = FixedScene(Scene((), (), None))
"""For who moves the arm and nothing else."""
