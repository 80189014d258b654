"""The safety envelope: from what is wanted to what may be sent, with a reason for every difference.

Pure: the same inputs give the same output, and any finite input has one. Each joint's change is
held to the intersection of its bounds on step, velocity, acceleration and position, which is never
empty: the bound on position is on the *stopping point* of the joint, so that a joint that was within
limits can always brake within them. Near the table or itself the joints that bring it nearer are held
back towards braking, along a path that was found free one step before.

A command that starts outside the position limits, where somebody has put the arm, or too near
something, may move back but no further out.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.robot import JOINTS

from .limits import Limits

_TINY = 1e-9
_SAMPLE = 0.06
_TRIES = 6
_NUDGE = 1e-4
_MATTERS = 0.01

SPARE = 5e-4
"""What (m) is kept on top of the clearances for the way that joints take which brake one after another: 0.03 mm
was the most in 3,000 random runs."""


class Reason(enum.StrEnum):
    """Why what was sent is not what was wanted."""

    POSITION = "position"
    BRAKING = "braking"
    VELOCITY = "velocity"
    ACCELERATION = "acceleration"
    STEP = "step"
    COLLISION = "collision"
    STALE = "stale"
    STOPPED = "stopped"
    SILENT = "silent"
    NOT_FINITE = "not finite"
    WOKEN = "woken where it stands"


@dataclass(frozen=True)
class Clip:
    """One joint's target that was changed: what was wanted and what was given (rad)."""

    reason: Reason
    joint: str
    wanted: float
    given: float
    detail: str = ""

    def __str__(self) -> str:
        about = f" ({self.detail})" if self.detail else ""
        return f"{self.joint}: {self.wanted:.3f} wanted, {self.given:.3f} given: {self.reason}{about}"


@dataclass(frozen=True, eq=False)
class Sent:
    """The command at `time` (s): targets (6,) rad, at what velocity (rad/s) they move, and what was clipped."""

    targets: Array
    velocity: Array
    time: float
    clips: tuple[Clip, ...] = ()

    @classmethod
    def at_rest(cls, targets: Array, time: float) -> Sent:
        """A command that does not move."""
        return cls(np.array(targets, float), np.zeros(len(JOINTS)), time)


Pair = tuple[str, str]


class Space(Protocol):
    """Tells how much (m) too near pairs of bodies are at joint positions (6,) rad."""

    def too_near(self, joints: Array) -> Mapping[Pair, float]: ...


@dataclass(frozen=True)
class _Excess:
    """A pair that comes too near by `excess` (m) after a `way` (6,) rad, which grows by `gain` (6,) times the step."""

    pair: Pair
    excess: float
    way: Array
    gain: Array

    @property
    def name(self) -> str:
        return " and ".join("table" if body == "world" else body for body in self.pair)


