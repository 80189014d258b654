"""Has a robot follow a leader, 25 times a second, behind whatever envelope the robot has."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.robot import Robot, RobotState

from ..bus.errors import BusError
from .leader import Leader

CATCHING_UP = 0.02
"""How far (rad) a joint goes in one control step (0.5 rad/s) until the follower is where the leader is."""

CLOSE = 0.06
"""How near (rad) every joint must have come for the follower to be let off that rein."""

PATIENCE = 8
"""Control steps (0.32 s) for which the follower stays where it is told to be while the leader does not answer."""

OnStep = Callable[[RobotState, Array], None]
"""Takes what was measured before a step, and the targets (6,) rad that it sent, as the envelope left them."""


def follow(
    robot: Robot,
    leader: Leader,
    go_on: Callable[[int], bool],
    on_step: OnStep = lambda state, sent: None,
    ready: Callable[[], None] = lambda: None,
) -> int:
    """Follow while `go_on(steps so far)`, which is asked from the first step on that is not held back; the steps.

    However far apart they begin, the follower comes slowly, then `ready` is called; `on_step` hears of every step
    after that. Raises what the robot's `command` does, and the leader's `BusError` where it has not answered for
    `PATIENCE` steps.
    """
    command = robot.observe().command
    wanted, silent, steps, near = command, 0, 0, False
    while not near or go_on(steps):
        try:
            wanted, silent = np.array(leader.targets(), float), 0
        except BusError:
            silent += 1
            if silent > PATIENCE:
                raise
        state = robot.observe()
        if near:
            robot.command(wanted)
            on_step(state, robot.observe().command)
            steps += 1
            continue
        way = wanted - command
        command = command + np.clip(way, -CATCHING_UP, CATCHING_UP)
        robot.command(command)
        # What the envelope does not let it have it will not have later either.
        near = bool(np.abs(way).max() < CLOSE)
        if near:
            ready()
    return steps
