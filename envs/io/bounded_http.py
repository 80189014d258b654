"""Opening an address over HTTP so that no server can hold the reader up or fill its memory.

`urllib`'s own timeout starts anew with every byte. Here a deadline holds for all that comes, from the status line on,
and so does a number of bytes; both may be moved while a stream is read. Proxies that the environment names are used,
but not for this machine.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
import urllib.request
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit


class TooLargeError(OSError):
    """The server sends more than is read of any."""


@dataclass
class Bounds:
    """Until when (s, `time.monotonic`) a server may send, and how many bytes more."""

    deadline: float
    left: int

    def seconds(self) -> float:
        """Seconds until the deadline. Raises TimeoutError where there are none."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return left


def open_bounded(request: urllib.request.Request, bounds: Bounds, follow: bool = True) -> Any:
    """The answer to a request, as `urllib.request.urlopen` gives it, read within `bounds`; redirects only if `follow`.

    Raises what `urlopen` does, TimeoutError and TooLargeError, `http.client.HTTPException` and ValueError for what is
    no HTTP.
    """

    class Response(http.client.HTTPResponse):
        def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
            super().__init__(sock, *args, **options)
            self.fp.close()
            self.fp = io.BufferedReader(_Stream(sock, bounds))

    class Plain(http.client.HTTPConnection):
        response_class = Response

    class Secure(http.client.HTTPSConnection):
        response_class = Response

    class PlainHandler(urllib.request.HTTPHandler):
        def http_open(self, request: urllib.request.Request) -> Any:
            return self.do_open(Plain, request)

    class SecureHandler(urllib.request.HTTPSHandler):
        def https_open(self, request: urllib.request.Request) -> Any:
            return self.do_open(Secure, request, context=ssl.create_default_context())

    proxies: dict[str, str] | None = {} if is_local(urlsplit(request.full_url).hostname or "") else None
    redirects = urllib.request.HTTPRedirectHandler() if follow else _NoRedirect()
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler(proxies), PlainHandler(), SecureHandler(), redirects
    )
    return opener.open(request, timeout=bounds.seconds())


def is_local(host: str) -> bool:
    """Whether a host's name or address is this machine's own, to which no proxy leads.

    Example:
        >>> is_local("localhost"), is_local("127.0.0.1"), is_local("::1"), is_local("example.org")
        (True, True, True, False)
    """
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Leaves a redirect to the caller, who gets it as an HTTPError."""

    def http_error_302(self, *args: Any, **options: Any) -> None:
        return None

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


class _Stream(io.RawIOBase):
    """What a socket receives within bounds."""

    def __init__(self, sock: socket.socket, bounds: Bounds) -> None:
        self._socket, self._bounds = sock, bounds
        self._file = sock.makefile("rb", 0)  # so that the connection stays open while it is read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._socket.settimeout(self._bounds.seconds())
        count = self._socket.recv_into(buffer)
        self._bounds.left -= count
        if self._bounds.left < 0:
            raise TooLargeError("too large")
        return count

    def close(self) -> None:
        self._file.close()
        super().close()
