"""Simulated tables as a camera shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress

import cv2
import mujoco
import numpy as np
from numpy.typing import NDArray

from pontine.envs.robot import CONTROL_SECONDS, RobotState
from pontine.envs.scene import Scene
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.tabletop.objects import ObjectSpec
from pontine.sim2real.emulation.tagging import decals, marked
from pontine.sim2real.vision.lens import CameraPose, Lens
from pontine.sim2real.vision.markers import Markers
from pontine.sim2real.vision.tag_pose import SightError
from pontine.sim2real.vision.tag_scene import TagScene

WIDTH, HEIGHT = 1280, 720


def true_camera(model: mujoco.MjModel) -> tuple[Lens, CameraPose]:
    """The workspace camera's lens and pose."""
    camera = model.camera("workspace")
    turn = np.zeros(9)
    mujoco.mju_quat2Mat(turn, camera.quat)
    rotation = (turn.reshape(3, 3) @ np.diag([1.0, -1.0, -1.0])).T
    lens = Lens.from_fovy(np.deg2rad(float(camera.fovy[0])), WIDTH, HEIGHT)
    return lens, CameraPose(rotation, -rotation @ camera.pos)


def shot(robot: SimulatedRobot) -> NDArray[np.uint8]:
    """What the workspace camera sends: with the loss of a JPEG."""
    picture = robot.render(WIDTH, HEIGHT, "workspace", "fast")
    sent = cv2.imencode(".jpg", picture[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])[1]
    return np.ascontiguousarray(np.asarray(cv2.imdecode(sent, cv2.IMREAD_COLOR), np.uint8)[:, :, ::-1])


class WatchedRobot:
    """A simulated arm whose scene comes from its camera: a picture every 4 control steps that arrives 3 later.

    `sent` makes of a picture what the camera sends.
    """

    def __init__(self, objects: tuple[ObjectSpec, ...], markers: Markers | None = None) -> None:
        markers = markers or marked(objects)
        self.truth = SimulatedRobot(objects, decals=decals(markers))
        self.time, self.steps = 0.0, 0
        self.source = TagScene(markers, true_camera(self.truth.worlds.model)[0], clock=lambda: self.time)
        self._sent: list[tuple[int, NDArray[np.uint8]]] = []
        self.blind = False
        self.sent: Callable[[NDArray[np.uint8]], NDArray[np.uint8]] = lambda picture: picture
        self.on_command: Callable[[NDArray[np.float64]], None] = lambda targets: None
        for _ in range(3):
            self.source.see(shot(self.truth), self.time)
            self.time += 4 * CONTROL_SECONDS

    def observe(self) -> RobotState:
        return self.truth.observe()

    def command(self, targets: NDArray[np.float64]) -> None:
        self.on_command(targets)
        self.truth.command(targets)
        self.steps, self.time = self.steps + 1, self.time + CONTROL_SECONDS
        if self.steps % 4 == 0 and not self.blind:
            self._sent.append((self.steps + 3, self.sent(shot(self.truth))))
        while self._sent and self._sent[0][0] <= self.steps:
            # what keeps a picture from being used, the scene tells
            with suppress(SightError):
                self.source.see(self._sent.pop(0)[1], self.time)

    def scene(self) -> Scene:
        return self.source.scene(self.observe())

    def way_to_rest(self) -> Iterable[NDArray[np.float64]]:
        return self.truth.way_to_rest()

    def reset(self) -> None:
        self.truth.reset()

    def stop(self) -> None:
        self.truth.stop()

    def wait(self, steps: int) -> None:
        """Let time pass with the arm where it is."""
        for _ in range(steps):
            self.command(self.observe().command)
            self.scene()

    def close(self) -> None:
        self.truth.close()
