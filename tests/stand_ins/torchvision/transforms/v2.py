"""Names that LeRobot derives from; none is used here."""

from __future__ import annotations

import torch

from . import functional

__all__ = ["Transform", "functional"]


class Transform(torch.nn.Module):
    """Base of LeRobot's own augmentations, which nothing here runs."""
