"""torchvision's film reader, over PyAV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import av
import torch


class VideoReader:
    """Frames of a film from where it was sought to, as torchvision hands them on."""

    def __init__(self, path: str, stream: str = "video") -> None:
        self.container = av.open(path)
        self._stream = self.container.streams.video[0]

    def seek(self, seconds: float, keyframes_only: bool = False) -> VideoReader:
        """Go to the last key frame at or before that time."""
        self.container.seek(int(seconds / self._stream.time_base), stream=self._stream, any_frame=not keyframes_only)
        return self

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for frame in self.container.decode(self._stream):
            data = torch.from_numpy(frame.to_ndarray(format="rgb24")).permute(2, 0, 1)
            yield {"pts": frame.time, "data": data}
