"""Named spots of the table, and where the empty hand can be brought: over one of them, over an object, home."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from itertools import count

from .errors import SceneError
from .scene import Scene, Spot
from .so101.kinematics import tool_pose
from .so101.model import REST

SPOTS = {
    "middle": (0.24, 0.0, 0.12),
    "left": (0.15, 0.18, 0.12),
    "right": (0.15, -0.18, 0.12),
    "near": (0.19, 0.0, 0.12),
    "far": (0.29, 0.0, 0.12),
}
"""The spots that every table has, and where over them the hand is, (x, y, z) m."""

ABOVE = 0.12
"""How far (m) above the table the tool is when it is brought over a spot of a scene."""

CLEARANCE = 0.05
"""How far (m) above an object the tool is when it is brought over it."""


def spot(scene: Scene, name: str) -> Spot:
    """The spot of that name: one of the scene's, or one that every table has. Raises SceneError listing them.

    Example:
        >>> spot(Scene(spots=(Spot("spot_1", (0.2, 0.05)),)), "spot_1").position, spot(Scene(), "middle").position
        ((0.2, 0.05), (0.24, 0.0))
    """
    for told in scene.spots:
        if told.name == name:
            return told
    if name not in SPOTS:
        known = ", ".join([*(s.name for s in scene.spots), *SPOTS])
        raise SceneError(f"no spot {name!r} on the table; there are: {known}")
    return Spot(name, SPOTS[name][:2])


def free_names(taken: Collection[str]) -> Iterator[str]:
    """Names for new spots, one after the other, none of them taken: spot_1, spot_2, ..."""
    return (name for name in (f"spot_{i}" for i in count(1)) if name not in taken)


def point_over(scene: Scene, name: str) -> tuple[float, float, float]:
    """Where the tool is when it is over a spot or an object, (x, y, z) m.

    Raises SceneError for what is neither, and for an object whose position or size is not known.
    """
    if any(told.name == name for told in scene.spots):
        return *spot(scene, name).position, ABOVE
    if name in SPOTS:
        return SPOTS[name]
    if name not in scene:
        known = ", ".join([*SPOTS, *(s.name for s in scene.spots), *(o.name for o in scene.objects)])
        raise SceneError(f"{name!r} is neither a spot nor an object; there are: {known}")
    thing = scene.object(name)
    if thing.position is None or thing.size is None:
        raise SceneError(f"the position or size of {thing.name!r} is not known")
    x, y, z = thing.position
    return x, y, z + thing.size[2] + CLEARANCE


@cache
def home() -> tuple[float, float, float]:
    """Where the tool is when the arm is at rest, (x, y, z) m."""
    x, y, z = tool_pose(REST[None]).position[0]
    return float(x), float(y), float(z)
