"""Things as strangers own and call them: soft ones, ones with handles, lids, parts, two colours, stacks, bins."""

from __future__ import annotations

import pytest

from pontine.envs.predicates import Predicate
from pontine.envs.scene import Fixture, Scene, SceneObject
from pontine.planner.grounding.grounder import ground
from pontine.planner.grounding.naming.abilities import graspable, takes_things_in
from pontine.planner.grounding.skills import no_verb
from pontine.planner.language.form import Form
from pontine.planner.planning.plan import make_plan
from pontine.planner.reading import Reading, Turn

FLAT, WIDE = (0.12, 0.12, 0.01), (0.1, 0.1, 0.08)


def thing(name: str, kind: str, x: float = 0.2, y: float = 0.0, **more: object) -> SceneObject:
    size = more.pop("size", (0.03, 0.03, 0.03))
    return SceneObject(name, kind, position=(x, y, 0.015), size=size, **more)  # type: ignore[arg-type]


KITCHEN = Scene(
    (
        thing("towel", "towel", 0.25, 0.1, size=FLAT),
        thing("pot", "pot", 0.18, 0.2, size=WIDE, container=True),
        thing("lid", "lid", 0.15, -0.1),
        thing("white_and_pink_cup", "cup", 0.2, -0.2),
        thing("white_cup", "cup", 0.25, -0.2),
        thing("pink_cup", "cup", 0.28, -0.15),
        thing("apple_core", "core", 0.14, 0.1),
        thing("bin", "bin", 0.3, 0.0, container=True, size=WIDE),
        thing("shoe", "shoe", 0.12, 0.2),
        thing("筐子", "basket", 0.12, -0.2, container=True),
    ),
    (
        Fixture("stove", "stove", "off", position=(0.35, 0.2, 0.0), surface=True),
        Fixture("bottle_pump", "pump", "released"),
        Fixture("far_right_cabinet_left_door", "door", "closed"),
        Fixture("far_right_cabinet_right_door", "door", "open"),
    ),
)


def read(form: str, scene: Scene = KITCHEN, turns: tuple[Turn, ...] = ()) -> Reading:
    return ground(Form.parse(form), scene, "en", turns)


@pytest.mark.parametrize(
    "name", ["towel", "T-shirt", "paper_towel", "napkin", "毛巾", "衣服", "frying_pan", "moka_pot"]
)
def test_what_is_soft_or_has_a_handle_is_held_however_wide_it_is(name: str) -> None:
    assert graspable(SceneObject(name, name.split("_")[-1], size=FLAT))


@pytest.mark.parametrize("name", ["book", "tray", "paper_bowl", "cardboard_box"])
def test_what_is_wide_and_stiff_is_not(name: str) -> None:
    assert not graspable(SceneObject(name, name.split("_")[-1], size=FLAT))
    assert graspable(SceneObject(name, name.split("_")[-1], size=FLAT, graspable=True)), "but the scene is believed"


@pytest.mark.parametrize("name", ["shoe", "suitcase", "microwave", "冰箱", "wallet", "pencil_case"])
def test_what_has_room_inside_takes_things_in(name: str) -> None:
    assert takes_things_in(SceneObject(name, name.split("_")[-1]))


def test_what_has_none_does_not() -> None:
    assert not any(takes_things_in(SceneObject(name, name)) for name in ("spoon", "book", "towel", "cube", "stove"))


@pytest.mark.parametrize(
    ("form", "goals"),
    [
        ("hold the white & the pink cup", [("holding", "white_and_pink_cup")]),
        ("hold the plain pink cup", [("holding", "pink_cup")]),
        ("in the apple_core, the 筐", [("in", "apple_core", "筐子")]),
        ("in the towel, the shoe", [("in", "towel", "shoe")]),
        ("press the pump", [("pressed", "bottle_pump")]),
        ("close the pot", [("on", "lid", "pot")]),
        ("do dispose the apple core", [("in", "apple_core", "bin")]),
        ("do 扔掉 the apple core", [("in", "apple_core", "bin")]),
        ("move the apple core, spot bin", [("in", "apple_core", "bin")]),
        ("move the apple core, spot table", [("on", "apple_core", "table")]),
        ("open the left door", [("open", "far_right_cabinet_left_door")]),
        ("close the open door", [("closed", "far_right_cabinet_right_door")]),
        ("open the left door @of the wardrobe", [("open", "far_right_cabinet_left_door")]),
        ("in the lid, the bin; out the lid, the bin", [("in", "lid", "bin"), ("on", "lid", "table")]),
        ("if hold any; in it, the bin; else; hold the lid", [("holding", "lid")]),
    ],
)  # fmt: skip
def test_it_is_found_and_brought_where_it_goes(form: str, goals: list[Predicate]) -> None:
    assert list(read(form).subgoals) == goals


