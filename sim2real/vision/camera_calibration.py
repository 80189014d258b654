"""A camera's lens from views of the printed board: which views to take, and what they tell.

Only the picture's geometry matters, so the board may be printed at any scale. What matters is that it is flat,
that it was everywhere in the picture, and that it was tilted: frontal views leave open whether a
lens is long or the board far.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pontine.envs.arrays import Array, Image
from pontine.envs.errors import PontineError

from .lens import Lens
from .sheet import BOARD

COLUMNS, ROWS = 6, 4
"""Cells of the picture that are counted as covered or not."""

COVERED = 0.75
"""Share of the cells in which corners are wanted."""

FEWEST, MOST = 8, 60
"""Views below which nothing is told from them, and above which no more are asked for."""

WORST = 1.0
"""Largest root mean square of the reprojection error, pixels."""

TILTED = 0.12
"""Smallest spread (standard deviation) of the board's normals, of unit length, to the sides and up and down. Parallel
boards leave the focal length open (Zhang, "A flexible new technique for camera calibration", 2000)."""

# share of the picture's width; pixels; pixels, after OpenCV's advice for estimateChessboardSharpness; share
_DIFFERENT, _SMALLEST, _BLURRED, _STILL = 0.01, 10.0, 3.5, 0.004


class CameraCalibrationError(PontineError):
    """Views of the board that tell no lens."""


@dataclass(frozen=True)
class View:
    """The board's inner corners (n, 2) in a picture of a size (width, height), all in pixels, and how wide (pixels)
    the edges between its squares are."""

    corners: Array
    size: tuple[int, int]
    blur: float
    name: str = ""

    def apart(self, other: View) -> float:
        """Mean distance of the corners from those of another view, as a share of the picture's width."""
        # the board looks the same upside down but for its colours: which end is found first does not count
        gaps = (np.linalg.norm(self.corners - c, axis=1).mean() for c in (other.corners, other.corners[::-1]))
        return float(min(gaps)) / self.size[0]

    @property
    def square(self) -> float:
        """Side (pixels) of the smallest square."""
        grid = self.corners.reshape(BOARD[1], BOARD[0], 2)
        return float(min(np.linalg.norm(np.diff(grid, axis=k), axis=2).min() for k in (0, 1)))


def find_board(image: Image, name: str = "") -> View | None:
    """The board in an RGB picture, None unless all of it is there."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    found, corners = cv2.findChessboardCornersSB(grey, BOARD[:2])
    if not found:
        return None
    blur = np.ravel(cv2.estimateChessboardSharpness(grey, BOARD[:2], corners)[0])[0]
    size = (image.shape[1], image.shape[0])
    return View(np.asarray(corners, float).reshape(-1, 2), size, float(blur), name)


class Views:
    """The views taken so far of those that were offered."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.taken: list[View] = []
        self._before: View | None = None

    def offer(self, view: View | None, live: bool = True) -> str | None:
        """Take a view if it brings something new; else why not. From a camera (`live`) the board must hold still.

        Raises CameraCalibrationError for a picture of another size than the others.
        """
        before, self._before = self._before, view
        if view is None:
            return "all of the board must be in the picture, flat and well lit"
        if self.taken and view.size != self.taken[0].size:
            sizes = " and ".join("x".join(map(str, size)) for size in (self.taken[0].size, view.size))
            raise CameraCalibrationError(f"{view.name or 'the camera'}: pictures of {sizes}: all must have one size")
        if view.square < _SMALLEST:
            return "the board is too small in the picture: bring it nearer"
        if live and (before is None or view.apart(before) > _STILL):
            return "hold it still"
        if not view.blur < _BLURRED:
            return "the picture is blurred: more light, less motion, or focus the camera"
        if any(view.apart(old) < _DIFFERENT for old in self.taken):
            return "much like a view before: move or tilt it"
        self.taken.append(view)
        return None

    @property
    def coverage(self) -> NDArray[np.bool_]:
        """Cells of the picture, (ROWS, COLUMNS), in which a corner was seen."""
        cells = np.zeros((ROWS, COLUMNS), bool)
        for view in self.taken:
            column, row = (view.corners / view.size * (COLUMNS, ROWS)).astype(int).T
            cells[row.clip(0, ROWS - 1), column.clip(0, COLUMNS - 1)] = True
        return cells

    def missing(self) -> str | None:
        """What is still to be shown, None if the views suffice (or more would not help)."""
        if len(self.taken) >= MOST:
            return None
        cells = self.coverage
        if cells.mean() < COVERED:
            return f"bring it to the {_where(cells)} of the picture"
        if len(self.taken) < self.wanted:
            return "turn it to face left, right, up and down, by some 30 degrees"
        return _untilted(_fit(self.taken)[1])


