from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pontine.envs.errors import PontineError, RobotError, SceneError
from pontine.envs.files import check_writable, replacing, write_json
from pontine.envs.scene import Scene
from pontine.planner.execution.events import Cause
from pontine.planner.execution.report import Report
from pontine.planner.execution.run import perform
from pontine.planner.planning.score import Judge
from pontine.planner.reading import Reading, question, refusal, subgoals
from tests.planner.fakes import FakeRobot, FakeSkill, library, make_plan, picked, placed

CAUSES = set(get_args(Cause))


def report(reading: Reading, **skills: FakeSkill) -> Report:
    return perform("do it", FakeRobot(), lambda text, scene: reading, library(**skills), seed=3, planner=make_plan)


def test_a_run_that_worked(tmp_path: Path) -> None:
    report(subgoals(("in", "red_cube", "bowl"), confidence=0.9)).write(tmp_path / "run.json")
    data: dict[str, Any] = json.loads((tmp_path / "run.json").read_text())
    assert data["goal_reached"] is True
    assert "cause" not in data
    assert data["instruction"] == "do it"
    assert data["seed"] == 3
    assert data["reading"]["subgoals"] == [["in", "red_cube", "bowl"]]
    assert [step["skill"] for step in data["plans"][0]["steps"]] == ["pick", "place"]
    assert [step["control_steps"] for step in data["steps"]] == [7, 7]
    assert Scene.from_json(data["final_scene"]).object("red_cube").support == "bowl"
    assert Scene.from_json(data["scene"]).object("red_cube").support == "table"


@pytest.mark.parametrize(
    ("reading", "cause"),
    [
        (question("Which one?", ("a", "b")), "grounding"),
        (refusal("impossible", "There is no dog."), "grounding"),
        (refusal("unsafe", "That would hurt."), "safety"),
        (refusal("unsupported", "I cannot sing."), "reading"),
    ],
)
def test_a_reading_that_is_no_subgoals_moves_nothing(reading: Reading, cause: str) -> None:
    data = report(reading).to_json()
    assert (data["goal_reached"], data["cause"], data["reason"]) == (False, cause, reading.text)
    assert data["steps"] == []
    assert data["final_scene"] == data["scene"]


class SightError(RobotError):
    cause = "perception"


class Blinded(FakeRobot):
    """A robot whose camera fails after so many looks, or sees something else than was talked of."""

    def __init__(self, looks: int, failure: RobotError | SceneError) -> None:
        super().__init__()
        self.looks, self.failure = looks, failure

    def scene(self) -> Scene:
        if not self.looks:
            raise self.failure
        self.looks -= 1
        return super().scene()


@pytest.mark.parametrize(("looks", "judged"), [(1, False), (2, False), (1, True)])
@pytest.mark.parametrize("failure", [SightError("the camera is gone"), SceneError("no object 'red_cube'")])
def test_a_run_whose_camera_fails_at_any_look_after_the_first_has_its_report(
    looks: int, judged: bool, failure: RobotError | SceneError, tmp_path: Path
) -> None:
    reading = subgoals(("in", "red_cube", "bowl"))
    judge = Judge({}, tmp_path) if judged else None
    made = perform("do it", Blinded(looks, failure), lambda *_: reading, library(), planner=make_plan, judge=judge)
    data = made.to_json()
    assert (data["goal_reached"], data["cause"], data["reason"]) == (False, "perception", str(failure))
    assert data["final_scene"] == data["scene"]


def test_every_failure_has_a_cause_from_the_list() -> None:
    failed = report(subgoals(("in", "red_cube", "bowl")), pick=FakeSkill(picked, fails=range(9))).to_json()
    assert failed["cause"] in CAUSES
    assert failed["replans"] == 3
    assert not failed["goal_reached"]


def without_seconds(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_seconds(v) for key, v in value.items() if key != "seconds"}
    return [without_seconds(v) for v in value] if isinstance(value, list) else value


def test_equal_runs_differ_in_seconds_only() -> None:
    def run() -> Any:
        skill = FakeSkill(placed, fails=[0])
        return without_seconds(report(subgoals(("in", "red_cube", "bowl")), place=skill).to_json())

    assert run() == run()


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("old")

    def broken() -> None:
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(alphabet='a[]{}", \n', max_size=6),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    )
)
def test_json_is_laid_out_and_not_changed(value: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_json(Path(folder) / "x.json", value)
        assert json.loads((Path(folder) / "x.json").read_text()) == value


def test_where_nothing_can_be_written_is_said_beforehand(tmp_path: Path) -> None:
    with pytest.raises(PontineError, match="there is no folder"):
        check_writable(tmp_path / "no" / "run.json", "report")
    with pytest.raises(PontineError, match="that is a folder"):
        check_writable(tmp_path, "report")
    check_writable(tmp_path / "run.json", "report")
    check_writable(None, "report")
