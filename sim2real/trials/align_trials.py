"""How well the hand of an emulated arm meets the camera after `align`, judged by what only the emulator knows."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.errors import PontineError
from pontine.envs.robot import Robot
from pontine.envs.so101.kinematics import tool_pose

from ..alignment import poses
from ..alignment.align import Outcome, align
from ..alignment.visit import Visitor
from ..arm.calibration import Calibration
from ..arm.collision import Collisions
from ..arm.limits import limits
from ..arm.serial_arm import SerialArm
from ..bus.bus import Bus
from ..emulation.emulated_arm import PICTURE_SIZE, Truth
from ..emulation.process import Emulation, emulation
from ..vision.camera import Camera, open_camera
from ..vision.lens import CameraPose, Lens
from ..vision.scene_source import EMPTY_TABLE
from .staged import PATIENCE

LOWEST = 0.02
"""How high (m) above the table the tool stays at the poses that are judged: where the arm works."""

CLEARANCE = 0.06
"""That of `arm align`, m."""

_SETTLING = 25


def alignments(
    seeds: Sequence[int], profile: str = "stranger", allowed: str = "gentle", shown: int = 32, judged: int = 20
) -> Iterator[dict[str, Any]]:
    """Align emulated arms of a profile, one a seed, each in a process of its own; the result so far after each.

    Per arm: how long it took (s), how far (mm) the tool was from where the camera sees it at `judged` poses over the
    table that the alignment has not seen, before it and after, and what was found; or why it was refused.
    """
    arms: dict[str, dict[str, Any]] = {}
    for seed in seeds:
        try:
            arms[str(seed)] = _aligned(seed, profile, allowed, shown, judged)
        except PontineError as error:
            arms[str(seed)] = {"refused": str(error)}
        done = [arm for arm in arms.values() if "after_mm" in arm]
        worst = [max(arm["after_mm"]) for arm in done]
        yield {
            "profile": profile,
            "limits": allowed,
            "aligned": len(done),
            "refused": len(arms) - len(done),
            "seconds": max((arm["seconds"] for arm in done), default=None),
            "worst_before_mm": max((max(arm["before_mm"]) for arm in done), default=None),
            "worst_after_mm": max(worst, default=None),
            "arms": arms,
        }


def bring_together(
    emulated: Emulation, camera: Camera, calibration: Calibration, allowed: str = "gentle", shown: int = 32
) -> tuple[Outcome, Visitor]:
    """What a user's `arm align` does with an emulated arm: the outcome, and what was visited. Raises what that does."""
    with _awake(emulated, calibration, allowed) as arm:
        visitor = Visitor(arm, camera, emulated.markers, emulated.lens, arm.limits, CLEARANCE)
        arm.reset()
        visitor.go_round(visitor.find(), shown)
    return align(visitor.series, calibration, emulated.markers, visitor.lens), visitor


def _aligned(seed: int, profile: str, allowed: str, shown: int, judged: int) -> dict[str, Any]:
    with (
        emulation((), profile=profile, camera=True, seed=seed) as emulated,
        open_camera(emulated.camera_url, PICTURE_SIZE) as camera,
    ):
        calibration, began = emulated.calibration, time.monotonic()
        outcome, visitor = bring_together(emulated, camera, calibration, allowed, shown)
        seconds = time.monotonic() - began
        made_up = outcome.alignment.of_calibration(calibration)
        with _awake(emulated, made_up, allowed) as arm:
            arm.reset()
            space = Collisions.of(arm.limits.profile)
            goals = poses.candidates(arm.limits, space, LOWEST, 4 * judged, seed=seed + 1)[:judged]
            before, after = [], []
            for goal in goals:
                state = _went(arm, goal, space)
                seen = _where_seen(emulated.truth(), visitor.lens, outcome.camera)
                after.append(float(np.linalg.norm(tool_pose(state[None]).position[0] - seen)))
                plain = made_up.plain(state)
                before.append(float(np.linalg.norm(tool_pose(plain[None]).position[0] - seen)))
    return {
        "seconds": round(seconds, 1),
        "poses": len(visitor.series.shots),
        "tried": visitor.series.tried,
        "before_mm": [round(1000 * miss, 2) for miss in before],
        "after_mm": [round(1000 * miss, 2) for miss in after],
        "said_mm": [round(1000 * miss, 2) for miss in outcome.alignment.miss],
        "found": {name: [e.value, e.low, e.high] for name, e in outcome.alignment.found.items()},
    }


def _awake(emulated: Emulation, calibration: Calibration, allowed: str) -> SerialArm:
    bus = Bus(emulated.port, calibration.ids, patience=PATIENCE)
    return SerialArm(bus, calibration, limits(allowed, calibration), EMPTY_TABLE)


def _went(arm: SerialArm, goal: Array, space: Collisions) -> Array:
    """The joints (6,) rad after going there and settling, the mean of a few control steps."""
    robot: Robot = arm
    start = robot.observe().command
    for point in poses.way(start, goal, arm.limits, space) or []:
        for target in poses.steps(start, point, arm.limits):
            robot.command(target)
        start = point
    said = []
    for _ in range(_SETTLING):
        robot.command(start)
        said.append(robot.observe().position)
    return np.asarray(np.mean(said[_SETTLING // 2 :], axis=0))


def _where_seen(truth: Truth, lens: Lens, camera: CameraPose) -> Array:
    """Where (3,) m the tool is seen by who believes in that lens and camera, its height being known."""
    pixel = truth.lens.project(truth.camera.into(truth.tool[None]))
    return camera.meet(lens.rays(pixel), float(truth.tool[2]))[0]
