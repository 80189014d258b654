"""An emulated arm before a table, opened as a real one would be: bus, envelope, camera and tags."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

from pontine.envs.tabletop.objects import ObjectSpec

from ..arm.calibration import Calibration
from ..arm.serial_arm import SerialArm
from ..arm.stops import SafetyStop
from ..bus.clock import Clock
from ..emulation.arm_profile import AnyProfile
from ..emulation.emulated_arm import Truth
from .kit import kit


@dataclass(frozen=True)
class Staged:
    """The arm as its user has it, how it and its table really are, and its time."""

    arm: SerialArm
    truth: Callable[[], Truth]
    clock: Clock


@contextmanager
def staged(
    objects: Sequence[ObjectSpec],
    *,
    profile: AnyProfile = "worn",
    allowed: str = "normal",
    seed: int = 0,
    calibration: Calibration | None = None,
    stepped: bool = True,
) -> Iterator[Staged]:
    """An emulated arm, awake and at rest, whose table is seen by its camera.

    `calibration` is its user's, aligned or not; None: what the emulation says that somebody noted. What stopped the arm
    for good once it was awake stands in its report. `stepped` says in which time (`kit`). Raises what keeps the arm
    from waking and the camera from seeing the table.
    """
    with (
        kit(objects, profile=profile, seed=seed, stepped=stepped) as have,
        have.scenes(calibration or have.emulated.calibration) as scenes,
        ExitStack() as stack,
    ):
        arm = stack.enter_context(have.awake(calibration or have.emulated.calibration, allowed, scenes))
        # What stops it on its way is latched: the first command will say so.
        with suppress(SafetyStop):
            arm.reset()
        yield Staged(arm, have.emulated.truth, have.clock)
        with suppress(SafetyStop):
            stack.close()
