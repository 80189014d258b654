"""What `pontine console` does: a simulated arm with a page in the browser."""

from __future__ import annotations

import webbrowser
from collections.abc import Sequence

from pontine.envs.errors import PontineError
from pontine.envs.files import check_writable
from pontine.envs.scene import Scene
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.tabletop.layout import fixtures_from_scene, from_scene, random_fixtures, random_table
from pontine.planner.brain import load_brain
from pontine.planner.console.console import Console
from pontine.planner.console.holding import Holding
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

PORT = 8080


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
    try:
        from pontine.planner.console import guard
        from pontine.planner.console.pages import Pages
    except ImportError as error:
        raise PontineError(f"the page needs {error.name}, which is missing: pip install 'pontine[console]'") from None

    def lay(seed: int) -> SimulatedRobot:
        mounted = random_fixtures(seed, fixtures)
        return SimulatedRobot(random_table(seed, objects, mounted), mounted)

    display, skills = Display(), load_library(library)
    if scene is not None:
        given = Scene.read(scene)
        simulated = SimulatedRobot(from_scene(given), fixtures_from_scene(given))
    else:
        simulated = lay(seed)
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
    console = Console(session, robot, Holding(), speed=speed, lay=None if scene is not None else lay)
    session.stream.follow(display)
    session.stream.follow(ReportFile(report, display.report))
    server = guard.start(port, "Pontine")
    try:
        Pages(server, console)
        address = f"http://{guard.LOOPBACK}:{server.get_port()}"
        display.say(f"the arm is at {address} (Ctrl-C ends)")
        if open_browser:
            webbrowser.open(address)
        console.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        console.close()
        guard.stop(server)
    return 0
