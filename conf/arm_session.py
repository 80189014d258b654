"""A calibrated arm with its camera, and what reads, plans and moves for it: for verbs that have it do what is said."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pontine.envs.errors import PontineError
from pontine.envs.files import check_writable
from pontine.policies.threads import torch_threads

from .options import ArmOptions, BrainOptions, RehearsalOptions, above, at_least, text

if TYPE_CHECKING:
    from pontine.envs.arrays import Image
    from pontine.envs.robot import Robot
    from pontine.planner.execution.display import Display
    from pontine.planner.execution.report import ReportFile
    from pontine.planner.execution.session import Session
    from pontine.planner.rehearsal.choosing import Rehearser
    from pontine.policies.skills.skill import Skill
    from pontine.sim2real.arm.calibration import Calibration
    from pontine.sim2real.arm.dry_run import DryArm
    from pontine.sim2real.arm.limits import Limits
    from pontine.sim2real.arm.serial_arm import SerialArm
    from pontine.sim2real.bus.bus import Bus
    from pontine.sim2real.vision.scene_source import SceneSource


@dataclass
class WorkingOptions(ArmOptions, BrainOptions):
    """The options of a verb that has an arm do what is said."""

    profile: str = text("gentle")
    camera: str | None = text()
    scenes: str = text("tags")
    markers: str = text("markers.json")
    lens: str = text("lens.json")
    dry: bool = False
    report: str | None = text()
    replans: int = 3
    plan_seconds: float = 20.0
    library: str | None = text()
    aligned: bool = True

    def __post_init__(self) -> None:
        from pontine.sim2real.arm.safety_profile import safety_profile
        from pontine.sim2real.vision.scene_source import SCENE_SOURCES

        ArmOptions.__post_init__(self)
        BrainOptions.__post_init__(self)
        safety_profile(self.profile)
        at_least("replans", self.replans, 0)
        above("plan_seconds", self.plan_seconds, 0)
        SCENE_SOURCES[self.scenes]
        if self.camera is None:
            raise PontineError("camera= is missing: give its number, its device, or the address of its stream")


@dataclass(frozen=True)
class Work:
    """What a verb works with: `robot` is what the session moves, `arm` with all that it has to say."""

    session: Session
    robot: Robot
    arm: DryArm | SerialArm
    scenes: SceneSource
    reports: ReportFile


def working(
    options: WorkingOptions,
    display: Display,
    use: Callable[[Work], bool],
    *,
    wrap: Callable[[Robot], Robot] = lambda robot: robot,
    instruction: str | None = None,
    dataset: str | None = None,
    keys: bool = True,
    further_keys: Mapping[str, Callable[[], object]] | None = None,
) -> int:
    """Wake the arm, have it at its rest pose, `use` it, and bring it down again; the exit status, 0 if `use` says that
    the goal was reached and nothing stopped the arm.

    `wrap` is put round the arm before the session has it. `dataset` takes all that is done as one episode, called
    `instruction`. With `keys` some on the terminal stop the arm, and `further_keys` do what they name.
    """
    from pontine.planner.brain import load_brain
    from pontine.planner.execution.report import ReportFile
    from pontine.planner.execution.session import Session
    from pontine.planner.planning.score import Judge
    from pontine.policies.skills.loading import load_library
    from pontine.sim2real.alignment.drift import expected, late
    from pontine.sim2real.arm.limits import limits
    from pontine.sim2real.vision.scene_source import SCENE_SOURCES, Sight

    check_writable(options.report, "report")
    calibration = options.read_aligned(options.markers) if options.aligned else options.read_calibration()
    assert options.camera is not None
    sight = Sight(options.camera, options.markers, options.lens, expected(calibration), late(calibration))
    allowed = limits(options.profile, calibration)
    skills, reached = load_library(options.library), False
    with torch_threads(), ExitStack() as stack:
        with display.waiting("looking for the table"):
            scenes = stack.enter_context(SCENE_SOURCES[options.scenes].open(sight))
        with display.waiting("loading the language model"):
            brain = load_brain(options.adapter, options.brain, options.model, options.url)
        bus = stack.enter_context(options.open_bus(calibration))
        arm: DryArm | SerialArm
        if options.dry:
            arm = dry(bus, calibration, allowed, scenes)
        else:
            arm = stack.enter_context(
                _awake(bus, calibration, allowed, scenes, instruction, dataset, keys, further_keys)
            )
        robot = wrap(arm)
        session = Session(
            robot,
            brain,
            skills,
            replans=options.replans,
            judge=Judge(skills, options.library),
            rehearser=_rehearser(options, skills),
            plan_seconds=options.plan_seconds,
        )
        reports = ReportFile(options.report, display.report, lambda: {"arm": arm.report(), **_seen(scenes)})
        # Skills begin over the table, and an arm without torque lies anywhere.
        with display.waiting("the arm goes to its rest pose"):
            arm.reset()
        display.scene(arm.scene())
        reached = use(Work(session, robot, arm, scenes, reports))
    # Only now is it known how the arm was left.
    reports.rewrite()
    if not reached and options.report is not None:
        _keep_pictures(options, scenes, display)
    return _told(arm, display, reached)


def _rehearser(options: WorkingOptions, skills: Mapping[str, Skill]) -> Rehearser | None:
    """What plays plans before anything moves, where the verb's options ask for it."""
    from pontine.planner.rehearsal.choosing import rehearser

    if not isinstance(options, RehearsalOptions):
        return None
    return rehearser(skills, options.rehearse, options.copies, options.randomization, options.dynamics, options.sure)


