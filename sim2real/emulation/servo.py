"""An emulated STS3215: what the servo does with each instruction, at a time that the caller tells.

Modelled is what a driver meets in position mode: RAM and EEPROM with the lock, torque switched on by
a goal, the homing offset and its wrap, the response level, kept-back writes, recalibration and reset,
limits of position, torque, speed and acceleration, the status bits of voltage, heat, overcurrent and
overload with what they do to the torque, the proportional gain, and a brown-out that forgets RAM. In
the other modes the shaft turns freely, as it does damped; the other gains and the dead zones are stored
and change nothing.

Behaviour follows Feetech's STS memory table and what the authors of servolab and feetech-cli measured
on STS3215s; comments name the places where sources disagree.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from ..bus import feetech
from ..bus.feetech import (
    Action,
    Instruction,
    Ping,
    Read,
    Recalibrate,
    RegWrite,
    Reset,
    Status,
    SyncRead,
    SyncWrite,
    Write,
)
from ..bus.registers import COUNTS_PER_TURN, RADIANS
from ..bus.sts3215 import ACCELERATION, MID_COUNTS, POSITION_MODE, STS3215, TORQUE_ON, TORQUE_RECENTER
from .emulated_servo import EmulatedServo
from .shaft import FREE, Drive, Shaft

BROWN_OUT_VOLTS = 3.5
"""Below this the controller is off. Chosen: under the lowest limit that `min_voltage` comes with."""

STALL_AMPERES = 2.4
"""Feetech's data sheet of the 7.4 V STS3215."""

_VOLTAGE, _OVERHEATED, _OVERCURRENT, _OVERLOAD = 0x01, 0x04, 0x08, 0x20


