"""`pontine plan`: one instruction, and files of them."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Sequence
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from pontine.envs.errors import PontineError
from pontine.envs.files import MARK
from pontine.envs.scene import Scene
from pontine.planner.execution import batch
from pontine.planner.execution.answer_file import AnswerFile
from pontine.planner.reading import Reading, Turn, question, subgoals

SCENE: dict[str, Any] = {"objects": [{"name": "a", "kind": "cube"}, {"name": "b", "kind": "bowl", "container": True}]}


class Parrot:
    """Reads `put` as a put, `loop` as what no plan reaches, and asks about all else."""

    def read(self, instruction: str, scene: Scene, turns: Sequence[Turn] = ()) -> Reading:
        if not instruction.strip():
            raise PontineError("the instruction is empty")
        if instruction == "put":
            return subgoals(("in", "a", "b"), confidence=0.5)
        return subgoals(("in", "b", "a")) if instruction == "loop" else question("What?", ("a", "b"))


@pytest.fixture(autouse=True)
def parrot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "load_brain", lambda *choice: Parrot())


def write(path: Path, *lines: object) -> Path:
    path.write_text("".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines), encoding="utf-8")
    return path


def test_one_instruction(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scene = write(tmp_path / "scene.json", SCENE)
    assert batch.plan_verb("put", scene=scene, out=tmp_path / "plan.json") == 0
    told = json.loads((tmp_path / "plan.json").read_text())
    assert set(told) == {"instruction", "reading", "plan", "seconds"}
    assert [s["skill"] for s in told["plan"]["steps"]] == ["pick", "place"]
    assert "pick(a) · place(a, in, b)" in capsys.readouterr().out


def test_a_goal_is_planned_without_a_language_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(batch, "load_brain")
    scene = write(tmp_path / "scene.json", SCENE)
    assert batch.plan_verb(goal="on(a, b); hand_home()", scene=scene, out=tmp_path / "plan.json") == 0
    told = json.loads((tmp_path / "plan.json").read_text())
    assert told["reading"] == {"kind": "subgoals", "subgoals": [["on", "a", "b"], ["hand_home"]]}
    assert [s["skill"] for s in told["plan"]["steps"]] == ["pick", "place", "home"]
    for goal in ("on(a, ghost)", "fly(a)", "on(a"):
        with pytest.raises(PontineError):
            batch.plan_verb(goal=goal, scene=scene)


def test_a_batch_goes_on_after_bad_lines(tmp_path: Path) -> None:
    lines = write(
        tmp_path / "in.jsonl",
        {"id": 1, "instruction": "put", "scene": SCENE},
        {"id": 2, "instruction": "eh", "scene": SCENE},
        "not json",
        {"id": 4, "instruction": "", "scene": SCENE},
        {"id": 5, "instruction": "put", "scene": {"objects": [{"name": "a"}]}},
        {"id": 6, "instruction": "loop", "scene": SCENE},
    )
    assert batch.plan_verb(batch=lines, out=tmp_path / "out.jsonl") == 2
    told = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [t["id"] for t in told] == [1, 2, None, 4, 5, 6]
    assert set(told[0]) == {"id", "reading", "plan", "seconds"}
    assert told[0]["plan"]["valid"]
    assert told[1]["plan"] is None
    assert [t["reading"] is None for t in told] == [False, False, True, True, True, False]
    assert "objects[0].kind" in told[4]["error"]
    assert told[5]["plan"] is None
    assert "picked up" in told[5]["error"]
    assert {p.name for p in tmp_path.iterdir()} == {"in.jsonl", "out.jsonl"}


@pytest.mark.parametrize(
    "arguments",
    [{}, {"instruction": "put"}, {"batch": "in.jsonl"}, {"batch": "in.jsonl", "out": "o", "scene": "s"},
     {"instruction": " ", "scene": "s"}, {"batch": "missing.jsonl", "out": "o"},
     {"instruction": "put", "scene": "no.json"}],
)  # fmt: skip
def test_bad_arguments_are_one_clear_line(arguments: dict[str, str]) -> None:
    with pytest.raises(PontineError) as caught:
        batch.plan_verb(**arguments)
    assert "\n" not in str(caught.value)


def answers(path: Path) -> list[dict[str, Any]]:
    text = path.read_bytes()
    assert text.endswith(b"\n")
    assert len(text.decode().splitlines()) == text.count(b"\n"), "a line that some readers cut"
    return [json.loads(line) for line in text.split(b"\n")[:-1]]


def line(number: int, said: str = "put") -> bytes:
    return json.dumps({"id": number, "instruction": said, "scene": SCENE}, ensure_ascii=False).encode()


HOSTILE = [
    b'{"id": 1, "instruction": "\\ud83d", "scene": {}}',
    b'{"id": ' + b"9" * 400 + b', "instruction": "put", "scene": {}}',
    b'{"id": ' + b"9" * 5000 + b"}",
    b"[" * 100_000,
    b'{"id": 1, "instruction": "\xff"}',
    b"\xff\xfe",
    b"null",
    b"NaN",
    b'{"id": NaN, "instruction": "put", "scene": {}}',
    b'{"id": 1, "id": 2, "instruction": "put"}',
    b'{"id": {"a": [1]}, "instruction": "put", "scene": {"objects": [{"name": "a\\u001b[2J", "kind": "cup"}]}}',
    b"\x00",
    b"",
    b'{"id": 1, "instruction": "' + b"x" * 300_000 + b'"}',
]


def test_no_bad_line_costs_another_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "LONGEST", 200_000)
    lines = [part for bad in HOSTILE for part in (bad, line(7, "put"))]
    (tmp_path / "in.jsonl").write_bytes(b"\xef\xbb\xbf" + b"\r\n".join([line(7), *lines]))
    assert batch.plan_verb(batch=tmp_path / "in.jsonl", out=tmp_path / "out.jsonl") == 2
    told = answers(tmp_path / "out.jsonl")
    assert len(told) == 2 * len(HOSTILE)  # the blank line has no answer, the first line has one
    assert [t["plan"] is not None for t in told].count(True) == len(HOSTILE) + 1
    assert all("line" in t["error"] or "control" in t["error"] for t in told if t["reading"] is None)


def test_a_line_ends_at_a_line_feed_alone(tmp_path: Path) -> None:
    text = "\n".join(
        json.dumps({"id": f"a{c}b", "instruction": f"say{c}it", "scene": SCENE}, ensure_ascii=False)
        for c in "\u2028\u2029\x85"
    )
    (tmp_path / "in.jsonl").write_text(text, encoding="utf-8")
    assert batch.plan_verb(batch=tmp_path / "in.jsonl", out=tmp_path / "out.jsonl") == 0
    assert [t["id"] for t in answers(tmp_path / "out.jsonl")] == ["a\u2028b", "a\u2029b", "a\x85b"]


class Stopper(Parrot):
    """Is stopped at `stop`, crashes at `crash`, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def read(self, instruction: str, scene: Scene, turns: Sequence[Turn] = ()) -> Reading:
        self.asked.append(instruction)
        if instruction == "stop":
            raise KeyboardInterrupt
        if instruction == "crash":
            raise RuntimeError("the plan fails its own replay")
        return super().read(instruction, scene)


