"""A few hostile inputs at every door, the same every time; `make fuzz` goes on with others for minutes."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from pontine.envs.errors import PontineError
from tests.fuzz import frame
from tests.fuzz.mutations import mutated_text, rotten

DOORS = frame.doors()
INPUTS = 20
"""How many at each door."""


@pytest.mark.parametrize("name", sorted(DOORS))
def test_nothing_gets_past_a_door(name: str) -> None:
    tally = frame.Tally()
    for index in range(INPUTS):
        frame.attempt(DOORS[name], 0, index, tally)
    assert not tally.findings, "\n".join(map(str, tally.findings))


def attempted(enter: frame.Enter, seconds: float = 5.0) -> frame.Tally:
    tally = frame.Tally()
    frame.attempt(frame.Door("mine", lambda rng: rng.random(), enter, seconds), 0, 0, tally)
    return tally


def refuse(value: object, folder: Path) -> None:
    raise PontineError("no")


def crash(value: object, folder: Path) -> None:
    raise KeyError("x")


def hang(value: object, folder: Path) -> None:
    while True:
        time.sleep(0.01)


def spin(value: object, folder: Path) -> None:
    while True:
        pass


def wait(value: object, folder: Path) -> None:
    time.sleep(0.3)


def escape(value: object, folder: Path) -> None:
    print("\x1b]0;owned\x07")


def lose(value: object, folder: Path) -> None:
    raise frame.LostError("a line has no answer")


@pytest.mark.parametrize(
    ("enter", "results", "refused", "finding"),
    [
        (lambda value, folder: None, 1, 0, None),
        (refuse, 0, 1, None),
        (crash, 0, 0, "ended with 70"),
        (lose, 0, 0, "ended with 70"),
        (escape, 1, 0, "stdout got U+0007, U+001B"),
    ],
)
def test_what_does_not_hold_is_found(enter: frame.Enter, results: int, refused: int, finding: str | None) -> None:
    tally = attempted(enter)
    assert (tally.inputs, tally.results, tally.refused) == (1, results, refused)
    assert [found.what for found in tally.findings] == ([] if finding is None else [finding])


@pytest.mark.parametrize(
    ("enter", "seconds", "patience", "findings"),
    [
        (spin, 0.2, 1000, ["took more than 0.2 s of CPU time"]),
        (hang, 0.1, 10, ["took more than 1 s by the clock"]),
        (wait, 0.2, 1000, []),
    ],
)
def test_what_takes_too_long_is_found_and_what_is_kept_waiting_is_not(
    enter: frame.Enter, seconds: float, patience: float, findings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame, "PATIENCE", patience)
    assert [found.what for found in attempted(enter, seconds).findings] == findings


def test_an_input_depends_on_its_number_alone() -> None:
    door = frame.Door("mine", lambda rng: rotten(mutated_text({"a": [1, {"b": "c"}]}, rng), rng), refuse)
    some = [frame.drawn(door, 3, index) for index in range(50)]
    random.seed(1)
    assert [frame.drawn(door, 3, index) for index in range(50)] == some
    assert len(set(some)) > 40
