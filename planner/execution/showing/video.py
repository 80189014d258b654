"""Filming a run: a robot that is watched while it moves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from pontine.envs.arrays import Image
from pontine.envs.robot import Robot
from pontine.envs.visuals.video import FPS, VideoWriter
from pontine.planner.execution.events import Stream
from pontine.planner.execution.showing.captions import caption
from pontine.planner.execution.showing.watched import WatchedRobot

WIDTH, HEIGHT = 640, 480


class Drawable(Robot, Protocol):
    """A robot that can draw what it sees."""

    def render(self, width: int = ..., height: int = ..., *, caption: str = ...) -> Image:
        """An RGB picture (height, width, 3) with lines of text in a corner."""
        ...


@contextmanager
def filming(robot: Drawable, path: str | Path | None, stream: Stream) -> Iterator[Robot]:
    """The robot, filmed into `path` while the block runs; the robot itself if there is no path. What happens in
    `stream` stands in the picture.

    A run that is stopped or fails leaves the video of what happened until then.

    Raises PontineError, before anything moves, if nothing can be drawn on this machine.
    """
    if path is None:
        yield robot
        return
    broken: BaseException | None = None

    def picture() -> Image:
        told = stream.so_far
        return robot.render(width=WIDTH, height=HEIGHT, caption=caption(told, robot.scene()) if told else "")

    with VideoWriter(path, FPS) as video:
        video.add(picture())
        try:
            yield WatchedRobot(robot, lambda: video.add(picture()))
        except BaseException as error:  # noqa: BLE001 - raised again as soon as the file is whole
            broken = error
    if broken is not None:
        raise broken