def look(options: WorkingOptions, work: Work) -> Callable[[], Image | None] | None:
    """What gives the camera's newest picture (h, w, 3) RGB with what is seen drawn in, and None where that was given
    already; None for a scene source that has no pictures."""
    from pontine.sim2real.vision.drawing.painter import LiveView
    from pontine.sim2real.vision.lens import Lens
    from pontine.sim2real.vision.markers import Markers
    from pontine.sim2real.vision.tag_scene import TagScene

    if not isinstance(work.scenes, TagScene):
        return None
    return LiveView(work.scenes, Markers.read(options.markers), Lens.read(options.lens), work.robot.observe)


def _seen(scenes: SceneSource) -> dict[str, Any]:
    """What a scene source has to report, if it has."""
    from pontine.sim2real.vision.scene_source import Reporting

    return {"sight": scenes.report()} if isinstance(scenes, Reporting) else {}


def _keep_pictures(options: WorkingOptions, scenes: SceneSource, display: Display) -> None:
    """Write the last pictures of a run that failed beside its report, with what was understood drawn in."""
    from pontine.sim2real.vision.drawing.painter import write_kept
    from pontine.sim2real.vision.lens import Lens
    from pontine.sim2real.vision.markers import Markers
    from pontine.sim2real.vision.tag_scene import TagScene

    if isinstance(scenes, TagScene) and scenes.kept:
        folder = Path(str(options.report)).with_suffix(".pictures")
        write_kept(scenes.kept, Markers.read(options.markers), Lens.read(options.lens), folder)
        display.say(f"the last pictures are in {folder}")


def _told(arm: DryArm | SerialArm, display: Display, reached: bool) -> int:
    from pontine.sim2real.arm.control_loop import UNREACHED

    report: dict[str, Any] = arm.report()
    for reason, clips in itertools.groupby(report["clips"], key=lambda clip: clip["reason"]):
        joints = ", ".join(f"{clip['joint']} {clip['steps']}" for clip in clips)
        display.say(f"held back for {reason}, control steps: {joints}")
    if report.get("dry"):
        display.say("a dry run: nothing was moved", "yellow")
        return 0 if reached else 1
    for stop in report["stops"]:
        display.say(f"stopped: {stop['kind']} {stop['joint'] or ''}: {stop['measured']}; {stop['check']}", "bold red")
    ending = report["ending"]
    if not ending["at_rest"]:
        display.say("the arm was let go before it was at rest", "bold red")
    for joint, why in ending["unreached"].items():
        display.say(f"{joint} {UNREACHED}: {why}", "bold red")
    return 0 if reached and not report["stops"] else 1


def dry(bus: Bus, calibration: Calibration, allowed: Limits, scenes: SceneSource) -> DryArm:
    """The simulation of an arm that stands as this one does, whose servos are only asked."""
    from pontine.envs.robot import JOINTS, RobotState
    from pontine.sim2real.arm.dry_run import DryArm

    measured = bus.measure()
    position = calibration.to_model(np.array([measured[joint].angle for joint in JOINTS]))
    standing = RobotState(position, np.zeros(6), np.zeros(6), position, 0.0)
    return DryArm(scenes.scene(standing), position, allowed)


@contextmanager
def _awake(
    bus: Bus,
    calibration: Calibration,
    allowed: Limits,
    scenes: SceneSource,
    instruction: str | None,
    dataset: str | None,
    keys: bool,
    further_keys: Mapping[str, Callable[[], object]] | None,
) -> Iterator[SerialArm]:
    """The arm, awake, watched for an emergency stop, and recorded.

    What stopped it for good is in its report and ends the block as it is, so that the episode is kept.
    """
    from pontine.envs.io.plain_text import terminal
    from pontine.sim2real.arm.emergency import NO_KEYBOARD, emergency_stop
    from pontine.sim2real.arm.serial_arm import SerialArm
    from pontine.sim2real.arm.stops import SafetyStop
    from pontine.sim2real.data.lerobot_units import Units
    from pontine.sim2real.data.recording import Recorder

    arm = SerialArm(bus, calibration, allowed, scenes)
    with ExitStack() as stack:
        if dataset is not None and instruction is not None:
            recorder = stack.enter_context(Recorder(Path(dataset), units=Units.of_ranges(calibration.limits)))
            if recorder.set_aside is not None:
                terminal().print(f"an episode that was not finished lies in {recorder.set_aside} now", soft_wrap=True)
            episode = stack.enter_context(recorder.episode(instruction))
            arm.on_step(lambda state, targets, clips, time: episode.add(state.position, targets))
        with suppress(SafetyStop), arm, emergency_stop(arm, None if keys else NO_KEYBOARD, further_keys):
            yield arm
