"""Whether a camera sees the table's tags where the markers file says that they lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pontine.envs.arrays import Array

from .lens import CameraPose, Lens
from .markers import Markers, Tag
from .pose_fit import pnp
from .tag_pose import WORST, Eye, SightError, TagFinder

FAR = 0.004
"""How far (m) from its place a table tag may be seen."""

FEWEST = 3
"""Table tags to see at least: what fewer say of each other proves little."""

MISPRINTED = 0.03
"""From which share on tags that are larger or smaller than said were printed so."""

_CENTRES, _ALIKE, _FLAT = 4, 0.015, 0.001


@dataclass(frozen=True)
class TagPlace:
    """Where a table tag is said to be and where it is seen, (3,) m in the base frame; and how many pixels its
    corners are from where they should be. None for what is not in the picture. `quarters` is how many quarter turns,
    anticlockwise, it lies from how it is said to; `scale` its size over the size said."""

    id: int
    wanted: Array
    seen: Array | None
    error: float | None
    quarters: int = 0
    scale: float = 1.0

    @property
    def off(self) -> float:
        """Distance (m) of the place seen from the place said; NaN if it is not seen."""
        return float("nan") if self.seen is None else float(np.linalg.norm(self.seen - self.wanted))

    @property
    def good(self) -> bool:
        """Whether it is seen where it should be."""
        return self.error is not None and self.off <= FAR and self.error <= 2 * WORST


@dataclass(frozen=True)
class PoseCheck:
    """The camera's pose and the table's tags as one picture shows them."""

    camera: CameraPose
    tags: tuple[TagPlace, ...]

    @property
    def enough(self) -> bool:
        """Whether enough tags are seen to judge by."""
        return self._count >= FEWEST

    @property
    def _count(self) -> int:
        return sum(tag.seen is not None for tag in self.tags)

    @property
    def problems(self) -> list[str]:
        """What is wrong and what to do, a line each; empty if all is well."""
        seen, size = [tag for tag in self.tags if tag.seen is not None], self.misprint
        lines = []
        if size is not None:
            change = f"{abs(size - 1):.0%} {'smaller' if size < 1 else 'larger'}"
            lines.append(
                f"all tags are {change} than the markers file says: the sheet was not printed at 100 % (fit to page, "
                "most likely); print it again, or measure a black square and write its side into the file"
            )
        for tag in seen:
            if tag.quarters:
                turn = {1: "a quarter turn anticlockwise", 2: "half a turn", 3: "a quarter turn clockwise"}
                lines.append(f"tag {tag.id} lies turned by {turn[tag.quarters]}: turn it back")
            elif tag.off > FAR or (not tag.good and size is None):
                lines.append(
                    f"tag {tag.id} is seen {tag.off * 1000:.1f} mm from its place: lay it back, or measure its place "
                    "again"
                )
        if not self.enough:
            lines.append(
                f"only {self._count} of the table's {len(self.tags)} tags can be seen, {FEWEST} are needed: "
                "take away what hides them, print more, or move the camera"
            )
        return lines

    @property
    def misprint(self) -> float | None:
        """The tags' size over the size said, where all were printed too large or too small alike; otherwise None."""
        scales = [tag.scale for tag in self.tags if tag.seen is not None]
        if len(scales) < FEWEST or np.ptp(scales) > 2 * _ALIKE:
            return None
        size = float(np.mean(scales))
        return size if abs(size - 1) > MISPRINTED else None

    @property
    def verdict(self) -> str:
        """All of it in one line."""
        if self.problems:
            return "the camera does not know well enough where the table is"
        worst = max(tag.off for tag in self.tags if tag.seen is not None)
        x, y, z = self.camera.position
        return (
            f"the camera stands at ({x:.3f}, {y:.3f}, {z:.3f}) m from the arm's base; "
            f"the table's tags are where they should be, within {worst * 1000:.1f} mm"
        )


