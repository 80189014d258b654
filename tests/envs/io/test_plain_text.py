"""What comes from outside shows on a terminal as what it is, and is obeyed by none."""

from __future__ import annotations

import ast
import io
import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table

from pontine.conf import main as command
from pontine.envs.errors import PontineError, SceneError
from pontine.envs.io.plain_text import CONTROLS, plain, plain_logging, terminal
from pontine.envs.scene import Scene
from pontine.planner.execution.display import Display
from pontine.planner.reading import question

ROOT = Path(__file__).parents[3]
EVIL = "cup\x1b]0;owned\x07\x1b[2J\r\nplan 1: nothing \u202eto do\u2069\x85\u2028\x9b31m\udc80"
"""Sets the title, clears the screen, forges a line, turns the rest around, and is not even text."""


@given(st.text(st.characters(codec=None)), st.integers(1, 40))
def test_no_control_survives_and_plain_text_stays_as_it_is(text: str, longest: int) -> None:
    said = plain(text)
    assert not CONTROLS.search(said)
    said.encode()
    assert plain(said) == said
    assert len(plain("x" * 50, longest=longest)) <= longest
    if not CONTROLS.search(text):
        assert said == text


def test_what_people_write_is_left_alone() -> None:
    for word in ("把红色方块放进碗里", "قطعة", "👩‍🔧", "na\u00efve", "[bold]", "\u200f"):
        assert plain(word) == word


@given(st.text(st.characters(codec=None), max_size=30))
def test_nothing_that_is_printed_is_markup_or_obeyed(text: str) -> None:
    shown = io.StringIO()
    console = terminal(file=shown, force_terminal=True, width=200, color_system=None)
    table = Table("[b]x", box=None)
    table.add_row(f"[red]{text}[/red]")
    console.print(f":smile: {text}")
    console.print(table)
    said = shown.getvalue()
    assert ":smile:" in said
    assert not CONTROLS.search(said.replace("\n", "").replace("\r", ""))


def test_a_line_of_the_display_is_one_line_whatever_is_in_it() -> None:
    shown = io.StringIO()
    display = Display(terminal(file=shown, force_terminal=True, width=60, color_system=None))
    display.reading(question(EVIL))
    with display.waiting(EVIL):
        pass
    assert shown.getvalue().count("plan 1") >= 1
    assert shown.getvalue().splitlines()[0].startswith("question: cup\\x1b]0;owned")
    for code in ("\x1b]0;", "\x1b[2J\r\nplan", "\u202e", "\x9b"):
        assert code not in shown.getvalue()


def test_what_goes_into_a_pipe_is_not_cut_at_the_width_of_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for columns, whole in ((None, True), ("40", False)):
        monkeypatch.delenv("COLUMNS", raising=False)
        if columns is not None:
            monkeypatch.setenv("COLUMNS", columns)
        table, shown = Table("what", "how"), io.StringIO()
        table.add_row("a" * 90, "b" * 90)
        terminal(file=shown).print(table)
        assert ("a" * 90 in shown.getvalue() and "b" * 90 in shown.getvalue()) == whole


def test_an_error_is_one_plain_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(args: list[str]) -> int:
        raise PontineError(f"the server said: {EVIL}")

    monkeypatch.setattr(command, "dispatch", fail)
    assert command.main() == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert not CONTROLS.search(said.rstrip("\n"))


def test_what_is_logged_is_plain_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert logging.lastResort is not None
    before = logging.lastResort.formatter
    plain_logging()
    try:
        record = logging.LogRecord("camera", logging.WARNING, "", 0, "camera sends %s", (EVIL,), None)
        said = logging.lastResort.format(record)
    finally:
        logging.lastResort.setFormatter(before)
    assert said.startswith("camera sends cup")
    assert not CONTROLS.search(said)


@pytest.mark.parametrize("field", ["name", "kind", "color", "support"])
@pytest.mark.parametrize("bad", ["\x1b[2J", "a\nb", "a\u202eb", "\x9b", "a\u2028b"])
def test_names_with_control_characters_are_refused(field: str, bad: str) -> None:
    thing = {"name": "cup", "kind": "cup", field: f"cup{bad}"}
    with pytest.raises(SceneError, match="control character") as caught:
        Scene.from_json({"objects": [thing]})
    assert not CONTROLS.search(str(caught.value))


def test_all_that_is_printed_goes_through_here() -> None:
    rooms = ("envs", "policies", "planner", "sim2real", "conf")
    calls: dict[str, set[str]] = {"Console": set(), "print": set()}
    for path in (p for room in rooms for p in (ROOT / room).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Console" and "rich.console" not in text:
                continue  # one of our own
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in calls:
                words = [ast.unparse(arg) for arg in node.args]
                if not (node.func.id == "print" and all(w.startswith("plain(") or "{plain(" in w for w in words)):
                    calls[node.func.id].add(str(path.relative_to(ROOT)))
    # The help and the version are our own words; the others write for a program at the end of a pipe.
    own = {"conf/main.py", "envs/benchmarks/fetch_env.py", "sim2real/trials/fault_trials.py"}
    assert calls["Console"] == set(), "make it with envs.io.plain_text.terminal"
    assert calls["print"] <= own, "print through envs.io.plain_text"
