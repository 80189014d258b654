"""Playing a recorded episode back on a robot: slowly to where it began, then at the pace it was recorded in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pontine.envs.arrays import Array
from pontine.envs.robot import CONTROL_SECONDS, JOINTS, Robot, straight

from .dataset import Episode

APPROACH = 0.02
"""How far (rad) a joint goes in one control step on the way to the first pose: 0.5 rad/s."""

_SETTLING_STEPS = 10


@dataclass(frozen=True)
class Replay:
    """How it went: control steps, RMS and largest distance (6,) rad of the measured from the recorded joints,
    and in how many steps each joint was sent something other than what was recorded (6,)."""

    steps: int
    rms: Array
    largest: Array
    changed: NDArray[np.int_]

    def as_json(self) -> dict[str, object]:
        """Degrees by joint, for a file."""
        return {
            "steps": self.steps,
            "rms_degrees": dict(zip(JOINTS, np.round(np.degrees(self.rms), 3).tolist(), strict=True)),
            "largest_degrees": dict(zip(JOINTS, np.round(np.degrees(self.largest), 3).tolist(), strict=True)),
            "steps_changed": dict(zip(JOINTS, self.changed.tolist(), strict=True)),
        }


def replay(robot: Robot, episode: Episode, report: Callable[[int, int], None] = lambda done, of: None) -> Replay:
    """Send an episode's commands to a robot again; what its envelope changes is counted.

    Recordings of other rates are resampled to the control step. Raises what the robot's `command` does.
    """
    wanted, recorded = (_resampled(values, episode.fps) for values in (episode.action, episode.state))
    approach = straight(robot.observe().command, wanted[0], APPROACH) + [wanted[0]] * _SETTLING_STEPS
    total = len(approach) + len(wanted)
    for step, target in enumerate(approach):
        robot.command(target)
        report(step + 1, total)
    errors, changed = np.empty_like(recorded), np.zeros(len(JOINTS), int)
    for step, target in enumerate(wanted):
        # A frame holds what was measured before its command went out.
        errors[step] = robot.observe().position - recorded[step]
        robot.command(target)
        changed += np.abs(robot.observe().command - target) > 1e-3
        report(len(approach) + step + 1, total)
    return Replay(len(wanted), np.sqrt((errors**2).mean(0)), np.abs(errors).max(0), changed)


def _resampled(values: Array, fps: int) -> Array:
    """Frames (n, 6) at `fps` as frames of the control rate, by linear interpolation."""
    recorded = np.arange(len(values)) / fps
    times = np.arange(0.0, recorded[-1] + 1e-9, CONTROL_SECONDS)
    return np.stack([np.interp(times, recorded, values[:, joint]) for joint in range(values.shape[1])], axis=1)
