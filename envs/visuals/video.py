"""Films: frames written to an MP4 file."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from ..errors import PontineError, WriteError
from ..files import check_writable, make_folder, replacing
from ..robot import CONTROL_SECONDS

FPS = round(1 / CONTROL_SECONDS)
"""Frames a second of a film in which every control step is one frame."""

_HEADER, _ENTRY = 4096, 64
"""Bytes of an MP4's index at most: of what stands in it once, and of each frame."""

_OPTIONS = {"crf": "20", "preset": "veryfast"}


class VideoError(PontineError):
    """A film that cannot be written."""


class VideoWriter:
    """Writes frames to `path` as H.264 in MP4, `fps` of them a second.

    A context manager: the file appears, whole, when the block ends without an error, and
    not at all otherwise. Raises VideoError on entry if `path` cannot be written.

    Until then the film is in memory, a megabyte or two a minute: an encoder whose disk is full breaks its process.
    """

    def __init__(self, path: str | os.PathLike[str], fps: int = FPS, options: Mapping[str, str] | None = None) -> None:
        """`options` go to the encoder, libx264, over those it is given anyway."""
        self.path, self.fps = Path(path), fps
        self._options = {**_OPTIONS, **(options or {})}
        self._film = io.BytesIO()
        self._packets: list[av.Packet] = []
        self._container: Any = None
        self._stream: Any = None

    def __enter__(self) -> VideoWriter:
        if self.path.suffix.lower() != ".mp4":
            raise VideoError(f"a video's name must end in .mp4, and {str(self.path)!r} does not")
        try:
            make_folder(self.path.parent)
            check_writable(self.path, "the video")
        except PontineError as error:
            raise VideoError(f"cannot write the video {self.path}: {error}") from error
        self._container = av.open(self._film, "w", format="mp4")
        return self

    def add(self, frame: NDArray[np.uint8]) -> None:
        """Append a picture (height, width, 3) in RGB; all have one size, its sides even.

        Raises VideoError for a picture that does not fit.
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
        self._packets += self._stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24"))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                if self._stream is None:
                    raise VideoError(f"no frames were added to the video {self.path}")
                self._finish()
        finally:
            self._container = self._stream = None
            self._packets.clear()
            self._film.close()

    def _finish(self) -> None:
        """Write the film, its index first so that a player can begin before it has all."""
        self._packets += self._stream.encode(None)
        self._container.options["moov_size"] = str(_HEADER + _ENTRY * len(self._packets))
        for packet in self._packets:
            self._container.mux(packet)
        self._container.close()
        try:
            with replacing(self.path) as temporary:
                temporary.write_bytes(self._film.getvalue())
        except WriteError as error:
            raise VideoError(f"cannot write the video {self.path}: {error.__cause__ or error}") from error
