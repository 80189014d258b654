"""`pontine arm mcp`."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pontine.envs.errors import PontineError

from .arm_session import Work, WorkingOptions, look, working
from .options import text

if TYPE_CHECKING:
    from collections.abc import Callable

    from pontine.planner.agents.door import Grant

KEY = "g"
"""Gives the grant, and takes it back."""

TOLD = f"""{KEY} on this terminal lets agents move the arm, and again takes that back, which stops it;
Space, Escape or q stops it for good; Ctrl-C brings it to rest and ends."""


@dataclass
class Config(WorkingOptions):
    """Options of `pontine arm mcp`; arm_mcp.yaml says what each means."""

    tools: int = 8765
    randomization: str = "real"
    dynamics: str | None = text()

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.tools <= 65535:
            raise PontineError(f"tools={self.tools} must be from 0 to 65535")


def run(config: Config) -> int:
    """Exit status: 0, or 1 if the arm stopped by itself."""
    from pontine.envs.tabletop.randomization import randomization, with_dynamics
    from pontine.planner.agents.door import Door, Grant
    from pontine.planner.agents.http import HttpServer
    from pontine.planner.agents.server import serve
    from pontine.planner.execution.display import Display

    physics = randomization(with_dynamics(config.randomization, config.dynamics))
    if not config.dry and not sys.stdin.isatty():
        raise PontineError(
            "a person grants by a key, at this program's own terminal, that agents may move the arm, and its input is "
            "no terminal: start it in one, or with dry=true"
        )
    display, grant = Display(), Grant(config.dry, "a dry run")

    def use(work: Work) -> bool:
        # What agents may do with the arm, while a person grants that it is moved.
        door = Door(work.session, grant, look(config, work), physics)
        work.reports.also(door.calls)
        for follower in (display, work.reports):
            work.session.stream.follow(follower)
        try:
            server = HttpServer(serve(door), config.tools)
            display.say(f"tools at {server.address} for requests with the header")
            display.say(f"Authorization: Bearer {server.token}")
            if not config.dry:
                display.say(TOLD)
            with suppress(KeyboardInterrupt):
                server.run()
        finally:
            door.close()
        return True

    return working(config, display, use, further_keys={KEY: lambda: turn(grant, display.say)})


def turn(grant: Grant, say: Callable[[str], object]) -> None:
    """Give the grant, or take it back where it is given, and say so."""
    if grant.given:
        grant.take_back()
        say("agents may not move the arm any more")
    else:
        grant.give("a person at the terminal")
        say("agents may move the arm now")
