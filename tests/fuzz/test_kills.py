"""Work that is killed: what it loses is found, and what it keeps is not called lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from pontine.conf.main import dispatch
from pontine.conf.verbs import Verb
from pontine.policies import checkpoint
from tests.fuzz import kills

COUNTING = """
import json, os, pathlib, tempfile, time
path = pathlib.Path("counts.json")
counts = json.loads(path.read_text()) if path.exists() else {start}
while len(counts) < 4:
    counts.append(len(counts))
    {write}
    time.sleep(0.2)
"""
PART = "part = tempfile.mkstemp()[1]; pathlib.Path(part).write_text(json.dumps(counts))"
"""Written elsewhere, so that nothing happens in the folder but that it takes its place."""

WHOLE = f"{PART}; os.replace(part, path)"
IN_PLACE = 'path.write_text("["); time.sleep(9)'
GONE = f"{PART}; path.unlink() if len(counts) == 2 else os.replace(part, path); time.sleep(9)"


def counted(folder: Path) -> list[Any]:
    return kills.read(folder / "counts.json") or []


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes a work that counts to four, beginning with `start` and writing as `write` says."""

    def make(write: str, start: str = "[]") -> None:
        words = ["-S", "-c", COUNTING.format(write=write, start=start)]
        work = kills.Work(words, lambda folder: counted(folder) == list(range(4)), counted, script=True)
        monkeypatch.setitem(kills.WORKS, "counting", work)

    return make


@pytest.mark.parametrize("name", [name for name, work in kills.WORKS.items() if not work.script])
def test_a_work_can_be_typed(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kills.prepare(tmp_path)
    monkeypatch.chdir(tmp_path)
    verb = Verb(kills.WORKS[name].words[0])
    with mock.patch.object(verb.module(), "run", return_value=0) as run:
        assert dispatch(kills.WORKS[name].words) == 0
    run.assert_called_once()


def test_what_a_checkpoint_says_is_read(tmp_path: Path) -> None:
    assert kills.rounds(tmp_path) == kills.losses(tmp_path) == []
    checkpoint.keep(tmp_path / kills.STUDENT, {}, {"rounds": 2})
    checkpoint.keep(tmp_path / kills.TUNED, {}, {"curve": [[1, 0.5]]})
    assert (kills.rounds(tmp_path), kills.losses(tmp_path)) == ([0, 1], [[1, 0.5]])


def at_first_change() -> kills.Moment:
    return kills.Moment(changes=1)


def test_what_is_written_whole_is_never_lost(counting: Any) -> None:
    counting(WHOLE)
    found = kills.once("counting", 3, at_first_change)
    assert not found.wrong
    assert (found.kills, found.at_changes, found.ran.status) == (3, 3, 0)


@pytest.mark.parametrize(
    ("write", "start", "wrong"),
    [
        (IN_PLACE, "[]", "counts.json: JSONDecodeError"),
        (GONE, "[]", "of 1 things kept only 0 are left"),
        (WHOLE, "[7]", "without having done all its work"),
        ("raise SystemExit(3)", "[]", "ended with 3"),
    ],
)
def test_what_is_lost_is_found(counting: Any, write: str, start: str, wrong: str) -> None:
    counting(write, start)
    found = kills.once("counting", 3, at_first_change)
    assert any(wrong in said for said in found.wrong), found.wrong


def test_moments_are_times_and_changes_of_the_work_alone() -> None:
    drawn = [kills.moments(kills.Ran(0, 5.0, 7), kills.random.Random(0))() for _ in range(3)]
    assert drawn[0] == drawn[1] == drawn[2]
    when = kills.moments(kills.Ran(0, 5.0, 7), kills.random.Random(0))
    some = [when() for _ in range(100)]
    assert {moment.changes for moment in some} == {None, *range(1, 8)}
    assert all(moment.changes or moment.seconds <= 5.0 for moment in some)
    still = kills.moments(kills.Ran(0, 5.0, 0), kills.random.Random(0))
    assert all(still().changes is None for _ in range(20))
