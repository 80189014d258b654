"""Plans to places on the table: what is in the way is moved, what cannot be reached is said."""

from __future__ import annotations

import pytest

from pontine.envs.predicates import parse_goal
from pontine.envs.scene import TABLE, Fixture, Scene, SceneObject
from pontine.planner.planning.plan import NoPlanError, Plan, make_plan

CUBE = (0.03, 0.03, 0.03)
SCENE = Scene(
    (
        SceneObject("red", "cube", "red", (0.20, 0.05, 0.015), size=CUBE),
        SceneObject("blue", "cube", "blue", (0.22, -0.08, 0.015), size=CUBE),
        SceneObject("bowl", "bowl", "white", (0.28, 0.05, 0.0), size=(0.1, 0.1, 0.04), container=True),
    )
)
ASIDE = [("pick", "blue"), ("place", "blue", "on", TABLE)]


def plan(goal: str, scene: Scene = SCENE) -> Plan:
    goals, spots = parse_goal(goal)
    return make_plan(scene.marked(spots), goals)


def calls(plan: Plan) -> list[tuple[str, ...]]:
    assert plan.valid
    return [(step.skill, *step.args) for step in plan.steps]


def test_a_thing_is_placed_at_a_spot() -> None:
    made = plan("at(red, 0.2, 0.0)")
    assert calls(made) == [("pick", "red"), ("place", "red", "at", "spot_1")]
    assert made.steps[1].post == (("at", "red", "spot_1"), ("on", "red", TABLE), ("not", "holding", "red"))
    assert made.to_json()["spots"] == [{"name": "spot_1", "position": [0.2, 0.0], "tolerance": 0.02}]
    assert ("at", "red", "spot_1") in made.end


def test_what_is_there_already_costs_nothing() -> None:
    assert calls(plan("at(red, 0.21, 0.05)")) == []


def test_what_stands_at_the_spot_is_put_aside_first() -> None:
    assert calls(plan("at(red, 0.22, -0.07)")) == [*ASIDE, ("pick", "red"), ("place", "red", "at", "spot_1")]


def test_two_things_change_places_by_way_of_a_free_one() -> None:
    assert calls(plan("at(red, 0.22, -0.08); at(blue, 0.20, 0.05)")) == [
        *ASIDE,
        *[("pick", "red"), ("place", "red", "at", "spot_1"), ("pick", "blue"), ("place", "blue", "at", "spot_2")],
    ]


def test_what_was_brought_into_the_way_of_a_later_one_is_moved_again() -> None:
    there = [("pick", "red"), ("place", "red", "at", "spot_1"), ("pick", "red"), ("place", "red", "on", TABLE)]
    made = plan("at(red, 0.2, -0.01); at(blue, 0.22, 0.0)")
    assert calls(made) == [*there, ("pick", "blue"), ("place", "blue", "at", "spot_2")]
    assert made.goal == (("at", "blue", "spot_2"),)
    made = plan("at(red, 0.2, -0.01); at(blue, 0.22, 0.0); at(red, 0.2, 0.1)")
    assert made.goal == (("at", "blue", "spot_2"), ("at", "red", "spot_3"))


def test_what_cannot_be_picked_up_is_pushed() -> None:
    assert calls(plan("at(bowl, 0.28, 0.0)")) == [("push", "bowl", "at", "spot_1")]
    standing = SceneObject("green", "cube", "green", (0.28, -0.03, 0.015), size=CUBE)
    made = plan("at(bowl, 0.28, -0.03)", Scene((*SCENE.objects, standing)))
    assert calls(made) == [("pick", "green"), ("place", "green", "on", TABLE), ("push", "bowl", "at", "spot_1")]


def test_things_without_a_place_can_be_brought_to_a_spot() -> None:
    assert len(calls(plan("at(red, 0.2, 0.0)", Scene((SceneObject("red", "cube"),))))) == 2


@pytest.mark.parametrize(
    ("goal", "why"),
    [
        ("at(red, 0.48, 0.05)", "out of the hand's reach"),
        ("at(bowl, 0.20, 0.05)", "cannot get behind 'bowl' to push it"),
        ("at(red, 0.28, 0.05)", r"at\(red, spot_1\) cannot be reached: 'bowl' stands in the way"),
        ("at(red, 0.15, -0.2)", "no room for 'red' at spot_1: 'drawer' is there"),
    ],
)
def test_why_a_spot_cannot_be_had_is_said(goal: str, why: str) -> None:
    drawer = Fixture("drawer", "drawer", "closed", (0.15, -0.2, 0.0))
    with pytest.raises(NoPlanError, match=why):
        plan(goal, Scene(SCENE.objects, (drawer,)))


def test_a_spot_and_other_subgoals_go_together() -> None:
    assert calls(plan("in(red, bowl); at(blue, 0.2, 0.05)"))[-1] == ("place", "blue", "at", "spot_1")
    assert plan("at(red, 0.2, 0.0); in(red, bowl)").goal == (("in", "red", "bowl"),)
    assert plan("at(red, 0.2, 0.0); at(red, 0.2, 0.12)").goal == (("at", "red", "spot_2"),)
