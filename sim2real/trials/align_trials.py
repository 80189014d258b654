"""How well the hand of an emulated arm meets the camera after `align`, judged by what only the emulator knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.errors import PontineError
from pontine.envs.robot import Robot
from pontine.envs.so101.kinematics import tool_pose

from ..alignment import poses
from ..alignment.align import Outcome, align
from ..alignment.alignment import Aligned
from ..alignment.visit import Visitor
from ..arm.calibration import Calibration
from ..arm.collision import Collisions
from ..arm.serial_arm import SerialArm
from ..emulation.arm_profile import drawn
from ..emulation.emulated_arm import Truth
from ..vision.lens import CameraPose, Lens
from .kit import Kit, kit

LOWEST = 0.02
"""How high (m) above the table the tool stays at the poses that are judged: where the arm works."""

CLEARANCE = 0.06
"""That of `arm align`, m."""

_SETTLING = 25


@dataclass(frozen=True, eq=False)
class Brought:
    """A hand and a camera that were brought together, what was visited for it, and how long (s) it took."""

    outcome: Outcome
    visitor: Visitor
    seconds: float


def alignments(
    seeds: Sequence[int], profile: str = "stranger", allowed: str = "gentle", shown: int = 32, judged: int = 20,
    stepped: bool = True,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """Align emulated arms of a profile, one a seed, in stepped or in real time (`kit`); the result so far after each.

    Per arm: how long it took (s), how far (mm) the tool was from where the camera sees it at `judged` poses over the
    table that the alignment has not seen, before it and after, how late (s) pictures come as found and in truth, and
    what else was found; or why it was refused.
    """
    arms: dict[str, dict[str, Any]] = {}
    for seed in seeds:
        try:
            arms[str(seed)] = _aligned(seed, profile, allowed, shown, judged, stepped)
        except PontineError as error:
            arms[str(seed)] = {"refused": str(error)}
        done = [arm for arm in arms.values() if "after_mm" in arm]
        worst = [max(arm["after_mm"]) for arm in done]
        yield {
            "profile": profile,
            "limits": allowed,
            "stepped": stepped,
            "aligned": len(done),
            "refused": len(arms) - len(done),
            "seconds": max((arm["seconds"] for arm in done), default=None),
            "worst_before_mm": max((max(arm["before_mm"]) for arm in done), default=None),
            "worst_after_mm": max(worst, default=None),
            "arms": arms,
        }


def bring_together(have: Kit, calibration: Calibration, allowed: str = "gentle", shown: int = 32) -> Brought:
    """What a user's `arm align` does with an emulated arm. Raises what that does."""
    markers, lens, began = have.emulated.markers, have.emulated.lens, have.clock.now()
    with have.awake(calibration, allowed) as arm:
        visitor = Visitor(arm, have.camera, markers, lens, arm.limits, CLEARANCE, clock=have.clock.now)
        arm.reset()
        visitor.swing(visitor.go_round(visitor.find(), shown))
    outcome = align(visitor.series, calibration, markers, visitor.lens)
    return Brought(outcome, visitor, have.clock.now() - began)


def judge(have: Kit, brought: Brought, made_up: Aligned, allowed: str, judged: int, seed: int) -> tuple[Array, Array]:
    """How far (m) the tool is from where the camera sees it at so many poses that the alignment has not seen, before
    it and after, (n, 3) each."""
    before, after = [], []
    with have.awake(made_up, allowed) as arm:
        arm.reset()
        space = Collisions.of(arm.limits.profile)
        for goal in poses.candidates(arm.limits, space, LOWEST, 4 * judged, seed=seed + 1)[:judged]:
            state = _went(arm, goal, space)
            seen = _where_seen(have.emulated.truth(), brought.visitor.lens, brought.outcome.camera)
            after.append(tool_pose(state[None]).position[0] - seen)
            before.append(tool_pose(made_up.plain(state)[None]).position[0] - seen)
    return np.array(before), np.array(after)


def _aligned(seed: int, profile: str, allowed: str, shown: int, judged: int, stepped: bool) -> dict[str, Any]:
    with kit((), profile=profile, seed=seed, stepped=stepped) as have:
        calibration = have.emulated.calibration
        brought = bring_together(have, calibration, allowed, shown)
        made_up = brought.outcome.alignment.of_calibration(calibration)
        before, after = judge(have, brought, made_up, allowed, judged, seed)
    alignment = brought.outcome.alignment
    return {
        "seconds": round(brought.seconds, 1),
        "poses": len(brought.visitor.series.shots),
        "tried": brought.visitor.series.tried,
        "before_mm": (1000 * np.linalg.norm(before, axis=1)).round(2).tolist(),
        "after_mm": (1000 * np.linalg.norm(after, axis=1)).round(2).tolist(),
        "mean_after_mm": (1000 * after.mean(axis=0)).round(2).tolist(),
        "late": [alignment.late, round(drawn(profile, seed).optics.late, 3)],
        "said_mm": [round(1000 * miss, 2) for miss in alignment.miss],
        "found": {name: [e.value, e.low, e.high] for name, e in alignment.found.items()},
    }


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
