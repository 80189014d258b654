"""A pseudo-terminal that stands for a serial port, seen from the device's end of the cable.

Needs Linux: the client's true speed is read through the `termios2` ioctl, which alone knows the
speeds that have no name of their own (128000, 250000, 76800). The request's number is that of x86 and Arm.
"""

from __future__ import annotations

import fcntl
import os
import struct
import tty
from pathlib import Path

from pontine.envs.errors import PontineError

TCGETS2 = 0x802C542A
_TERMIOS2 = struct.Struct("4IB19B2I")


class LinkError(PontineError):
    """The name asked for the port belongs to something else."""


def _marked(name: str) -> str:
    """A terminal's name with a detour that nobody else writes: so a link that a killed emulator left is known."""
    return name.replace("/dev/pts/", "/dev/./pts/", 1)


def _is_ours(link: Path) -> bool:
    return link.is_symlink() and os.readlink(link).startswith("/dev/./pts/")


class Terminal:
    """An open pair of ends; the client opens `name`, or `link` where one is given."""

    def __init__(self, link: Path | None = None) -> None:
        """Open the pair and lay the link; raises `LinkError` where `link` exists and was not laid here."""
        if link is not None and os.path.lexists(link) and not _is_ours(link):
            raise LinkError(f"{link} exists and is no link of an emulated port; choose another name for it")
        # The client's end stays open here too: without it our end reads as broken between two clients.
        self.fd, self._far = os.openpty()
        tty.setraw(self._far)
        os.set_blocking(self.fd, False)
        self.name = os.ttyname(self._far)
        self._link = link
        if link is not None:
            try:
                link.unlink(missing_ok=True)
                link.symlink_to(_marked(self.name))
            except OSError as error:
                os.close(self.fd)
                os.close(self._far)
                raise LinkError(f"cannot make the link {link}: {error.strerror}") from None

    @property
    def baud(self) -> int:
        """Bits per second that the client has set."""
        state = fcntl.ioctl(self._far, TCGETS2, bytes(_TERMIOS2.size))
        return int(_TERMIOS2.unpack(state)[-1])

    def read(self) -> bytes:
        """What the client has sent since last asked."""
        try:
            return os.read(self.fd, 4096)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> None:
        """Send to the client; like a port with a full buffer, lose what it does not fetch."""
        try:
            os.write(self.fd, data)
        except BlockingIOError:
            return

    def close(self) -> None:
        """Pull the cable: the client's port breaks and the link is gone."""
        os.close(self.fd)
        os.close(self._far)
        if self._link is not None and self._link.is_symlink() and os.readlink(self._link) == _marked(self.name):
            self._link.unlink()
