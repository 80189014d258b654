"""The types that arrays and small tuples of numbers have everywhere, each under one name."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
"""Numbers: lengths in m, angles in rad, batch first."""

Float32 = NDArray[np.float32]
"""What a policy sees and says."""

Bool = NDArray[np.bool_]
Index = NDArray[np.int64]
"""Whole numbers that name worlds, slots or vertices."""

Image = NDArray[np.uint8]
"""A picture, (height, width, 3) RGB unless it is said otherwise."""

Observation = Float32 | dict[str, Float32]
"""What a task lets a policy see of n worlds, (n, size), in one array or in several by name."""

Triple = tuple[float, float, float]
"""A point, a direction or full extents, m."""

Quat = tuple[float, float, float, float]
"""A unit quaternion, wxyz as in MuJoCo."""

Pose = tuple[Array, Array]
"""Position (..., 3) m and orientation (..., 4) wxyz."""

Circle = tuple[float, float, float]
"""A circle on the table: x, y and radius, m."""
