"""The table from above, on a page: where the base's frame has its origin, which way its axes go, where the tags lie."""

from __future__ import annotations

import cv2
import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.so101.model import LINKS, REST

from ..markers import Markers
from ..sheet import DPI, PAPER, Page, pixels
from .overlay import ArmOutline

PAN_AXIS = LINKS[1].pos[0]
"""How far (m) the pan's axis is ahead of the origin."""

_MARGIN, _HEAD = 0.015, 0.05
_BLACK, _LIGHT = 0, 200
_AXIS = 0.1


def table_plan(markers: Markers) -> Page:
    """A page (h, w) of grey: x goes up it, ahead of the arm, and y to the left, as seen from behind the arm."""
    drawing = _Plan(markers)
    drawing.arm()
    drawing.origin()
    for tag in markers.table:
        drawing.tag(tag.id, tag.corners()[:, :2], np.array(tag.position))
    return drawing.page


class _Plan:
    """A page with a scale at which all of the table's tags and the arm are on it."""

    def __init__(self, markers: Markers) -> None:
        corners = np.concatenate([tag.corners()[:, :2] for tag in markers.table])
        around = np.concatenate([corners, [(-0.12, -0.1), (0.35, 0.1)]])
        low, high = around.min(axis=0) - 0.03, around.max(axis=0) + 0.03
        across, down = PAPER[0] - 2 * _MARGIN, PAPER[1] - 2 * _MARGIN - _HEAD
        self._scale = float(min(across / (high[1] - low[1]), down / (high[0] - low[0])))
        self._middle = (low + high) / 2
        self.page = np.full((pixels(PAPER[1]), pixels(PAPER[0])), 255, np.uint8)
        lines = (
            f"The table from above, {1 / self._scale:.1f} times smaller than it is. Lengths in mm, from the origin.",
            f"The origin lies on the table, {1000 * PAN_AXIS:.0f} mm behind the axis that the arm turns about (pan).",
            "x goes ahead of the arm, y to its left. A tag's picture has x to its right and y to its top,",
            "unless the markers file turns it.",
        )  # fmt: skip
        for k, line in enumerate(lines):
            self._text(line, (pixels(_MARGIN), pixels(_MARGIN + 0.008 * (k + 1))), 1.1)

    def arm(self) -> None:
        """The arm at rest, part by part."""
        for part in ArmOutline().parts(REST):
            hull = np.asarray(cv2.convexHull(self._at(part[:, :2]).astype(np.float32)), float).reshape(-1, 2)
            cv2.polylines(self.page, [hull.round().astype(np.int32)], True, _LIGHT, 3, cv2.LINE_AA)

    def origin(self) -> None:
        """The axes with arrows, and the pan's axis."""
        ends = self._at(np.array([(0.0, 0.0), (_AXIS, 0.0), (0.0, _AXIS), (PAN_AXIS, 0.0)])).round().astype(int)
        origin, x, y, pan = ((int(a), int(b)) for a, b in ends)
        for end, name in ((x, "x"), (y, "y")):
            cv2.arrowedLine(self.page, origin, end, _BLACK, 7, cv2.LINE_AA, 0, 0.12)
            self._text(name, (end[0] + 20, end[1] - 20), 2.0)
        cv2.circle(self.page, origin, 14, _BLACK, -1, cv2.LINE_AA)
        cv2.circle(self.page, pan, 12, _BLACK, 4, cv2.LINE_AA)
        self._text("origin", (origin[0] + 30, origin[1] + 45), 1.2)
        self._text("pan", (pan[0] + 24, pan[1] + 14), 0.9)

    def tag(self, id: int, corners: Array, position: Array) -> None:
        """A tag's square, its id, and its middle's place."""
        quad = self._at(corners).round().astype(np.int32)
        cv2.polylines(self.page, [quad], True, _BLACK, 4, cv2.LINE_AA)
        middle = quad.mean(axis=0).astype(int)
        self._text(str(id), (int(middle[0]) - 20, int(middle[1]) + 14), 1.3)
        said = ", ".join(f"{1000 * v:.0f}" for v in position[: 2 if position[2] == 0 else 3])
        left = min(int(quad[:, 0].min()), self.page.shape[1] - pixels(0.03))
        self._text(said, (left, int(quad[:, 1].max()) + 45), 0.9)

    def _at(self, points: Array) -> Array:
        """Pixels (n, 2) of points (n, 2) m of the table."""
        off = (np.asarray(points, float) - self._middle) * self._scale / 0.0254 * DPI
        height, width = self.page.shape
        return np.stack([width / 2 - off[:, 1], (height + pixels(_HEAD)) / 2 - off[:, 0]], axis=1)

    def _text(self, text: str, at: tuple[int, int], size: float) -> None:
        cv2.putText(self.page, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, _BLACK, round(2 * size), cv2.LINE_AA)
