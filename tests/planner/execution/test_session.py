"""A session: what was done is remembered for what is said next, all that happens is told, and it can be stopped."""

from __future__ import annotations

import builtins
import io
import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from pontine.envs.errors import WriteError
from pontine.envs.io import platform
from pontine.envs.io.plain_text import terminal
from pontine.envs.scene import Scene
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.so101.model import REST
from pontine.planner.brain.reader import FormBrain
from pontine.planner.execution.display import Display
from pontine.planner.execution.events import (
    Answered,
    Asked,
    Done,
    Event,
    Heard,
    Planned,
    Read,
    StepEnded,
    StepStarted,
    Stopped,
)
from pontine.planner.execution.report import Report, ReportFile
from pontine.planner.execution.session import BusyError, Session
from pontine.planner.execution.stopping import StoppableRobot, StopRequested
from pontine.planner.execution.terminal import Terminal
from pontine.planner.language.form import Form
from pontine.planner.reading import Reading, Turn, question, subgoals
from tests.planner.fakes import FakeRobot, FakeSkill, Said, library, picked, placed

FORMS = {"put the red cube in the bowl": "in the red cube, the bowl", "hold the blue cube": "hold the blue cube"}


class Scripted(FormBrain):
    """Writes the forms it was given."""

    def forms(self, instruction: str, scene: Scene | None = None) -> Iterator[tuple[Form, float | None]]:
        yield Form.parse(FORMS[instruction]), 1.0


def test_undo_takes_back_one_instruction_after_the_other() -> None:
    robot = FakeRobot()
    session = Session(robot, Scripted(), library())
    assert session.do("put the red cube in the bowl").goal_reached
    assert session.do("hold the blue cube").goal_reached
    assert session.do("undo that").goal_reached
    assert robot.world.holding is None
    assert robot.world.object("red_cube").support == "bowl"
    assert session.do("undo").goal_reached
    assert robot.world.object("red_cube").support == "table"
    assert session.turns == []
    assert not session.do("undo").goal_reached


def test_put_it_back_means_the_last_thing() -> None:
    robot = FakeRobot()
    session = Session(robot, Scripted(), library())
    assert session.do("put the red cube in the bowl").goal_reached
    assert session.do("现在放回去").goal_reached
    assert robot.world.object("red_cube").support == "table"


class Waiting(FakeSkill):
    """A skill that goes on commanding the arm until something stops it."""

    def __init__(self) -> None:
        super().__init__(picked)
        self.moving = threading.Event()

    def execute(self, robot: FakeRobot, args: tuple[str, ...]) -> Said:
        while True:
            robot.command(np.zeros(6))
            self.moving.set()


def test_another_thread_stops_what_the_arm_is_at() -> None:
    robot, pick = FakeRobot(), Waiting()
    session = Session(robot, Scripted(), library(pick=pick))
    assert not session.stop("nothing to stop")
    reports: list[Report] = []
    run = threading.Thread(target=lambda: reports.append(session.do("hold the blue cube")))
    run.start()
    assert pick.moving.wait(30)
    assert session.doing == "hold the blue cube"
    with pytest.raises(BusyError, match="still at 'hold the blue cube'"):
        session.do("put the red cube in the bowl")
    assert session.stop("stopped on the page")
    run.join(30)
    assert robot.stopped
    commands = robot.commands
    (report,) = reports
    assert (report.goal_reached, report.cause, report.reason) == (False, "safety", "stopped on the page")
    assert [type(event) for event in session.stream.so_far[-3:]] == [StepStarted, Stopped, Done]
    assert session.doing is None
    # it can be told the next thing, and only then moves again
    session.library = library()
    assert session.do("hold the blue cube").goal_reached
    assert robot.commands > commands


def test_a_stop_on_the_way_to_the_rest_pose_takes_hold() -> None:
    robot = StoppableRobot(SimulatedRobot(()))
    away = robot.observe().command + 0.5 * np.eye(6)[0]
    robot.command(away)
    targets = iter(robot.way_to_rest())
    robot.command(next(targets))
    robot.halt("enough")
    with pytest.raises(StopRequested, match="enough"):
        robot.reset()
    assert robot.observe().command != pytest.approx(REST, abs=0.05)
    robot.release()
    robot.reset()
    assert robot.observe().command == pytest.approx(REST)


def test_all_that_happens_is_in_one_stream() -> None:
    session = Session(FakeRobot(), Scripted(), library(place=FakeSkill(placed, fails=[0])))
    told: list[Event] = []
    leave = session.stream.follow(told.append)
    report = session.do("put the red cube in the bowl")
    assert [type(event) for event in told] == [
        Heard, Read, Planned, StepStarted, StepEnded, StepStarted, StepEnded, Planned, StepStarted, StepEnded, Done,
    ]  # fmt: skip
    assert Report.of(told) == report
    assert session.stream.so_far == tuple(told)
    leave()
    session.do("hold the blue cube")
    assert session.stream.so_far[0] not in told


def test_a_question_and_its_answer_are_told() -> None:
    class Asking(Scripted):
        def read(self, instruction: str, scene: Scene, turns: Sequence[Turn] = ()) -> Reading:
            blue = any(thing.name == "blue_cube" for thing in scene.objects)
            red = any(thing.name == "red_cube" for thing in scene.objects)
            return question("Which?", ("red_cube", "blue_cube")) if blue and red else subgoals(("holding", "blue_cube"))

    session = Session(FakeRobot(), Asking(), library(), ask=lambda asked: "the blue one")
    assert session.do("hold the cube").goal_reached
    asked, answered = session.stream.so_far[1:3]
    assert isinstance(asked, Asked)
    assert asked.question.options == ("red_cube", "blue_cube")
    assert answered == Answered("the blue one")


