"""What every emulated servo is: a memory of which EEPROM outlives the power, a supply that may fail, and a shaft."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from ..bus.registers import ControlTable
from .shaft import FREE, Drive, Motion, Shaft

SLICE = 0.01
"""Seconds between two looks at the protections; their times are set in this unit."""

_MEMORY = 256


class EmulatedServo(ABC):
    """One servo on the wire and the shaft it turns; shaft angle 0 rad is the encoder's middle.

    A kind of servo says what its registers are, at which voltage (V) its controller goes out, and which bits per
    second the values of `baud_rate` stand for.
    """

    table: ClassVar[ControlTable]
    brown_out_volts: ClassVar[float]
    baud_rates: ClassVar[Sequence[int]]

    def __init__(self, id: int, shaft: Shaft, *, volts: float, celsius: float = 28.0,
                 settings: Mapping[str, int] | None = None) -> None:  # fmt: skip
        """Power the servo at time zero with `volts` V; `settings` are EEPROM registers that differ from the factory's.

        `celsius` is the motor's temperature without load; both may be set later by whoever knows.
        """
        self.celsius = celsius
        self._shaft, self._supply, self._time = shaft, volts, 0.0
        self._waiting: tuple[int, bytes] | None = None
        self._motion = shaft.advance(0.0, FREE)
        self._factory()
        for name, value in {"id": id, **(settings or {})}.items():
            self._keep(name, value)
        self._was_powered = self.powered
        self._power_up()

    @property
    def id(self) -> int:
        """The id it answers to now."""
        return self["id"]

    @property
    def baud(self) -> int:
        """Bits per second at which it listens now."""
        return self.baud_rates[self["baud_rate"] % len(self.baud_rates)]

    @property
    def return_delay(self) -> float:
        """Seconds between the end of an instruction and the start of the answer."""
        return self["return_delay"] * self.table["return_delay"].scale

    @property
    def powered(self) -> bool:
        """Whether the supply suffices for the controller to run."""
        return self.volts >= self.brown_out_volts

    @property
    def motion(self) -> Motion:
        """How the shaft really moves, at the time it was last advanced to."""
        return self._motion

    @property
    def volts(self) -> float:
        """Supply (V) that reaches the servo, and without load if set; too low the servo goes out, and comes
        back without what RAM held."""
        return self._supply - self._motion.sag

    @volts.setter
    def volts(self, volts: float) -> None:
        self._supply = volts
        self._notice_supply()

    def __getitem__(self, name: str) -> int:
        """What a register holds; raises `UnknownNameError`."""
        register = self.table[name]
        return register.decode(bytes(self._memory[register.address : register.end]))

    def store(self, name: str, value: int) -> None:
        """Put a value into an EEPROM register from outside, as someone did before; raises `UnknownNameError`."""
        self._put(name, value)
        self._keep(name, value)

    def brown_out(self) -> None:
        """The supply dips for an instant: RAM is as after switching on."""
        self._power_up()

    def advance(self, now: float) -> None:
        """Let time pass until `now` (s)."""
        while self._time < now - 1e-9:
            self._time = min(now, self._time + SLICE)
            self._motion = self._shaft.advance(self._time, self._drive() if self.powered else FREE)
            self._notice_supply()
            if self.powered:
                self._protect()
                self._measure()

    @abstractmethod
    def handle(self, instruction: Any, now: float) -> Any:
        """Obey an instruction of its protocol heard at `now` (s); the answer, or None where the servo stays silent."""

    @abstractmethod
    def _drive(self) -> Drive:
        """What the controller asks of the motor."""

    @abstractmethod
    def _protect(self) -> None:
        """See to what the servo protects itself from."""

    @abstractmethod
    def _measure(self) -> None:
        """Put what is measured into its registers."""

    def _power_up(self) -> None:
        """RAM as after switching on."""
        self._memory = bytearray(_MEMORY)
        for register in self.table:
            self._memory[register.address : register.end] = register.encode(register.default)
        self._memory[: len(self._eeprom)] = self._eeprom
        self._waiting = None

    def _factory(self) -> None:
        """EEPROM as the factory left it."""
        kept = [register for register in self.table if register.kept]
        self._eeprom = bytearray(max(register.end for register in kept))
        for register in kept:
            self._eeprom[register.address : register.end] = register.encode(register.default)

    def _put(self, name: str, value: int) -> None:
        register = self.table[name]
        self._memory[register.address : register.end] = register.encode(value)

    def _keep(self, name: str, value: int) -> None:
        register = self.table[name]
        self._eeprom[register.address : register.end] = register.encode(value)

    def _notice_supply(self) -> None:
        was_powered, self._was_powered = self._was_powered, self.powered
        if self.powered and not was_powered:
            self._power_up()
