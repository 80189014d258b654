"""Several emulated servos on one wire, behind a pseudo-terminal that any serial client can open.

Time is real time. An answer arrives when its last bit would have on a wire at the client's baud rate,
or later where the machine is busy; a servo set to another rate hears nothing. What can go wrong on a
wire is put in as a `Fault`; what goes wrong with a servo is done to the servo itself, under `paused`.
"""

from __future__ import annotations

import heapq
import itertools
import os
import random
import select
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, Literal, Self, TypeVar

from ..bus import dynamixel, feetech
from ..bus.wire import Parser, wire_seconds
from .emulated_servo import SLICE, EmulatedServo
from .terminal import LinkError, Terminal


@dataclass(frozen=True)
class Language:
    """What the wire knows of a protocol.

    `turns` are the ids that answer an instruction one after another, each with its packet's size, None where
    whoever is meant answers. `joins` says whether they answer within one packet, which `join` makes.
    """

    parser: Callable[[], Parser[Any]]
    encode: Callable[[Any], bytes]
    turns: Callable[[Any], Sequence[tuple[int, int]] | None]
    joins: Callable[[Any], bool] = lambda instruction: False
    join: Callable[[Sequence[Any]], Any] = lambda answers: answers[0]


def _feetech_turns(instruction: feetech.Instruction) -> Sequence[tuple[int, int]] | None:
    if not isinstance(instruction, feetech.SyncRead):
        return None
    size = len(feetech.encode(feetech.Status(0))) + instruction.count
    return [(id, size) for id in instruction.ids]


def _dynamixel_turns(instruction: dynamixel.Instruction) -> Sequence[tuple[int, int]] | None:
    bare = len(dynamixel.encode(dynamixel.Status(0)))
    match instruction:
        case dynamixel.SyncRead(_, count, ids):
            return [(id, bare + count) for id in ids]
        case dynamixel.BulkRead(rows):
            return [(id, bare + count) for id, _, count in rows]
    return None


FEETECH = Language(feetech.instruction_parser, feetech.encode, _feetech_turns)
DYNAMIXEL = Language(
    dynamixel.instruction_parser, dynamixel.encode, _dynamixel_turns,
    lambda instruction: getattr(instruction, "fast", False), dynamixel.FastStatus.join)  # fmt: skip

COLLISION_RATE = 0.4
"""Share of answers that two servos with one id spoil: servolab's author counted about 4 in 10."""


D = TypeVar("D", bound=EmulatedServo)


@dataclass(frozen=True)
class Fault:
    """Spoil the next `count` answers of servo `id`, or of any where that is None.

    silent: the answer is lost; dropped: one of its bytes is; corrupted: one of its bytes changes;
    late: it comes `seconds` after its time.
    """

    kind: Literal["silent", "dropped", "corrupted", "late"]
    id: int | None = None
    count: int = 1
    seconds: float = 0.0


