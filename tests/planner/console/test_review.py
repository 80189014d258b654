"""A past run, from its report."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pontine.conf.review import Config
from pontine.envs.errors import PontineError
from pontine.envs.scene import Scene
from pontine.planner.console import guard
from pontine.planner.console.past import Past
from pontine.planner.console.review import Review
from pontine.planner.console.story import story
from pontine.planner.execution.events import Event, Heard, Planned, StepEnded, StepStarted
from pontine.planner.execution.report import ReportFile
from pontine.planner.reading import Reading
from pontine.planner.rehearsal.playing import Failure
from pontine.planner.rehearsal.rehearsal import Rehearsal
from tests.planner.console.arms import ASKING, Arm, Reader


class Quoting(Reader):
    """Says by which words it read."""

    def read(self, instruction: str, scene: Scene, turns: Sequence[object] = ()) -> Reading:
        return replace(super().read(instruction, scene, turns), words=("red cube", "bowl"))


class Rehearsing:
    """Finds that every fourth copy drops the cube."""

    sure = 0.0

    def choose(self, candidates: list, *args: object) -> tuple:
        failures = (None, None, None, Failure(0, "dropped", "red_cube")) * 2
        return candidates[0], [Rehearsal(candidates[0].plan, failures, 0.1)] * 2


@pytest.fixture
def arm(tmp_path: Path) -> Iterator[Arm]:
    made = Arm()
    made.holding.joined(1)
    made.session.ask, made.session.brain = None, Quoting()
    made.session.rehearser = Rehearsing()  # type: ignore[assignment]
    made.session.stream.follow(ReportFile(tmp_path / "run.json", lambda report, more: None))
    yield made
    made.console.close()


def untimed(told: str) -> str:
    """What was told, without how long it took, which is rounded twice."""
    return re.sub(r"after [\d.]+ s", "", told)


def did(arm: Arm, text: str) -> tuple[Event, ...]:
    """What happened when it was said."""
    arm.session.do(text)
    return arm.session.stream.so_far


def test_at_its_end_a_report_tells_what_was_told_while_it_happened(arm: Arm, tmp_path: Path) -> None:
    live = did(arm, "put the red cube in the bowl")
    past = Past.read(tmp_path / "run.json")
    told = story(past.until(past.seconds), past.view(past.seconds).scene)
    assert "6 of 8 rehearsals" in told
    assert "by the words “red cube” · “bowl”" in told
    assert untimed(told) == untimed(story(live, arm.robot.scene()))


def test_in_between_it_shows_what_was_known_then(arm: Arm, tmp_path: Path) -> None:
    did(arm, "put the red cube in the bowl")
    past = Past.read(tmp_path / "run.json")
    assert [type(event) for event in past.until(0.0)] == [Heard]
    begun, ended = (
        next(at for at, event in past.events if isinstance(event, kind)) for kind in (StepStarted, StepEnded)
    )
    assert 0 < begun < ended < past.seconds
    assert "▶ carry(red_cube, bowl)" in story(past.until(begun), past.view(begun).scene)
    assert past.view(begun).scene.object("red_cube").support == "table"
    assert past.view(ended).scene.object("red_cube").support == "bowl"
    assert past.view(ended).joints == pytest.approx(arm.robot.observe().position, abs=1e-3)


def test_what_failed_and_what_moved_nothing_is_told_too(arm: Arm, tmp_path: Path) -> None:
    arm.skill.works, arm.session.replans = False, 1
    live = did(arm, "put the red cube in the bowl")
    past = Past.read(tmp_path / "run.json")
    assert sum(isinstance(event, Planned) for _, event in past.events) == 2
    told = story(past.until(past.seconds), past.view(past.seconds).scene)
    assert "goal not reached (skill)" in told
    assert told.count("✗ carry(red_cube, bowl)") == story(live, arm.robot.scene()).count("✗ carry(red_cube, bowl)") == 2
    did(arm, ASKING)
    past = Past.read(tmp_path / "run-2.json")
    assert "Which one?" in story(past.until(past.seconds), past.view(past.seconds).scene)
    assert "nothing was moved" in story(past.until(past.seconds), past.view(past.seconds).scene)


def test_a_page_shows_table_and_story_of_a_time(arm: Arm, tmp_path: Path) -> None:
    did(arm, "put the red cube in the bowl")
    past = Past.read(tmp_path / "run.json")
    server = guard.start(0, "test")
    try:
        review = Review(server, past, "run.json")
        x, y, _ = past.view(0.0).scene.object("red_cube").position or (0.0, 0.0, 0.0)
        assert review.twin.worlds.object_position[0, 0, :2] == pytest.approx((x, y))
        assert "goal reached" not in review.told
        review.show(float(review.slider.max))
        bowl = past.view(past.seconds).scene.object("bowl").position or (0.0, 0.0, 0.0)
        assert review.twin.worlds.object_position[0, 0, :2] == pytest.approx(bowl[:2], abs=0.03)
        assert "goal reached" in review.told
    finally:
        guard.stop(server)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda data: data.pop("plans"), "'plans' is missing"),
        (lambda data: data.pop("moments"), "of an older Pontine"),
        (lambda data: data["moments"].clear(), "is not what it should be"),
        (lambda data: data["moments"][0].update(joints=[1.0]), "joints are 6 numbers"),
        (lambda data: data["steps"][0].update(plan=7), "is not what it should be"),
        (lambda data: data.update(seconds="soon"), "is not what it should be"),
    ],
)
def test_what_is_no_report_is_said_in_one_line(change: Any, complaint: str, arm: Arm, tmp_path: Path) -> None:
    did(arm, "put the red cube in the bowl")
    path = tmp_path / "run.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(PontineError, match=complaint) as raised:
        Past.read(path)
    assert "\n" not in str(raised.value)


def test_what_cannot_be_shown_is_refused_before_anything_is_served(tmp_path: Path) -> None:
    with pytest.raises(PontineError, match="report= is missing"):
        Config()
    with pytest.raises(PontineError, match="port=-1"):
        Config("run.json", port=-1)
    with pytest.raises(PontineError, match="cannot read report"):
        Past.read(tmp_path / "none.json")
    (tmp_path / "list.json").write_text("[1]", encoding="utf-8")
    with pytest.raises(PontineError, match="is not what it should be"):
        Past.read(tmp_path / "list.json")
