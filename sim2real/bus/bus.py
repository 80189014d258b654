"""The one writer on the wire: asks servos for what they measure and gives them goals.

One transaction at a time: an instruction, then its answers within a deadline, then at most `RETRIES`
further tries. What goes wrong is an error that names the servo and says what to check. An answer's
error bits are no failure here: they come back in `ServoState`, since a servo that protects itself must
stay within reach of whoever lets go of it. EEPROM wears out with writing, so `write` refuses it and
`store` writes only what differs, a few times in the life of a bus.

Angles here are the encoder's: radians from the count zero, without calibration.
"""

from __future__ import annotations

import select
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from pontine.envs.errors import UnknownNameError

from . import feetech
from .errors import CorruptReplyError, EepromError, NoReplyError, PortFailedError, UnfitValueError
from .feetech import ERRORS, Instruction, Ping, Read, Status, SyncRead, SyncWrite, Write
from .port import in_use, open_port
from .registers import COUNTS_PER_TURN, RADIANS, Flag, Register, flags_in
from .sts3215 import BROADEST_BLOCK, STS3215, TORQUE_RECENTER

RETRIES = 2
STORES = 5
"""Times that `store` may change one register of one servo before it refuses; chosen, far from wear and from a loop."""

_BLOCK = STS3215.span(BROADEST_BLOCK)
_SETTINGS = ("torque_enable", "acceleration", "goal_position", "goal_time", "goal_speed", "torque_limit", "lock")
_WHOLE = STS3215.span((*_SETTINGS, *BROADEST_BLOCK))
_STATUS_OVERHEAD = 6


@dataclass(frozen=True)
class ServoState:
    """What one servo measured: angle (rad, 0 to 2π), velocity (rad/s), load (fraction of stall torque, signed),
    supply (V), temperature (°C), current (A), whether it moves, and the error bits it shows."""

    angle: float
    velocity: float
    load: float
    volts: float
    celsius: float
    amperes: float
    moving: bool
    errors: tuple[Flag, ...]


