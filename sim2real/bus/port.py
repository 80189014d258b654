"""The serial port: opened for this process alone, and its failures told apart."""

from __future__ import annotations

import termios
from collections.abc import Iterator
from contextlib import contextmanager

import serial  # type: ignore[import-untyped]

from .errors import PortError, PortLostError, PortStuckError

WRITE_SECONDS = 1.0
"""How long the port may take for a packet. The longest takes 3 ms on the wire at 1 Mbaud: no delay explains this."""

FAILURES = (serial.SerialException, OSError, termios.error)
"""What pyserial raises where a port does not do as it is told."""


def open_port(port: str, baud: int) -> serial.Serial:
    """The port at `baud` bits per second, read without waiting. Raises `PortError`."""
    try:
        return serial.Serial(port, baud, timeout=0, write_timeout=WRITE_SECONDS, exclusive=True)
    except (*FAILURES, ValueError) as error:
        raise PortError(port, error) from error


@contextmanager
def in_use(port: str) -> Iterator[None]:
    """Around what is done with an open port. Raises `PortStuckError` and `PortLostError`."""
    try:
        yield
    except serial.SerialTimeoutException as error:
        raise PortStuckError(port, WRITE_SECONDS) from error
    except FAILURES as error:
        raise PortLostError(port, error) from error
