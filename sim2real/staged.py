"""An emulated arm before a table, opened as a real one would be: bus, envelope, camera and tags."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from pontine.envs.catalogue import ObjectSpec
from pontine.envs.scene import Scene

from .bus import Bus
from .camera import open_camera
from .emulated_arm import PICTURE_SIZE, EmulatedArm
from .limits import limits
from .profiles import Profile
from .serial_arm import SerialArm
from .stops import SafetyStop
from .tag_scene import TagScene

PATIENCE = 0.05
"""s that answers may lag: the emulation shares the machine with its client."""


@dataclass(frozen=True)
class Staged:
    """The arm as its user has it, and the table as it really is."""

    arm: SerialArm
    truth: Callable[[], Scene]


@contextmanager
def staged(
    objects: Sequence[ObjectSpec], *, profile: str | Profile = "worn", allowed: str = "normal", seed: int = 0
) -> Iterator[Staged]:
    """An emulated arm, awake and at rest, whose table is seen by its camera. What stopped it for good stands in
    its report."""
    with (
        EmulatedArm(objects, profile=profile, camera_port=0, seed=seed) as emulated,
        open_camera(emulated.camera_url, PICTURE_SIZE) as camera,
        TagScene(emulated.markers, emulated.lens, camera) as scenes,
    ):
        scenes.wait(20.0)
        calibration = emulated.calibration
        bus = Bus(emulated.port, calibration.ids, patience=PATIENCE)
        with suppress(SafetyStop), SerialArm(bus, calibration, limits(allowed, calibration), scenes) as arm:
            arm.reset()
            yield Staged(arm, emulated.truth)