class Bus:
    """Servos by name on an open port; a context manager that closes the port.

    Closing changes no servo. Any thread may call; each call is a transaction of its own.
    """

    def __init__(self, port: str, servos: Mapping[str, int], *, baud: int = 1_000_000, patience: float = 0.02) -> None:
        """Open `port` for this process alone, with `servos` as ids by name.

        `asked_again` counts by servo the answers that were missing or spoilt and asked for once more.
        `patience` is how long (s) answers may lag behind their time on the wire: the adapter's and the
        machine's latency. Raises `PortError`, and ValueError where two names have one id.
        """
        doubled = [id for id, count in Counter(servos.values()).items() if count > 1]
        if doubled or not all(0 <= id <= feetech.MAX_ID for id in servos.values()):
            raise ValueError(f"ids must differ and lie in 0 to {feetech.MAX_ID}: {dict(servos)}")
        self.port, self.baud = port, baud
        self._ids, self._names = dict(servos), {id: name for name, id in servos.items()}
        self._patience = patience
        self._lock = threading.Lock()
        self._owed = False
        self._stores: Counter[tuple[str, str]] = Counter()
        self.asked_again: Counter[str] = Counter()
        self._serial = open_port(port, baud)
        self._echoes = False
        try:
            with self._transaction():
                self._echoes = self._hears_itself()
        except PortFailedError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def names(self) -> tuple[str, ...]:
        """The servos' names in the order given."""
        return tuple(self._ids)

    @property
    def closed(self) -> bool:
        """Whether the port was closed."""
        return not self._serial.is_open

    def close(self) -> None:
        """Close the port; the servos go on with what they were told last."""
        self._serial.close()

    def ping(self, name: str) -> None:
        """Raise `NoReplyError` or another bus error unless the servo answers."""
        self._ask(name, lambda id: Ping(id), 0)

    def read(self, name: str, register: str) -> int:
        """What a register holds, in counts."""
        entry = STS3215[register]
        return entry.decode(self._ask(name, lambda id: Read(id, entry.address, entry.size), entry.size).data)

    def write(self, name: str, register: str, value: int) -> None:
        """Put counts into a RAM register; raises `EepromError` for what would change EEPROM."""
        entry = _writable(register)
        if entry.kept:
            raise EepromError(f"{register} lies in EEPROM, which wears out: use store, outside any loop")
        if register == "torque_enable" and value == TORQUE_RECENTER:
            raise EepromError(f"{value} in torque_enable has {name} choose its homing_offset, in EEPROM: store that")
        self._put(name, entry, value)

    def store(self, name: str, register: str, value: int) -> bool:
        """Put counts into an EEPROM register, unless they are there; whether it had to be written.

        Raises `EepromError` if the servo does not keep the value, if this register was changed `STORES`
        times already, and for the id and the baud rate, which would cut the servo off.
        """
        entry = _writable(register)
        if not entry.kept:
            raise EepromError(f"{register} lies in RAM: use write")
        if register in ("id", "baud_rate"):
            raise EepromError(f"changing {register} would cut {name} off from this bus")
        if self.read(name, register) == value:
            return False
        if self._stores[name, register] == STORES:
            raise EepromError(f"{register} of {name} was changed {STORES} times since the port was opened: "
                              "something writes it again and again, and EEPROM wears out")  # fmt: skip
        entry.encode(value)
        self._stores[name, register] += 1
        self.write(name, "lock", 0)
        try:
            self._put(name, entry, value)
        finally:
            self.write(name, "lock", 1)
        if (kept := self.read(name, register)) != value:
            raise EepromError(f"{name} was told to keep {value} in {register} and keeps {kept}")
        return True

    def measure(self) -> dict[str, ServoState]:
        """What every servo measures, asked for at once; those that stayed silent are asked again."""
        return {name: _state(block, _BLOCK[0]) for name, block in self._ask_all(*_BLOCK).items()}

    def survey(self, names: Iterable[str] | None = None) -> dict[str, tuple[ServoState, dict[str, int]]]:
        """What servos (all if None) measure and what their RAM holds (counts by register), asked for at once.

        A servo that was without power for an instant shows in its settings.
        """
        blocks = self._ask_all(*_WHOLE, names)
        return {
            name: (_state(block, _WHOLE[0]), {register: _part(block, _WHOLE[0], register) for register in _SETTINGS})
            for name, block in blocks.items()
        }

    def _ask_all(self, address: int, count: int, names: Iterable[str] | None = None) -> dict[str, bytes]:
        """A block of every servo, in the order of the names."""
        blocks: dict[str, bytes] = {}
        ids = self._ids if names is None else {name: self._id(name) for name in names}
        with self._transaction():
            for _ in range(1 + RETRIES):
                missing = [name for name in ids if name not in blocks]
                request = SyncRead(address, count, tuple(ids[name] for name in missing))
                answers, noise = self._exchange(request, missing, count)
                blocks |= {name: answer.data for name, answer in answers.items()}
                if len(blocks) == len(ids):
                    return {name: blocks[name] for name in ids}
                self.asked_again.update(name for name in ids if name not in blocks)
            raise self._silence([name for name in ids if name not in blocks], noise, others=bool(blocks))

    def command(self, goals: Mapping[str, float]) -> None:
        """Give servos their goals (rad, encoder angle) in one instruction, which switches their torque on.

        Nobody answers it. Raises `UnfitValueError` outside 0 to 2π; then nothing is sent.
        """
        goal = STS3215["goal_position"]
        rows = []
        for name, angle in goals.items():
            if not 0 <= angle <= (COUNTS_PER_TURN - 0.5) * RADIANS:
                raise UnfitValueError(f"goal of {name} is {angle:.3f} rad: an encoder angle lies in 0 to 2π")
            rows.append((self._id(name), goal.encode(min(round(angle / RADIANS), COUNTS_PER_TURN - 1))))
        if rows:
            with self._transaction():
                self._send(SyncWrite(goal.address, tuple(rows)))

    def _put(self, name: str, register: Register, value: int) -> None:
        data = register.encode(value)
        self._ask(name, lambda id: Write(id, register.address, data), 0)

    def _id(self, name: str) -> int:
        try:
            return self._ids[name]
        except KeyError:
            raise UnknownNameError("servo", name, self._ids) from None

    def _ask(self, name: str, question: Callable[[int], Instruction], count: int) -> Status:
        """One servo's answer, which carries `count` bytes."""
        instruction = question(self._id(name))
        with self._transaction():
            for _ in range(1 + RETRIES):
                answers, noise = self._exchange(instruction, [name], count)
                if name in answers:
                    return answers[name]
                self.asked_again[name] += 1
            raise self._silence([name], noise, others=None)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock, in_use(self.port):
            if self._owed:
                # Packets carry no number: a late answer would be taken for the next one's.
                self._listen(self._patience, lambda data: False)
                self._owed = False
            yield

    def _send(self, instruction: Instruction) -> int:
        """Send, and pass over the echo where there is one; the packet's size."""
        packet = feetech.encode(instruction)
        self._serial.reset_input_buffer()
        self._serial.write(packet)
        if self._echoes:
            self._pass_over(packet)
        return len(packet)

    def _hears_itself(self) -> bool:
        """Whether the adapter brings back what is sent, as those do that join both lines without a switch.

        Such an echo can pass for an answer: one to a two-byte read holds two bytes. No servo answers a
        read to the broadcast, so what comes back is the echo.
        """
        question = Read(feetech.BROADCAST, STS3215["model"].address, STS3215["model"].size)
        self._send(question)
        return self._pass_over(feetech.encode(question))

    def _pass_over(self, packet: bytes) -> bool:
        """Read until `packet` has come back and no byte further, for there the answer begins; whether it did."""
        heard = bytearray()

        def hear(data: bytes) -> bool:
            heard.extend(data)
            return packet in heard

        self._listen(feetech.wire_seconds(len(packet), self.baud) + self._patience, hear, most=1)
        return packet in heard

    def _exchange(self, instruction: Instruction, names: Iterable[str], count: int) -> tuple[dict[str, Status], int]:
        """The answers of these servos that came in time and with `count` bytes, and how many bytes were noise."""
        waiting, answers, parser = set(names), dict[str, Status](), feetech.status_parser()
        size = self._send(instruction) + len(waiting) * (_STATUS_OVERHEAD + count)

        def take(messages: Iterable[Status]) -> bool:
            for answer in messages:
                name = self._names.get(answer.id)
                if name in waiting and len(answer.data) == count:
                    waiting.remove(name)
                    answers[name] = answer
            return not waiting

        self._listen(feetech.wire_seconds(size, self.baud) + self._patience, lambda data: take(parser.feed(data)))
        take(parser.finish())
        self._owed |= bool(waiting)
        return answers, parser.discarded

    def _listen(self, seconds: float, enough: Callable[[bytes], bool], most: int = 4096) -> None:
        """Hand on what arrives, `most` bytes at once, until it is `enough` or `seconds` are over.

        What has arrived by then is read, also where this program was kept from running meanwhile.
        """
        end, left = time.monotonic() + seconds, seconds
        while left > 0:
            left = end - time.monotonic()
            # Setting pyserial's own timeout would configure the port anew each time.
            ready, _, _ = select.select([self._serial], [], [], max(left, 0.0))
            if ready and enough(self._serial.read(most)):
                return

    def _silence(self, missing: list[str], noise: int, others: bool | None) -> NoReplyError | CorruptReplyError:
        servos = {name: self._ids[name] for name in missing}
        return CorruptReplyError(self.port, servos) if noise else NoReplyError(self.port, servos, others)


def _writable(register: str) -> Register:
    entry = STS3215[register]
    if not entry.writable:
        raise UnfitValueError(f"{register} is measured by the servo and cannot be written")
    return entry


def _part(block: bytes, start: int, name: str) -> int:
    """The number of a register in a block that begins at address `start`."""
    register = STS3215[name]
    return register.decode(block[register.address - start : register.end - start])


def _state(block: bytes, start: int) -> ServoState:
    def value(name: str) -> float:
        return _part(block, start, name) * STS3215[name].scale

    return ServoState(
        angle=value("present_position"), velocity=value("present_speed"), load=value("present_load"),
        volts=value("present_voltage"), celsius=value("present_temperature"), amperes=value("present_current"),
        moving=bool(_part(block, start, "moving")), errors=flags_in(_part(block, start, "status"), ERRORS))  # fmt: skip
