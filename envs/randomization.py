"""Domain randomisation: what differs from world to world, and by how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arm import ARMATURE, DAMPING, FRICTIONLOSS, KP, PAD_FRICTION
from .errors import UnknownNameError

Range = tuple[float, float]


@dataclass(frozen=True)
class Randomization:
    """Ranges (low, high), drawn anew for every episode.

    `kp` (N m/rad) is drawn log-uniformly, `delay` in whole control steps; `pose_noise`
    (m) and `yaw_noise` (rad) are standard deviations of a constant error of the object's
    perceived pose.
    """

    kp: Range = (KP, KP)
    damping: Range = (DAMPING, DAMPING)
    armature: Range = (ARMATURE, ARMATURE)
    frictionloss: Range = (FRICTIONLOSS, FRICTIONLOSS)
    pad_friction: Range = (PAD_FRICTION[0], PAD_FRICTION[0])
    mass_scale: Range = (1.0, 1.0)
    delay: tuple[int, int] = (0, 0)
    pose_noise: float = 0.0
    yaw_noise: float = 0.0

    def draw(self, rng: np.random.Generator) -> tuple[dict[str, float], np.ndarray]:
        """Arguments for `Worlds.set_dynamics`, and the pose error (4,): x, y, z (m), yaw (rad)."""
        dynamics: dict[str, float] = {"kp": float(np.exp(rng.uniform(*np.log(self.kp))))}
        for name in ("damping", "armature", "frictionloss", "pad_friction", "mass_scale"):
            dynamics[name] = float(rng.uniform(*getattr(self, name)))
        dynamics["delay"] = int(rng.integers(self.delay[0], self.delay[1] + 1))
        return dynamics, rng.normal(size=4) * (self.pose_noise, self.pose_noise, self.pose_noise / 3, self.yaw_noise)


PRESETS = {
    "none": Randomization(),
    "real": Randomization(
        kp=(8.0, 60.0),
        damping=(0.4, 1.2),
        armature=(0.028, 0.12),
        frictionloss=(0.0, 0.2),
        pad_friction=(0.6, 1.6),
        mass_scale=(0.5, 3.0),
        delay=(0, 2),
        pose_noise=0.003,
        yaw_noise=0.05,
    ),
}
"""Named randomisations. `real` spans what was identified on real SO-101 arms: firmware
gains and supply voltages, worn gears, command delays of 1 to 2 control steps."""


def randomization(name: str) -> Randomization:
    """The preset of that name. Raises UnknownNameError listing the valid ones."""
    if name not in PRESETS:
        raise UnknownNameError("randomization", name, PRESETS)
    return PRESETS[name]
