"""Printed sheets: the tags of a markers file, and a chessboard to calibrate a camera with, to scale."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pontine.envs.errors import PontineError
from pontine.envs.files import replacing

from . import tags
from .markers import Markers

Page = NDArray[np.uint8]

PAPER = (0.210, 0.297)
"""Width and height of a page (A4), m."""

DPI = 300

BOARD = (9, 6, 0.022)
"""Inner corners along and across of the calibration board, and the side of a square (m)."""

_MARGIN, _GAP, _LINE = 0.012, 0.010, 0.006


def pixels(length: float) -> int:
    """Pixels of a length (m) on paper."""
    return round(length / 0.0254 * DPI)


def pages(markers: Markers) -> list[Page]:
    """Pages (h, w) of grey with every tag at its size, its id and its place written below; grey lines to cut along.

    Raises PontineError for a tag that no page holds.
    """
    done, page = [], _blank()
    x = y = _MARGIN
    row = 0.0
    for place, stuck in markers.places:
        for tag in stuck:
            side = tags.with_border(markers.family, tag.size)
            if side > PAPER[0] - 2 * _MARGIN:
                raise PontineError(f"tag {tag.id} with its border is {side * 1000:.0f} mm wide: no page holds it")
            if x + side > PAPER[0] - _MARGIN:
                x, y, row = _MARGIN, y + row + _GAP + _LINE, 0.0
            if y + side + _LINE > PAPER[1] - _MARGIN:
                done.append(page)
                page, x, y, row = _blank(), _MARGIN, _MARGIN, 0.0
            cells = tags.picture(markers.family, tag.id)
            count = pixels(side)
            left, top = pixels(x), pixels(y)
            page[top : top + count, left : left + count] = cv2.resize(
                cells, (count, count), interpolation=cv2.INTER_NEAREST
            )
            cv2.rectangle(page, (left - 1, top - 1), (left + count, top + count), 190, 1)
            label = f"{tag.id} {place}" if place.isascii() else str(tag.id)
            spot = (left, top + count + pixels(0.004))
            cv2.putText(page, label, spot, cv2.FONT_HERSHEY_SIMPLEX, 0.9, 0, 2, cv2.LINE_AA)
            x, row = x + max(side, 0.022) + _GAP, max(row, side)
    return [*done, page]


def board() -> Page:
    """A page with the calibration board."""
    across, down, square = BOARD
    page = _blank()
    count = pixels(square)
    grid = np.indices((across + 1, down + 1)).sum(0) % 2 * 255
    squares = grid.astype(np.uint8).repeat(count, 0).repeat(count, 1)
    top, left = ((p - s) // 2 for p, s in zip(page.shape, squares.shape, strict=True))
    page[top : top + squares.shape[0], left : left + squares.shape[1]] = squares
    return page


def write(sheets: list[Page], path: str | Path) -> list[Path]:
    """Write pages as one PDF, or as PNG files numbered from the second on; the files written.

    Raises PontineError for another ending.
    """
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.figure import Figure

    path = Path(path)
    figures = []
    for page in sheets:
        figure = Figure(figsize=(page.shape[1] / DPI, page.shape[0] / DPI), dpi=DPI)
        figure.add_axes((0, 0, 1, 1)).set_axis_off()
        figure.figimage(page, cmap="gray", vmin=0, vmax=255)
        figures.append(figure)
    if path.suffix.lower() == ".pdf":
        with replacing(path) as temporary, PdfPages(temporary) as file:
            for figure in figures:
                file.savefig(figure, dpi=DPI)
        return [path]
    if path.suffix.lower() != ".png":
        raise PontineError(f"out={path} must end in .pdf or .png")
    names = [path if i == 0 else path.with_stem(f"{path.stem}-{i + 1}") for i in range(len(figures))]
    for name, figure in zip(names, figures, strict=True):
        with replacing(name) as temporary:
            figure.savefig(temporary, format="png", dpi=DPI)
    return names


def _blank() -> Page:
    return np.full((pixels(PAPER[1]), pixels(PAPER[0])), 255, np.uint8)
