"""Choosing by rehearsal, and asking instead of moving."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from pontine.envs.errors import SceneError
from pontine.envs.scene import TABLE, Scene, SceneObject
from pontine.envs.tabletop.randomization import NONE
from pontine.planner.execution.events import Event, Rehearsed, Unrehearsed
from pontine.planner.execution.run import perform
from pontine.planner.planning.plan import Plan, make_plan
from pontine.planner.planning.score import Candidate, Estimate, Judge, Score
from pontine.planner.reading import Reading, subgoals
from pontine.planner.rehearsal import choosing
from pontine.planner.rehearsal.choosing import Rehearser
from pontine.planner.rehearsal.playing import Failure
from pontine.planner.rehearsal.rehearsal import Rehearsal
from pontine.planner.rehearsal.variants import variants
from tests.planner.fakes import FakeRobot, library

IN_BOWL = ("in", "red_cube", "bowl")
DROPPED = Failure(1, "dropped", "red_cube")


class Certain(Judge):
    """Thinks equally well of all."""

    def __init__(self) -> None:
        super().__init__({})

    def score(self, reading: Reading, plan: Plan, *args: Any) -> Score:
        return Score(None, True, (Estimate(0.9, "rate"),) * len(plan.steps))


def rehearsing(monkeypatch: pytest.MonkeyPatch, chances: dict[str, int], asked: list[Any]) -> Rehearser:
    """Rehearses plans as so many of ten, by what they pick first."""

    def rehearse(plan: Plan, *args: Any) -> tuple[Rehearsal, None]:
        asked.append((plan, args[-1]))
        good = chances[plan.steps[0].args[0]]
        return Rehearsal(plan, (*[None] * good, *[DROPPED] * (10 - good)), 0.1), None

    monkeypatch.setattr(choosing, "rehearse", rehearse)
    return Rehearser({}, NONE)


def run(rehearser: Rehearser, reading: Reading, answer: str | None = None, **more: Any) -> tuple[Any, list[Event]]:
    events: list[Event] = []
    ask = None if answer is None else lambda question: answer
    skills: Any = library()
    report = perform(
        "do it", FakeRobot(), lambda *_: reading, skills, judge=Certain(), rehearser=rehearser, ask=ask,
        tell=events.append, **more,
    )  # fmt: skip
    return report, events


def test_the_better_rehearsed_of_two_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    rehearser = rehearsing(monkeypatch, {"red_cube": 4, "blue_cube": 9}, asked)
    either = Reading("subgoals", (IN_BOWL,), alternatives=((("in", "blue_cube", "bowl"),),))
    report, events = run(rehearser, either)
    assert report.goal_reached
    assert report.reading.subgoals == (("in", "blue_cube", "bowl"),)
    (rehearsed,) = [event for event in events if isinstance(event, Rehearsed)]
    assert (rehearsed.rehearsal.reached, [other.reached for other in rehearsed.others]) == (9, [4])
    told = report.to_json()["rehearsal"]
    assert (told["reached"], told["others"][0]["reached"]) == (9, 4)
    # as much is spent as the critics' number asks for
    assert asked[0][1] == (12, pytest.approx(0.81), 0.7)


@pytest.mark.parametrize(("answer", "moves"), [(None, False), ("no", False), ("", False), ("yes", True)])
def test_below_sure_the_arm_asks_instead_of_moving(
    answer: str | None, moves: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, _ = run(rehearsing(monkeypatch, {"red_cube": 6}, []), subgoals(IN_BOWL), answer)
    assert report.goal_reached is moves
    assert bool(report.to_json()["steps"]) is moves
    if not moves:
        assert report.cause == "rehearsal"
        assert "6 of 10 rehearsals" in report.reason
        assert "place(red_cube, in, bowl) (4 dropped red_cube)" in report.reason


def test_what_cannot_be_rehearsed_is_said_and_done_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def rehearse(*args: Any) -> None:
        raise SceneError("a cup cannot be laid")

    monkeypatch.setattr(choosing, "rehearse", rehearse)
    report, events = run(Rehearser({}, NONE), subgoals(IN_BOWL))
    assert report.goal_reached
    assert Unrehearsed("a cup cannot be laid") in events
    assert report.to_json()["rehearsal"] == {"copies": 0, "reason": "a cup cannot be laid"}


def test_a_plan_that_was_made_before_is_carried_out_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    plan = make_plan(FakeRobot().scene(), [IN_BOWL])
    report, _ = run(rehearsing(monkeypatch, {}, asked), subgoals(IN_BOWL), plan=plan)
    assert report.goal_reached
    assert asked == []


def things(*names: tuple[str, float, float, str]) -> Scene:
    return Scene(
        tuple(
            SceneObject(name, "cube", name.split("_")[0], (x, y, z), size=(0.03, 0.03, 0.03), support=below)
            for (name, x, y, below), z in zip(names, (0.015, 0.045, 0.015, 0.015), strict=False)
        )
    )


def test_what_is_in_the_way_may_be_put_somewhere_else() -> None:
    scene = things(
        ("red_cube", 0.2, 0.05, TABLE),
        ("blue_cube", 0.2, 0.05, "red_cube"),
        ("green_cube", 0.2, -0.1, TABLE),
        ("yellow_cube", 0.28, 0.0, TABLE),
    )
    plan = make_plan(scene, [("holding", "red_cube")])
    assert [step.args for step in plan.steps][1] == ("blue_cube", "on", TABLE)
    others = list(variants(plan, scene))
    assert others
    for other in others:
        step = other.steps[1]
        assert (step.skill, step.args[0], step.args[2]) in {
            ("place", "blue_cube", "green_cube"),
            ("place", "blue_cube", "yellow_cube"),
        }
        assert step.post[:2] == ((step.args[1], "blue_cube", step.args[2]), ("on", "blue_cube", TABLE))
        assert (*other.steps[:1], *other.steps[2:]) == (*plan.steps[:1], *plan.steps[2:])


def test_what_is_wanted_on_the_table_stays_where_it_is_put() -> None:
    scene = things(("red_cube", 0.2, 0.05, TABLE), ("blue_cube", 0.2, 0.05, "red_cube"))
    wanted: Sequence[Any] = [("on", "blue_cube", TABLE)]
    assert list(variants(make_plan(scene, wanted), scene)) == []


def test_of_equally_rehearsed_plans_the_critics_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    rehearser = rehearsing(monkeypatch, {"red_cube": 5, "blue_cube": 5}, [])
    scene = FakeRobot().scene()
    candidates = [
        Candidate((goal,), make_plan(scene, [goal]), Score(None, True, (Estimate(chance, "critic"),)))
        for goal, chance in ((IN_BOWL, 0.4), (("in", "blue_cube", "bowl"), 0.8))
    ]
    best, all_ = rehearser.choose(candidates, scene, FakeRobot().observe())
    assert best is candidates[1]
    assert len(all_) == 2
