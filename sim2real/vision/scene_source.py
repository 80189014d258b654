"""Where a real arm's `Scene` comes from.

`pontine arm run scenes=NAME` looks with the source of that name. A package adds one with one declaration:

    SCENE_SOURCES.register(SceneSourceKind("depth", "a depth camera and a segmenter", open=watch))

where `watch(sight)` is a context manager around a `SceneSource`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from pontine.envs.registry import Registry
from pontine.envs.robot import RobotState
from pontine.envs.scene import Scene, rounded
from pontine.envs.so101.kinematics import tool_pose

if TYPE_CHECKING:
    from .tracking.hand_offset import Expected


class SceneSource(Protocol):
    """The newest picture of the table; asked once a control step, so it must not wait for anything."""

    def scene(self, state: RobotState) -> Scene:
        """The table as it was last seen, with the arm in this state."""
        ...


@runtime_checkable
class Reporting(Protocol):
    """A scene source that has something to say in the run's report."""

    def report(self) -> dict[str, Any]:
        """JSON for the report."""
        ...


@dataclass(frozen=True)
class Sight:
    """What the user gave to look with: the camera's address, and the files of the markers and of the lens; `expected`
    tells where tags on the hand should be seen, and `late` how late (s) pictures come, if hand and camera were aligned.
    """

    camera: str
    markers: str = "markers.json"
    lens: str = "lens.json"
    expected: Expected | None = None
    late: float | None = None


@dataclass(frozen=True)
class SceneSourceKind:
    """A way to see the table: `open` watches it while its block runs, once there is a first scene.

    `summary` says what it needs. `open` raises PontineError for files and cameras that cannot be used.
    """

    name: str
    summary: str
    open: Callable[[Sight], AbstractContextManager[SceneSource]]


SCENE_SOURCES: Registry[SceneSourceKind] = Registry("scene source", ["pontine.sim2real.vision.tag_scene"])
"""The ways to see the table, by name."""


class FixedScene:
    """A table that somebody described and nobody looks at."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def scene(self, state: RobotState) -> Scene:
        return replace(self._scene, hand=rounded(tool_pose(state.position[None]).position[0]))


EMPTY_TABLE = FixedScene(Scene((), (), None))
"""For who moves the arm and nothing else."""