def test_a_run_that_breaks_off_is_told_as_stopped() -> None:
    session = Session(FakeRobot(), Scripted(), library())
    with pytest.raises(KeyError):
        session.do("what no brain has a form for")
    assert isinstance(session.stream.so_far[-1], Stopped)
    assert session.doing is None


def listening(monkeypatch: pytest.MonkeyPatch, *lines: str) -> tuple[Terminal, io.StringIO]:
    """A terminal at which a person types these lines, and what it shows."""
    left, shown = iter(lines), io.StringIO()

    def typed(prompt: str) -> str:
        try:
            return next(left)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr(builtins, "input", typed)
    session = Session(FakeRobot(), Scripted(), library())
    return Terminal(session, Display(terminal(file=shown, width=100))), shown


@pytest.mark.parametrize("word", ["help", "HELP", "?", "帮助"])
def test_help_lists_what_can_be_said(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    at, shown = listening(monkeypatch, word, "quit")
    at.listen()
    said = shown.getvalue()
    for listed in ("pick up", "拿起", "undo", "put it back", "quit", "Ctrl-C", "red_cube"):
        assert listed in said
    assert at.session.turns == []


def interrupting(session: Session, error: type[BaseException]) -> None:
    """The session's first picking is stopped."""
    picks = iter([error])

    def pick(scene: Scene, args: Sequence[str]) -> Scene:
        for stop in picks:
            raise stop
        return picked(scene, args)

    session.library = library(pick=FakeSkill(pick))


def test_ctrl_c_stops_a_motion_and_not_the_session(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    at, shown = listening(monkeypatch, "put the red cube in the bowl", "hold the blue cube", "quit")
    session, robot = at.session, at.session.robot.robot
    session.stream.follow(ReportFile(tmp_path / "run.json", at.display.report))
    interrupting(session, KeyboardInterrupt)
    at.listen()
    assert isinstance(robot, FakeRobot)
    assert robot.stopped
    assert "goal not reached (stopped): it was stopped during pick(red_cube)" in shown.getvalue()
    assert session.robot.scene().holding == "blue_cube"
    told = json.loads((tmp_path / "run.json").read_text())
    assert (told["instruction"], told["goal_reached"]) == ("put the red cube in the bowl", False)
    assert (told["cause"], told["reason"]) == ("stopped", "it was stopped during pick(red_cube)")
    assert json.loads((tmp_path / "run-2.json").read_text())["goal_reached"]
    assert [turn.instruction for turn in session.turns] == ["put the red cube in the bowl", "hold the blue cube"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, platform.Terminated])
def test_what_ends_a_single_instruction_leaves_its_report(
    error: type[BaseException], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    at, shown = listening(monkeypatch)
    at.session.stream.follow(ReportFile(tmp_path / "run.json", at.display.report))
    interrupting(at.session, error)
    with pytest.raises(error):
        at.run("put the red cube in the bowl")
    assert json.loads((tmp_path / "run.json").read_text())["cause"] == "stopped"
    # Where it cannot be written it is shown, and the program ends all the same.
    at.session.stream.follow(ReportFile(tmp_path / "no" / "run.json", at.display.report))
    interrupting(at.session, error)
    with pytest.raises(error):
        at.run("put the red cube in the bowl")
    assert '"cause": "stopped"' in shown.getvalue()


def test_sigterm_ends_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    at, _ = listening(monkeypatch, "hold the blue cube")

    def do(instruction: str) -> Report:
        raise platform.Terminated

    monkeypatch.setattr(at.session, "do", do)
    with pytest.raises(platform.Terminated):
        at.listen()


@pytest.mark.parametrize("path", ["/proc/no/report.json", "/dev/full/report.json"])
def test_the_report_of_a_run_that_was_done_is_not_lost(path: str, tmp_path: Path) -> None:
    shown = io.StringIO()
    session, display = Session(FakeRobot(), Scripted(), library()), Display(terminal(file=shown, width=100))
    session.stream.follow(ReportFile(path, display.report, failures=tmp_path / "failures.jsonl"))
    with pytest.raises(WriteError, match=r"cannot write .*report.json.*shown above"):
        session.do("put the red cube in the bowl")
    told = json.loads(shown.getvalue().splitlines()[-1])
    assert told["goal_reached"]
    assert told["final_scene"]["objects"]
    assert len(session.turns) == 1


def test_reports_are_numbered_from_the_second_on_and_written_again_with_what_came_later(tmp_path: Path) -> None:
    left = {"arm": "awake"}
    session = Session(FakeRobot(), Scripted(), library())
    reports = ReportFile(tmp_path / "run.json", lambda report, more: None, lambda: left)
    session.stream.follow(reports)
    session.do("put the red cube in the bowl")
    session.do("hold the blue cube")
    left["arm"] = "at rest"
    reports.rewrite()
    told = [json.loads((tmp_path / name).read_text()) for name in ("run.json", "run-2.json")]
    assert [one["instruction"] for one in told] == ["put the red cube in the bowl", "hold the blue cube"]
    assert [one["arm"] for one in told] == ["awake", "at rest"]
