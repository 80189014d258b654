"""What a scene says of its things is believed over what their nouns suggest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pontine.envs.predicates import Predicate, holds
from pontine.envs.scene import SPEAKERS, TABLE, Fixture, Scene, SceneObject
from pontine.planner.grounding.grounder import ground
from pontine.planner.grounding.naming.query import find
from pontine.planner.grounding.viewpoint import around, back, seen
from pontine.planner.language.form import Form
from pontine.planner.language.segments import split_units
from pontine.planner.planning.plan import NoPlanError, make_plan
from pontine.planner.reading import Reading, Spot, subgoals

KITCHEN = Scene(
    (
        SceneObject("bowl", "bowl", "white", (0.2, 0.1, 0.0), size=(0.15, 0.15, 0.05), graspable=True, container=True),
        SceneObject("soap", "soap", graspable=False, categories=("hazard", "清洁用品")),
        SceneObject("cup_1", "cup", "black", colors=("black", "gold"), aliases=("爷爷的杯子", "grandpa's favourite")),
        SceneObject("cup_2", "cup", "gold"),
        SceneObject("tomato", "tomato", categories=("fruit",)),
        SceneObject("pot", "pot"),
        SceneObject("lid_1", "lid", part_of="pot"),
        SceneObject("lid_2", "lid"),
    ),
    (
        Fixture("cabinet", "cabinet", "closed", container=True, surface=True),
        Fixture("drawer_1", "drawer", "closed", part_of="cabinet"),
        Fixture("drawer_2", "drawer", "closed"),
        Fixture("stove", "stove", "off", switchable=True, surface=True),
        Fixture("hatch", "window", "closed", openable=True),
        Fixture("panel", "door", "closed", openable=False),
    ),
)


def read(form: str, scene: Scene = KITCHEN) -> Reading:
    return ground(Form.parse(form), scene)


@pytest.mark.parametrize(
    ("form", "goals"),
    [
        ("hold the bowl", [("holding", "bowl")]),
        ("hold the grandpa's favourite", [("holding", "cup_1")]),
        ("hold the 爷爷的杯子", [("holding", "cup_1")]),
        ("hold the black and gold cup", [("holding", "cup_1")]),
        ("hold the black cup", [("holding", "cup_1")]),
        ("hold the gold cup", [("holding", "cup_2")]),
        ("hold the plain gold cup", [("holding", "cup_2")]),
        ("hold the fruit", [("holding", "tomato")]),
        ("hold the lid of the pot", [("holding", "lid_1")]),
        ("hold the pot's lid", [("holding", "lid_1")]),
        ("hold the 锅的盖子", [("holding", "lid_1")]),
        ("open the drawer of the cabinet", [("open", "drawer_1")]),
        ("open the window", [("open", "hatch")]),
        ("on the cup_2, the stove", [("on", "cup_2", "stove")]),
        ("on the cup_2, the cabinet", [("on", "cup_2", "cabinet")]),
        ("in the cup_2, the cabinet", [("in", "cup_2", "cabinet")]),
    ],
)
def test_what_is_said_of_a_thing_is_what_it_is(form: str, goals: list[Predicate]) -> None:
    assert list(read(form).subgoals) == goals


@pytest.mark.parametrize(
    ("form", "kind", "text"),
    [
        ("hold the soap", "refusal", "soap"),
        ("open the door", "refusal", "panel"),
        ("hold the vegetable", "question", "tomato"),
        ("hold the lid", "question", "lid_2"),
        ("in the cup_2, the stove", "subgoals", ""),
    ],
)
def test_and_not_what_its_noun_suggests(form: str, kind: str, text: str) -> None:
    told = read(form)
    assert (told.kind, text in told.text) == (kind, True)


def test_a_category_of_any_language_is_one() -> None:
    assert [t.name for t in find(split_units("清潔用品"), KITCHEN.objects).things] == ["soap"]


def test_what_can_be_held_and_stood_on_can_be_planned() -> None:
    plan = make_plan(KITCHEN, [("on", "bowl", "stove")])
    assert [(s.skill, *s.args) for s in plan.steps] == [("pick", "bowl"), ("place", "bowl", "on", "stove")]
    assert plan.valid
    assert make_plan(KITCHEN, [("open", "hatch")]).valid
    both = make_plan(KITCHEN, [("on", "cup_1", "stove"), ("on", "cup_2", "stove")])
    assert both.valid
    with pytest.raises(NoPlanError, match="on 'cabinet'"):
        make_plan(KITCHEN, [("on", "cup_1", "cabinet")])


A, B = (
    SceneObject(name, "cup", position=(x, y, 0.0), size=(0.05, 0.05, 0.05), support=TABLE)
    for name, x, y in (("a", 0.25, 0.1), ("b", 0.25, -0.1))
)
REF = SceneObject("plate", "plate", position=(0.2, 0.0, 0.0))


@pytest.mark.parametrize(("speaker", "taken"), [("arm", "a"), ("opposite", "b")])
def test_left_is_left_of_the_speaker(speaker: str, taken: str) -> None:
    told = read("hold the left cup", Scene((A, B, REF), speaker=speaker))
    assert told.subgoals == (("holding", taken),)


@pytest.mark.parametrize(
    ("speaker", "relation"),
    [("arm", "left_of"), ("opposite", "right_of"), ("left", "behind"), ("right", "in_front_of")],
)
def test_goals_are_the_arms(speaker: str, relation: str) -> None:
    told = read("left the a, the plate", Scene((A, B, REF), speaker=speaker))
    assert told.subgoals == ((relation, "a", "plate"),)


@pytest.mark.parametrize("speaker", SPEAKERS)
def test_what_holds_as_it_is_seen_holds_for_the_arm(speaker: str) -> None:
    scene = Scene((A, B, replace(REF, position=(0.4, 0.1, 0.0))), speaker=speaker)
    looked = seen(scene)
    for relation in ("left_of", "right_of", "in_front_of", "behind"):
        for pair in (("a", "b"), ("a", "plate"), ("b", "plate")):
            goal = back(subgoals((relation, *pair), ("not", relation, *pair)), speaker).subgoals
            assert holds(looked, (relation, *pair)) == holds(scene, goal[0]) != holds(scene, goal[1])
    spot = replace(subgoals(), spots=(Spot("s", looked.objects[2].position[:2]),))  # type: ignore[index]
    assert back(spot, speaker).spots[0].position == pytest.approx(scene.objects[2].position[:2])  # type: ignore[index]


def test_turning_round_changes_nothing() -> None:
    assert around(around((0.1, 0.2), 3), 1) == (0.1, 0.2)