@pytest.fixture
def stopper(monkeypatch: pytest.MonkeyPatch) -> Stopper:
    brain = Stopper()
    monkeypatch.setattr(batch, "load_brain", lambda *choice: brain)
    return brain


def test_a_stopped_batch_has_its_answers_and_goes_on(
    tmp_path: Path, stopper: Stopper, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(b"\n".join([line(1), b"bad", line(3, "stop"), line(4, "loop")]))
    with pytest.raises(KeyboardInterrupt):
        batch.plan_verb(batch=source, out=out)
    assert [t["id"] for t in answers(out)] == [1, None]
    assert "2 lines are answered" in capsys.readouterr().err
    with out.open("ab") as file:
        file.write(b'{"id": 3, "rea')  # killed in the middle of a line
    source.write_bytes(b"\n".join([line(1), b"bad", line(3, "eh"), line(4, "loop"), line(5)]))
    stopper.asked.clear()
    assert batch.plan_verb(batch=source, out=out) == 2
    assert stopper.asked == ["eh", "loop", "put"]
    assert [t["id"] for t in answers(out)] == [1, None, 3, 4, 5]
    assert {p.name for p in tmp_path.iterdir()} == {"in.jsonl", "out.jsonl"}


def test_other_lines_other_options_and_a_finished_batch_begin_anew(tmp_path: Path, stopper: Stopper) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    stopped = b"\n".join([line(1), line(2, "eh"), line(3, "stop")])
    for then, options, asked in (
        ([line(1), line(2, "loop"), line(3)], {}, ["loop", "put"]),
        ([line(9), line(2)], {}, ["put", "put"]),
        ([line(1), line(2)], {"adapter": "other"}, ["put", "put"]),
        ([line(1), line(2)], {"plan_seconds": 3.0}, ["put", "put"]),
        ([line(1)], {}, []),
    ):
        source.write_bytes(stopped)
        with pytest.raises(KeyboardInterrupt):
            batch.plan_verb(batch=source, out=out)
        source.write_bytes(b"\n".join(then))
        stopper.asked.clear()
        assert batch.plan_verb(batch=source, out=out, **options) == 0
        assert stopper.asked == asked
        assert [t["id"] for t in answers(out)] == [json.loads(t)["id"] for t in then]
    stopper.asked.clear()
    assert batch.plan_verb(batch=source, out=out) == 0
    assert stopper.asked == ["put"]


def test_a_mistake_of_ours_in_one_line_is_said_there(tmp_path: Path, stopper: Stopper) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"\n".join([line(1), line(2, "crash"), line(3)]))
    assert batch.plan_verb(batch=tmp_path / "in.jsonl", out=tmp_path / "out.jsonl") == 70
    told = answers(tmp_path / "out.jsonl")
    assert [t["id"] for t in told] == [1, 2, 3]
    assert "RuntimeError: the plan fails its own replay" in told[1]["error"]


