"""Filming a run: a robot that is watched while it moves, and the MP4 that comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pontine.envs.robot import CONTROL_SECONDS, Robot, RobotState
from pontine.envs.scene import Scene
from pontine.planner.files import replacing

WIDTH, HEIGHT = 640, 480
STEPS_PER_FRAME = 2
"""Control steps between frames: 12.5 frames a second, in real time."""


class Drawable(Robot, Protocol):
    """A robot that can draw what it sees."""

    def render(self, width: int = ..., height: int = ...) -> NDArray[np.uint8]:
        """An RGB picture (height, width, 3)."""
        ...


class FilmedRobot:
    """A robot that adds a frame to a video every few control steps, and is otherwise the one it films."""

    def __init__(self, robot: Drawable, video: _Video) -> None:
        self._robot, self._video, self._steps = robot, video, 0

    def observe(self) -> RobotState:
        """The joints now."""
        return self._robot.observe()

    def command(self, targets: NDArray[np.float64]) -> None:
        """Send joint targets (6,) rad, let one control step pass, and film it."""
        self._robot.command(targets)
        self._steps += 1
        if self._steps % STEPS_PER_FRAME == 0:
            self._video.add(self._robot.render(width=WIDTH, height=HEIGHT))

    def scene(self) -> Scene:
        """The table as it is now."""
        return self._robot.scene()

    def reset(self) -> None:
        """Bring the arm to its rest pose."""
        self._robot.reset()

    def stop(self) -> None:
        """Hold still where the arm is."""
        self._robot.stop()


class _Video:
    """An H.264 stream into an MP4 file."""

    def __init__(self, path: Path) -> None:
        import av

        self._container = av.open(str(path), "w", format="mp4")
        rate = Fraction(1 / (CONTROL_SECONDS * STEPS_PER_FRAME)).limit_denominator(1000)
        self._stream = self._container.add_stream("libx264", rate=rate, options={"crf": "23", "threads": "1"})
        self._stream.width, self._stream.height, self._stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"

    def add(self, picture: NDArray[np.uint8]) -> None:
        """Append one frame (height, width, 3)."""
        import av

        self._container.mux(self._stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))

    def close(self) -> None:
        """Finish the file."""
        self._container.mux(self._stream.encode())
        self._container.close()


@contextmanager
def filming(robot: Drawable, path: str | Path | None) -> Iterator[Robot]:
    """The robot, filmed into `path` while the block runs; the robot itself if there is no path.

    A run that is stopped or fails leaves the video of what happened until then.

    Raises PontineError, before anything moves, if nothing can be drawn on this machine.
    """
    if path is None:
        yield robot
        return
    first = robot.render(width=WIDTH, height=HEIGHT)
    broken: BaseException | None = None
    with replacing(path) as temporary:
        video = _Video(temporary)
        video.add(first)
        try:
            yield FilmedRobot(robot, video)
        except BaseException as error:  # noqa: BLE001 - it is raised again as soon as the file is whole
            broken = error
        video.close()
    if broken is not None:
        raise broken
