"""Films: frames written to an MP4 file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from ..errors import PontineError
from ..robot import CONTROL_SECONDS

FPS = round(1 / CONTROL_SECONDS)
"""Frames a second of a film in which every control step is one frame."""

_OPTIONS = {"crf": "20", "preset": "veryfast"}


class VideoError(PontineError):
    """A film that cannot be written."""


class VideoWriter:
    """Writes frames to `path` as H.264 in MP4, `fps` of them a second.

    A context manager: the file appears, whole, when the block ends without an error, and
    not at all otherwise. Raises VideoError on entry if `path` cannot be written.
    """

    def __init__(self, path: str | os.PathLike[str], fps: int = FPS, options: Mapping[str, str] | None = None) -> None:
        """`options` go to the encoder, libx264, over those it is given anyway."""
        self.path, self.fps = Path(path), fps
        self._options = {**_OPTIONS, **(options or {})}
        self._temporary: Path | None = None
        self._container: Any = None
        self._stream: Any = None

    def __enter__(self) -> VideoWriter:
        if self.path.suffix.lower() != ".mp4":
            raise VideoError(f"a video's name must end in .mp4, and {str(self.path)!r} does not")
        if self.path.is_dir():
            raise VideoError(f"cannot write the video {self.path}: it is a folder")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.stem}-", suffix=".mp4")
        except OSError as error:
            raise VideoError(f"cannot write the video {self.path}: {error.strerror}") from error
        os.close(handle)
        self._temporary = Path(name)
        self._container = av.open(name, "w", options={"movflags": "+faststart"})
        return self

    def add(self, frame: NDArray[np.uint8]) -> None:
        """Append a picture (height, width, 3) in RGB; all have one size, its sides even.

        Raises VideoError for a picture that does not fit, and when the disk is full.
        """
        if self._container is None:
            raise VideoError("frames are added inside the writer's `with` block")
        if frame.ndim != 3 or frame.shape[2] != 3 or frame.shape[0] % 2 or frame.shape[1] % 2:
            raise VideoError(f"a frame is (height, width, 3) with even sides, not {frame.shape}")
        height, width, _ = frame.shape
        if self._stream is None:
            self._stream = self._container.add_stream("libx264", rate=Fraction(self.fps), options=self._options)
            self._stream.width, self._stream.height, self._stream.pix_fmt = width, height, "yuv420p"
        if (self._stream.width, self._stream.height) != (width, height):
            raise VideoError(
                f"this video is {self._stream.width}x{self._stream.height}; a frame of {width}x{height} does not fit"
            )
        self._mux(av.VideoFrame.from_ndarray(frame, format="rgb24"))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._temporary is not None
        try:
            if kind is None:
                if self._stream is None:
                    raise VideoError(f"no frames were added to the video {self.path}")
                self._mux(None)
            self._container.close()
            if kind is None:
                self._publish()
        finally:
            self._container = None
            self._temporary.unlink(missing_ok=True)

    def _mux(self, frame: av.VideoFrame | None) -> None:
        try:
            for packet in self._stream.encode(frame):
                self._container.mux(packet)
        except av.FFmpegError as error:
            raise VideoError(f"cannot write the video {self.path}: {error.strerror}") from error

    def _publish(self) -> None:
        """Move the finished file into place, with the rights a new file would have."""
        assert self._temporary is not None
        mask = os.umask(0)
        os.umask(mask)
        try:
            self._temporary.chmod(0o666 & ~mask)
            self._temporary.replace(self.path)
        except OSError as error:
            raise VideoError(f"cannot write the video {self.path}: {error.strerror}") from error
