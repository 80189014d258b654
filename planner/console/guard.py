"""Who may open the page: programs on this computer that asked for it under its own name.

A page of another site that is open in the same browser can reach a server on the loopback interface too: by a
cross-origin request, or under a name of its own that was made to mean this computer (DNS rebinding), or by showing our
page in a frame. viser looks at none of that, so this stands before it.
"""

from __future__ import annotations

import http.client
import io
import threading
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from contextvars import ContextVar
from typing import Any
from unittest.mock import patch

import viser
import websockets.asyncio.server as websocket_server
from websockets import Headers
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from pontine.envs.errors import PontineError

LOOPBACK = "127.0.0.1"

LARGEST = 2**20
"""Bytes of the longest message that a page may send; a longer one ends its connection."""

CONNECTION: ContextVar[ServerConnection] = ContextVar("CONNECTION")
"""The connection to the page for which a callback runs."""

_HEADERS = {"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_starting = threading.Lock()


class UnguardedError(PontineError):
    """The server let somebody in whom it had to refuse."""


def refusal(headers: Mapping[str, str], port: int) -> str | None:
    """Why a request to the server at that port is refused; None if it is not.

    Example:
        >>> refusal({"Host": "127.0.0.1:8080"}, 8080)
        >>> refusal({"Host": "evil.example:8080"}, 8080)
        "this server is not called 'evil.example:8080'"
        >>> refusal({"Host": "localhost:8080", "Origin": "http://evil.example"}, 8080)
        "pages of 'http://evil.example' may not reach this server"
    """
    names = {f"{name}:{port}" for name in (LOOPBACK, "localhost")}
    host, origin = headers.get("Host", ""), headers.get("Origin")
    if host.lower() not in names:
        return f"this server is not called {host[:80]!r}"
    if origin is None:
        # A browser names the origin of every websocket.
        return "a websocket needs an origin" if headers.get("Upgrade") else None
    if origin.lower() not in {f"http://{name}" for name in names}:
        return f"pages of {origin[:80]!r} may not reach this server"
    return None


class LocalServer(viser.ViserServer):
    """A viser server that nobody shares with the world. Pages are let in once `ready` is set: those that were open on
    an earlier one come back as soon as they can."""

    ready: threading.Event

    def request_share_url(self, verbose: bool = True) -> str | None:
        """None: what a page asks for here would let the world in."""
        return None


def start(port: int, label: str) -> LocalServer:
    """A viser server on the loopback interface, guarded; on a higher port if that one is taken.

    Raises UnguardedError if it answers a stranger: then nothing is served.
    """
    # viser gives no way to pass a check to the server that it makes, so the check is there when it makes it.
    ready = threading.Event()
    guarded = _guarded(websocket_server.serve, ready)
    with _starting, redirect_stdout(io.StringIO()), patch.object(websocket_server, "serve", guarded):
        server = LocalServer(host=LOOPBACK, port=port, label=label, verbose=False)
    server.ready = ready
    if (status := _asked_as(server.get_port(), "stranger.example")) != http.HTTPStatus.FORBIDDEN:
        stop(server)
        raise UnguardedError(f"the page's server answers strangers ({status}); this version of viser cannot be guarded")
    return server


def stop(server: viser.ViserServer) -> None:
    """End a server, without its parting words."""
    with redirect_stdout(io.StringIO()):
        server.stop()


def _guarded(serve: Callable[..., Any], ready: threading.Event) -> Callable[..., Any]:
    """`serve` with the check before every request, and `CONNECTION` set for all that a page causes."""

    def guarded(handler: Callable[..., Any], *args: Any, process_request: Callable[..., Any], **options: Any) -> Any:
        def check(connection: ServerConnection, request: Request) -> Response | None:
            why = refusal(request.headers, connection.local_address[1])
            if why is not None:
                return connection.respond(http.HTTPStatus.FORBIDDEN, f"{why}\n")
            if not ready.is_set():
                return connection.respond(http.HTTPStatus.SERVICE_UNAVAILABLE, "not ready yet\n")
            response: Response | None = process_request(connection, request)
            if response is not None:
                _add(response.headers)
            return response

        async def handle(connection: ServerConnection) -> None:
            CONNECTION.set(connection)
            await handler(connection)

        return serve(handle, *args, process_request=check, **{**options, "max_size": LARGEST})

    return guarded


def _add(headers: Headers) -> None:
    for name, value in _HEADERS.items():
        headers[name] = value


def _asked_as(port: int, host: str) -> int:
    """The status with which the server answers whoever calls it by that name."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
    try:
        connection.request("GET", "/", headers={"Host": f"{host}:{port}"})
        return connection.getresponse().status
    finally:
        connection.close()
