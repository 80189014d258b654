"""What `pontine console` does: a simulated arm with a page in the browser."""

from __future__ import annotations

import webbrowser
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from pontine.envs.errors import PontineError
from pontine.envs.files import check_writable
from pontine.envs.scene import Scene
from pontine.envs.simulated import SimulatedRobot
from pontine.planner.brain import load_brain
from pontine.planner.console.console import Console
from pontine.planner.console.holding import Holding
from pontine.planner.console.table import SimulatedTable
from pontine.planner.execution.display import Display
from pontine.planner.execution.report import ReportFile
from pontine.planner.execution.session import Session
from pontine.planner.execution.showing.watched import WatchedRobot
from pontine.planner.planning.plan import TIME_LIMIT
from pontine.planner.planning.score import Judge
from pontine.planner.rehearsal.choosing import SURE, rehearser
from pontine.planner.rehearsal.rehearsal import COPIES
from pontine.policies.skills.loading import load_library
from pontine.policies.threads import torch_threads

if TYPE_CHECKING:
    from pontine.planner.console.camera_view import Look

PORT = 8080


def check_packages() -> None:
    """Raises PontineError where a package that the page needs is missing."""
    try:
        from pontine.planner.console import pages  # noqa: F401
    except ImportError as error:
        raise PontineError(f"the page needs {error.name}, which is missing: pip install 'pontine[console]'") from None


def serve(
    console: Console, display: Display, port: int = PORT, open_browser: bool = False, look: Look | None = None
) -> None:
    """Serve a console as a page on the loopback interface until Ctrl-C, and end it; `look` gives what its camera sees.

    Raises what a mistake of ours in one of its threads raised.
    """
    from pontine.planner.console import guard
    from pontine.planner.console.camera_view import CameraView
    from pontine.planner.console.pages import CAMERA, Pages

    with ExitStack() as stack:
        stack.callback(console.close)
        server = guard.start(port, "Pontine")
        stack.callback(guard.stop, server)
        try:
            if look is not None:
                stack.enter_context(CameraView(server.gui, look, CAMERA))
            # First of all the arm is stopped; its thread shows things until it has ended.
            stack.callback(console.close)
            Pages(server, console)
            address = f"http://{guard.LOOPBACK}:{server.get_port()}"
            display.say(f"the arm is at {address} (Ctrl-C ends)")
            if open_browser:
                webbrowser.open(address)
            console.wait()
        except KeyboardInterrupt:
            return


@torch_threads()
def console_verb(
    seed: int = 0,
    objects: int | None = None,
    fixtures: Sequence[str] = (),
    scene: str | None = None,
    port: int = PORT,
    speed: float = 1.0,
    open_browser: bool = False,
    report: str | None = None,
    replans: int = 3,
    plan_seconds: float = TIME_LIMIT,
    rehearse: bool = False,
    copies: int = COPIES,
    randomization: str = "real",
    dynamics: str | None = None,
    sure: float = SURE,
    library: str | None = None,
    adapter: str | None = None,
    brain: str = "embedded",
    model: str | None = None,
    url: str | None = None,
) -> int:
    """Serve one simulated table as a page on the loopback interface until Ctrl-C; returns 0.

    The terminal shows what the page shows. Raises PontineError for input that cannot be used, or where a package that
    the page needs is missing.
    """
    check_writable(report, "report")
    check_packages()

    def lay(seed: int) -> SimulatedRobot:
        return SimulatedRobot.of_seed(seed, objects, fixtures)

    display, skills = Display(), load_library(library)
    simulated = SimulatedRobot.of_scene(Scene.read(scene)) if scene is not None else lay(seed)
    robot = WatchedRobot(simulated, lambda: None)
    with display.waiting("loading the language model"):
        reader = load_brain(adapter, brain, model, url)
    session = Session(
        robot,
        reader,
        skills,
        seed=seed,
        replans=replans,
        judge=Judge(skills, library),
        rehearser=rehearser(skills, rehearse, copies, randomization, dynamics, sure, seed),
        plan_seconds=plan_seconds,
    )
    table = SimulatedTable(robot, None if scene is not None else lay)
    console = Console(session, robot, Holding(), table, speed=speed)
    session.stream.follow(display)
    session.stream.follow(ReportFile(report, display.report))
    serve(console, display, port, open_browser)
    return 0
