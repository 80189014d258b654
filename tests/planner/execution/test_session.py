"""A person at a robot: what was done is remembered for what is said next."""

from __future__ import annotations

import builtins
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pontine.envs.errors import WriteError
from pontine.envs.io import platform
from pontine.envs.io.plain_text import terminal
from pontine.envs.scene import Scene
from pontine.planner.brain.reader import FormBrain
from pontine.planner.execution.display import Display
from pontine.planner.execution.session import Session
from pontine.planner.language.form import Form
from tests.planner.fakes import FakeRobot, library

FORMS = {"put the red cube in the bowl": "in the red cube, the bowl", "hold the blue cube": "hold the blue cube"}


class Scripted(FormBrain):
    """Writes the forms it was given."""

    def forms(self, instruction: str, scene: Scene | None = None) -> Iterator[tuple[Form, float | None]]:
        yield Form.parse(FORMS[instruction]), 1.0


def test_undo_takes_back_one_instruction_after_the_other() -> None:
    robot = FakeRobot()
    session = Session(robot, Scripted(), library(), Display())
    assert session.do("put the red cube in the bowl", None)
    assert session.do("hold the blue cube", None)
    assert session.do("undo that", None)
    assert robot.world.holding is None
    assert robot.world.object("red_cube").support == "bowl"
    assert session.do("undo", None)
    assert robot.world.object("red_cube").support == "table"
    assert session.turns == []
    assert not session.do("undo", None)


def test_put_it_back_means_the_last_thing() -> None:
    robot = FakeRobot()
    session = Session(robot, Scripted(), library(), Display())
    assert session.do("put the red cube in the bowl", None)
    assert session.do("现在放回去", None)
    assert robot.world.object("red_cube").support == "table"


def listening(monkeypatch: pytest.MonkeyPatch, *lines: str) -> tuple[Session, io.StringIO]:
    """A session that a person types these lines to, and what it shows."""
    left, shown = iter(lines), io.StringIO()

    def typed(prompt: str) -> str:
        try:
            return next(left)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr(builtins, "input", typed)
    return Session(FakeRobot(), Scripted(), library(), Display(terminal(file=shown, width=100))), shown


@pytest.mark.parametrize("word", ["help", "HELP", "?", "帮助"])
def test_help_lists_what_can_be_said(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    session, shown = listening(monkeypatch, word, "quit")
    session.listen(None)
    said = shown.getvalue()
    for listed in ("pick up", "拿起", "undo", "put it back", "quit", "Ctrl-C", "red_cube"):
        assert listed in said
    assert session.turns == []


def test_ctrl_c_stops_a_motion_and_not_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    session, shown = listening(monkeypatch, "put the red cube in the bowl", "hold the blue cube", "quit")
    interrupts = iter([KeyboardInterrupt()])
    act = session.do

    def do(instruction: str, report: object) -> bool:
        for error in interrupts:
            raise error
        return act(instruction, None)

    stops: list[bool] = []
    monkeypatch.setattr(session, "do", do)
    monkeypatch.setattr(session.robot, "stop", lambda: stops.append(True))
    session.listen(None)
    assert stops == [True]
    assert "stopped" in shown.getvalue()
    assert session.robot.scene().holding == "blue_cube"


def test_sigterm_ends_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    session, _ = listening(monkeypatch, "hold the blue cube")

    def do(instruction: str, report: object) -> bool:
        raise platform.Terminated

    monkeypatch.setattr(session, "do", do)
    with pytest.raises(platform.Terminated):
        session.listen(None)


@pytest.mark.parametrize("path", ["/proc/no/report.json", "/dev/full/report.json"])
def test_the_report_of_a_run_that_was_done_is_not_lost(path: str, tmp_path: Path) -> None:
    shown = io.StringIO()
    session = Session(FakeRobot(), Scripted(), library(), Display(terminal(file=shown, width=100)))
    session.failures = tmp_path / "failures.jsonl"
    with pytest.raises(WriteError, match=r"cannot write .*report.json.*shown above"):
        session.do("put the red cube in the bowl", path)
    told = json.loads(shown.getvalue().splitlines()[-1])
    assert told["goal_reached"]
    assert told["final_scene"]["objects"]
    assert len(session.turns) == 1
