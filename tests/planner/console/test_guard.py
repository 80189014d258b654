"""Who may open the page: asked over real sockets."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Iterator

import pytest
import viser
import websockets

from pontine.planner.console import guard


@pytest.fixture(scope="module")
def server() -> Iterator[guard.LocalServer]:
    server = guard.start(0, "test")
    assert got(server.get_port(), Host="localhost:{port}").status == 503, "nobody is let in before it is ready"
    server.ready.set()
    yield server
    guard.stop(server)


def got(port: int, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(guard.LOOPBACK, port, timeout=10)
    connection.request("GET", "/", headers={name: value.format(port=port) for name, value in headers.items()})
    return connection.getresponse()


def socket_status(port: int, origin: str | None, host: str | None = None) -> int:
    """The status with which a websocket is opened (101) or refused."""

    async def visit() -> int:
        protocol = websockets.Subprotocol(f"viser-v{viser.__version__}")
        given = None if origin is None else websockets.Origin(origin.format(port=port))
        uri = f"ws://{guard.LOOPBACK}:{port}"
        options = {"origin": given, "subprotocols": [protocol], "proxy": None}
        if host is not None:
            # The address is ours and the name is not: what a rebound name comes to.
            options |= {"host": guard.LOOPBACK, "port": port}
            uri = f"ws://{host}:{port}"
        try:
            async with websockets.connect(uri, **options):
                return 101
        except websockets.InvalidStatus as refused:
            return refused.response.status_code

    return asyncio.run(visit())


def test_the_page_is_served_under_its_own_name_and_in_no_frame(server: guard.LocalServer) -> None:
    page = got(server.get_port(), Host="localhost:{port}")
    assert page.status == 200
    assert page.getheader("X-Frame-Options") == "DENY"


@pytest.mark.parametrize(
    "host", ["evil.example:{port}", "evil.example", "127.0.0.1:1", "127.0.0.1.evil.example:{port}"]
)
def test_a_name_that_was_made_to_mean_this_computer_is_refused(server: guard.LocalServer, host: str) -> None:
    assert got(server.get_port(), Host=host).status == 403


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://127.0.0.1:{port}", 101),
        ("http://localhost:{port}", 101),
        ("https://127.0.0.1:{port}", 403),
        ("http://127.0.0.1:1", 403),
        ("http://evil.example:{port}", 403),
        ("null", 403),
        (None, 403),
    ],
)
def test_only_our_own_page_opens_a_websocket(server: guard.LocalServer, origin: str | None, status: int) -> None:
    assert socket_status(server.get_port(), origin) == status


def test_a_websocket_under_another_name_is_refused_whatever_its_origin(server: guard.LocalServer) -> None:
    assert socket_status(server.get_port(), "http://127.0.0.1:{port}", "evil.example") == 403


def test_no_page_can_have_the_arm_shared_with_the_world(server: guard.LocalServer) -> None:
    assert server.request_share_url() is None


def test_a_server_that_lets_strangers_in_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_guarded", lambda serve, ready: serve)
    with pytest.raises(guard.UnguardedError, match="answers strangers"):
        guard.start(0, "test")
