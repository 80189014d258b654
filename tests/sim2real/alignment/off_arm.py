"""An arm that differs from its model, and the camera that looks at it, in simulated time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pontine.envs.arrays import Array, Image
from pontine.envs.robot import CONTROL_SECONDS, RobotState
from pontine.envs.rotations import matrix_to_quat
from pontine.envs.scene import Scene
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.visuals.visual_model import Decal
from pontine.sim2real.alignment.geometry import Geometry, rotation
from pontine.sim2real.emulation.tagging import decals, marked
from tests.sim2real.views import shot, true_camera


class OffArm:
    """A simulated arm whose joints say `zeros` less than they are, before a table whose tags lie as if its base were
    turned and shifted: a `Robot`, and its camera's `Pictures`."""

    def __init__(self, geometry: Geometry) -> None:
        self.geometry, self.markers = geometry, marked(())
        self.lens = true_camera(SimulatedRobot(()).worlds.model)[0]
        self.robot = SimulatedRobot((), decals=[self._moved(decal) for decal in decals(self.markers)])
        self.time = 0.0
        self._before: list[tuple[float, Array]] = []

    def _moved(self, decal: Decal) -> Decal:
        """The table's tags where they are in the base's frame."""
        if decal.body != "world":
            return decal
        back = rotation(self.geometry.turn).T
        x, y, z = (float(v) for v in back @ (np.array(decal.pos) - self.geometry.shift))
        w, a, b, c = (float(v) for v in matrix_to_quat(back))
        return decal._replace(pos=(x, y, z), quat=(w, a, b, c))

    def observe(self) -> RobotState:
        state = self.robot.observe()
        off = self.geometry.zeros
        return replace(state, position=state.position - off, command=state.command - off, time=self.time)

    def command(self, targets: Array) -> None:
        self.robot.command(targets + self.geometry.zeros)
        self.time += CONTROL_SECONDS

    def frame(self, after: float = -np.inf, timeout: float = 0.0) -> tuple[Image, float]:
        while self.time <= after:
            self.command(self.observe().command)
        return shot(self.robot), self.time

    def scene(self) -> Scene:
        return self.robot.scene()

    def reset(self) -> None:
        self.robot.reset()

    def stop(self) -> None:
        self.robot.stop()
