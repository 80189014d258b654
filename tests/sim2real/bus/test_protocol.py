"""One bus for both makes of servo: what it puts on a Feetech wire, and a Dynamixel chain that it drives."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import pytest

from pontine.envs.errors import UnknownNameError
from pontine.sim2real.bus.bus import Bus
from pontine.sim2real.bus.errors import CorruptReplyError, EepromError, NoReplyError, UnfitValueError
from pontine.sim2real.bus.protocol import DYNAMIXEL
from pontine.sim2real.bus.registers import RADIANS
from pontine.sim2real.emulation.dynamixel_servo import DynamixelServo
from pontine.sim2real.emulation.emulator import DYNAMIXEL as SPOKEN
from pontine.sim2real.emulation.emulator import Emulator, Fault
from pontine.sim2real.emulation.servo import Servo
from pontine.sim2real.emulation.shaft import FirstOrderShaft

IDS = {"turn": 1, "lift": 2, "bend": 3}
PATIENCE = 0.15
MIDDLE = math.pi


@pytest.fixture
def chain() -> Iterator[Emulator[DynamixelServo]]:
    settings = {"baud_rate": 3, "return_delay": 0}
    servos = [DynamixelServo(id, FirstOrderShaft(high=1.0), settings=settings) for id in IDS.values()]
    with Emulator(servos, language=SPOKEN) as emulator:
        yield emulator


@pytest.fixture
def bus(chain: Emulator[DynamixelServo]) -> Iterator[Bus]:
    with Bus(chain.port, IDS, patience=PATIENCE, protocol=DYNAMIXEL) as bus:
        yield bus


def test_on_a_feetech_wire_every_byte_is_as_the_vendors_software_sends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    servos = [Servo(id, FirstOrderShaft()) for id in range(1, 7)]
    names = {f"servo {id}": id for id in range(1, 7)}
    with Emulator(servos) as emulator, Bus(emulator.port, names, patience=PATIENCE) as bus:
        sent: list[str] = []
        write = bus._serial.write

        def told(packet: bytes) -> int | None:
            sent.append(packet.hex(" ").upper())
            return write(packet)

        monkeypatch.setattr(bus._serial, "write", told)
        bus.measure()
        bus.command({"servo 1": 2048 * RADIANS, "servo 2": 1000 * RADIANS})
        bus.write("servo 1", "torque_enable", 1)
        bus.read("servo 1", "present_position")
        bus.ping("servo 1")
        assert sent == [
            "FF FF FE 0A 82 38 0F 01 02 03 04 05 06 19",
            "FF FF FE 0A 83 2A 02 01 00 08 02 E8 03 52",
            "FF FF 01 04 03 28 01 CE",
            "FF FF 01 04 02 38 02 BE",
            "FF FF 01 02 01 FB",
        ]
        sent.clear()
        assert bus.store("servo 1", "homing_offset", -300)
        assert sent[1:-1] == ["FF FF 01 04 03 37 00 C0", "FF FF 01 05 03 1F 2C 09 A2", "FF FF 01 04 03 37 01 BF"]


def test_a_dynamixel_chain_is_measured_and_driven(bus: Bus) -> None:
    states = bus.measure()
    assert tuple(states) == bus.names == tuple(IDS)
    for state in states.values():
        assert state.angle == pytest.approx(MIDDLE, abs=RADIANS)
        assert (state.volts, state.celsius, state.moving, state.errors) == (pytest.approx(5.0), 28, False, ())
    goals = {name: MIDDLE + 0.2 * (id - 2) for name, id in IDS.items()}
    for name in IDS:
        bus.write(name, "torque_enable", 1)
    bus.command(goals)
    end = time.monotonic() + 10
    while any(abs(bus.measure()[name].angle - angle) > 2 * RADIANS for name, angle in goals.items()):
        assert time.monotonic() < end
    _, settings = bus.survey(["lift"])["lift"]
    assert settings["torque_enable"] == 1
    assert settings["goal_position"] == 2048
    with pytest.raises(UnknownNameError, match="XL330 register"):
        bus.read("lift", "torque_limit")


def test_a_dynamixel_servo_s_refusal_is_told(bus: Bus) -> None:
    with pytest.raises(UnfitValueError, match="lift refuses 886 in goal_pwm: data range"):
        bus.write("lift", "goal_pwm", 886)
    assert bus.store("lift", "homing_offset", 100)
    assert not bus.store("lift", "homing_offset", 100)
    bus.write("lift", "torque_enable", 1)
    with pytest.raises(UnfitValueError, match="lift refuses 0 in homing_offset: access"):
        bus.store("lift", "homing_offset", 0)
    with pytest.raises(EepromError, match="use store"):
        bus.write("lift", "pwm_limit", 1)


def test_a_dynamixel_servo_that_protects_itself_says_why(chain: Emulator[DynamixelServo], bus: Bus) -> None:
    with chain.paused() as wire:
        wire[1].celsius = 80.0
    end = time.monotonic() + 10
    while not (errors := bus.measure()["lift"].errors):
        assert time.monotonic() < end
    assert [flag.name for flag in errors] == ["overheated"]
    assert bus.read("turn", "hardware_error_status") == 0


def test_what_fails_on_a_dynamixel_wire_is_named(chain: Emulator[DynamixelServo], bus: Bus) -> None:
    chain.inject(Fault("corrupted", id=2, count=1))
    assert set(bus.measure()) == set(IDS)
    assert bus.asked_again["lift"] == 1
    chain.inject(Fault("silent", id=2, count=3))
    with pytest.raises(NoReplyError, match=r"lift \(id 2\).*others answer"):
        bus.measure()
    chain.inject(Fault("corrupted", id=2, count=3))
    with pytest.raises(CorruptReplyError, match=r"lift \(id 2\)"):
        bus.measure()
    with pytest.raises(ValueError, match="0 to 252"):
        Bus(chain.port, {"lift": 253}, protocol=DYNAMIXEL)
