"""The door over HTTP, with the protocol's own client."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from typing import Any

import anyio
import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from pontine.envs.errors import PontineError
from pontine.planner.agents.http import MINUTE, TOKEN, TRIES, HttpServer, TokenGuard
from pontine.planner.agents.server import serve
from tests.planner.agents.test_door import BOWL, opened
from tests.planner.agents.test_server import told
from tests.planner.fakes import FakeRobot, FakeSkill, dropped, placed


@pytest.fixture(scope="module")
def server() -> Iterator[HttpServer]:
    """A server in a thread, of an arm that drops what it should put somewhere."""
    door = opened(FakeRobot(), place=FakeSkill(placed, fails=range(99), instead=dropped))
    server = HttpServer(serve(door), 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield server
    server.stop()
    thread.join()
    door.close()


def asked(server: HttpServer, **headers: str) -> int:
    """The status of a first request with those headers besides the usual ones."""
    host = server.address.split("/")[2]
    connection = http.client.HTTPConnection(host, timeout=10)
    first = {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}},
    }  # fmt: skip
    usual = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    connection.request("POST", "/mcp", json.dumps(first), {**usual, **headers})
    return connection.getresponse().status


def test_a_client_that_is_not_ours_looks_asks_does_and_asks_why(server: HttpServer) -> None:
    async def visit() -> None:
        headers = {"Authorization": f"Bearer {server.token}"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=30) as http_client,
            Client(streamable_http_client(server.address, http_client=http_client)) as client,
        ):
            assert "scene" in await told(client, "look")
            planned = await told(client, "ask", instruction=BOWL)
            done = await told(client, "do", plan_id=planned["plan_id"])
            assert done["measured"]["does_not_hold"] == [["in", "red_cube", "bowl"]]
            assert (await told(client, "why"))["failed"]["cause"] == "skill"

    anyio.run(visit)


def test_only_requests_of_this_computer_with_the_token_are_answered(server: HttpServer) -> None:
    right = {"Authorization": f"Bearer {server.token}"}
    assert asked(server, **right) == 200
    assert asked(server) == 401
    assert asked(server, Authorization=f"Bearer {server.token}x") == 401
    assert asked(server, Authorization=f"Basic {server.token}") == 401
    assert asked(server, **right, Host="evil.example") == 421
    assert asked(server, **right, Origin="http://evil.example") == 403


def test_guessing_is_bounded() -> None:
    now = 0.0
    statuses: list[int] = []

    async def inside(*args: Any) -> None:
        statuses.append(200)

    async def send(message: Any) -> None:
        if "status" in message:
            statuses.append(message["status"])

    guard = TokenGuard(inside, "right" * 5, lambda: now)

    def ask(token: str) -> None:
        headers = [(b"authorization", f"Bearer {token}".encode())]
        anyio.run(guard, {"type": "http", "headers": headers}, None, send)

    for guess in range(TRIES):
        ask(f"guess{guess}")
    ask("right" * 5)
    now = MINUTE + 1
    ask("right" * 5)
    assert statuses == [401] * TRIES + [429, 200]


def test_a_port_that_is_taken_and_a_token_that_is_short(server: HttpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    door = opened(FakeRobot())
    port = int(server.address.split(":")[2].split("/")[0])
    with pytest.raises(PontineError, match="port=0 takes a free one"):
        HttpServer(serve(door), port)
    monkeypatch.setenv(TOKEN, "short")
    with pytest.raises(PontineError, match="at least 16"):
        HttpServer(serve(door), 0)
    door.close()