def test_the_side_of_a_stove_is_beside_it() -> None:
    (goal,) = read("move the lid, spot right side @on the stove").subgoals
    assert goal[0] == "at"


def test_what_is_thrown_away_where_there_is_no_bin_is_asked_about() -> None:
    scene = Scene(tuple(o for o in KITCHEN.objects if o.name != "bin"), KITCHEN.fixtures)
    assert read("do throw away the apple core", scene).kind == "question"


def test_both_cups_are_meant_where_they_are_named_one_by_one() -> None:
    cups = Scene(
        (thing("white_cup", "cup", 0.2, 0.1), thing("pink_cup", "cup"), thing("bin", "bin", 0.3, 0.0, container=True))
    )
    assert set(read("in the white & the pink cup, the bin", cups).subgoals) == {
        ("in", "white_cup", "bin"), ("in", "pink_cup", "bin"),
    }  # fmt: skip


def test_a_stack_is_what_stands_on_one_another() -> None:
    plates = Scene(
        (
            thing("plate_1", "plate", graspable=True),
            thing("plate_2", "plate", support="plate_1", graspable=True),
            thing("plate_3", "plate", support="plate_2", graspable=True),
        )
    )
    assert read("out the topmost plate, the stack", plates).subgoals == (("on", "plate_3", "table"),)


def test_what_nobody_spoke_of_makes_room() -> None:
    """Between two things stands a third; it is put aside, and only where there is no other room."""
    ends = thing("hammer", "hammer", 0.2, 0.1), thing("tin", "tin", 0.2, -0.1, graspable=False)
    between, moved = thing("wrench", "wrench", 0.2, 0.0, size=(0.05, 0.16, 0.02)), thing("pliers", "pliers", 0.13, 0.2)
    scene = Scene((*ends, between, moved))
    reading = read("move the pliers, spot @between the hammer & the tin", scene)
    assert reading.subgoals == (("at", "pliers", "spot_1"),)
    plan = make_plan(scene.marked(reading.spots), reading.subgoals)
    assert any(step.args[0] == "wrench" for step in plan.steps if step.args)
    kept = read("keep the wrench; move the pliers, spot @between the hammer & the tin", scene)
    assert kept.kind != "subgoals", "what is to be left alone makes none"


def test_a_box_that_answers_to_the_noun_of_what_goes_into_it_stays() -> None:
    toys = Scene((thing("toy_car", "car"), thing("toy_box", "box", 0.3, 0.0, container=True, size=WIDE)))
    assert read("in all toy, the toy box", toys).subgoals == (("in", "toy_car", "toy_box"),)


def test_a_noun_before_a_preposition_is_no_verb() -> None:
    scene = Scene((thing("napkin", "napkin"), thing("cake_plate", "plate", 0.3, 0.0)))
    assert no_verb(("napkin", "on"), scene)
    assert not no_verb(("put", "on"), scene)


def test_a_chinese_phrase_without_a_noun_means_one_thing_unless_several_are_said() -> None:
    scene = Scene(
        (thing("yoyo", "yoyo", color="red"), thing("maraca", "maraca", 0.25, color="red"), thing("bin", "bin", 0.3))
    )
    form = Form.parse("in all 红色的, the bin")
    assert ground(form, scene, "zh", (), "红色的放进垃圾桶").kind == "question"
    assert ground(form, scene, "zh", (), "红色的那个放进垃圾桶").kind == "question"
    assert len(ground(form, scene, "zh", (), "红色的都放进垃圾桶").subgoals) == 2
