"""What LeRobot imports of torchvision, where torchvision itself cannot be installed.

LeRobot's dataset, robot and camera code imports torchvision at the top, whose wheels want a CUDA build of
torch. None of what the tests run uses its image transforms, so these are names without a body; the film
reader, which LeRobot's dataset calls through torchvision, reads with PyAV as torchvision's own `pyav`
backend did. Everything under test stays LeRobot's.
"""

from __future__ import annotations

from . import io, transforms

__all__ = ["io", "set_video_backend", "transforms"]
__version__ = "0.0.0"


def set_video_backend(backend: str) -> None:
    """There is one: PyAV."""
    if backend != "pyav":
        raise ValueError(f"this stand-in reads films with PyAV, not with {backend}")
