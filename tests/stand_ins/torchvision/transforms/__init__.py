"""Names that LeRobot imports; none is used here."""

from __future__ import annotations

from typing import Any

from . import functional, v2

__all__ = ["ToTensor", "functional", "v2"]


class ToTensor:
    """Not to be called: what is tested keeps pictures in films."""

    def __call__(self, image: Any) -> Any:
        raise NotImplementedError("the stand-in for torchvision transforms nothing")