def test_a_mistake_of_ours_is_not_forgotten_where_a_batch_goes_on(tmp_path: Path, stopper: Stopper) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(b"\n".join([line(1), line(2, "crash"), line(3, "stop")]))
    with pytest.raises(KeyboardInterrupt):
        batch.plan_verb(batch=source, out=out)
    source.write_bytes(b"\n".join([line(1), line(2, "crash"), line(3)]))
    stopper.asked.clear()
    assert batch.plan_verb(batch=source, out=out) == 70
    assert stopper.asked == ["put"]


def marks(out: Path) -> Path:
    return out.with_name(f"{MARK}{out.name}.answers")


@pytest.mark.parametrize("theirs", ["a diary\n", "abcdefgh\n", "0123456789abcdef\nand more\n", "0123456789abcdef!!!\n"])
def test_a_file_that_is_not_ours_is_left_alone(tmp_path: Path, theirs: str) -> None:
    out = tmp_path / "out.jsonl"
    (tmp_path / "in.jsonl").write_bytes(line(1))
    marks(out).write_text(theirs)
    with pytest.raises(PontineError, match="in the way and not Pontine's"):
        batch.plan_verb(batch=tmp_path / "in.jsonl", out=out)
    assert marks(out).read_text() == theirs


def test_a_link_laid_where_the_marks_would_lie_leads_nowhere(tmp_path: Path) -> None:
    out, victim = tmp_path / "out.jsonl", tmp_path / "victim.txt"
    (tmp_path / "in.jsonl").write_bytes(line(1))
    for target, before in ((victim, "precious"), (victim, ""), (tmp_path / "new.txt", None)):
        if before is not None:
            victim.write_text(before)
        marks(out).symlink_to(target)
        with pytest.raises(PontineError, match="in the way and not Pontine's"):
            batch.plan_verb(batch=tmp_path / "in.jsonl", out=out)
        assert marks(out).is_symlink()
        assert (victim.read_text(), (tmp_path / "new.txt").exists()) == (before or "", False)
        marks(out).unlink()
    os.mkfifo(marks(out))
    with pytest.raises(PontineError, match="in the way and not Pontine's"):
        batch.plan_verb(batch=tmp_path / "in.jsonl", out=out)


