"""Domain randomisation: what differs from world to world, and by how much."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import PontineError, UnknownNameError
from ..registry import Registry
from ..robot import CONTROL_SECONDS, JOINTS
from ..so101.dynamics import Dynamics
from ..so101.model import ARMATURE, DAMPING, FRICTIONLOSS, KP, PAD_FRICTION

Range = tuple[float, float]
JointRange = Range | tuple[tuple[float, ...], tuple[float, ...]]

FITTED = "fitted"
"""The randomisation around an arm's own constants; `fitted:FILE` names its dynamics file."""

MARGIN = 1.15
"""Factor about an identified constant and its interval: emulated arms' constants were found that well."""


@dataclass(frozen=True)
class Randomization:
    """Ranges (low, high), drawn anew for every episode.

    `kp` (N m/rad) and `damping` (N m s/rad) are drawn log-uniformly; `backlash` (rad, half of
    the play) for every joint, and so are constants whose ends are given by joint; `delay` in whole
    control steps. The object's perceived pose
    has a constant error with standard deviations `pose_noise` (m) and `angle_noise` (rad), a
    third of it in height and tilt, which the table gives away; a jitter from frame to frame
    with `pose_jitter` and `angle_jitter`; and in a share `dropout` of the control steps it
    goes out of sight for `dropout_steps` of them.
    """

    name: str = "none"
    kp: JointRange = (KP, KP)
    damping: JointRange = (DAMPING, DAMPING)
    armature: JointRange = (ARMATURE, ARMATURE)
    frictionloss: JointRange = (FRICTIONLOSS, FRICTIONLOSS)
    pad_friction: Range = (PAD_FRICTION[0], PAD_FRICTION[0])
    mass_scale: Range = (1.0, 1.0)
    backlash: JointRange = (0.0, 0.0)
    delay: tuple[int, int] = (0, 0)
    pose_noise: float = 0.0
    angle_noise: float = 0.0
    pose_jitter: float = 0.0
    angle_jitter: float = 0.0
    dropout: float = 0.0
    dropout_steps: tuple[int, int] = (1, 1)

    def dynamics(self, rng: np.random.Generator) -> dict[str, Any]:
        """One draw of the arguments for `Worlds.set_dynamics`."""
        drawn: dict[str, Any] = {name: np.exp(rng.uniform(*np.log(getattr(self, name)))) for name in ("kp", "damping")}
        for name in ("armature", "frictionloss", "pad_friction", "mass_scale"):
            drawn[name] = rng.uniform(*getattr(self, name))
        low, high = np.array(self.backlash)
        drawn["backlash"] = rng.uniform(low, high, size=len(JOINTS))
        drawn["delay"] = int(rng.integers(self.delay[0], self.delay[1] + 1))
        return drawn

    def view(self, rng: np.random.Generator, frames: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """One draw of an episode's camera: the pose error of every frame (frames, 6) as position (m) and
        rotation vector (rad), and which frames miss the object (frames,), never the first."""
        where, turn = (1.0, 1.0, 1 / 3), (1 / 3, 1 / 3, 1.0)
        constant = rng.normal(size=6) * (*np.multiply(where, self.pose_noise), *np.multiply(turn, self.angle_noise))
        shaking = (*np.multiply(where, self.pose_jitter), *np.multiply(turn, self.angle_jitter))
        error = constant + rng.normal(size=(frames, 6)) * shaking
        missed = np.zeros(frames, bool)
        begins = 1 + np.flatnonzero(rng.random(frames - 1) < self.dropout)
        for begin, length in zip(
            begins, rng.integers(*self.dropout_steps, size=len(begins), endpoint=True), strict=True
        ):
            missed[begin : begin + length] = True
        return error, missed


RANDOMIZATIONS: Registry[Randomization] = Registry("randomization")
"""Named randomisations. `none` is the nominal arm, seen exactly. `real` spans what was identified on real SO-101 arms:
firmware gains and supply voltages, worn gears with up to a degree of play, command delays of 1 to 3 control steps; and
a camera that is a few millimetres and degrees off, and blind a tenth of the time. `delay2` is the nominal arm with
exactly two control steps of delay."""

NONE = RANDOMIZATIONS.register(Randomization())
REAL = RANDOMIZATIONS.register(
    Randomization(
        name="real",
        kp=(8.0, 60.0),
        damping=(0.4, 1.6),
        armature=(0.028, 0.2),
        frictionloss=(0.0, 0.4),
        pad_friction=(0.5, 1.6),
        mass_scale=(0.5, 3.0),
        backlash=(0.0, np.deg2rad(0.5)),
        delay=(0, 3),
        pose_noise=0.003,
        angle_noise=np.deg2rad(3.0),
        pose_jitter=0.0005,
        angle_jitter=np.deg2rad(0.5),
        dropout=0.02,
        dropout_steps=(2, 8),
    )
)
RANDOMIZATIONS.register(Randomization(name="delay2", delay=(2, 2)))


def randomization(name: str) -> Randomization:
    """The preset of that name, or for `fitted:FILE` what `fitted` makes of that dynamics file.

    Raises UnknownNameError listing the valid ones, PontineError for `fitted` without a file, and DynamicsError.
    """
    if name.startswith(f"{FITTED}:"):
        return fitted(Dynamics.read(name.removeprefix(f"{FITTED}:")))
    if name == FITTED:
        raise PontineError("randomization=fitted needs dynamics=FILE: make one with `pontine arm identify`")
    if name not in RANDOMIZATIONS:
        raise UnknownNameError("randomization", name, [*RANDOMIZATIONS, FITTED])
    return RANDOMIZATIONS[name]


def with_dynamics(name: str, path: str | Path | None) -> str:
    """The name of the randomisation `name` with a dynamics file; raises PontineError where one is not for the other."""
    if path is None:
        return name
    if name != FITTED:
        raise PontineError(f"dynamics={path} is for randomization=fitted, not for {name}")
    return f"{FITTED}:{path}"


def fitted(dynamics: Dynamics) -> Randomization:
    """`real` but for the servos' constants and the delay, which lie around what was identified, by joint."""

    def ends(constant: str, scale: float = 1.0) -> tuple[tuple[float, ...], tuple[float, ...]]:
        found = [dynamics.joints[joint][constant] for joint in JOINTS]
        return tuple(e.low / MARGIN * scale for e in found), tuple(e.high * MARGIN * scale for e in found)

    delay = dynamics.delay
    return replace(
        REAL, name=FITTED, kp=ends("kp"), damping=ends("damping"), armature=ends("armature"),
        frictionloss=ends("frictionloss"), backlash=ends("backlash", 0.5),
        delay=(int(delay.low / MARGIN / CONTROL_SECONDS), int(np.ceil(delay.high * MARGIN / CONTROL_SECONDS))),
    )  # fmt: skip
