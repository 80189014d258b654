"""Switching on over a bus that loses some of what is said on it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from typing import Any

from pontine.sim2real.arm.limits import limits
from pontine.sim2real.arm.torque import let_go, look_over, settings_for, wake
from pontine.sim2real.bus.bus import RETRIES, Bus
from pontine.sim2real.bus.errors import BusError
from pontine.sim2real.trials.fault_trials import Rig, bench_calibration

CALIBRATION = bench_calibration()
LIMITS = limits("gentle", CALIBRATION)


class LossyBus(Bus):
    """A bus of which a share of the questions, of the answers and of the goals never arrives."""

    lost, random = 0.0, random.Random(0)

    def _exchange(self, instruction: Any, names: Iterable[str], count: int) -> tuple[dict[str, Any], int]:
        if self.gone():
            return {}, 0
        answers, noise = super()._exchange(instruction, names, count)
        return {name: answer for name, answer in answers.items() if not self.gone()}, noise

    def command(self, goals: Mapping[str, float]) -> None:
        super().command({name: goal for name, goal in goals.items() if not self.gone()})

    def gone(self) -> bool:
        return self.random.random() < self.lost


def starts(lost: float, count: int) -> int:
    """How many of so many starts go well."""
    good = 0
    with Rig(0) as rig, LossyBus(rig.emulator.port, CALIBRATION.ids, patience=0.2) as bus:
        bus.random, settings = random.Random(1), settings_for(LIMITS, LIMITS.profile.torque)
        for _ in range(count):
            bus.lost = lost
            try:
                with bus.patiently():
                    look_over(bus, CALIBRATION, LIMITS)
                    wake(bus, settings)
            except BusError:
                continue
            finally:
                bus.lost = 0.0
                let_go(bus, CALIBRATION.ids, 0.0)
            good += 1
    return good


def test_a_bus_that_loses_one_in_twenty_starts_every_time() -> None:
    assert starts(0.05, 8) == 8


def test_a_bus_that_loses_nearly_all_is_refused() -> None:
    assert starts(0.9, 1) == 0


def test_a_bus_is_patient_only_where_it_is_asked_to_be() -> None:
    with Rig(0) as rig, Bus(rig.emulator.port, CALIBRATION.ids, patience=0.2) as bus:
        with bus.patiently():
            assert bus._retries > RETRIES
        assert bus._retries == RETRIES
