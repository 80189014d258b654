"""The emulated arm's body: MuJoCo behind six servo shafts, with motors, gears and a supply of its own.

Geometry is that of the simulation; the dynamics are not: position servos are replaced by motors that a
duty cycle drives, as in a real servo, with back-EMF, command delay, free play and a supply that gives way.

A motor makes `stall torque * (duty * volts / rated volts - speed / no-load speed)`. There is free play between the
motor and the encoder, and between the encoder and the link; both are crossed before the link is pushed. The encoder is
dragged along within them, so what it reads is off the link's angle by up to half the play that is behind it, on the
side it was pushed from last. The gears rub by a dry friction to which what they carry adds, and slowness: load and
Stribeck friction as in Duclusaud et al., Extended Friction Models for the Physics Simulation of Servo Actuators, 2024.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace

import mujoco
import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.errors import UnknownNameError
from pontine.envs.robot import JOINTS
from pontine.envs.so101.model import LINKS
from pontine.envs.tabletop.objects import ObjectSpec
from pontine.envs.tabletop.table import PHYSICS_SECONDS, slots_for
from pontine.envs.tabletop.worlds import Worlds

from ..bus.sts3215 import NO_LOAD_SPEED, RATED_VOLTS, STALL_TORQUE
from .drawn_arm import Arm, turned
from .servo import STALL_AMPERES
from .shaft import FREE, Drive, Motion

SLACK = np.array([0.0, -1.73, 1.67, -1.64, 0.0, 0.0])
"""Pose (6,) rad in which an arm without torque leans on its stops, clear of the table; it settles from here."""

BLOCKED = 3000.0
"""Damping (N m s/rad) of a joint that something blocks: what a servo gives does not visibly move it."""

HAND_STIFFNESS, HAND_DAMPING, HAND_TORQUE, HAND_SPEED = 40.0, 1.5, 6.0, 2.5
"""A person's hand on a joint: N m/rad, N m s/rad, the most it gives, N m, and rad/s. Chosen to win against a servo."""

PRESSED = 0.05
"""How far (rad) beyond a stop a hand aims at most, which presses with 2 N m. Chosen."""

SUPPLY_SECONDS = 0.01
"""Time constant of the supply's voltage; its capacitors. Chosen."""

HEATING, HEAT_SECONDS = 60.0, 90.0
"""Warming (K) of a motor that is stalled for ever, and the time constant it goes with. Chosen so that a
stalled servo passes its limit of 70 °C within minutes, which users of the arm report."""

_SETTLING = 300


