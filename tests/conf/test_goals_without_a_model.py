"""`demo goal=` and `plan goal=`: predicates instead of an instruction, and no language model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pontine.conf.main import dispatch
from pontine.envs.errors import PontineError
from pontine.envs.scene import Scene, SceneObject
from pontine.planner.brain.written_goal import WrittenGoal
from pontine.planner.execution import batch, demo
from pontine.planner.reading import Reading, question, subgoals
from pontine.planner.rehearsal import rehearsing

SCENE = Scene(
    (
        SceneObject("cup", "cup", position=(0.2, 0.1, 0.0), size=(0.06, 0.06, 0.08), support="table"),
        SceneObject("tray", "tray", position=(0.2, -0.1, 0.0), size=(0.1, 0.1, 0.02), support="table", container=True),
    )
)


@pytest.fixture
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*args: object) -> None:
        raise AssertionError("a language model was loaded")

    monkeypatch.setattr(demo, "load_brain", never)
    monkeypatch.setattr(batch, "load_brain", never)
    monkeypatch.setattr(rehearsing, "load_brain", never)


@pytest.mark.usefixtures("no_model")
def test_a_demo_reaches_it(tmp_path: Path) -> None:
    report = tmp_path / "run.json"
    assert dispatch(["demo", "goal=in(red_cube, bowl)", "seed=3", f"report={report}"]) == 0
    told = json.loads(report.read_text())
    assert told["goal_reached"] is True
    assert told["reading"]["subgoals"] == [["in", "red_cube", "bowl"]]


@pytest.mark.usefixtures("no_model")
def test_it_is_rehearsed_before_a_demo_moves(tmp_path: Path) -> None:
    report = tmp_path / "run.json"
    words = ["demo", "goal=in(red_cube, bowl)", "seed=3", f"report={report}", "rehearse=true", "copies=2"]
    assert dispatch([*words, "sure=1"]) in (0, 1)
    told = json.loads(report.read_text())
    assert told["rehearsal"]["copies"] == 2
    assert told["goal_reached"] is (told["rehearsal"]["reached"] == 2)
    assert told["goal_reached"] or (told["cause"], told["steps"]) == ("rehearsal", [])


@pytest.mark.usefixtures("no_model")
def test_it_is_rehearsed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "rehearsal.json"
    words = ["rehearse", "goal=in(red_cube, bowl)", "seed=3", "copies=2", f"out={out}"]
    assert dispatch([*words, "sure=0"]) == 0
    told = json.loads(out.read_text())
    assert told["rehearsal"]["copies"] == 2
    assert [step["skill"] for step in told["plan"]["steps"]] == ["pick", "place"]
    assert f"{told['rehearsal']['reached']} of 2 rehearsals" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["copies=0"], "copies=0 must be from 1"),
        (["sure=1.5"], "sure=1.5 must be from 0 to 1"),
        (["randomization=wild"], "unknown randomization 'wild'"),
        (["randomization=fitted"], "dynamics=FILE"),
    ],
)
def test_how_it_is_to_be_rehearsed_is_checked_first(words: list[str], why: str) -> None:
    with pytest.raises(PontineError, match=why):
        dispatch(["rehearse", "goal=in(red_cube, bowl)", *words])


@pytest.mark.usefixtures("no_model")
def test_it_is_planned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "scene.json"
    path.write_text(json.dumps(SCENE.to_json()))
    assert dispatch(["plan", "goal=in(cup, tray); not holding(cup)", f"scene={path}"]) == 0
    assert "pick(cup) · place(cup, in, tray)" in capsys.readouterr().out


@pytest.mark.usefixtures("no_model")
def test_a_place_in_metres_is_planned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "scene.json", tmp_path / "plan.json"
    path.write_text(json.dumps(SCENE.to_json()))
    assert dispatch(["plan", "goal=at(cup, 0.26, 0.06)", f"scene={path}", f"out={out}"]) == 0
    said = capsys.readouterr().out
    assert "spot_1    x 0.260 m, y 0.060 m" in said
    assert "pick(cup) · place(cup, at, spot_1)" in said
    spot = {"name": "spot_1", "position": [0.26, 0.06], "tolerance": 0.02}
    told = json.loads(out.read_text())
    assert told["reading"]["spots"] == told["plan"]["spots"] == [spot]


@pytest.mark.parametrize(
    ("reading", "plan", "status"),
    [
        (question("Which cup?", ("cup", "tray")), None, 1),
        (subgoals(("in", "cup", "tray")), None, 1),
        (subgoals(("in", "cup", "tray")), {"steps": []}, 0),
        (Reading("answer", text="Two."), None, 0),
    ],
)
def test_the_status_says_whether_there_is_a_plan(
    reading: Reading, plan: dict | None, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_model: None
) -> None:
    path = tmp_path / "scene.json"
    path.write_text(json.dumps(SCENE.to_json()), encoding="utf-8")
    told = {"instruction": "x", "reading": reading.to_json(), "plan": plan, "error": "no plan"}
    monkeypatch.setattr(batch, "plan_one", lambda *args: told)
    assert dispatch(["plan", "goal=in(cup, tray)", f"scene={path}"]) == status


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["demo", "goal=in(a, b)", "instruction=do it"], "either instruction= or goal=, not both"),
        (["demo", "goal=inn(red_cube, bowl)", "seed=3"], "unknown predicate 'inn' (did you mean 'in'?)"),
        (["demo", "goal=in(red_cub, bowl)", "seed=3"], "no object 'red_cub' in the scene"),
        (["demo", "goal=", "seed=3"], "there is no predicate"),
        (["plan", "goal=in(a, b)"], "needs instruction= (or goal=) and scene="),
        (["plan", "goal=in(a, b)", "instruction=x", "scene=s"], "either instruction= or goal=, not both"),
        (["plan", "goal=in(a, b)", "batch=x"], "not both"),
    ],
)
def test_bad_input(words: list[str], says: str, no_model: None) -> None:
    with pytest.raises(PontineError) as caught:
        dispatch(words)
    assert says in str(caught.value)


def test_the_reader_names_what_is_not_there() -> None:
    reader = WrittenGoal()
    assert reader.read("in(cup, tray)", SCENE).kind == "subgoals"
    with pytest.raises(PontineError, match="mug"):
        reader.read("in(mug, tray)", SCENE)
