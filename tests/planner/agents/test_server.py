"""The door over the Model Context Protocol, with the protocol's own client."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import pytest
from mcp import StdioServerParameters
from mcp.client import Client
from mcp.client.stdio import stdio_client

from pontine.planner.agents.door import Door
from pontine.planner.agents.server import serve
from tests.planner.agents.test_door import BOWL, opened
from tests.planner.fakes import FakeRobot, FakeSkill, dropped, placed

PONTINE = Path(sys.executable).parent / "pontine"
TOOLS = {"look", "ask", "goal", "rehearse", "do", "stop", "why", "skills", "undo"}


async def told(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """What a tool answers."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    first = result.content[0]
    assert first.type == "text"
    answer: dict[str, Any] = json.loads(first.text)
    return answer


@pytest.fixture
def door() -> Door:
    """A door to an arm that drops what it should put somewhere."""
    return opened(FakeRobot(), place=FakeSkill(placed, fails=range(9), instead=dropped))


def test_a_client_that_is_not_ours_looks_asks_does_and_asks_why(door: Door) -> None:
    door.picture = lambda: np.zeros((4, 6, 3), np.uint8)

    async def visit() -> None:
        async with Client(serve(door)) as client:
            listed = await client.list_tools()
            assert {tool.name for tool in listed.tools} == TOOLS
            look = await client.call_tool("look", {})
            assert [part.type for part in look.content] == ["text", "image"]
            asked = await told(client, "ask", instruction=BOWL)
            done = await told(client, "do", plan_id=asked["plan_id"])
            assert done["measured"]["does_not_hold"] == [["in", "red_cube", "bowl"]]
            why = await told(client, "why")
            assert why["failed"]["cause"] == "skill"
            again = await told(client, "do", plan_id=asked["plan_id"])
            assert "unknown plan" in again["refused"]

    anyio.run(visit)
    door.close()


def test_what_an_agent_gets_wrong_is_told_and_the_server_goes_on(door: Door) -> None:
    async def visit() -> None:
        async with Client(serve(door)) as client:
            wrong = await client.call_tool("do", {"plan": 3})
            assert wrong.is_error
            assert "2000 are read" in (await told(client, "ask", instruction="x" * 10**7))["refused"]
            assert (await told(client, "why")) == {"failed": None}

    anyio.run(visit)
    door.close()


def test_over_standard_input_and_output_it_does_what_it_was_asked(tmp_path: Path) -> None:
    words = ["mcp", "seed=3", f"report={tmp_path / 'run.json'}"]

    async def visit() -> None:
        server = StdioServerParameters(command=str(PONTINE), args=words, cwd=tmp_path)
        async with Client(stdio_client(server)) as client:
            look = await client.call_tool("look", {})
            assert "red_cube" in str(look.content[0])
            asked = await told(client, "goal", predicates="in(red_cube, bowl)")
            done = await told(client, "do", plan_id=asked["plan_id"])
            assert done["measured"]["goal_reached"] is True
            assert (await told(client, "why")) == {"failed": None}

    anyio.run(visit)
    report = json.loads((tmp_path / "run.json").read_text())
    assert [call["tool"] for call in report["agent"]["calls"]] == ["look", "goal", "do", "why"]
    assert report["goal_reached"] is True
