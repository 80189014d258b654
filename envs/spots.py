"""Where the empty hand can be brought: over a named spot of the table, over an object, home."""

from __future__ import annotations

from functools import cache

from .errors import SceneError
from .scene import Scene
from .so101.kinematics import tool_pose
from .so101.model import REST

SPOTS = {
    "middle": (0.24, 0.0, 0.12),
    "left": (0.15, 0.18, 0.12),
    "right": (0.15, -0.18, 0.12),
    "near": (0.19, 0.0, 0.12),
    "far": (0.29, 0.0, 0.12),
}
"""Named spots above the table, (x, y, z) m."""

CLEARANCE = 0.05
"""How far (m) above an object the tool is when it is brought over it."""


def point_over(scene: Scene, name: str) -> tuple[float, float, float]:
    """Where the tool is when it is over a named spot or an object, (x, y, z) m.

    Raises SceneError for what is neither, and for an object whose position or size is not known.
    """
    if name in SPOTS:
        return SPOTS[name]
    if name not in scene:
        known = ", ".join([*SPOTS, *(o.name for o in scene.objects)])
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