def calibrate(views: Sequence[View]) -> Lens:
    """The lens that explains the views best. Raises CameraCalibrationError saying what to do if none does well."""
    if len(views) < FEWEST:
        raise CameraCalibrationError(
            f"{len(views)} usable views of the board: it takes {FEWEST}, better 16, from all over the picture"
        )
    lens, normals, errors = _fit(views)
    if not (lens.error or 0.0) <= WORST:
        order = np.argsort(errors)[::-1][:3]
        worst = ", ".join(f"{views[k].name or f'view {k + 1}'} ({errors[k]:.1f})" for k in order)
        raise CameraCalibrationError(
            f"no lens explains these views: off by {lens.error:.2f} pixels where {WORST:g} is allowed; worst: {worst}. "
            "Glue the board to something flat and stiff, switch autofocus and zoom off, hold it still, use one camera"
        )
    more = _untilted(normals)
    if more is not None:
        raise CameraCalibrationError(
            f"the board is parallel in these views, which leaves the focal length open: {more}"
        )
    return lens


def read_views(folder: str | Path, views: Views) -> dict[str, str]:
    """Offer every picture (.png, .jpg, .jpeg) of a folder; names of those not taken, and why.

    Raises CameraCalibrationError if there is no picture, or one that cannot be read.
    """
    folder = Path(folder)
    files = sorted(p for p in folder.glob("*") if p.suffix.lower() in (".png", ".jpg", ".jpeg"))
    if not files:
        raise CameraCalibrationError(f"there are no pictures (.png, .jpg, .jpeg) in {str(folder)!r}")
    left = {}
    for path in files:
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if picture is None:
            raise CameraCalibrationError(f"{str(path)!r} is no picture that can be read")
        why = views.offer(find_board(np.ascontiguousarray(picture[:, :, ::-1]), path.name), live=False)
        if why is not None:
            left[path.name] = why
    return left


def _untilted(normals: Array) -> str | None:
    """How the board must be tilted more, None if it need not."""
    sides, heights = normals[:, :2].std(axis=0) >= TILTED
    if sides and heights:
        return None
    ways = " and ".join(way for way, done in (("left and right", sides), ("up and down", heights)) if not done)
    return f"turn the board by some 30 degrees, to face {ways}"


def _fit(views: Sequence[View]) -> tuple[Lens, Array, Array]:
    """The best lens; the board's normal (3,) in the camera's frame and the error (pixels) of each view."""
    across, down, side = BOARD
    board = np.zeros((across * down, 3), np.float32)
    board[:, :2] = side * np.mgrid[:across, :down].T.reshape(-1, 2)
    width, height = views[0].size
    corners = [view.corners.astype(np.float32).reshape(-1, 1, 2) for view in views]
    try:
        rms, matrix, bent, turns, _, _, _, errors = cv2.calibrateCameraExtended(
            [board] * len(views), corners, (width, height), np.eye(3), np.zeros(5)
        )
    except cv2.error as error:
        raise CameraCalibrationError(
            f"these views tell nothing ({error.err}): show the board tilted, and all over the picture"
        ) from None
    (fx, _, cx), (_, fy, cy) = np.asarray(matrix, float)[:2]
    k1, k2, p1, p2, k3 = (float(v) for v in np.ravel(bent)[:5])
    lens = Lens(width, height, (float(fx), float(fy)), (float(cx), float(cy)), (k1, k2, p1, p2, k3), float(rms))
    normals = np.array([np.asarray(cv2.Rodrigues(turn)[0], float)[:, 2] for turn in turns])
    return lens, normals, np.ravel(errors).astype(float)


def _where(cells: NDArray[np.bool_]) -> str:
    """Words for the part of the picture that misses most: corners first, they tell most of the distortion."""
    rows = {"upper": slice(0, 1), "": slice(1, ROWS - 1), "lower": slice(ROWS - 1, ROWS)}
    columns = {"left": slice(0, 2), "middle": slice(2, COLUMNS - 2), "right": slice(COLUMNS - 2, COLUMNS)}
    parts = {f"{v} {h}".strip(): cells[r, c].mean() for v, r in rows.items() for h, c in columns.items()}
    return min(parts, key=lambda part: float(parts[part]))