class Body:
    """An arm before a table with these objects; `shafts` are what its servos turn, in the order of `JOINTS`.

    Time starts at 0 with the arm at rest and without torque. `worlds` is the simulation, a batch of one;
    `rest_volts` is the supply without load and may be changed.
    """

    def __init__(self, objects: Sequence[ObjectSpec], arm: Arm) -> None:
        n = len(JOINTS)
        self.arm = arm
        self.worlds = Worlds(slots_for(objects), 1, threads=1)
        self._velocity = self.worlds.batch.bind("qvel")[0, :n]
        self._torque = self.worlds.batch.bind("qfrc_applied")[0, :n]
        self._drives = [deque([(-math.inf, FREE)]) for _ in range(n)]
        self._bias = self.worlds.batch.bind("qfrc_bias")
        # Where the motor and the encoder stand within the play, from the link's angle.
        self._gap, self._dragged, self._dragged_speed = np.zeros(n), np.zeros(n), np.zeros(n)
        self._rubs = bool(arm.stribeck.any() or arm.load_friction.any())
        self._reference, self._reference_speed = np.full(n, np.nan), np.zeros(n)
        self._duty, self._current, self._heat = np.zeros(n), np.zeros(n), np.zeros(n)
        self.rest_volts, self._sag = arm.volts, 0.0
        self._hand, self._hand_goal = np.full(n, np.nan), np.full(n, np.nan)
        self._lay(objects)
        self.time = 0.0
        self.shafts = tuple(_Joint(self, index) for index in range(n))

    def _lay(self, objects: Sequence[ObjectSpec]) -> None:
        worlds, arm, joints = self.worlds, self.arm, slice(0, len(JOINTS))
        for slot, spec in enumerate(objects):
            worlds.lay(0, slot, spec)
        for name in ("actuator_gainprm", "actuator_biasprm"):
            worlds.field[name][0] = 0.0
        worlds.field["dof_damping"][0, joints] = arm.damping
        worlds.field["dof_frictionloss"][0, joints] = arm.friction
        worlds.field["dof_armature"][0, joints] = arm.armature
        batch = worlds.batch
        assemble(worlds.model, batch.expand("body_pos")[0], batch.expand("body_quat")[0], arm)
        batch.expand("jnt_range")[0, joints] = arm.stops
        worlds.place_arm(0, SLACK)
        worlds.refresh(np.zeros(1, int))
        for _ in range(_SETTLING):
            self._step(-math.inf)

    @property
    def positions(self) -> Array:
        """Where the links really are, (6,) rad in the model's frame."""
        return self.worlds.q[0].copy()

    @property
    def volts(self) -> float:
        """What the supply gives now."""
        return max(0.0, self.rest_volts - self._sag)

    def block(self, joint: str, blocked: bool = True) -> None:
        """Let something block a joint where it is, or take it away."""
        index = _index(joint)
        self.worlds.field["dof_damping"][0, index] = BLOCKED if blocked else self.arm.damping[index]

    def hollow(self) -> None:
        """Let the arm's links pass through each other and all else, so that a hand brings each joint to its stops: the
        boxes by which links collide are wider than real links, and keep the elbow 8 degrees from one of its."""
        model, field = self.worlds.model, self.worlds.field
        links = [model.body(link.name).id for link in LINKS]
        geoms = np.flatnonzero(np.isin(model.geom_bodyid, links))
        field["geom_contype"][0, geoms] = field["geom_conaffinity"][0, geoms] = 0

    def guide(self, joints: Mapping[str, float]) -> None:
        """A hand takes these joints and leads them to positions (rad, model), where it holds them; one beyond a stop
        is pressed against it."""
        for joint, angle in joints.items():
            index = _index(joint)
            low, high = self.arm.stops[index]
            self._hand_goal[index] = np.clip(angle, low - PRESSED, high + PRESSED)
            if np.isnan(self._hand[index]):
                self._hand[index] = self.worlds.q[0, index]

    def let_go(self) -> None:
        """The hand leaves the arm."""
        self._hand[:] = self._hand_goal[:] = np.nan

    def drive(self, index: int, drive: Drive, since: float) -> None:
        """What the controller of a servo wants since then (s), which is less than the delay ago."""
        waiting = self._drives[index]
        if waiting[-1][1] != drive:
            waiting.append((since, drive))

    def advance(self, now: float) -> None:
        """Let time pass until `now` (s), to the last whole physics step before it."""
        while self.time + PHYSICS_SECONDS <= now + 1e-9:
            self._step(self.time - self.arm.delay)
            self.time += PHYSICS_SECONDS

    def motion(self, index: int, now: float) -> Motion:
        """How a shaft moves at `now`, less than a physics step ahead of the simulation."""
        direction = self.arm.direction[index]
        velocity = self._velocity[index] + self._dragged_speed[index]
        angle = self.worlds.q[0, index] + self._dragged[index] + velocity * (now - self.time)
        return Motion(
            float(direction * angle + self.arm.zero[index]), float(direction * velocity),
            float(direction * self._duty[index]), float(self._current[index]), self._sag, float(self._heat[index]),
        )  # fmt: skip

    def _heard(self, index: int, start: float) -> Drive:
        """The drive of a step whose commands were given from `start` (s) on: the last of them, and the mean of
        where they want the shaft, so that a delay is no multiple of the step."""
        waiting, end = self._drives[index], start + PHYSICS_SECONDS
        while len(waiting) > 1 and waiting[1][0] <= start:
            waiting.popleft()
        heard = [(since, drive) for since, drive in waiting if since < end] or [waiting[0]]
        drive = heard[-1][1]
        if len(heard) == 1 or any(drive.target is None for _, drive in heard):
            return drive
        shares = np.diff([start, *(since for since, _ in heard[1:]), end]) / PHYSICS_SECONDS
        return replace(drive, target=float(shares @ [drive.target for _, drive in heard]))

    def _step(self, start: float) -> None:
        """One physics step under the drives that were given from the time `start` (s) on for as long as it lasts."""
        arm, dt = self.arm, PHYSICS_SECONDS
        position, velocity = self.worlds.q[0], self._velocity
        shaft = position + self._dragged
        duty, driven = np.zeros(len(JOINTS)), np.zeros(len(JOINTS), bool)
        for index in range(len(JOINTS)):
            drive = self._heard(index, start)
            driven[index] = drive.target is not None
            duty[index] = self._controller(index, drive, float(shaft[index]), dt)
        supply = self.volts / RATED_VOLTS
        # Switched off, a motor is an open circuit: nothing brakes it but its gears.
        current = np.where(driven, duty * supply - velocity / NO_LOAD_SPEED, 0.0)
        torque = STALL_TORQUE * current
        limit = (arm.backlash + arm.motor_play) / 2
        # Within its free play a motor turns as fast as its duty lets it, whatever the link does.
        gap = np.clip(self._gap + current * NO_LOAD_SPEED * dt, -limit, limit)
        dragged = np.clip(self._dragged, gap - arm.motor_play / 2, gap + arm.motor_play / 2)
        dragged = np.clip(dragged, -arm.backlash / 2, arm.backlash / 2)
        self._dragged_speed, self._dragged, self._gap = (dragged - self._dragged) / dt, dragged, gap
        engaged = torque * gap >= np.abs(torque) * limit * (1 - 1e-9)
        self._hand += np.clip(self._hand_goal - self._hand, -HAND_SPEED * dt, HAND_SPEED * dt)
        hand = HAND_STIFFNESS * (self._hand - position) - HAND_DAMPING * velocity
        hand = np.where(np.isnan(hand), 0.0, np.clip(hand, -HAND_TORQUE, HAND_TORQUE))
        self._torque[:] = np.where(engaged, torque, 0.0) + hand
        if self._rubs:
            self._rub(np.where(engaged, torque, 0.0), velocity)
        self.worlds.batch.step(nstep=1)
        self._duty, self._current = duty, np.abs(current)
        # The bridge takes from the supply only while it switches the motor on.
        drawn = float(np.abs(duty * current).sum()) * STALL_AMPERES
        self._sag += (arm.resistance * drawn - self._sag) * dt / SUPPLY_SECONDS
        self._heat += (HEATING * self._current**2 - self._heat) * dt / HEAT_SECONDS

    def _rub(self, torque: Array, velocity: Array) -> None:
        """Dry friction of gears that carry the motor's torque on the one side and the arm's weight on the other."""
        arm, n = self.arm, len(JOINTS)
        carried = np.abs(torque + self._bias[0, :n])
        slow = np.exp(-((velocity / arm.stribeck_speed) ** 2))
        rubbing = arm.friction + arm.stribeck * slow + arm.load_friction * carried
        self.worlds.field["dof_frictionloss"][0, :n] = rubbing

    def _controller(self, index: int, drive: Drive, shaft: float, dt: float) -> float:
        """Duty (-1 to 1) that a servo's position controller asks for, in the model's direction."""
        if drive.target is None:
            self._reference[index] = np.nan
            return 0.0
        arm = self.arm
        target = float(arm.direction[index] * (drive.target - arm.zero[index]))
        if math.isnan(self._reference[index]):
            self._reference[index], self._reference_speed[index] = shaft, 0.0
        if math.isinf(drive.speed) and math.isinf(drive.acceleration):
            self._reference[index], self._reference_speed[index] = target, 0.0
        else:
            self._profile(index, drive, target, dt)
        error = self._reference[index] - shaft
        duty = drive.gain * arm.stiffness[index] * error / STALL_TORQUE
        return float(max(-drive.effort, min(drive.effort, duty)))

    def _profile(self, index: int, drive: Drive, target: float, dt: float) -> None:
        """Move the reference towards the target within speed and acceleration, braking in time."""
        left = target - self._reference[index]
        top = min(drive.speed, abs(left) / dt)
        if not math.isinf(drive.acceleration):
            top = min(top, math.sqrt(2 * drive.acceleration * abs(left)))
        wanted, before = math.copysign(top, left), self._reference_speed[index]
        change = drive.acceleration * dt
        self._reference_speed[index] = max(before - change, min(before + change, wanted))
        self._reference[index] += self._reference_speed[index] * dt


def assemble(model: mujoco.MjModel, position: Array, quat: Array, arm: Arm) -> None:
    """Put the links of this arm where they are in it, into a model's places (bodies, 3) m and turns (bodies, 4)."""
    for index, link in enumerate(LINKS):
        body = model.body(link.name).id
        position[body] = (arm.links[index - 1] if index else arm.base_position) + link.pos
        if not index:
            quat[body] = turned(arm.base_turn)


class _Joint:
    """One of the shafts that share a body."""

    def __init__(self, body: Body, index: int) -> None:
        self._body, self._index, self._now = body, index, 0.0

    def advance(self, now: float, drive: Drive) -> Motion:
        self._body.drive(self._index, drive, self._now)
        self._now = now
        self._body.advance(now)
        return self._body.motion(self._index, now)


def _index(joint: str) -> int:
    if joint not in JOINTS:
        raise UnknownNameError("joint", joint, JOINTS)
    return JOINTS.index(joint)
