"""What a servo keeps, as data: a register's place, its coding on the wire, and what a count means."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from pontine.envs.errors import PontineError, UnknownNameError

COUNTS_PER_TURN = 4096
"""Steps of the magnetic encoder in one turn: STS3215, XL330 and XL430 data sheets."""

RADIANS = 2 * math.pi / COUNTS_PER_TURN
"""Radians in one encoder count."""


class RegisterError(PontineError):
    """A value that a register cannot hold, or a register used against its nature."""


def sign_magnitude(value: int, bit: int) -> int:
    """Code a signed value with its sign in `bit` and its size in the bits below.

    Raises `RegisterError` if the size needs more bits than there are.
    """
    if abs(value) >= 1 << bit:
        raise RegisterError(f"{value} does not fit: at most {(1 << bit) - 1} either way of zero")
    return -value | 1 << bit if value < 0 else value


def from_sign_magnitude(raw: int, bit: int) -> int:
    """The signed value of a field with its sign in `bit`; bits above it belong to something else."""
    size = raw & (1 << bit) - 1
    return -size if raw >> bit & 1 else size


@dataclass(frozen=True)
class Register:
    """One entry of a control table; numbers are little-endian.

    `sign_bit` marks sign-magnitude coding, `signed` two's complement. A value in `unit` is the
    number times `scale`. `kept` registers lie in EEPROM: they outlive the power and wear out with
    writing. `default` is what the factory, or for the others the power, leaves there. Outside its `bounds`
    the servo refuses a number; without them it takes whatever fits.
    """

    name: str
    address: int
    size: int = 1
    default: int = 0
    unit: str = ""
    scale: float = 1.0
    sign_bit: int | None = None
    signed: bool = False
    writable: bool = True
    kept: bool = False
    bounds: tuple[int, int] | None = None

    @property
    def end(self) -> int:
        """The address after the register's last byte."""
        return self.address + self.size

    def encode(self, value: int) -> bytes:
        """The bytes of a number; raises `RegisterError` if the register cannot hold it."""
        try:
            raw = value if self.sign_bit is None else sign_magnitude(value, self.sign_bit)
            return raw.to_bytes(self.size, "little", signed=self.signed)
        except (OverflowError, RegisterError):
            raise RegisterError(f"{self.name} cannot hold {value}") from None

    def decode(self, data: bytes) -> int:
        """The number in the register's bytes."""
        raw = int.from_bytes(data, "little", signed=self.signed)
        return raw if self.sign_bit is None else from_sign_magnitude(raw, self.sign_bit)


@dataclass(frozen=True)
class ControlTable:
    """The registers of one kind of servo, found by name."""

    servo: str
    registers: tuple[Register, ...]

    def __iter__(self) -> Iterator[Register]:
        return iter(self.registers)

    def __getitem__(self, name: str) -> Register:
        """The register of that name; raises `UnknownNameError`."""
        try:
            return self._by_name[name]
        except KeyError:
            raise UnknownNameError(f"{self.servo} register", name, self._by_name) from None

    @cached_property
    def _by_name(self) -> dict[str, Register]:
        return {register.name: register for register in self.registers}

    def span(self, names: Iterable[str]) -> tuple[int, int]:
        """Address and length of the shortest block that holds all of these registers."""
        chosen = [self[name] for name in names]
        start = min(register.address for register in chosen)
        return start, max(register.end for register in chosen) - start


@dataclass(frozen=True)
class Flag:
    """One bit of an error byte or status register: its mask, its name, and what to check."""

    mask: int
    name: str
    check: str


def flags_in(value: int, flags: Iterable[Flag]) -> tuple[Flag, ...]:
    """The flags whose bits are set, in the order of the table."""
    return tuple(flag for flag in flags if value & flag.mask)
