"""A motion that shows what an arm's servos are like: slow and fast sines and small jumps, all joints at once.

Slow parts show friction, play and how far a joint gives way to its weight; jumps show delay, inertia and
damping. Every joint has frequencies of its own, so that none is mistaken for another's echo.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import mujoco
import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.errors import PontineError
from pontine.envs.robot import CONTROL_SECONDS, JOINTS, Robot, RobotState, straight
from pontine.envs.tabletop.table import build

from ..bus.wire import wire_seconds
from .servo_model import Trial

_QUESTION, _ANSWER = wire_seconds(14, 1_000_000), wire_seconds(37, 1_000_000)

MIDDLE = (_QUESTION + len(JOINTS) * _ANSWER) / 2
"""How long (s) after it was asked for a measurement is half over: a question and six answers on the wire."""

TURNS: Array = _QUESTION + np.arange(len(JOINTS), dtype=float) * _ANSWER - MIDDLE
"""How much (s) after the middle of a measurement each servo looks: when its turn to answer begins."""

BASE = np.array([0.0, -0.45, 0.35, 0.5, 0.0, 0.7])
"""Pose (6,) rad about which the arm moves: every joint far from its ends, the hand well above the table."""

SWING = np.array([0.36, 0.22, 0.26, 0.32, 0.48, 0.28])
"""Farthest that the sines take a joint from `BASE`, (6,) rad."""

JUMP = 0.03
"""Size (rad) of the jumps. A weak servo gives all it has when it is 0.17 rad behind; a model without that limit
would take it for a weaker one, so jump, swing and delay together stay below."""

HERTZ = (0.13, 0.31, 0.73, 1.37)
"""The sines' frequencies in the first joint; those of the others lie between."""

CLEARANCE = 0.04
"""What (m) must stay between the arm and the table."""

_REST = 0.6
_APPROACH = 0.02


class ExcitationError(PontineError):
    """A motion that is not safe for this arm."""


def excitation(seconds: float, seed: int = 0) -> Array:
    """Targets (n, 6) rad, one a control step: rest at `BASE`, the motion, and rest again."""
    rng = np.random.default_rng(seed)
    n = round(seconds / CONTROL_SECONDS)
    time = np.arange(n) * CONTROL_SECONDS
    fade = np.clip(np.minimum(time, time[-1] - time) / 1.0, 0.0, 1.0)
    motion = np.zeros((n, len(JOINTS)))
    for joint in range(len(JOINTS)):
        hertz = np.array(HERTZ) * (1 + 0.11 * joint)
        share = np.array([0.4, 0.3, 0.2, 0.1])
        phase = rng.uniform(0, 2 * np.pi, len(hertz))
        sines = (share * np.sin(2 * np.pi * hertz * time[:, None] + phase)).sum(1)
        jumps, sign, step = np.zeros(n), 1.0, int(rng.integers(5, 12))
        while step < n:
            jumps[step:] = sign * JUMP / 2
            sign, step = -sign, step + int(rng.integers(7, 16))
        motion[:, joint] = fade * SWING[joint] * sines + (fade > 0.5) * jumps
    rest = np.zeros((round(_REST / CONTROL_SECONDS), len(JOINTS)))
    return BASE + np.concatenate([rest, motion, rest])


def check(targets: Array, limits: Array) -> None:
    """Raises `ExcitationError` if targets (n, 6) rad leave limits (6, 2) rad or bring the arm near something.

    The table's clearance holds for the commanded poses; what an arm overshoots is far less.
    """
    low, high = targets.min(0), targets.max(0)
    for joint, name in enumerate(JOINTS):
        if low[joint] < limits[joint, 0] or high[joint] > limits[joint, 1]:
            raise ExcitationError(
                f"{name} would have to move from {np.degrees(low[joint]):.0f} to {np.degrees(high[joint]):.0f} degrees "
                f"and may move from {np.degrees(limits[joint, 0]):.0f} to {np.degrees(limits[joint, 1]):.0f}"
            )
    spec = build(())
    spec.geom("table").pos = (0.0, 0.0, CLEARANCE)
    model = spec.compile()
    data = mujoco.MjData(model)
    table = model.geom("table").id
    # The shoulder turns just above the table, whatever the arm does.
    foot = {i for i in range(model.ngeom) if model.body(model.geom_bodyid[i]).name in ("world", "base", "shoulder")}
    for pose in targets:
        data.qpos[:] = pose
        mujoco.mj_kinematics(model, data)
        mujoco.mj_collision(model, data)
        for contact in data.contact[: data.ncon]:
            pair = set(contact.geom.tolist())
            if table not in pair or not pair <= foot:
                raise ExcitationError("the motion would bring the arm too near the table or itself")


def excite(robot: Robot, targets: Array, report: Callable[[int, int], None] = lambda done, of: None) -> Trial:
    """Bring the arm slowly to the first of targets (n, 6) rad, and run through them."""
    for target in straight(robot.observe().command, targets[0], _APPROACH):
        robot.command(target)
    for _ in range(round(1.0 / CONTROL_SECONDS)):
        robot.command(targets[0])
    state = robot.observe()
    sent, commands, times, positions = [], [], [state.time], [state.position]
    for done, target in enumerate(targets):
        robot.command(target)
        sent.append(state.time)
        state = robot.observe()
        commands.append(state.command)
        times.append(state.time)
        positions.append(state.position)
        report(done + 1, len(targets))
    return Trial(np.array(sent), np.array(commands), np.array(times), np.array(positions))


def observed(steps: Sequence[tuple[float, Array, RobotState]], since: float) -> Trial:
    """The trial in a serial arm's own steps (when targets were sent, what was sent, what was measured after).

    That tells when things happened better than who commands can. `since` (s) is where the motion began.
    """
    told = [step for step in steps if step[2].time >= since]
    return Trial(
        np.array([sent for sent, _, _ in told]), np.array([targets for _, targets, _ in told]),
        np.array([state.time for _, _, state in told]), np.array([state.position for _, _, state in told]), TURNS,
    )  # fmt: skip
