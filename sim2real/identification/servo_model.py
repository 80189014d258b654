"""A position-controlled arm as system identification sees it: many candidate sets of constants stepped together.

Each joint is a servo of stiffness, damping, dry friction and armature that hears its command late and has
free play between the shaft, where its encoder sits, and the link. The motor's torque reaches the link from
the side that the shaft leans on. While the shaft crosses the play the motor's own damping alone, its back-EMF,
holds it back, and the link coasts against its friction and the rest of the damping: taken for one, the two
would make up for the difference in friction where a joint carries no weight.
Geometry and masses are the simulated arm's.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import mujoco
import mujoco.batch
import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.robot import JOINTS
from pontine.envs.tabletop.table import PHYSICS_SECONDS, build

from ..bus.sts3215 import MOTOR_DAMPING


@dataclass(frozen=True, eq=False)
class Trial:
    """What an arm was told and what it did.

    Targets (m, 6) rad were sent at `sent` (m,) s; positions (n, 6) rad were read at `times` (n,) s, the
    first of them at rest, each joint's `turns` (6,) s later.
    """

    sent: Array
    targets: Array
    times: Array
    positions: Array
    turns: Array = field(default_factory=lambda: np.zeros(len(JOINTS)))


@dataclass(frozen=True, eq=False)
class Constants:
    """Candidates' constants: (k, 6) each in SI units, `backlash` being the whole play (rad); `delay` (k,) s."""

    kp: Array
    damping: Array
    frictionloss: Array
    armature: Array
    backlash: Array
    delay: Array


def respond(trial: Trial, constants: Constants) -> Array:
    """What the encoders would have read at the trial's times under each candidate's constants, (k, n, 6) rad."""
    k, joints = len(constants.delay), len(JOINTS)
    model = build(()).compile()
    model.opt.disableflags |= int(mujoco.mjtDisableBit.mjDSBL_CONTACT)
    batch = mujoco.batch.Batch(model, k, 1)
    fields = {name: batch.expand(name) for name in
              ("actuator_gainprm", "actuator_biasprm", "dof_damping", "dof_frictionloss", "dof_armature")}  # fmt: skip
    fields["actuator_gainprm"][:, :, 0], fields["actuator_biasprm"][:, :, 1] = constants.kp, -constants.kp
    motor = np.minimum(constants.damping, MOTOR_DAMPING)
    fields["actuator_biasprm"][:, :, 2], fields["dof_damping"][:] = -motor, constants.damping - motor
    fields["dof_frictionloss"][:], fields["dof_armature"][:] = constants.frictionloss, constants.armature
    q, velocity, ctrl = batch.bind("qpos"), batch.bind("qvel"), batch.bind("ctrl")
    q[:], ctrl[:] = trial.positions[0], trial.targets[0]
    batch.set_const(np.arange(k))
    batch.forward(np.arange(k))

    start, dt = float(trial.times[0]), PHYSICS_SECONDS
    steps = int(np.ceil((trial.times[-1] - start) / dt)) + 1
    heard = _averaged(trial, start + dt * np.arange(steps)[:, None] - constants.delay)
    gap, limit = np.zeros((k, joints)), constants.backlash / 2
    brake = motor / constants.kp
    # Explicit, so no faster than the error is gone in one step.
    crossing = np.minimum(dt / brake, 1.0)
    shaft = np.empty((steps + 1, k, joints))
    shaft[0] = q
    for step in range(steps):
        reference = heard[step]
        # Against the link the shaft turns at what is left of its free speed.
        gap = np.clip(gap + (reference - q - gap - brake * velocity) * crossing, -limit, limit)
        torque = reference - q - gap - brake * velocity
        engaged = torque * gap >= np.abs(torque) * limit * (1 - 1e-9)
        ctrl[:] = np.where(engaged, reference - gap, q + brake * velocity)
        batch.step(nstep=1)
        shaft[step + 1] = q + gap
    at = np.clip((trial.times[:, None] + trial.turns - start) / dt, 0, steps)
    before = np.minimum(at.astype(int), steps - 1)
    share, joint = (at - before)[..., None], np.arange(joints)
    read = shaft[before, :, joint] * (1 - share) + shaft[before + 1, :, joint] * share
    return np.moveaxis(read, -1, 0)


def _averaged(trial: Trial, times: Array) -> Array:
    """Mean target over the physics step that starts at each of the times (s), (…, 6): smooth in the delay."""
    edges = np.append(trial.sent, np.inf)
    held = np.diff(edges[:-1], append=edges[-2])
    integral = np.concatenate([np.zeros((1, len(JOINTS))), np.cumsum(trial.targets * held[:, None], axis=0)])

    def until(moment: Array) -> Array:
        index = np.clip(np.searchsorted(trial.sent, moment, side="right") - 1, 0, len(trial.sent) - 1)
        return integral[index] + trial.targets[index] * (moment - trial.sent[index])[..., None]

    mean: Array = (until(times + PHYSICS_SECONDS) - until(times)) / PHYSICS_SECONDS
    return mean
