"""LeRobot's numbers for an SO-101's joints: degrees, and percent of its opening for the gripper.

LeRobot's `SO101Follower` (with `use_degrees`) counts an angle from the middle of the joint's calibrated
range and the gripper from closed, 0, to open, 100. These numbers exist only in files meant for LeRobot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pontine.envs.errors import PontineError
from pontine.envs.robot import JOINTS
from pontine.envs.so101.model import GRIPPER, RANGE

NAMES = tuple(f"{joint}.pos" for joint in JOINTS)
"""LeRobot's names of the six numbers."""


@dataclass(frozen=True)
class Units:
    """How one arm's model angles read in LeRobot: (angle - zero) x scale, six numbers each.

    `zero` is the model angle (rad) that reads 0, `scale` how many units a radian makes.
    """

    zero: tuple[float, ...]
    scale: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.zero) != len(JOINTS) or len(self.scale) != len(JOINTS) or not all(self.scale):
            raise PontineError(f"units need {len(JOINTS)} zeros and as many scales other than 0")

    @classmethod
    def of_ranges(cls, ranges: ArrayLike = RANGE) -> Self:
        """Those of an arm whose model zero is LeRobot's, and whose gripper opens over its range (rad); (6, 2)."""
        low, high = np.asarray(ranges, float)[GRIPPER]
        zero, scale = np.zeros(len(JOINTS)), np.full(len(JOINTS), 180 / np.pi)
        zero[GRIPPER], scale[GRIPPER] = low, 100 / (high - low)
        return cls(tuple(zero.tolist()), tuple(scale.tolist()))

    def to_lerobot(self, angles: ArrayLike) -> NDArray[np.float64]:
        """LeRobot's numbers of model angles (..., 6) rad."""
        return (np.asarray(angles, float) - self.zero) * self.scale

    def to_model(self, values: ArrayLike) -> NDArray[np.float64]:
        """Model angles (..., 6) rad of LeRobot's numbers."""
        return np.asarray(values, float) / self.scale + self.zero

    def as_json(self) -> dict[str, Any]:
        """What a file keeps of them."""
        return {"names": list(NAMES), "zero_rad": list(self.zero), "units_per_rad": list(self.scale)}

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Read them back; raises PontineError."""
        try:
            return cls(tuple(map(float, data["zero_rad"])), tuple(map(float, data["units_per_rad"])))
        except (KeyError, TypeError, ValueError) as error:
            raise PontineError(f"these are no units of an arm: {error!r}") from None
