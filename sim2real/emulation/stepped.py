"""An emulated arm in time that is stepped: it passes only while somebody waits for it, as fast as it can be reckoned.

What comes of a run does not depend on how busy the machine is, and is the same each time. The control loop, the bus and
its protocol, the servos and the wire's times are those of real time; the terminal and its client's haste are left out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, Self

from ..bus.clock import Clock
from .emulated_servo import SLICE
from .emulator import D, Emulator


class Steps(Clock):
    """The clock of such an arm; `connect` is what its `Bus` opens.

    Example:
        >>> steps = Steps()
        >>> steps.follow(lambda now: print(f"{now:.2f}"))
        >>> steps.sleep(0.015)
        0.01
        0.01
        >>> round(steps.now(), 3)
        0.015
    """

    stepped = True

    def __init__(self) -> None:
        self._now = 0.0
        self._followers: list[Callable[[float], None]] = []
        self._lock = threading.RLock()
        self.connect: Callable[[str, int], Any] = _nothing

    def follow(self, follower: Callable[[float], None]) -> None:
        """Have this called as time passes, at least every `SLICE` seconds, with what time it is (s)."""
        self._followers.append(follower)

    def now(self) -> float:
        return self._now

    def sleep_until(self, due: float) -> None:
        with self._lock:
            while self._now < due:
                self._now = min(due, self._now + SLICE)
                for follower in self._followers:
                    follower(self._now)

    def arrives(self, port: Any, seconds: float) -> bool:
        end = self._now + seconds
        while not port.heard:
            wait = port.deliver()
            if port.heard:
                break
            if self._now >= end:
                return False
            self.sleep_until(min(end, self._now + max(wait, _SHORTEST)))
        return True


class SteppedEmulator(Emulator[D]):
    """Servos on a wire whose time is that of `steps`."""

    def __init__(self, servos: Sequence[D], steps: Steps, seed: int = 0) -> None:
        super().__init__(servos, seed=seed)
        self._steps, self._client = steps, Port(self, 0)
        steps.connect = self._connect
        steps.follow(self._pass)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._client.close()

    @property
    def port(self) -> str:
        return "stepped"

    def hear(self, data: bytes, baud: int) -> None:
        """Take what a client sends at that rate."""
        with self._lock:
            self._hear(data, baud)

    def deliver(self) -> float:
        """Send what has to be sent by now; seconds until the next."""
        with self._lock:
            return self._deliver()

    def _connect(self, port: str, baud: int) -> Port:
        self._client = Port(self, baud)
        return self._client

    def _pass(self, now: float) -> None:
        with self._lock:
            for servo in self._servos:
                servo.advance(now)

    def _now(self) -> float:
        return self._steps.now()

    @property
    def _plugged(self) -> bool:
        return True

    def _put_out(self, data: bytes) -> None:
        self._client.heard += data


class Port:
    """The client's end, as far as a `Bus` uses a serial port; `heard` has come and was not read yet."""

    def __init__(self, emulator: SteppedEmulator[Any], baud: int) -> None:
        self.baudrate, self.heard, self.is_open = baud, bytearray(), True
        self._emulator = emulator

    def deliver(self) -> float:
        """Let come what is due; seconds until more is."""
        return self._emulator.deliver()

    def write(self, data: bytes) -> int:
        """Send."""
        self._emulator.hear(data, self.baudrate)
        return len(data)

    def read(self, most: int = 1) -> bytes:
        """What has come."""
        taken = bytes(self.heard[:most])
        del self.heard[:most]
        return taken

    def reset_input_buffer(self) -> None:
        """Forget what has come."""
        self.heard.clear()

    def close(self) -> None:
        """Send no more."""
        self.is_open = False


_SHORTEST = 1e-6


def _nothing(port: str, baud: int) -> Any:
    raise RuntimeError("no emulated arm has this clock")
