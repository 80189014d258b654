"""An emulated arm before a table, opened as a real one would be: bus, envelope, camera and tags."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

from pontine.envs.tabletop.objects import ObjectSpec

from ..arm.calibration import Calibration
from ..arm.limits import limits
from ..arm.serial_arm import SerialArm
from ..arm.stops import SafetyStop
from ..bus.bus import Bus
from ..emulation.arm_profile import AnyProfile
from ..emulation.emulated_arm import PICTURE_SIZE, Truth
from ..emulation.process import emulation
from ..vision.camera import open_camera
from ..vision.tag_scene import TagScene

PATIENCE = 0.05
"""s that answers may lag: the emulation shares the machine with its client."""


@dataclass(frozen=True)
class Staged:
    """The arm as its user has it, and how it and its table really are."""

    arm: SerialArm
    truth: Callable[[], Truth]


@contextmanager
def staged(
    objects: Sequence[ObjectSpec],
    *,
    profile: AnyProfile = "worn",
    allowed: str = "normal",
    seed: int = 0,
    calibration: Calibration | None = None,
) -> Iterator[Staged]:
    """An emulated arm in another process, awake and at rest, whose table is seen by its camera.

    `calibration` is its user's; None: what the emulation says that somebody noted. What stopped the arm for good stands
    in its report.
    """
    with ExitStack() as stack:
        emulated = stack.enter_context(emulation(objects, profile=profile, camera=True, seed=seed))
        camera = stack.enter_context(open_camera(emulated.camera_url, PICTURE_SIZE))
        scenes = stack.enter_context(TagScene(emulated.markers, emulated.lens, camera))
        scenes.wait(20.0)
        calibration = calibration or emulated.calibration
        bus = Bus(emulated.port, calibration.ids, patience=PATIENCE)
        stack.enter_context(suppress(SafetyStop))
        arm = stack.enter_context(SerialArm(bus, calibration, limits(allowed, calibration), scenes))
        # What stops it on its way is latched: the first command will say so.
        with suppress(SafetyStop):
            arm.reset()
        yield Staged(arm, emulated.truth)
