"""What a page tells of a run."""

from __future__ import annotations

from dataclasses import replace

from pontine.envs.scene import Scene, SceneObject, Spot
from pontine.planner.console.story import READY, story
from pontine.planner.execution.events import Done, Execution, Heard, Planned, Read, Scored, StepEnded, StepStarted
from pontine.planner.execution.events import StepRecord as Record
from pontine.planner.execution.showing.progress import truths
from pontine.planner.planning.plan import Plan, Step
from pontine.planner.planning.score import Estimate, Score
from pontine.planner.reading import question, subgoals
from tests.planner.fakes import TABLETOP, move

GOAL = ("in", "red_cube", "bowl")
PICK = Step("pick", ("red_cube",), (), (("holding", "red_cube"),))
PLACE = Step("place", ("red_cube", "in", "bowl"), (), (GOAL,))
PLAN = Plan((PICK, PLACE), (GOAL,), True)
SCORE = Score(0.97, True, (Estimate(0.9, "critic"), Estimate(0.8, "rate")))
BEGUN = (Heard("put it in", TABLETOP), Read(subgoals(GOAL), 0.1), Scored(subgoals(GOAL), PLAN, SCORE))


def ended(step: Step, *unmet: tuple[str, ...]) -> StepEnded:
    return StepEnded(Record(0, step, True, 7, 0.1, "it slipped" if unmet else "", unmet))


def test_before_anything_was_said_it_says_what_to_do() -> None:
    assert READY in story((), TABLETOP)


def test_steps_are_shown_with_their_chances_and_what_became_of_them() -> None:
    events = (*BEGUN, Planned(PLAN, 1, ""), ended(PICK), StepStarted(PLACE))
    told = story(events, TABLETOP, "at it")
    assert "<li class='yes'>✓ pick(red_cube) <span class='dim'>90%</span></li>" in told
    assert "<li class='now'>▶ place(red_cube, in, bowl) <span class='dim'>80%</span></li>" in told
    assert "<li class='no'>✗ in(red_cube, bowl)</li>" in told
    assert "at it …" in told
    there = story(events, move(TABLETOP, "red_cube", "bowl"))
    assert "<li class='yes'>✓ in(red_cube, bowl)</li>" in there


def test_what_failed_says_why_and_the_next_plan_begins_anew() -> None:
    failed = (*BEGUN, Planned(PLAN, 1, ""), StepStarted(PICK), ended(PICK, ("holding", "red_cube")))
    told = story((*failed, Planned(PLAN, 2, "it was dropped")), TABLETOP)
    assert "holding(red_cube) does not hold (it slipped)" in told
    assert "planning again: it was dropped" in told
    assert told.count("class='plan'") == 2
    assert told.split("planning again")[1].count("✗ pick") == 0
    execution = Execution(TABLETOP, (GOAL,), cause="skill", reason="it slipped")
    assert "goal not reached (skill): it slipped" in story((*failed, Done(execution, 3.0)), TABLETOP)


def test_what_nobody_has_seen_is_neither_true_nor_false() -> None:
    cup, tray = (
        SceneObject(name, "cup", position=(0.2, y, 0.0), support="table") for name, y in (("a", 0.0), ("b", 0.1))
    )
    lost = Scene((cup, tray), unseen=("a",))
    events = (Heard("x", lost), Planned(Plan((), (("on", "a", "b"), ("on", "b", "table")), True), 1, ""))
    assert [true for _, true in truths(events, lost)] == [None, True]


def test_places_that_only_the_instruction_knows_are_measured_too() -> None:
    at = ("at", "red_cube", "spot_1")
    reading = replace(subgoals(at), spots=(Spot("spot_1", (0.2, 0.05)),))
    events = (Heard("a little to the left", TABLETOP), Read(reading, 0.1), Planned(Plan((), (at,), True), 1, ""))
    assert truths(events, TABLETOP) == ((at, True),)
    assert "✓ at(red_cube, spot_1)" in story(events, TABLETOP)


def test_the_words_that_a_reading_rests_on_are_shown_once_each() -> None:
    reading = replace(subgoals(GOAL), words=("red cube", "<b>", "red cube"))
    told = story((Heard("put it in", TABLETOP), Read(reading, 0.1)), TABLETOP)
    assert "by the words “red cube” · “&lt;b&gt;”<" in told
    assert "by the words" not in story((Heard("put it in", TABLETOP), Read(subgoals(GOAL), 0.1)), TABLETOP)


def test_text_from_outside_is_shown_and_does_nothing() -> None:
    evil = "<img src=x onerror=alert(1)> {1+1} \x1b[2J"
    events = (Heard(evil, TABLETOP), Read(question(evil, (evil,)), 0.1), Done(None, 0.1))
    told = story(events, TABLETOP, evil)
    assert "<img" not in told
    assert "\x1b" not in told
    assert "&lt;img src=x onerror=alert(1)&gt; {1+1}" in told
    assert len(story((Heard("x" * 10**6, TABLETOP),), TABLETOP)) < 3000
