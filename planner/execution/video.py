"""Filming a run: a robot that is watched while it moves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from pontine.envs.arrays import Image
from pontine.envs.robot import Robot
from pontine.envs.visuals.video import FPS, VideoWriter
from pontine.planner.execution.watched import WatchedRobot

WIDTH, HEIGHT = 640, 480


class Drawable(Robot, Protocol):
    """A robot that can draw what it sees."""

    def render(self, width: int = ..., height: int = ...) -> Image:
        """An RGB picture (height, width, 3)."""
        ...


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
            yield WatchedRobot(robot, lambda: video.add(robot.render(width=WIDTH, height=HEIGHT)))
        except BaseException as error:  # noqa: BLE001 - raised again as soon as the file is whole
            broken = error
    if broken is not None:
        raise broken