def test_marks_that_were_cut_short_cost_a_line_and_no_more(tmp_path: Path, stopper: Stopper) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(b"\n".join([line(1), line(2), line(3, "stop")]))
    with pytest.raises(KeyboardInterrupt):
        batch.plan_verb(batch=source, out=out)
    marks(out).write_bytes(marks(out).read_bytes()[:-5])
    source.write_bytes(b"\n".join([line(1), line(2)]))
    stopper.asked.clear()
    assert batch.plan_verb(batch=source, out=out) == 0
    assert stopper.asked == ["put"]
    assert [t["id"] for t in answers(out)] == [1, 2]


def test_two_batches_do_not_write_one_file(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    (tmp_path / "in.jsonl").write_bytes(line(1))
    (tmp_path / "other.jsonl").symlink_to(out)
    with AnswerFile(out, None) as first:
        first.add(b"a", {"id": "a"})
        for name in ("out.jsonl", "other.jsonl"):
            with pytest.raises(PontineError, match="another process is writing"):
                batch.plan_verb(batch=tmp_path / "in.jsonl", out=tmp_path / name)
        first.add(b"b", {"id": "b"})
    assert [t["id"] for t in answers(out)] == ["a", "b"]
    assert batch.plan_verb(batch=tmp_path / "in.jsonl", out=out) == 0


@pytest.mark.parametrize(("where", "fails"), [(Path, "unlink"), (AnswerFile, "_cut")])
def test_an_end_that_cannot_be_written_is_one_line_and_leaves_nothing_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: type, fails: str
) -> None:
    def full(*arguments: object, **options: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    out = tmp_path / "out.jsonl"
    file = AnswerFile(out, None).__enter__()
    file.add(b"a", {"id": "a"})
    monkeypatch.setattr(where, fails, full)
    with pytest.raises(PontineError, match=r"cannot write '.*out\.jsonl': Input/output error"):
        file.__exit__(None, None, None)
    assert file._file.closed
    assert file._marks is not None
    assert file._marks.closed
    assert [t["id"] for t in answers(out)] == ["a"]


def test_only_where_a_batch_can_go_on_it_is_said(
    tmp_path: Path, stopper: Stopper, capsys: pytest.CaptureFixture[str]
) -> None:
    source, lines = tmp_path / "in.jsonl", b"\n".join([line(1), line(2, "stop")])
    source.write_bytes(lines)
    for given, out, goes_on in (
        (source, tmp_path / "a", True),
        (source, os.devnull, False),
        (None, tmp_path / "b", False),
    ):
        if given is None:
            given = tmp_path / "pipe"
            os.mkfifo(given)
            Thread(target=given.write_bytes, args=[lines]).start()
        with pytest.raises(KeyboardInterrupt):
            batch.plan_verb(batch=given, out=out)
        said = capsys.readouterr().err
        assert "1 lines are answered" in said
        assert ("goes on" in said) is goes_on


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in.jsonl").write_bytes(line(1))
    with pytest.raises(PontineError, match="cannot write '/dev/full': No space"):
        batch.plan_verb(batch=tmp_path / "in.jsonl", out="/dev/full")


def test_the_answers_do_not_overwrite_the_questions(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(line(1))
    with pytest.raises(PontineError, match="same file"):
        batch.plan_verb(batch=tmp_path / "in.jsonl", out=tmp_path / "in.jsonl")
    assert (tmp_path / "in.jsonl").read_bytes() == line(1)


def test_the_time_that_planning_may_take_is_an_option_and_that_it_was_over_is_said(tmp_path: Path) -> None:
    scene = write(tmp_path / "scene.json", SCENE)
    batch.plan_verb("put", scene=scene, out=tmp_path / "plan.json", plan_seconds=1e-9)
    told = json.loads((tmp_path / "plan.json").read_text())
    assert told["plan"] is None
    assert "no plan was found within 1e-09 s" in told["error"]
