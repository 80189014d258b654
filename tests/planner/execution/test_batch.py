"""`pontine plan`: one instruction, and files of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pontine.envs.errors import PontineError
from pontine.envs.scene import Scene
from pontine.planner.execution import batch
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
