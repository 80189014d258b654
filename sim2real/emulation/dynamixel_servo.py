"""An emulated XL330: what a Dynamixel servo does with each instruction, at a time that the caller tells.

Modelled is what a driver meets in position mode: EEPROM that torque locks, numbers out of range that are refused,
factory reset and reboot, kept-back writes, the response level, indirect addresses, limits of position, PWM, speed and
acceleration, the bus watchdog, and hardware errors that switch the torque off until a reboot. In the other modes the
shaft turns freely; gains but P, and the drive mode, are stored and change nothing.

Behaviour follows the ROBOTIS e-Manual's pages on the XL330-M288-T and on Protocol 2.0; comments name what it
leaves open.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from ..bus import dynamixel
from ..bus.dynamixel import (
    ALERT,
    Action,
    BulkRead,
    BulkWrite,
    Clear,
    FactoryReset,
    Instruction,
    Ping,
    Read,
    Reboot,
    RegWrite,
    Status,
    SyncRead,
    SyncWrite,
    Write,
)
from ..bus.dynamixel_frame import BROADCAST
from ..bus.registers import COUNTS_PER_TURN, RADIANS, Register
from ..bus.xl330 import BAUD_RATES, INDIRECT, POSITION_MODE, XL330
from .emulated_servo import EmulatedServo
from .shaft import FREE, Drive, Shaft

BROWN_OUT_VOLTS = 3.0
"""Below this the controller is off. Chosen: under the lowest limit that can be set, 3.1 V."""

STALL_AMPERES = 1.47
"""e-Manual, XL330-M288-T at 5 V."""

OVERLOAD_SECONDS, OVERLOAD = 1.0, 0.9
"""How long the motor must be driven with how much of its full duty to count as overloaded; the manual gives
no numbers. Chosen."""

_RESULT, _RANGE, _ACCESS = 1, 4, 7
_VOLTAGE, _OVERHEATED, _OVERLOAD = 0x01, 0x04, 0x20
_RAM = XL330["torque_enable"].address
_KEPT_BY_RESET = {0xFF: (), 1: ("id",), 2: ("id", "baud_rate")}
_GOALS = (XL330["goal_pwm"].address, XL330["goal_position"].end)
_LIMITS = {"goal_pwm": "pwm_limit", "goal_current": "current_limit", "goal_speed": "max_speed"}
_WATCHDOG_FIRED = -1


class DynamixelServo(EmulatedServo):
    """An XL330."""

    table, brown_out_volts, baud_rates = XL330, BROWN_OUT_VOLTS, BAUD_RATES

    def __init__(self, id: int, shaft: Shaft, *, volts: float = 5.0, celsius: float = 28.0,
                 settings: Mapping[str, int] | None = None) -> None:  # fmt: skip
        self._heard = 0.0
        super().__init__(id, shaft, volts=volts, celsius=celsius, settings=settings)

    def _power_up(self) -> None:
        super()._power_up()
        for name, limit in _LIMITS.items():
            self._put(name, self[limit])
        for number in range(INDIRECT.size):
            at = INDIRECT.pointers + 2 * number
            self._memory[at : at + 2] = (INDIRECT.data + number).to_bytes(2, "little")
        self._strained: float | None = None
        self._turns = -math.floor(self._raw() / COUNTS_PER_TURN) * COUNTS_PER_TURN
        self._measure()
        self._put("goal_position", self["present_position"])

    def handle(self, instruction: Instruction, now: float) -> Status | None:
        """Obey an instruction heard at `now` (s); the answer, or None where the servo stays silent."""
        self.advance(now)
        if not self.powered:
            return None
        self._heard = now
        match instruction:
            case SyncRead(address, count, ids) if self.id in ids:
                return self._told(Read(self.id, address, count))
            case BulkRead(asked):
                mine = [row for row in asked if row[0] == self.id]
                return self._told(Read(*mine[0])) if mine else None
            case SyncWrite(address, _, rows):
                for id, data in rows:
                    if id == self.id:
                        self._write(address, data)
                return None
            case BulkWrite(written):
                for id, address, data in written:
                    if id == self.id:
                        self._write(address, data)
                return None
            case SyncRead():
                return None
        if instruction.id not in (self.id, BROADCAST):
            return None
        answer = self._told(instruction)
        return answer if instruction.id != BROADCAST or isinstance(instruction, Ping) else None

    def _told(self, instruction: Instruction) -> Status | None:
        """What it answers to an instruction that means it, when it has obeyed."""
        id, level = self.id, self["response_level"]
        error, data = 0, b""
        match instruction:
            case Ping():
                data = bytes(self._memory[0:2]) + bytes((self["firmware"],))
            case Read(_, address, count):
                data = bytes(self._byte(address + i) for i in range(count))
            case Write(_, address, written):
                error = self._write(address, written)
            case RegWrite(_, address, written):
                error = self._refusal(address, written)
                if not error:
                    self._waiting = (address, written)
                    self._put("registered_instruction", 1)
            case Action():
                waiting, self._waiting = self._waiting, None
                self._put("registered_instruction", 0)
                error = self._write(*waiting) if waiting is not None else _RESULT
            case FactoryReset(_, keep):
                error = self._reset(keep, instruction.id)
            case Reboot():
                self._power_up()
            case Clear(_, parameters):
                error = self._clear(parameters)
        least = 0 if isinstance(instruction, Ping) else 1 if isinstance(instruction, Read) else 2
        if level < least:
            return None
        return Status(id, error | (ALERT if self["hardware_error_status"] else 0), data)

    def _place(self, address: int) -> int:
        """Where a byte really lies: indirect data lie where their pointers say."""
        number = address - INDIRECT.data
        if 0 <= number < INDIRECT.size:
            at = INDIRECT.pointers + 2 * number
            address = int.from_bytes(self._memory[at : at + 2], "little")
        return address

    def _byte(self, address: int) -> int:
        place = self._place(address)
        return self._memory[place] if place < len(self._memory) else 0

    def _refusal(self, address: int, data: bytes) -> int:
        """Error number of a write that is not allowed, 0 for one that is."""
        places = {self._place(address + offset): byte for offset, byte in enumerate(data)}
        if any(place >= len(self._memory) for place in places):
            return _ACCESS
        if self["torque_enable"] and any(place < _RAM for place in places):
            return _ACCESS
        if self["bus_watchdog"] == _WATCHDOG_FIRED and any(_GOALS[0] <= place < _GOALS[1] for place in places):
            return _RANGE
        for register in XL330:
            own = range(register.address, register.end)
            if places.keys().isdisjoint(own):
                continue
            if not register.writable:
                return _ACCESS
            low, high = self._bounds(register)
            # a write may hold a part of the number only; the rest stays
            if not low <= register.decode(bytes(places.get(at, self._memory[at]) for at in own)) <= high:
                return _RANGE
        return 0

    def _bounds(self, register: Register) -> tuple[float, float]:
        """The least and the largest number that a register may be given now."""
        if register.name in _LIMITS:
            limit = self[_LIMITS[register.name]]
            return -limit, limit
        if register.name == "goal_position" and self["mode"] == POSITION_MODE:
            return self["min_position"], self["max_position"]
        return register.bounds or (-math.inf, math.inf)

    def _write(self, address: int, data: bytes) -> int:
        if error := self._refusal(address, data):
            return error
        torque = self["torque_enable"]
        for place, byte in [(self._place(address + offset), byte) for offset, byte in enumerate(data)]:
            self._memory[place] = byte
            if place < _RAM:
                self._eeprom[place] = byte
        if self["torque_enable"] and not torque:
            if self["hardware_error_status"]:
                self._put("torque_enable", 0)
            else:
                # That it holds where it stands, and not an old goal, is what users see; the manual does not say it.
                self._put("goal_position", self["present_position"])
                self._strained = None
        self._measure()
        return 0

    def _reset(self, keep: int, id: int) -> int:
        # The e-Manual has a reset of everything refuse the broadcast, on which all ids would become one.
        if keep not in _KEPT_BY_RESET or (keep == 0xFF and id == BROADCAST) or self["torque_enable"]:
            return _RESULT
        kept = {name: self[name] for name in _KEPT_BY_RESET[keep]}
        self._factory()
        for name, value in kept.items():
            self._keep(name, value)
        self._power_up()
        return 0

    def _clear(self, parameters: bytes) -> int:
        if parameters != dynamixel.CLEAR_TURNS or self["torque_enable"]:
            return _RESULT
        self._turns = -math.floor(self._raw() / COUNTS_PER_TURN) * COUNTS_PER_TURN
        self._measure()
        return 0

    def _raw(self) -> float:
        """Counts before the homing offset, whole turns kept."""
        return COUNTS_PER_TURN // 2 + self._motion.angle / RADIANS

    def _drive(self) -> Drive:
        if not self["torque_enable"] or self["mode"] != POSITION_MODE:
            return FREE
        counts = self["goal_position"] - self["homing_offset"] - self._turns - COUNTS_PER_TURN // 2
        duty = min(abs(self["goal_pwm"]), self["pwm_limit"]) * XL330["goal_pwm"].scale
        return Drive(
            counts * RADIANS, min(1.0, duty), self["profile_speed"] * XL330["profile_speed"].scale or math.inf,
            self["acceleration"] * XL330["acceleration"].scale or math.inf,
            self["position_p"] / XL330["position_p"].default)  # fmt: skip

    def _protect(self) -> None:
        patience = self["bus_watchdog"] * XL330["bus_watchdog"].scale
        if patience > 0 and self._time - self._heard > patience:
            # "Stopped", says the manual; taken as held where it is.
            self._put("bus_watchdog", _WATCHDOG_FIRED)
            self._put("goal_position", self["present_position"])
        found = 0
        if not self["min_voltage"] <= round(self.volts * 10) <= self["max_voltage"]:
            found |= _VOLTAGE
        if self.celsius + self._motion.heat > self["max_temperature"]:
            found |= _OVERHEATED
        if abs(self._motion.load) < OVERLOAD:
            self._strained = None
        elif self._strained is None:
            self._strained = self._time
        elif self._time - self._strained >= OVERLOAD_SECONDS:
            found |= _OVERLOAD
        self._put("hardware_error_status", self["hardware_error_status"] | found)
        if self["hardware_error_status"] & self["shutdown"]:
            self._put("torque_enable", 0)

    def _measure(self) -> None:
        speed = self._motion.velocity / XL330["present_speed"].scale
        self._put("present_position", round(self._raw()) + self._turns + self["homing_offset"])
        self._put("present_speed", round(speed))
        amperes = math.copysign(self._motion.current, self._motion.load) * STALL_AMPERES
        self._put("present_pwm", round(self._motion.load / XL330["present_pwm"].scale))
        self._put("present_current", round(amperes / XL330["present_current"].scale))
        self._put("present_voltage", max(0, round(self.volts * 10)))
        self._put("present_temperature", max(0, min(255, round(self.celsius + self._motion.heat))))
        self._put("moving", int(abs(speed) > self["moving_threshold"]))
