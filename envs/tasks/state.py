"""The state of episodes in n worlds, as tasks read and write it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..so101.kinematics import ToolPose, tool_pose
from ..tabletop.worlds import Worlds
from .observation import Situation


class EpisodeState(ABC):
    """What tasks know of the episodes that are played.

    `goal` (n, 3) m is where the object (or the tool) is wanted, `origin` (n, k, 3) m where the objects were after
    settling, `mode` (n,) is the task's to use; `was_grasped` (n,) says whether the target was held a step ago.
    """

    task: Any
    """The task that is played."""

    def __init__(self, worlds: Worlds) -> None:
        self.n, self.worlds = worlds.n, worlds
        self.goal, self.origin = np.zeros((self.n, 3)), np.zeros((self.n, len(worlds.slots), 3))
        self.mode = np.zeros(self.n, int)
        self.was_grasped: NDArray[np.bool_] = np.zeros(self.n, bool)
        self._tool: ToolPose | None = None

    @property
    def tool(self) -> ToolPose:
        """Pose of the hands now, from the joint readings."""
        if self._tool is None:
            self._tool = tool_pose(self.worlds.q)
        return self._tool

    @abstractmethod
    def situation(self, exact: bool = False) -> Situation:
        """What the policy is to see of what the task handles: as a camera does, or exactly."""
