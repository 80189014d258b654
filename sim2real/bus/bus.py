"""The one writer on the wire: asks servos for what they measure and gives them goals.

One transaction at a time: an instruction, then its answers within a deadline, then a few further tries. What goes
wrong is an error that names the servo and says what to check. An answer's error bits are no failure here: they
come back in `ServoState`, since a servo that protects itself must stay within reach of whoever lets go of it.
EEPROM wears out with writing, so `write` refuses it and `store` writes only what differs, a few times in the
life of a bus.

Angles here are the encoder's: radians from the count zero, without calibration.

Which servos they are is a `ServoProtocol`: those of the SO-101 if nothing is said. On another wire:

    Bus("/dev/ttyUSB0", {"lift": 1, "turn": 2}, protocol=DYNAMIXEL)
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from pontine.envs.errors import UnknownNameError

from .clock import REAL, Clock
from .errors import BusOwnedError, CorruptReplyError, EepromError, NoReplyError, PortFailedError, UnfitValueError
from .port import in_use, open_port
from .protocol import FEETECH, ServoProtocol
from .registers import COUNTS_PER_TURN, RADIANS, Flag, Register, flags_in
from .wire import wire_seconds

RETRIES = 2
"""Further tries for an answer that is missing or spoilt, as there is time for in a control loop."""

PATIENT_RETRIES = 5
"""Those within `patiently`: a start is some 60 questions, and losing one answer in twenty is no reason to refuse it."""

STORES = 5
"""Times that `store` may change one register of one servo before it refuses; chosen, far from wear and from a loop."""


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

    Closing changes no servo. Any thread may call; each call is a transaction of its own. Once a thread has claimed
    the bus, as an arm's control loop does, it alone may write; all may read. Who writes then gets `BusOwnedError`.
    """

    def __init__(self, port: str, servos: Mapping[str, int], *, baud: int = 1_000_000, patience: float = 0.02,
                 protocol: ServoProtocol = FEETECH, clock: Clock = REAL,
                 connect: Callable[[str, int], Any] = open_port) -> None:  # fmt: skip
        """Open `port` for this process alone, with `servos` as ids by name.

        `asked_again` counts by servo the answers that were missing or spoilt and asked for once more.
        `patience` is how long (s) answers may lag behind their time on the wire: the adapter's and the
        machine's latency. With a `clock` and a `connect` of its own, which takes port and baud, the servos are those of
        an emulation that is stepped. Raises `PortError`, and ValueError where two names have one id.
        """
        doubled = [id for id, count in Counter(servos.values()).items() if count > 1]
        if doubled or not all(0 <= id <= protocol.max_id for id in servos.values()):
            raise ValueError(f"ids must differ and lie in 0 to {protocol.max_id}: {dict(servos)}")
        self.port, self.baud, self.protocol, self.clock = port, baud, protocol, clock
        self._block = protocol.table.span(protocol.measured)
        self._whole = protocol.table.span((*protocol.settings, *protocol.measured))
        self._ids, self._names = dict(servos), {id: name for name, id in servos.items()}
        self._patience = patience
        self._lock = threading.Lock()
        self._owed = False
        self._owner: int | None = None
        self._claiming = threading.Lock()
        self._retries = RETRIES
        self._stores: Counter[tuple[str, str]] = Counter()
        self.asked_again: Counter[str] = Counter()
        self._serial = connect(port, baud)
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

    def check_free(self) -> None:
        """Raises `BusOwnedError` if another thread has claimed the bus."""
        if self._owner not in (None, threading.get_ident()):
            raise BusOwnedError(self.port)

    def claim(self, instead_of: int | None = None) -> None:
        """Let only the thread that calls this write from now on; it may take the bus over from the thread
        `instead_of`. Raises `BusOwnedError` if another has claimed it."""
        with self._claiming:
            if self._owner not in (None, threading.get_ident(), instead_of):
                raise BusOwnedError(self.port)
            self._owner = threading.get_ident()

    def release(self) -> None:
        """Claim it no longer; nothing is done where another thread has claimed it or none has."""
        if self._owner == threading.get_ident():
            self._owner = None

    @contextmanager
    def patiently(self) -> Iterator[None]:
        """Try more often within the block, where time is no matter."""
        self._retries = PATIENT_RETRIES
        try:
            yield
        finally:
            self._retries = RETRIES

    def ping(self, name: str) -> None:
        """Raise `NoReplyError` or another bus error unless the servo answers."""
        self._ask(name, self.protocol.ping, 0)

    def read(self, name: str, register: str) -> int:
        """What a register holds, in counts."""
        entry = self.protocol.table[register]
        answer = self._ask(name, lambda id: self.protocol.read(id, entry.address, entry.size), entry.size)
        return entry.decode(answer.data)

    def write(self, name: str, register: str, value: int) -> None:
        """Put counts into a RAM register; raises `EepromError` for what would change EEPROM, and `UnfitValueError`
        for what the servo refuses."""
        entry = self._writable(register)
        if entry.kept:
            raise EepromError(f"{register} lies in EEPROM, which wears out: use store, outside any loop")
        if register == "torque_enable" and value == self.protocol.recenter:
            raise EepromError(f"{value} in torque_enable has {name} choose its homing_offset, in EEPROM: store that")
        self._put(name, entry, value)

    def store(self, name: str, register: str, value: int) -> bool:
        """Put counts into an EEPROM register, unless they are there; whether it had to be written.

        Raises `EepromError` if the servo does not keep the value, if this register was changed `STORES`
        times already, and for the id and the baud rate, which would cut the servo off.
        """
        entry = self._writable(register)
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
        with self._unlocked(name):
            self._put(name, entry, value)
        if (kept := self.read(name, register)) != value:
            raise EepromError(f"{name} was told to keep {value} in {register} and keeps {kept}")
        return True

    def readdress(self, name: str, id: int, baud: int) -> None:
        """Give a servo another id and baud rate, in its EEPROM; this bus goes on at that rate.

        Nobody else on the wire may have the old id or the new one. Raises `EepromError` if the servo keeps something
        else, `NoReplyError` if it is not found by them afterwards, and `UnfitValueError` for what it does not know.
        """
        self.check_free()
        rates = self.protocol.baud_rates
        if baud not in rates or not 0 <= id <= self.protocol.max_id:
            raise UnfitValueError(f"{name} cannot have id {id} at {baud} baud; rates: {', '.join(map(str, rates))}")
        wanted = {"id": id, "baud_rate": rates.index(baud)}
        with self._unlocked(name):
            self._tell(name, "id", id)
            self._ids[name] = id
            self._names = {number: servo for servo, number in self._ids.items()}
            self._tell(name, "baud_rate", wanted["baud_rate"])
            self._serial.baudrate = self.baud = baud
            for register, value in wanted.items():
                if (kept := self.read(name, register)) != value:
                    raise EepromError(f"{name} was told to keep {value} in {register} and keeps {kept}")

    def _tell(self, name: str, register: str, value: int) -> None:
        """Put counts into a register whose change may keep the answer from being understood."""
        entry = self.protocol.table[register]
        with self._transaction():
            size = self._send(self.protocol.write(self._ids[name], entry.address, entry.encode(value)))
            self._listen(wire_seconds(size + self.protocol.overhead, self.baud) + self._patience, lambda data: True)
            self._owed = True

    def measure(self) -> dict[str, ServoState]:
        """What every servo measures, asked for at once; those that stayed silent are asked again."""
        return {name: self._state(block, self._block[0]) for name, block in self._ask_all(*self._block).items()}

    def survey(self, names: Iterable[str] | None = None) -> dict[str, tuple[ServoState, dict[str, int]]]:
        """What servos (all if None) measure and what their RAM holds (counts by register), asked for at once.

        A servo that was without power for an instant shows in its settings.
        """
        blocks, start = self._ask_all(*self._whole, names), self._whole[0]
        return {
            name: (self._state(block, start), {s: self._part(block, start, s) for s in self.protocol.settings})
            for name, block in blocks.items()
        }

    def _ask_all(self, address: int, count: int, names: Iterable[str] | None = None) -> dict[str, bytes]:
        """A block of every servo, in the order of the names."""
        blocks: dict[str, bytes] = {}
        ids = self._ids if names is None else {name: self._id(name) for name in names}
        with self._transaction():
            for _ in range(1 + self._retries):
                missing = [name for name in ids if name not in blocks]
                request = self.protocol.sync_read(address, count, tuple(ids[name] for name in missing))
                answers, noise = self._exchange(request, missing, count)
                blocks |= {name: answer.data for name, answer in answers.items()}
                if len(blocks) == len(ids):
                    return {name: blocks[name] for name in ids}
                self.asked_again.update(name for name in ids if name not in blocks)
            raise self._silence([name for name in ids if name not in blocks], noise, others=bool(blocks))

    def command(self, goals: Mapping[str, float]) -> None:
        """Give servos their goals (rad, encoder angle) in one instruction; it switches the torque of Feetech's on.

        Nobody answers it. Raises `UnfitValueError` outside 0 to 2π; then nothing is sent.
        """
        self.check_free()
        goal = self.protocol.table["goal_position"]
        rows = []
        for name, angle in goals.items():
            if not 0 <= angle <= (COUNTS_PER_TURN - 0.5) * RADIANS:
                raise UnfitValueError(f"goal of {name} is {angle:.3f} rad: an encoder angle lies in 0 to 2π")
            rows.append((self._id(name), goal.encode(min(round(angle / RADIANS), COUNTS_PER_TURN - 1))))
        if rows:
            with self._transaction():
                self._send(self.protocol.sync_write(goal.address, tuple(rows)))

    def _put(self, name: str, register: Register, value: int) -> None:
        data = register.encode(value)
        answer = self._ask(name, lambda id: self.protocol.write(id, register.address, data), 0)
        if why := self.protocol.refusal(answer.error):
            raise UnfitValueError(f"{name} refuses {value} in {register.name}: {why}")

    @contextmanager
    def _unlocked(self, name: str) -> Iterator[None]:
        """While a servo's EEPROM takes writes."""
        lock = self.protocol.lock
        if lock is None:
            yield
            return
        self.write(name, lock, 0)
        try:
            yield
        finally:
            self.write(name, lock, 1)

    def _writable(self, register: str) -> Register:
        self.check_free()
        entry = self.protocol.table[register]
        if not entry.writable:
            raise UnfitValueError(f"{register} is measured by the servo and cannot be written")
        return entry

    def _part(self, block: bytes, start: int, name: str) -> int:
        """The number of a register in a block that begins at address `start`."""
        register = self.protocol.table[name]
        return register.decode(block[register.address - start : register.end - start])

    def _state(self, block: bytes, start: int) -> ServoState:
        table, errors = self.protocol.table, self.protocol.errors

        def value(name: str) -> float:
            return self._part(block, start, name) * table[name].scale

        return ServoState(
            angle=value("present_position"), velocity=value("present_speed"), load=value(self.protocol.load),
            volts=value("present_voltage"), celsius=value("present_temperature"), amperes=value("present_current"),
            moving=bool(self._part(block, start, "moving")),
            errors=flags_in(self._part(block, start, self.protocol.status), errors))  # fmt: skip

    def _id(self, name: str) -> int:
        try:
            return self._ids[name]
        except KeyError:
            raise UnknownNameError("servo", name, self._ids) from None

    def _ask(self, name: str, question: Callable[[int], Any], count: int) -> Any:
        """One servo's answer, which carries `count` bytes."""
        instruction = question(self._id(name))
        with self._transaction():
            for _ in range(1 + self._retries):
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

    def _send(self, instruction: Any) -> int:
        """Send, and pass over the echo where there is one; the packet's size."""
        packet = self.protocol.encode(instruction)
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
        model = self.protocol.table["model"]
        question = self.protocol.read(self.protocol.broadcast, model.address, model.size)
        self._send(question)
        return self._pass_over(self.protocol.encode(question))

    def _pass_over(self, packet: bytes) -> bool:
        """Read until `packet` has come back and no byte further, for there the answer begins; whether it did."""
        heard = bytearray()

        def hear(data: bytes) -> bool:
            heard.extend(data)
            return packet in heard

        self._listen(wire_seconds(len(packet), self.baud) + self._patience, hear, most=1)
        return packet in heard

    def _exchange(self, instruction: Any, names: Iterable[str], count: int) -> tuple[dict[str, Any], int]:
        """The answers of these servos that came in time and with `count` bytes, and how many bytes were noise."""
        waiting, answers, parser = set(names), dict[str, Any](), self.protocol.parser()
        size = self._send(instruction) + len(waiting) * (self.protocol.overhead + count)

        def take(messages: Iterable[Any]) -> bool:
            for answer in messages:
                name = self._names.get(answer.id)
                if name in waiting and len(answer.data) == count:
                    waiting.remove(name)
                    answers[name] = answer
            return not waiting

        self._listen(wire_seconds(size, self.baud) + self._patience, lambda data: take(parser.feed(data)))
        take(parser.finish())
        self._owed |= bool(waiting)
        return answers, parser.discarded

    def _listen(self, seconds: float, enough: Callable[[bytes], bool], most: int = 4096) -> None:
        """Hand on what arrives, `most` bytes at once, until it is `enough` or `seconds` are over.

        What has arrived by then is read, also where this program was kept from running meanwhile.
        """
        end, left = self.clock.now() + seconds, seconds
        while left > 0:
            left = end - self.clock.now()
            # Setting pyserial's own timeout would configure the port anew each time.
            if self.clock.arrives(self._serial, max(left, 0.0)) and enough(self._serial.read(most)):
                return

    def _silence(self, missing: list[str], noise: int, others: bool | None) -> NoReplyError | CorruptReplyError:
        servos = {name: self._ids[name] for name in missing}
        return CorruptReplyError(self.port, servos) if noise else NoReplyError(self.port, servos, others)