class Envelope:
    """The limits of one arm and what is in its way; `space` None checks no collisions."""

    def __init__(self, limits: Limits, space: Space | None) -> None:
        self.limits, self._space = limits, space

    def brake(self, previous: Sent, now: float, reason: Reason | None = None, detail: str = "") -> Sent:
        """Come to a standstill as fast as the limits allow; `reason` is noted where a joint was moving."""
        step, velocity = self._braking(previous, self._seconds(previous, now))
        sent = previous.targets + step
        moving = np.flatnonzero(np.abs(previous.velocity) > _TINY) if reason is not None else ()
        clips = tuple(
            Clip(reason, JOINTS[j], float(previous.targets[j] + previous.velocity[j] * (now - previous.time)),
                 float(sent[j]), detail)
            for j in moving if reason is not None
        )  # fmt: skip
        return Sent(sent, velocity, now, clips)

    def stopping_point(self, previous: Sent) -> Array:
        """Where the joints come to a standstill if they brake from here, (6,) rad."""
        way = np.copysign(previous.velocity**2, previous.velocity) / (2 * self.limits.profile.acceleration)
        return previous.targets + way

    def step(self, previous: Sent, wanted: Array, now: float) -> Sent:
        """What may be sent at `now` (s) of the targets `wanted` (6,) rad, after what was sent before.

        Numbers that are not finite are refused: all joints brake.
        """
        wanted = np.asarray(wanted, float)
        if wanted.shape != (len(JOINTS),):
            raise ValueError(f"targets are {len(JOINTS)} numbers, not {wanted.shape}")
        if not np.all(np.isfinite(wanted)):
            held = self.brake(previous, now)
            refused = tuple(
                Clip(Reason.NOT_FINITE, JOINTS[j], float(wanted[j]), float(held.targets[j]))
                for j in np.flatnonzero(~np.isfinite(wanted))
            )
            return Sent(held.targets, held.velocity, now, refused)
        seconds = self._seconds(previous, now)
        if not np.any(seconds > 0):
            return Sent(previous.targets, previous.velocity, previous.time)
        step, reasons = self._within(previous, wanted, seconds, now)
        details = [""] * len(JOINTS)
        free, pair = self._free(previous, step, seconds)
        changed = np.abs(free - step) > _TINY
        for j in np.flatnonzero(changed):
            reasons[j], details[j] = Reason.COLLISION, pair
        sent = previous.targets + free
        clips = tuple(
            Clip(reason, JOINTS[j], float(wanted[j]), float(sent[j]), details[j])
            for j, reason in enumerate(reasons)
            if reason is not None
        )
        return Sent(sent, free / seconds, now, clips)

    def _seconds(self, previous: Sent, now: float) -> Array:
        """Per joint the time that a step may use: what has passed, but no more than a full step takes."""
        profile = self.limits.profile
        return np.clip(now - previous.time, 0.0, profile.step / profile.velocity)

    def _braking(self, previous: Sent, seconds: Array) -> tuple[Array, Array]:
        """The change of targets and the velocity of a joint that brakes with all it may."""
        left = np.maximum(np.abs(previous.velocity) - self.limits.profile.acceleration * seconds, 0.0)
        velocity = np.copysign(left, previous.velocity)
        return velocity * seconds, velocity

    def _within(self, previous: Sent, wanted: Array, seconds: Array, now: float) -> tuple[Array, list[Reason | None]]:
        """The change of targets nearest to the wanted one within each joint's own bounds, and what bound it."""
        profile, limits, at = self.limits.profile, self.limits, previous.targets
        reasons: list[Reason | None] = [None] * len(JOINTS)
        inside = np.clip(wanted, np.minimum(limits.low, at), np.maximum(limits.high, at))
        for j in np.flatnonzero(inside != wanted):
            reasons[j] = Reason.POSITION
        change = profile.acceleration * seconds
        pace = Reason.STEP if now - previous.time > (profile.step / profile.velocity).max() else Reason.VELOCITY
        upper = np.stack([
            profile.velocity * seconds,
            (previous.velocity + change) * seconds,
            self._stoppable(np.maximum(limits.high, at) - at, seconds),
        ])  # fmt: skip
        lower = np.stack([
            profile.velocity * seconds,
            (-previous.velocity + change) * seconds,
            self._stoppable(at - np.minimum(limits.low, at), seconds),
        ])  # fmt: skip
        names = (pace, Reason.ACCELERATION, Reason.BRAKING)
        step = np.clip(inside - at, -lower.min(axis=0), upper.min(axis=0))
        for j in np.flatnonzero(np.abs(step - (inside - at)) > _TINY):
            bounds = upper if step[j] < inside[j] - at[j] else lower
            reasons[j] = names[int(bounds[:, j].argmin())]
        return step, reasons

    def _stoppable(self, room: Array, seconds: Array) -> Array:
        """The largest step after which a joint still stops within `room` (rad): s + (s/t)²/2a = room."""
        a = self.limits.profile.acceleration
        return a * seconds * (np.sqrt(seconds**2 + 2 * room / a) - seconds)

    def _free(self, previous: Sent, step: Array, seconds: Array) -> tuple[Array, str]:
        """The step with what brings it too near held back towards braking, and what is in the way.

        Only the joints that bring a pair nearer are held back: the others go on, so that the arm glides along
        what it may not touch. Where that is not free within a few tries, or it is too near already, all brake.
        """
        if self._space is None or not (np.any(step) or np.any(previous.velocity)):
            return step, ""
        near = self._space.too_near(previous.targets)
        braking, _ = self._braking(previous, seconds)
        tried, pair = step, ""
        for _ in range(_TRIES):
            found = self._worse(previous.targets, tried, seconds, near)
            if found is None:
                return tried, pair
            pair = pair or found.name
            share = self._nearing(previous.targets + found.way, found.pair) * found.gain * (tried - braking)
            nearing = share > _MATTERS * max(share.max(), _TINY)
            if near.get(found.pair, 0.0) > SPARE or not np.any(nearing):
                break
            kept = max(0.0, 1.0 - (found.excess + SPARE / 2) / float(share[nearing].sum()))
            tried = np.where(nearing, braking + kept * (tried - braking), tried)
        return braking, pair

    def _worse(self, start: Array, step: Array, seconds: Array, near: Mapping[Pair, float]) -> _Excess | None:
        """The first pair that a step, or braking after it, brings nearer than it may come."""
        assert self._space is not None
        velocity, acceleration = step / seconds, self.limits.profile.acceleration
        # At least the middle: between two poses that just clear the table, the arm may not.
        count = 2 * max(1, int(np.ceil(np.abs(step).max() / (2 * _SAMPLE))))
        ways = [(step * share, np.full(len(JOINTS), share)) for share in (np.arange(count) + 1) / count]
        longest = float((np.abs(velocity) / acceleration).max())
        for until in (0.5 * longest, longest):
            braking = np.minimum(until, np.abs(velocity) / acceleration)
            way = step + velocity * braking - np.copysign(acceleration, velocity) * braking**2 / 2
            ways.append((way, 1 + braking / seconds))
        for way, gain in ways:
            for pair, lack in self._space.too_near(start + way).items():
                if lack > near.get(pair, 0.0) + _TINY:
                    return _Excess(pair, lack - near.get(pair, 0.0), way, gain)
        return None

    def _nearing(self, joints: Array, pair: Pair) -> Array:
        """How fast (m/rad) each joint, turning up, brings a pair nearer that is too near."""
        assert self._space is not None
        lack, slope = self._space.too_near(joints)[pair], np.zeros(len(JOINTS))
        for j, turn in enumerate(np.eye(len(JOINTS)) * _NUDGE):
            # Only too near is told: a pair that a turn takes clear of that would seem to change too little.
            up, down = (self._space.too_near(joints + way).get(pair, 0.0) - lack for way in (turn, -turn))
            slope[j] = up if up > down else -down
        return slope / _NUDGE
