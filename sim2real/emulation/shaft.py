"""What a servo turns: the door behind which a simulated world can stand, and a simple one without a world."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Drive:
    """What a servo's controller asks of its motor.

    `target` is the shaft angle to hold (rad), None to let it turn freely. `effort` limits the torque
    (fraction of stall torque), `speed` (rad/s) and `acceleration` (rad/s²) limit the motion. `gain` is
    the controller's stiffness as a multiple of the factory's.
    """

    target: float | None = None
    effort: float = 1.0
    speed: float = math.inf
    acceleration: float = math.inf
    gain: float = 1.0


FREE = Drive()


@dataclass(frozen=True)
class Motion:
    """A shaft now: angle (rad, whole turns counted) and velocity (rad/s), and what the motor does for it.

    `load` is the duty its controller gives the motor (signed, 1 is full), `current` the motor's (fraction of
    the stall current); `sag` is by how much the supply is down at this servo (V), `heat` by how much the
    motor is warmer than it was without load (K).
    """

    angle: float
    velocity: float = 0.0
    load: float = 0.0
    current: float = 0.0
    sag: float = 0.0
    heat: float = 0.0


class Shaft(Protocol):
    """An output shaft with what hangs on it; several may belong to one world that advances as a whole."""

    def advance(self, now: float, drive: Drive) -> Motion:
        """Let the world come to the time `now` (s) under this drive, and say how the shaft moves then.

        A world that several shafts share moves when the first of them asks, the others driven as they
        were last; `now` is never more than a hundredth of a second later than before.
        """
        ...


class FirstOrderShaft:
    """A shaft that follows its target as a first-order lag, between two end stops.

    The load is proportional to what is missing to the target, as under a position controller without
    integral, and reaches all of the stall torque at `full_load_error`. `weight` (fraction of stall
    torque, positive turns towards smaller angles) is what hangs on the shaft: the angle it is held at
    gives way by the error that carries it, and what the effort cannot carry falls at `max_speed`.
    """

    SUBSTEP = 0.002

    def __init__(self, angle: float = 0.0, *, low: float = -math.inf, high: float = math.inf, weight: float = 0.0,
                 lag: float = 0.05, max_speed: float = 4.6, full_load_error: float = 0.35,
                 friction: float = 0.05) -> None:  # fmt: skip
        """Rest at `angle` (rad) at time zero.

        `lag` (s) and `full_load_error` (rad) are chosen; `max_speed` (rad/s) is the no-load speed of
        the 7.4 V STS3215 in Feetech's data sheet (0.222 s for 60°). `friction` is the weight that an
        unpowered gear train carries.
        """
        self.low, self.high, self.weight, self.friction = low, high, weight, friction
        self._lag, self._max_speed, self._full_load_error = lag, max_speed, full_load_error
        self._angle, self._velocity, self._load, self._time = angle, 0.0, 0.0, 0.0

    def advance(self, now: float, drive: Drive) -> Motion:
        while self._time < now - 1e-9:
            dt = min(self.SUBSTEP, now - self._time)
            self._step(dt, drive)
            self._time += dt
        return Motion(self._angle, self._velocity, self._load, abs(self._load))

    def _step(self, dt: float, drive: Drive) -> None:
        if drive.target is None:
            self._load = 0.0
            wanted = -math.copysign(self._max_speed, self.weight) if abs(self.weight) > self.friction else 0.0
        else:
            error = drive.target - self._angle
            self._load = max(-drive.effort, min(drive.effort, drive.gain * error / self._full_load_error))
            # Torque left over once the weight is carried moves the shaft.
            top = min(drive.speed, self._max_speed)
            wanted = (self._load - self.weight) * self._full_load_error / self._lag
            wanted = max(-top, min(top, wanted))
        change = drive.acceleration * dt
        velocity = max(self._velocity - change, min(self._velocity + change, wanted))
        angle = max(self.low, min(self.high, self._angle + velocity * dt))
        self._velocity = (angle - self._angle) / dt
        self._angle = angle
