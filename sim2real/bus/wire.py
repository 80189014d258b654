"""A stream of bytes cut into messages, whatever was lost or added on the way.

Both servo protocols put packets with a checksum on a wire that has no other framing:
noise, a cable moved or two servos talking at once leave a receiver in the middle of
something. What a packet looks like is the protocol's; finding the next good one is here.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

M = TypeVar("M")


class Verdict(enum.Enum):
    """Why no message could be taken at a place in the stream."""

    INCOMPLETE = enum.auto()
    """The beginning of a packet; more must arrive before it can be judged."""
    NOT_A_PACKET = enum.auto()
    """No packet starts here, or its checksum is wrong."""


@dataclass(frozen=True)
class Taken(Generic[M]):
    """A message and the number of bytes it took."""

    message: M
    length: int


BITS_PER_BYTE = 10
"""8N1: a start bit, eight data bits, a stop bit."""


def wire_seconds(size: int, baud: int) -> float:
    """Time (s) that `size` bytes take on the wire at `baud` bits per second."""
    return size * BITS_PER_BYTE / baud


Take = Callable[[bytes, int], Taken[M] | Verdict]
"""Reads the packet that starts at the given offset of the bytes."""


class Parser(Generic[M]):
    """Messages out of a stream of bytes; on anything else it moves on by one byte and looks again.

    It keeps only what may still become a packet, so never more than the longest one that `take`
    waits for. `discarded` counts the bytes that belonged to no packet.
    """

    def __init__(self, take: Take[M]) -> None:
        self._take = take
        self._buffer = b""
        self.discarded = 0

    @property
    def pending(self) -> int:
        """Bytes kept that may be the beginning of a packet."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[M]:
        """The messages that are complete once `data` has arrived, in order."""
        self._buffer += data
        return self._scan(final=False)

    def finish(self) -> list[M]:
        """The messages in what is left, when nothing more will come; the parser is then empty.

        Noise that looks like the beginning of a long packet hides what follows until that many
        bytes have come. On a wire that has fallen silent they never will.
        """
        return self._scan(final=True)

    def _scan(self, final: bool) -> list[M]:
        messages: list[M] = []
        at = 0
        while at < len(self._buffer):
            taken = self._take(self._buffer, at)
            if isinstance(taken, Taken):
                messages.append(taken.message)
                at += taken.length
            elif taken is Verdict.INCOMPLETE and not final:
                break
            else:
                at += 1
                self.discarded += 1
        self._buffer = self._buffer[at:]
        return messages
