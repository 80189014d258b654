"""Whether a camera sees the table's tags where the markers file says that they lie."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pontine.envs.arrays import Array

from .lens import CameraPose, Lens
from .markers import Markers, Tag
from .tag_pose import WORST, Eye, TagFinder

FAR = 0.004
"""How far (m) from its place a table tag may be seen."""

FEWEST = 3
"""Table tags to see at least: what fewer say of each other proves little."""


@dataclass(frozen=True)
class TagPlace:
    """Where a table tag is said to be and where it is seen, (3,) m in the base frame; and how many pixels its
    corners are from where they should be. None for what is not in the picture."""

    id: int
    wanted: Array
    seen: Array | None
    error: float | None

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
        lines = [
            f"tag {tag.id} is seen {tag.off * 1000:.1f} mm from its place: lay it back, or measure its place again"
            for tag in self.tags
            if tag.seen is not None and not tag.good
        ]
        if not self.enough:
            lines.append(
                f"only {self._count} of the table's {len(self.tags)} tags can be seen, {FEWEST} are needed: "
                "take away what hides them, print more, or move the camera"
            )
        return lines

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
        look = self._eye.look(image)
        lens = self._lens.at(image.shape[1], image.shape[0])
        found = self._finder.find(np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8))
        places = [
            TagPlace(
                tag.id,
                np.array(tag.position),
                _place(tag, found[tag.id], lens, look.camera) if tag.id in found else None,
                look.table_errors.get(tag.id),
            )
            for tag in self._markers.table
        ]
        return PoseCheck(look.camera, tuple(places))


def _place(tag: Tag, corners: Array, lens: Lens, camera: CameraPose) -> Array:
    """Where the tag's middle, at its height, is seen, (3,) m: where the diagonals of its picture cross."""
    a, b, c, d = lens.rays(corners)
    middle = np.cross(np.cross(a, c), np.cross(b, d))
    return camera.meet((middle / middle[2])[None], tag.position[2])[0]
