"""Asks whoever is on a wire, at any baud rate and in both protocols, and counts how well they answer.

Unlike `Bus` it expects nobody in particular and tries nothing again: what is spoilt or missing is the finding.
It only pings and reads.
"""

from __future__ import annotations

import select
import time
from collections import Counter
from dataclasses import dataclass
from typing import Literal, Self

from ..bus import dynamixel, dynamixel_frame, feetech
from ..bus.errors import PortFailedError
from ..bus.port import FAILURES, in_use, open_port
from ..bus.registers import ControlTable
from ..bus.sts3215 import STS3215
from ..bus.wire import wire_seconds
from ..bus.xl330 import XL330

Protocol = Literal["feetech", "dynamixel"]

ASKED = 16
"""How often one servo is asked. Two that share an id spoil about 4 in 10 answers (servolab's count), so that fewer
than two spoilt ones in this many are all but impossible: (0.6¹⁶ + 16·0.4·0.6¹⁵) = 0.3 %."""

GIVEN_UP = 4
"""Questions after which nobody is taken to be there."""

_BLOCK = 15
_STAGGER = 0.003
"""Seconds by which answers to a broadcast ping may be staggered an id: what the vendors' software allows for."""


@dataclass(frozen=True)
class Answers:
    """What became of the questions to one id."""

    good: int
    spoilt: int
    silent: int

    @property
    def doubled(self) -> bool:
        """Whether so many came back spoilt that several servos must share the id, if the cable is good."""
        return self.spoilt >= 2


class Probe:
    """One port, opened for this process alone; a context manager."""

    def __init__(self, port: str, *, baud: int = 1_000_000, patience: float = 0.02) -> None:
        """`patience` (s) is how long an answer may lag behind its time on the wire. Raises `PortError`."""
        self.port, self._patience = port, patience
        self._serial = open_port(port, baud)
        self._owed = False
        # No servo answers a read to the broadcast: what comes back is what an adapter without a switch repeats.
        question = feetech.encode(feetech.Read(feetech.BROADCAST, STS3215["model"].address, 2))
        self._echoes = False
        try:
            self._echoes = question in self._ask(question, 0)
        except PortFailedError:
            self._serial.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._serial.close()

    def set_baud(self, baud: int) -> bool:
        """Change the speed; False where the adapter cannot."""
        try:
            self._serial.baudrate = baud
        except (*FAILURES, ValueError, OverflowError):
            return False
        return True

    def roll_call(self, protocol: Protocol) -> tuple[int, ...]:
        """Ids that answer a ping to all, the usual first ones asked singly too; sorted."""
        if protocol == "feetech":
            ping, size = feetech.encode(feetech.Ping(feetech.BROADCAST)), 6
        else:
            ping, size = dynamixel.encode(dynamixel.Ping(dynamixel_frame.BROADCAST)), 14
        heard = self._ask(ping, size * feetech.MAX_ID, wait=_STAGGER * feetech.MAX_ID, gap=_STAGGER * 64)
        found = {id for id, _ in _take(protocol, heard)[0]}
        if protocol == "feetech":
            # Collisions may have spoilt every answer of a doubled id.
            for id in set(range(1, 7)) - found:
                if self._ask(feetech.encode(feetech.Ping(id)), 6):
                    found.add(id)
        return tuple(sorted(found))

    def read(self, protocol: Protocol, id: int, address: int, count: int) -> bytes | None:
        """The bytes there, empty where the answer was spoilt, None where none came."""
        if protocol == "feetech":
            question, size = feetech.encode(feetech.Read(id, address, count)), 6 + count
        else:
            question, size = dynamixel.encode(dynamixel.Read(id, address, count)), 11 + count
        if self._owed:
            # Packets carry no number: a late answer would be taken for the next one's.
            time.sleep(self._patience)
        heard = self._ask(question, size)
        self._owed = len(heard) < size
        answers, noise = _take(protocol, heard)
        good = [data for other, data in answers if other == id and len(data) == count]
        if len(good) == 1 and len(answers) == 1 and not noise:
            return good[0]
        return b"" if heard else None

    def question(self, protocol: Protocol, id: int) -> Answers:
        """Read what a servo measures `ASKED` times; where two share an id they differ, and spoil each other's.

        Who has kept silent for the first few is asked no more.
        """
        counts: Counter[str] = Counter()
        start = TABLES[protocol]["present_position"].address
        while sum(counts.values()) < ASKED and not (counts["silent"] == GIVEN_UP == sum(counts.values())):
            data = self.read(protocol, id, start, _BLOCK)
            counts["silent" if data is None else "good" if data else "spoilt"] += 1
        return Answers(counts["good"], counts["spoilt"], counts["silent"])

    def registers(self, protocol: Protocol, id: int, names: tuple[str, ...]) -> dict[str, int]:
        """Those of the registers (counts) that could be read, each within `ASKED` tries."""
        out = {}
        for name in names:
            register = TABLES[protocol][name]
            for _ in range(ASKED):
                if data := self.read(protocol, id, register.address, register.size):
                    out[name] = register.decode(data)
                    break
        return out

    def _ask(self, packet: bytes, size: int, wait: float = 0.0, gap: float | None = None) -> bytes:
        """Send, and what is heard until `size` bytes came or time is up; with `gap` (s) until such a silence."""
        with in_use(self.port):
            self._serial.reset_input_buffer()
            self._serial.write(packet)
            heard = self._listen(len(packet), size, wait, gap)
        return heard.removeprefix(packet) if self._echoes else heard

    def _listen(self, sent: int, size: int, wait: float, gap: float | None) -> bytes:
        heard = bytearray()
        full = size + (sent if self._echoes else 0) if size else sent
        end = time.monotonic() + wire_seconds(sent + size, self._serial.baudrate) + wait + self._patience
        silent = None if gap is None else gap + self._patience
        while len(heard) < full and (left := end - time.monotonic()) > 0:
            pause = left if silent is None or not heard else min(left, silent)
            if select.select([self._serial], [], [], pause)[0]:
                heard += self._serial.read(4096)
            elif pause < left:
                break
        return bytes(heard)


TABLES: dict[Protocol, ControlTable] = {"feetech": STS3215, "dynamixel": XL330}


def _take(protocol: Protocol, heard: bytes) -> tuple[list[tuple[int, bytes]], int]:
    """The whole answers in what was heard, as ids with their data, and how many bytes were noise."""
    if protocol == "feetech":
        parser = feetech.status_parser()
        answers = [(status.id, status.data) for status in parser.feed(heard) + parser.finish()]
        return answers, parser.discarded
    theirs = dynamixel.status_parser()
    statuses = [status for status in theirs.feed(heard) + theirs.finish() if isinstance(status, dynamixel.Status)]
    return [(status.id, status.data) for status in statuses], theirs.discarded
