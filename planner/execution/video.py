"""Filming a run: a robot that is watched while it moves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from pontine.envs.arrays import Array, Image
from pontine.envs.robot import Robot, RobotState
from pontine.envs.scene import Scene
from pontine.envs.visuals.video import FPS, VideoWriter

WIDTH, HEIGHT = 640, 480


class Drawable(Robot, Protocol):
    """A robot that can draw what it sees."""

    def render(self, width: int = ..., height: int = ...) -> Image:
        """An RGB picture (height, width, 3)."""
        ...


class FilmedRobot:
    """A robot that adds a frame to a video for every control step, and is otherwise the one it films."""

    def __init__(self, robot: Drawable, video: VideoWriter) -> None:
        self._robot, self._video = robot, video

    def observe(self) -> RobotState:
        """The joints now."""
        return self._robot.observe()

    def command(self, targets: Array) -> None:
        """Send joint targets (6,) rad, let one control step pass, and film it."""
        self._robot.command(targets)
        self._video.add(self._robot.render(width=WIDTH, height=HEIGHT))

    def scene(self) -> Scene:
        """The table as it is now."""
        return self._robot.scene()

    def way_to_rest(self) -> Iterable[Array]:
        """Targets (6,) rad, one a control step, to the rest pose."""
        return self._robot.way_to_rest()

    def reset(self) -> None:
        """Bring the arm to its rest pose, and film that."""
        for targets in self.way_to_rest():
            self.command(targets)

    def stop(self) -> None:
        """Hold still where the arm is."""
        self._robot.stop()


@contextmanager
def filming(robot: Drawable, path: str | Path | None) -> Iterator[Robot]:
    """The robot, filmed into `path` while the block runs; the robot itself if there is no path.

    A run that is stopped or fails leaves the video of what happened until then.

    Raises PontineError, before anything moves, if nothing can be drawn on this machine.
    """
    if path is None:
        yield robot
        return
    broken: BaseException | None = None
    with VideoWriter(path, FPS) as video:
        video.add(robot.render(width=WIDTH, height=HEIGHT))
        try:
            yield FilmedRobot(robot, video)
        except BaseException as error:  # noqa: BLE001 - raised again as soon as the file is whole
            broken = error
    if broken is not None:
        raise broken
