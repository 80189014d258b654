"""The agents' door over HTTP, on the loopback interface, for who has its token."""

from __future__ import annotations

import hmac
import os
import secrets
import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pontine.envs.errors import PontineError

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer
    from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = "127.0.0.1"
PATH = "/mcp"

LARGEST = 2**20
"""Bytes of the longest request that is read."""

TOKEN = "PONTINE_MCP_TOKEN"
"""The environment variable that may hold the token; without it a new one is drawn for every start."""

SHORTEST = 16
"""Characters of the shortest token that is taken from there."""

TRIES, MINUTE = 10, 60.0
"""How many wrong tokens are answered within a minute. After that nobody is let in until some of them are a minute old:
otherwise the rate of guessing would not be bounded, since the right guess would be answered."""


class TokenGuard:
    """An ASGI application that passes on what carries the token, and refuses the rest; `clock` gives seconds.

    The comparison takes as long for a wrong token as for the right one.
    """

    def __init__(self, app: ASGIApp, token: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._app, self._clock = app, clock
        self._right = f"Bearer {token}".encode()
        self._wrong: list[float] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; what is no request (the start of the server and its end) passes."""
        if scope["type"] == "lifespan" or (status := self._refused(dict(scope["headers"]))) is None:
            await self._app(scope, receive, send)
            return
        said = {401: b"the token is missing or wrong\n", 429: b"too many wrong tokens; wait a minute\n"}[status]
        headers = [(b"content-type", b"text/plain"), (b"www-authenticate", b"Bearer"), (b"retry-after", b"60")]
        await send({"type": "http.response.start", "status": status, "headers": headers[: 2 if status == 401 else 3]})
        await send({"type": "http.response.body", "body": said})

    def _refused(self, headers: dict[bytes, bytes]) -> int | None:
        now = self._clock()
        self._wrong = [at for at in self._wrong if now - at < MINUTE]
        if len(self._wrong) >= TRIES:
            return 429
        if hmac.compare_digest(headers.get(b"authorization", b""), self._right):
            return None
        self._wrong.append(now)
        return 401


class HttpServer:
    """A server of tools at `address`, for those who have its `token`; `run` serves until Ctrl-C, or until `stop`.

    Requests under another name than this computer's and from pages of other sites are refused.
    """

    def __init__(self, server: MCPServer[Any], port: int) -> None:
        """At a free port if `port` is 0. Raises PontineError if the port is taken, or the token too short."""
        import uvicorn
        from mcp.server.transport_security import TransportSecuritySettings

        self.token = _token()
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((LOOPBACK, port))
            self._socket.listen()  # whoever has the address may call, though `run` answers a little later
        except OSError as error:
            self._socket.close()
            raise PontineError(f"port {port} cannot be had: {error.strerror}; port=0 takes a free one") from None
        port = self._socket.getsockname()[1]
        self.address = f"http://{LOOPBACK}:{port}{PATH}"
        names = [f"{name}:{port}" for name in (LOOPBACK, "localhost")]
        security = TransportSecuritySettings(allowed_hosts=names, allowed_origins=[f"http://{name}" for name in names])
        app = server.streamable_http_app(
            streamable_http_path=PATH, transport_security=security, max_request_body_size=LARGEST, max_sessions=100
        )
        config = uvicorn.Config(
            TokenGuard(app, self.token),
            log_level="error",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)

    def run(self) -> None:
        """Serve."""
        self._server.run(sockets=[self._socket])

    def stop(self) -> None:
        """End it, from any thread."""
        self._server.should_exit = True


def _token() -> str:
    given = os.environ.get(TOKEN)
    if given is None:
        return secrets.token_urlsafe(32)
    if len(given) < SHORTEST or not given.isascii() or not given.isprintable() or " " in given:
        raise PontineError(f"{TOKEN} must have at least {SHORTEST} letters, digits or signs, and no spaces")
    return given