class PoseChecker:
    """Looks at pictures of the table; the more of them, the surer the camera's pose."""

    def __init__(self, markers: Markers, lens: Lens) -> None:
        self._markers, self._lens = markers, lens
        self._eye, self._finder = Eye(markers, lens), TagFinder(markers.family)

    def see(self, image: NDArray[np.uint8]) -> PoseCheck:
        """What an RGB picture shows. Raises SightError if no table tag can be used, LensError for another shape."""
        lens = self._lens.at(image.shape[1], image.shape[0])
        found = self._finder.find(np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8))
        # Tags that were turned or misprinted still have their middles where they should be.
        middles = _from_middles([tag for tag in self._markers.table if tag.id in found], found, lens)
        laid = {}
        if middles is not None:
            laid = {tag.id: _laid(tag, found[tag.id], lens, middles) for tag in self._markers.table if tag.id in found}
        try:
            look = self._eye.look(image)
            camera, errors = look.camera, look.table_errors
        except SightError:
            if middles is None:
                raise
            camera, errors = middles, {}
        check = self._check(found, lens, camera, errors, laid)
        if middles is not None and (check.misprint is not None or any(tag.quarters for tag in check.tags)):
            return self._check(found, lens, middles, errors, laid)
        return check

    def _check(
        self,
        found: Mapping[int, Array],
        lens: Lens,
        camera: CameraPose,
        errors: Mapping[int, float],
        laid: Mapping[int, tuple[int, float]],
    ) -> PoseCheck:
        places = [
            TagPlace(
                tag.id,
                np.array(tag.position),
                _place(tag, found[tag.id], lens, camera) if tag.id in found else None,
                errors.get(tag.id),
                *laid.get(tag.id, (0, 1.0)),
            )
            for tag in self._markers.table
        ]
        return PoseCheck(camera, tuple(places))


def _from_middles(tags: Sequence[Tag], found: Mapping[int, Array], lens: Lens) -> CameraPose | None:
    """The camera's pose by the middles of the tags alone; None if they are too few or do not agree."""
    if len(tags) < _CENTRES:
        return None
    points, pixels = np.array([tag.position for tag in tags]), np.array([_middle(found[tag.id], lens) for tag in tags])
    camera = CameraPose(*pnp(points, pixels, lens))
    misses = np.linalg.norm(lens.project(camera.into(points)) - pixels, axis=1)
    return camera if misses.mean() <= WORST else None


def _laid(tag: Tag, corners: Array, lens: Lens, camera: CameraPose) -> tuple[int, float]:
    """By how many quarter turns a tag lies from how it should, and its size over the size said."""
    if np.ptp(tag.corners()[:, 2]) > _FLAT:
        return 0, 1.0  # one that stands is not looked at from above
    seen, said = camera.meet(lens.rays(corners), tag.position[2])[:, :2], tag.corners()[:, :2]
    edges, wanted = seen - np.roll(seen, 1, axis=0), said - np.roll(said, 1, axis=0)
    scale = float(np.linalg.norm(edges, axis=1).mean() / tag.size)
    across = edges[:, 1] * wanted[:, 0] - edges[:, 0] * wanted[:, 1]
    angle = np.arctan2(across.sum(), (edges * wanted).sum())
    return round(float(angle) / (np.pi / 2)) % 4, scale


def _middle(corners: Array, lens: Lens) -> Array:
    """The pixel (2,) of a tag's middle: where the diagonals of its picture cross."""
    a, b, c, d = lens.rays(corners)
    middle = np.cross(np.cross(a, c), np.cross(b, d))
    return lens.project((middle / middle[2])[None])[0]


def _place(tag: Tag, corners: Array, lens: Lens, camera: CameraPose) -> Array:
    """Where the tag's middle, at its height, is seen, (3,) m: where the diagonals of its picture cross."""
    a, b, c, d = lens.rays(corners)
    middle = np.cross(np.cross(a, c), np.cross(b, d))
    return camera.meet((middle / middle[2])[None], tag.position[2])[0]
