"""Watches what the servos measure, for what must stop the arm: stalls, heat, the supply, lost settings.

No clock and no port in here: measurements and times are handed in, one control step after another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pontine.envs.arrays import Array
from pontine.envs.robot import JOINTS

from ..bus.bus import ServoState
from ..bus.sts3215 import RATED_VOLTS
from .safety_profile import SafetyProfile
from .stops import Kind, Stop

GETTING_ON = 0.1
"""How fast (rad/s) a joint must go towards its command not to be stalled."""

_FLAGS = {
    "voltage": Kind.VOLTAGE,
    "encoder": Kind.ENCODER,
    "overheated": Kind.HEAT,
    "overcurrent": Kind.STALL,
    "overload": Kind.STALL,
}


@dataclass(frozen=True)
class Measured:
    """One servo at one time: what it measures, and the settings that its RAM holds (register counts)."""

    state: ServoState
    settings: Mapping[str, int]


class Watch:
    """Remembers since when each thing is amiss, and says what has been so for too long."""

    def __init__(self, profile: SafetyProfile, supply: float) -> None:
        """`supply` is the voltage before torque came on. Servos for more than the rated one draw more at it."""
        self._profile = profile
        self._stall = profile.stall_amperes * max(1.0, supply / RATED_VOLTS)
        low, self._most = profile.volts
        self._least = max(low, profile.sag * supply)
        self._since: dict[tuple[Kind, str], float] = {}

    def look(self, servos: Mapping[str, Measured], lag: Array, velocity: Array,
             expected: Mapping[str, Mapping[str, int]], now: float) -> list[Stop]:  # fmt: skip
        """What must stop the arm at `now` (s).

        Servos that are not handed in are passed over.
        `lag` (6,) is command minus position (rad), `velocity` (6,) how fast the joints go (rad/s), `expected` the
        settings that each servo was given. What works hard and gets ahead has not stalled: a weak servo lifts the
        stretched-out arm as far behind its command as another one presses.
        """
        found = []
        for index, name in enumerate(JOINTS):
            if name not in servos:
                continue
            for kind, amiss, seconds, measured in self._signs(
                index, servos[name], float(lag[index]), float(velocity[index]), expected[name]
            ):
                if not amiss:
                    self._since.pop((kind, name), None)
                elif now - self._since.setdefault((kind, name), now) >= seconds:
                    found.append(Stop(kind, name, measured, now))
            for flag in servos[name].state.errors:
                kind = _FLAGS[flag.name]
                if not any(stop.kind == kind and stop.joint == name for stop in found):
                    found.append(Stop(kind, name, f"the servo reports {flag.name}", now))
        return found

    def _signs(self, index: int, servo: Measured, lag: float, velocity: float,
               expected: Mapping[str, int]) -> Iterator[tuple[Kind, bool, float, str]]:  # fmt: skip
        """(kind, whether it is so now, for how long it may be, what was measured)."""
        profile, state = self._profile, servo.state
        lost = {name: servo.settings[name] for name, value in expected.items() if servo.settings[name] != value}
        yield (
            Kind.BROWN_OUT,
            bool(lost),
            0.0,
            ", ".join(f"{name} is {value} where {expected[name]} was set" for name, value in lost.items()),
        )
        yield (
            Kind.STALL,
            abs(state.amperes) > self._stall[index]
            and abs(lag) > profile.stall_error[index]
            and velocity * lag < GETTING_ON * abs(lag),
            profile.stall_seconds,
            f"{abs(state.amperes):.2f} A and {lag:+.2f} rad from its command for {profile.stall_seconds:g} s",
        )
        yield (
            Kind.HEAT,
            state.celsius >= profile.celsius,
            profile.patience,
            f"{state.celsius:.0f} °C, the limit is {profile.celsius:.0f} °C",
        )
        yield (
            Kind.VOLTAGE,
            not self._least <= state.volts <= self._most,
            profile.patience,
            f"{state.volts:.1f} V, outside {self._least:.1f} to {self._most:.1f} V",
        )
