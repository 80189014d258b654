"""An emulated arm in time that is stepped, awake, its camera before a cube and a bowl; and a skill that swings it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import numpy as np

from pontine.envs.robot import Robot
from pontine.envs.tabletop.objects import draw
from pontine.sim2real.arm.serial_arm import SerialArm
from pontine.sim2real.arm.stops import SafetyStop
from pontine.sim2real.trials.kit import kit
from pontine.sim2real.vision.tag_scene import TagScene
from tests.planner.fakes import Said

FAR = np.array([0.9, -0.8, 0.9, 1.0, 0.4, 0.5])
FAST, STILL = 0.5, 0.02
"""Speeds (rad/s) of a joint that swings and of one that stands."""


class Swinging:
    """A skill that swings the arm aside, and is done after `steps` control steps; `fast` is called once, with the time
    (s), when the arm has come to speed."""

    missing = None

    def __init__(self) -> None:
        self.steps, self.fast = 10**6, lambda time: None

    def execute(self, robot: Robot, args: tuple[str, ...]) -> Said:
        for _ in range(self.steps):
            robot.command(FAR)
            state = robot.observe()
            if abs(state.velocity[0]) > FAST:
                self.fast(state.time)
                self.fast = lambda time: None
        return Said(steps=self.steps)


@contextmanager
def awake() -> Iterator[tuple[SerialArm, TagScene]]:
    """The arm and what its camera sees; what stops the arm for good ends the block quietly."""
    rng = np.random.default_rng(1)
    cube, bowl = draw(rng, "red_cube", "cube", "red"), draw(rng, "bowl", "bowl", "white")
    table = [cube.moved(np.array([0.22, 0.06, cube.rest_height]), 0.3), bowl.moved(np.array([0.21, -0.1, 0.0]), 0.0)]
    with (
        kit(table, profile="new", seed=1) as have,
        have.scenes(have.emulated.calibration) as scenes,
        suppress(SafetyStop),
        have.awake(have.emulated.calibration, "normal", scenes) as arm,
    ):
        yield arm, scenes