class Servo(EmulatedServo):
    """An STS3215."""

    table, brown_out_volts, baud_rates = STS3215, BROWN_OUT_VOLTS, feetech.BAUD_RATES

    def __init__(self, id: int, shaft: Shaft, *, volts: float = 7.4, celsius: float = 28.0,
                 settings: Mapping[str, int] | None = None) -> None:  # fmt: skip
        super().__init__(id, shaft, volts=volts, celsius=celsius, settings=settings)

    def _power_up(self) -> None:
        super()._power_up()
        self._put("torque_limit", self["max_torque"])
        self._latched = 0
        self._since: dict[int, float] = {}
        self._overload_side = 0.0
        self._measure()

    def handle(self, instruction: Instruction, now: float) -> Status | None:
        """Obey an instruction heard at `now` (s); the answer, or None where the servo stays silent."""
        self.advance(now)
        if not self.powered:
            return None
        match instruction:
            case Ping(id) if self._means_me(id):
                return self._answer()
            case Read(id, address, count) if id == self.id:
                return self._answer(self._read(address, count))
            case SyncRead(address, count, ids) if self.id in ids:
                return self._answer(self._read(address, count))
            case SyncWrite(address, rows):
                for id, data in rows:
                    if id == self.id:
                        self._write(address, data)
                return None
            case Ping() | Read() | SyncRead():
                return None
        if not self._means_me(instruction.id):
            return None
        match instruction:
            case Write(_, address, data):
                self._write(address, data)
            case RegWrite(_, address, data):
                self._waiting = (address, data)
                self._put("async_write", 1)
            case Action():
                waiting, self._waiting = self._waiting, None
                self._put("async_write", 0)
                if waiting is not None:
                    self._write(*waiting)
            case Reset():
                id = self.id
                self._factory()
                self._keep("id", id)
                self._power_up()
            case Recalibrate(_, position):
                self._recalibrate(MID_COUNTS if position is None else position)
        # A new id answers for itself; the broadcast and a low response level silence the answer.
        return self._answer() if instruction.id != feetech.BROADCAST and self["response_level"] else None

    def _means_me(self, id: int) -> bool:
        return id in (self.id, feetech.BROADCAST)

    def _answer(self, data: bytes = b"") -> Status:
        return Status(self.id, self["status"], data)

    def _read(self, address: int, count: int) -> bytes:
        return bytes(self._memory[address : address + count]).ljust(count, b"\0")

    def _write(self, address: int, data: bytes) -> None:
        end, touched = address + len(data), set()
        torque = self["torque_enable"]
        persistent = not self["lock"]
        for register in STS3215:
            start, stop = max(address, register.address), min(end, register.end)
            if start < stop and register.writable:
                touched.add(register.name)
                part = data[start - address : stop - address]
                self._memory[start:stop] = part
                # Locked, the manual says that a setting acts until power-off; feetech-cli drops it at once.
                if register.kept and persistent:
                    self._eeprom[start:stop] = part
        if "torque_enable" in touched:
            self._latched = 0
            self._since.clear()
            if self["torque_enable"] == TORQUE_RECENTER:
                self._put("torque_enable", torque)
                self._recalibrate(MID_COUNTS)
        if "goal_position" in touched and self["mode"] == POSITION_MODE:
            self._put("torque_enable", TORQUE_ON)
            if self._latched & _OVERLOAD and (self._target() - self._motion.angle) * self._overload_side < 0:
                self._latched &= ~_OVERLOAD
                self._since.pop(_OVERLOAD, None)
        self._measure()

    def _recalibrate(self, position: int) -> None:
        # The offset has eleven bits, so it is taken as the nearer way round, cut at the last count.
        half = COUNTS_PER_TURN // 2
        offset = (round(self._encoder()) - position + half) % COUNTS_PER_TURN - half
        data = STS3215["homing_offset"].encode(max(offset, 1 - half))
        where = slice(STS3215["homing_offset"].address, STS3215["homing_offset"].end)
        self._memory[where] = self._eeprom[where] = data
        self._measure()

    def _encoder(self) -> float:
        """Counts before the homing offset, whole turns kept."""
        return MID_COUNTS + self._motion.angle / RADIANS

    def _offset(self) -> int:
        return self["homing_offset"] if self["mode"] == POSITION_MODE else 0

    def _target(self) -> float:
        """Shaft angle (rad) of the goal, in the turn in which the shaft stands: the servo never takes the short way."""
        goal, low, high = self["goal_position"], self["min_position"], self["max_position"]
        if (low, high) != (0, 0):
            goal = max(low, min(high, goal))
        turn = math.floor((self._encoder() - self._offset()) / COUNTS_PER_TURN)
        return (goal + self._offset() + turn * COUNTS_PER_TURN - MID_COUNTS) * RADIANS

    def _drive(self) -> Drive:
        unloads = self["status"] & self["unload_condition"]
        if self["torque_enable"] != TORQUE_ON or self["mode"] != POSITION_MODE or unloads & ~_OVERLOAD:
            return FREE
        effort = min(1.0, self["torque_limit"] * STS3215["torque_limit"].scale)
        if unloads & _OVERLOAD:
            effort = min(effort, self["protective_torque"] * STS3215["protective_torque"].scale)
        return Drive(self._target(), effort, abs(self["goal_speed"]) * RADIANS or math.inf,
                     self["acceleration"] * ACCELERATION or math.inf,
                     self["position_p"] / STS3215["position_p"].default)  # fmt: skip

    def _protect(self) -> None:
        load, amperes = abs(self._motion.load), self._motion.current * STALL_AMPERES
        for bit, over, patience in (
            (_OVERLOAD, load > self["overload_torque"] * STS3215["overload_torque"].scale, "protection_time"),
            (_OVERCURRENT, amperes > self["protection_current"] * STS3215["protection_current"].scale,
             "overcurrent_time"),
        ):  # fmt: skip
            if not over:
                self._since.pop(bit, None)
            elif self._time - self._since.setdefault(bit, self._time) >= self[patience] * STS3215[patience].scale:
                if bit == _OVERLOAD and not self._latched & bit:
                    self._overload_side = self._motion.load
                self._latched |= bit

    def _measure(self) -> None:
        status = self._latched
        if not self["min_voltage"] <= round(self.volts * 10) <= self["max_voltage"]:
            status |= _VOLTAGE
        celsius = round(self.celsius + self._motion.heat)
        if celsius > self["max_temperature"]:
            status |= _OVERHEATED
        speed = round(self._motion.velocity / RADIANS)
        self._put("status", status)
        self._put("present_position", (round(self._encoder()) - self._offset()) % COUNTS_PER_TURN)
        self._put("present_speed", speed)
        self._put("present_load", round(self._motion.load * 1000))
        self._put("present_voltage", max(0, min(255, round(self.volts * 10))))
        self._put("present_temperature", max(0, min(255, celsius)))
        self._put("present_current", round(self._motion.current * STALL_AMPERES / STS3215["present_current"].scale))
        self._put("moving", int(abs(speed) > COUNTS_PER_TURN // 100))
