"""A dry run: what an arm would do, shown in simulation, with the real arm's pose, table and safety envelope.

Nothing is written to a bus. It is also how a plan is rehearsed before a real arm moves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.robot import CONTROL_SECONDS, JOINTS, RobotState
from pontine.envs.scene import Scene
from pontine.envs.simulated import SimulatedRobot

from .collision import Collisions
from .envelope import Envelope, Sent
from .homing import way_to_rest
from .limits import Limits


class DryArm:
    """A `Robot` that is a simulation of this arm before this table, behind the same envelope."""

    def __init__(self, scene: Scene, position: Array, limits: Limits) -> None:
        """`position` (6,) rad is where the arm stands. Raises SceneError for a table that cannot be laid, such as
        one with a fixture whose state is not known."""
        self._robot = SimulatedRobot.of_scene(scene)
        worlds = self._robot.worlds
        worlds.place_arm(0, np.asarray(position, float))
        worlds.refresh(np.zeros(1, int))
        self._limits, profile = limits, limits.profile
        self._envelope = Envelope(limits, Collisions.of(profile))
        self._sent = Sent.at_rest(position, 0.0)
        self._clipped: Counter[tuple[str, str]] = Counter()
        self._low, self._high = np.array(position, float), np.array(position, float)
        self._steps = 0

    def observe(self) -> RobotState:
        """The joints now."""
        return self._robot.observe()

    def command(self, targets: Array) -> None:
        """Let one control step pass under what the envelope gives for targets (6,) rad."""
        self._steps += 1
        self._sent = self._envelope.step(self._sent, targets, self._steps * CONTROL_SECONDS)
        self._clipped.update((str(clip.reason), clip.joint) for clip in self._sent.clips)
        self._low = np.minimum(self._low, self._sent.targets)
        self._high = np.maximum(self._high, self._sent.targets)
        self._robot.command(self._sent.targets)

    def scene(self) -> Scene:
        """The simulated table as it is now."""
        return self._robot.scene()

    def way_to_rest(self) -> Iterator[Array]:
        """Targets (6,) rad, one a control step, slowly to the rest pose."""
        return way_to_rest(self._sent.targets, self._limits, keep_gripper=False)

    def reset(self) -> None:
        """Move slowly to the rest pose."""
        for targets in self.way_to_rest():
            self.command(targets)

    def stop(self) -> None:
        """Hold where the arm is."""
        self._robot.stop()

    def report(self) -> dict[str, object]:
        """For a file: how far each joint would move (rad), for how long (s), and what the envelope would clip."""
        moved = {joint: [round(float(a), 3), round(float(b), 3)]
                 for joint, a, b in zip(JOINTS, self._low, self._high, strict=True)}  # fmt: skip
        clips = [{"reason": r, "joint": j, "steps": n} for (r, j), n in sorted(self._clipped.items())]
        return {"dry": True, "motion_seconds": round(self._steps * CONTROL_SECONDS, 2), "moved": moved, "clips": clips}