class Emulator(Generic[D]):
    """Servos on a wire, all of one protocol; a context manager that serves its port from entry to exit.

    Give two servos one id and they answer over each other.
    """

    def __init__(self, servos: Sequence[D], link: Path | None = None, *, language: Language = FEETECH,
                 echo: bool = False, seed: int = 0) -> None:  # fmt: skip
        """`link` is a name for the port that stays the same over runs.

        With `echo` the client hears itself, as with an adapter that joins both lines. `seed` decides
        which bytes are spoilt.
        """
        self._servos, self._link, self._echo = list(servos), link, echo
        self._language = language
        self._random = random.Random(seed)
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._terminal: Terminal | None = None
        self._thread = threading.Thread(target=self._serve, name="emulator", daemon=True)
        self._stopping = False
        self._parser = language.parser()
        self._queue: list[tuple[float, int, bytes]] = []
        self._orders: list[tuple[Callable[[], None], Future[None]]] = []
        self._count = itertools.count()
        self._wire_free = 0.0

    def __enter__(self) -> Self:
        self._start = time.monotonic()
        self._terminal = Terminal(self._link)
        self._wake_out, self._wake_in = os.pipe()
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stopping = True
        self._wake()
        self._thread.join()
        if self._terminal is not None:
            self._terminal.close()
        os.close(self._wake_in)
        os.close(self._wake_out)

    @property
    def port(self) -> str:
        """The name to open; raises RuntimeError while unplugged without a link."""
        if self._link is not None:
            return str(self._link)
        if self._terminal is None:
            raise RuntimeError("the emulator is unplugged or not running: it has no port")
        return self._terminal.name

    @contextmanager
    def paused(self) -> Iterator[list[D]]:
        """The servos now, standing still while they are looked at or changed; the list itself may be changed."""
        with self._lock:
            for servo in self._servos:
                servo.advance(self._now())
            yield self._servos

    def inject(self, fault: Fault) -> None:
        """Spoil answers to come; faults for one servo act one after another."""
        with self._lock:
            self._faults.append(fault)

    def unplug(self) -> None:
        """Pull the cable; the servos stay powered and hold what they hold."""
        self._order(self._pull)

    def replug(self) -> None:
        """Put the cable back, after `unplug`; without a link the port has a new name.

        Raises `LinkError` where the link's name was taken meanwhile.
        """
        self._order(self._plug)

    def _order(self, order: Callable[[], None]) -> None:
        """Have the serving thread do what must not happen while it waits on the terminal."""
        if not self._thread.is_alive():
            raise RuntimeError("the emulator is not running")
        done: Future[None] = Future()
        with self._lock:
            self._orders.append((order, done))
        self._wake()
        done.result()

    def _pull(self) -> None:
        if self._terminal is not None:
            self._terminal.close()
        self._terminal = None
        self._queue.clear()
        self._parser.finish()

    def _plug(self) -> None:
        if self._terminal is None:
            self._terminal = Terminal(self._link)

    def _now(self) -> float:
        return time.monotonic() - self._start

    def _wake(self) -> None:
        os.write(self._wake_in, b"\0")

    def _serve(self) -> None:
        while not self._stopping:
            with self._lock:
                while self._orders:
                    order, done = self._orders.pop(0)
                    try:
                        done.set_result(order())
                    except (LinkError, OSError) as error:
                        done.set_exception(error)
                now = self._now()
                for servo in self._servos:
                    servo.advance(now)
                wait = self._deliver()
            terminal = self._terminal
            ends = [self._wake_out] if terminal is None else [self._wake_out, terminal.fd]
            ready = select.select(ends, [], [], min(wait, SLICE))[0]
            if self._wake_out in ready:
                os.read(self._wake_out, 64)
            if terminal is not None and terminal.fd in ready:
                with self._lock:
                    self._hear(terminal.read(), terminal.baud)

    def _deliver(self) -> float:
        """Send the answers whose time has come; seconds until the next."""
        while self._queue and self._plugged:
            wait = self._queue[0][0] - self._now()
            if wait > 0:
                return wait
            self._put_out(heapq.heappop(self._queue)[2])
        return SLICE

    @property
    def _plugged(self) -> bool:
        return self._terminal is not None

    def _put_out(self, data: bytes) -> None:
        if self._terminal is not None:
            self._terminal.write(data)

    def _hear(self, data: bytes, baud: int) -> None:
        now = self._now()
        if self._echo:
            self._put_out(data)
        for instruction in self._parser.feed(data):
            size = len(self._language.encode(instruction))
            self._wire_free = max(now, self._wire_free) + wire_seconds(size, baud)
            self._obey(instruction, baud)

    def _obey(self, instruction: Any, baud: int) -> None:
        turns = self._language.turns(instruction)
        if turns is None:
            answers = self._answers(instruction, baud)
            for id in sorted(answers):
                self._send(id, answers[id], baud)
        elif self._language.joins(instruction):
            # Each adds its part behind the one before; where one is missing the rest stay silent.
            answers = self._answers(instruction, baud)
            if all(id in answers for id, _ in turns):
                parts = [answers[id][0] for id, _ in turns]
                self._send(turns[0][0], [(parts[0][0], self._language.join([part[1] for part in parts]))], baud)
        else:
            # Asked together they look and answer in the order asked for; one that is missing leaves its time empty.
            for id, size in turns:
                answers = self._answers(instruction, baud, id)
                if id in answers:
                    self._send(id, answers[id], baud)
                else:
                    self._wire_free += wire_seconds(size, baud)

    def _answers(self, instruction: Any, baud: int, id: int | None = None) -> dict[int, list[tuple[float, Any]]]:
        """What the servos, or those with an id, answer as soon as the wire is free, each with its return delay."""
        found: dict[int, list[tuple[float, Any]]] = {}
        for servo in self._servos:
            if servo.baud == baud and id in (None, servo.id):
                answer = servo.handle(instruction, max(self._now(), self._wire_free))
                if answer is not None:
                    found.setdefault(answer.id, []).append((servo.return_delay, answer))
        return found

    def _send(self, id: int, answers: list[tuple[float, Any]], baud: int) -> None:
        delay, answer = answers[0]
        packet = self._language.encode(answer)
        if len(answers) > 1 and self._random.random() < COLLISION_RATE:
            # The wire is low when either pulls it, and no two servos start at the same instant.
            other = b"\xff" + self._language.encode(answers[1][1])
            packet = bytes(a & b for a, b in itertools.zip_longest(packet, other, fillvalue=0xFF))
        due = self._wire_free + delay + wire_seconds(len(packet), baud)
        self._wire_free = due
        fault = self._next_fault(id)
        if fault is not None:
            due += fault.seconds
            packet = self._spoil(fault, packet)
        heapq.heappush(self._queue, (due, next(self._count), packet))

    def _next_fault(self, id: int) -> Fault | None:
        for i, fault in enumerate(self._faults):
            if fault.id in (None, id):
                self._faults[i : i + 1] = [replace(fault, count=fault.count - 1)] if fault.count > 1 else []
                return fault
        return None

    def _spoil(self, fault: Fault, packet: bytes) -> bytes:
        place = self._random.randrange(len(packet))
        match fault.kind:
            case "silent":
                return b""
            case "dropped":
                return packet[:place] + packet[place + 1 :]
            case "corrupted":
                return packet[:place] + bytes((packet[place] ^ self._random.randint(1, 255),)) + packet[place + 1 :]
            case "late":
                return packet
