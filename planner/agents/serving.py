"""What `pontine mcp` does: a simulated arm for agents, on this process's own input and output or over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from pontine.envs.files import check_writable
from pontine.envs.io.plain_text import terminal
from pontine.envs.scene import Scene
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.tabletop.randomization import randomization as randomization_of
from pontine.envs.tabletop.randomization import with_dynamics
from pontine.planner.agents.door import Door, Grant
from pontine.planner.agents.http import HttpServer
from pontine.planner.agents.server import serve
from pontine.planner.brain import Brain, check_choice, load_brain
from pontine.planner.execution.display import Display
from pontine.planner.execution.report import ReportFile
from pontine.planner.execution.session import Session
from pontine.planner.planning.plan import TIME_LIMIT
from pontine.planner.planning.score import Judge
from pontine.planner.reading import Reading, Turn
from pontine.policies.skills.loading import load_library
from pontine.policies.threads import torch_threads


class _Later:
    """A brain that is loaded when something is to be read: a client does not wait for it to begin."""

    def __init__(self, load: Callable[[], Brain]) -> None:
        self._load = load
        self._brain: Brain | None = None

    def read(self, instruction: str, scene: Scene, turns: Sequence[Turn] = ()) -> Reading:
        """What an instruction comes to. Raises what loading raises."""
        if self._brain is None:
            self._brain = self._load()
        return self._brain.read(instruction, scene, turns)


@torch_threads()
def mcp_verb(
    seed: int = 0,
    objects: int | None = None,
    fixtures: tuple[str, ...] = (),
    scene: str | None = None,
    port: int | None = None,
    report: str | None = None,
    replans: int = 3,
    randomization: str = "real",
    dynamics: str | None = None,
    plan_seconds: float = TIME_LIMIT,
    library: str | None = None,
    adapter: str | None = None,
    brain: str = "embedded",
    model: str | None = None,
    url: str | None = None,
) -> int:
    """Serve the tools of one simulated table over standard input and output until the client leaves, or with a `port`
    over HTTP on the loopback interface until Ctrl-C; returns 0.

    What happens is shown on the error output, and every call is in the reports of the runs (`report`). Raises
    PontineError for input that cannot be used, or where the package mcp is missing.
    """
    check_writable(report, "report")
    check_choice(adapter, brain, model, url)
    physics = randomization_of(with_dynamics(randomization, dynamics))
    display, skills = Display(terminal(stderr=True)), load_library(library)
    robot = (
        SimulatedRobot.of_scene(Scene.read(scene))
        if scene is not None
        else SimulatedRobot.of_seed(seed, objects, fixtures)
    )
    reader = _Later(partial(load_brain, adapter, brain, model, url))
    judge = Judge(skills, library)
    session = Session(robot, reader, skills, seed=seed, replans=replans, judge=judge, plan_seconds=plan_seconds)
    door = Door(session, Grant(True, "simulation"), robot.render, physics)
    reports = ReportFile(report, display.report, door.calls)
    for follower in (display, reports):
        session.stream.follow(follower)
    server = serve(door)
    display.scene(robot.scene())
    try:
        if port is None:
            server.run("stdio")
        else:
            over_http = HttpServer(server, port)
            display.say(f"tools at {over_http.address} for requests with the header")
            display.say(f"Authorization: Bearer {over_http.token}")
            over_http.run()
    finally:
        door.close()
        reports.rewrite()
    return 0
