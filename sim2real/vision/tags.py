"""Printed tags: which families there are, what they look like and where their corners lie.

A tag's frame has its origin in the middle of the black square, x to the picture's right, y to its
top and z out of it. `size` is always the side of the black square; a white border as wide as one of its
cells belongs round it.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pontine.envs.errors import UnknownNameError

FAMILIES = {
    "tag16h5": cv2.aruco.DICT_APRILTAG_16h5,
    "tag25h9": cv2.aruco.DICT_APRILTAG_25h9,
    "tag36h11": cv2.aruco.DICT_APRILTAG_36h11,
    "aruco4x4": cv2.aruco.DICT_4X4_250,
    "aruco5x5": cv2.aruco.DICT_5X5_250,
}
"""Names of tag families and OpenCV's dictionaries of them."""


def dictionary(family: str) -> cv2.aruco.Dictionary:
    """OpenCV's dictionary of a family. Raises UnknownNameError listing the families."""
    if family not in FAMILIES:
        raise UnknownNameError("tag family", family, FAMILIES)
    return cv2.aruco.getPredefinedDictionary(FAMILIES[family])


def count(family: str) -> int:
    """How many tags the family has."""
    return len(dictionary(family).bytesList)


def cells(family: str) -> int:
    """Cells along a side of the black square."""
    return int(dictionary(family).markerSize) + 2


def picture(family: str, tag: int) -> NDArray[np.uint8]:
    """The tag with its white border, one pixel a cell, (cells + 2, cells + 2) of 0 and 255."""
    inner = cv2.aruco.generateImageMarker(dictionary(family), tag, cells(family))
    return np.pad(np.asarray(inner, np.uint8), 1, constant_values=255)


def with_border(family: str, size: float) -> float:
    """Side (m) of the printed square, white border included, of a tag whose black square has side `size`."""
    return size * (cells(family) + 2) / cells(family)


def corners(size: float) -> NDArray[np.float64]:
    """The black square's corners in the tag's frame, (4, 3) m, in the order that OpenCV detects them."""
    half = size / 2
    return np.array([(-half, half, 0.0), (half, half, 0.0), (half, -half, 0.0), (-half, -half, 0.0)])
