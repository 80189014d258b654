"""What people say of spots, amounts, order, conditions and what must not be done, and their questions."""

from __future__ import annotations

import math

import pytest

from pontine.envs.predicates import Predicate
from pontine.envs.scene import Fixture, Scene, SceneObject
from pontine.planner.grounding.grounder import ground
from pontine.planner.grounding.naming.placing import distance, parts, way
from pontine.planner.grounding.skills import no_verb
from pontine.planner.language.form import Form
from pontine.planner.language.segments import split_units
from pontine.planner.reading import Reading, Turn
from pontine.planner.spots.places import part_of
from pontine.planner.spots.wishes import PARTS
from pontine.policies.skills.room import in_reach


def cube(name: str, x: float, y: float, color: str | None = None, **more: object) -> SceneObject:
    size = more.pop("size", (0.03, 0.03, 0.03))
    return SceneObject(name, str(more.pop("kind", "cube")), color, (x, y, 0.015), None, size, **more)  # type: ignore[arg-type]


BOWLS = [
    SceneObject(f"{color}_bowl", "bowl", color, (0.29, y, 0.0), None, (0.08, 0.08, 0.04), container=True)
    for color, y in (("red", 0.15), ("blue", -0.15))
]
REDS = [cube(f"red_cube_{i}", 0.19, 0.1 * i - 0.15, "red") for i in (1, 2)]
BLUES = [cube(f"blue_cube_{i}", 0.24, 0.06 * i - 0.12, "blue") for i in (1, 2, 3)]
SHUT, BUTTON = Fixture("drawer", "drawer", "closed"), Fixture("button", "button", "released")
SCENE = Scene((*REDS, *BLUES, *BOWLS), (SHUT, BUTTON))


def read(form: str, scene: Scene = SCENE, language: str = "en", turns: tuple[Turn, ...] = ()) -> Reading:
    return ground(Form.parse(form), scene, language, turns)


def put(reading: Reading) -> dict[str, tuple[float, float]]:
    """Where each thing is to stand."""
    spots = {spot.name: spot.position for spot in reading.spots}
    return {goal[1]: spots[goal[2]] for goal in reading.subgoals if goal[0] == "at"}


def test_one_of_them_is_one_that_must_not_be_left_alone() -> None:
    assert read("hold a red cube; keep the red cube 1").subgoals == (("holding", "red_cube_2"),)


@pytest.mark.parametrize(
    "form", ["move the red cube 1, by left side @from the desk", "move the red cube 1, by left @from the table"]
)
def test_a_side_of_the_table_is_a_part_of_it(form: str) -> None:
    (place,) = put(read(form)).values()
    assert "left" in part_of(place)


@pytest.mark.parametrize("kind", ["own", "each"])
def test_things_are_not_shared_out_over_places_told_apart(kind: str) -> None:
    assert read(f"in all cubes, {kind} red bowls & the blue bowl").kind == "question"


def test_a_place_that_is_told_by_what_goes_there_is_asked_about() -> None:
    assert read("in the red cube 1, the red bowl @has the red cube 1").kind == "question"


def test_what_names_a_thing_is_no_verb() -> None:
    assert read("do red bowl the red cube 1").kind == "refusal"
    assert no_verb(("red", "bowl"), SCENE)
    assert not no_verb(("turn", "over"), SCENE)


@pytest.mark.parametrize(
    ("words", "far", "ahead"),
    [
        ("5 cm towards me", 0.05, "back"),
        ("a bit to the left", 0.05, "left"),
        ("forwards", None, "away"),
        ("half an inch right", 0.0127, "right"),
        ("往左挪一点点", 0.05, "left"),
        ("往我这边挪两公分", 0.02, "back"),
        ("再往远处推推三公分左右", 0.03, "away"),
        ("the cup", None, None),
    ],
)
def test_words_of_a_way(words: str, far: float | None, ahead: str | None) -> None:
    units = split_units(words)
    assert distance(units) == (None if far is None else pytest.approx(far, abs=1e-6))
    assert way(units) == ahead


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("far right corner", {"far", "right"}),
        ("to the far right", {"right"}),
        ("middle of the table", {"middle"}),
        ("front and centre", {"near", "middle"}),
        ("左下角", {"left", "near"}),
        ("右上角", {"right", "far"}),
        ("the cup", set()),
    ],
)
def test_words_of_a_part_of_the_table(words: str, told: set[str]) -> None:
    assert set(parts(split_units(words))) == told


def test_an_offset_is_a_spot_that_way_and_that_far() -> None:
    reading = read("move the red_cube_1, by 5 cm to the left")
    (x, y) = put(reading)["red_cube_1"]
    assert 0.03 <= y + 0.05 <= 0.07
    assert abs(x - 0.19) <= 0.03
    assert put(read("left the red_cube_1"))["red_cube_1"][1] > -0.05
    assert read("move the red_cube_1, by please").kind == "question"
    assert put(read("do push the red_cube_1, by 5 cm to the left")) == {"red_cube_1": (x, y)}
    assert read("do push the red_cube_1").kind == "question"


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_the_table_is_a_free_spot_in_it(part: str) -> None:
    words = {"far": "far side", "near": "near side"}.get(part, part)
    point = put(read(f"move the red_cube_1, spot {words}"))["red_cube_1"]
    assert part in part_of(point)
    assert in_reach(point)
    others = [o for o in SCENE.objects if o.name != "red_cube_1"]
    assert all(math.dist(point, o.position[:2]) > 0.03 for o in others if o.position)


def test_between_where_and_nearer() -> None:
    (x, y) = put(read("move the red_cube_1, spot @between the red bowl & the blue bowl"))["red_cube_1"]
    assert abs(x - 0.29) <= 0.04
    assert abs(y) <= 0.05
    bowl, was = (0.29, 0.15), math.dist((0.29, 0.15), (0.19, -0.05))
    assert math.dist(put(read("closer the red_cube_1, the red bowl"))["red_cube_1"], bowl) < was - 0.01
    assert math.dist(put(read("farther the blue_cube_3, the red bowl"))["blue_cube_3"], bowl) > 0.11


PLACES = {"cube_1": (0.2, 0.1), "cube_2": (0.26, 0.02), "cube_3": (0.2, -0.11)}
WIDE = Scene(tuple(cube(name, x, y) for name, (x, y) in PLACES.items()))


def after(form: str) -> dict[str, tuple[float, float]]:
    return {**PLACES, **put(read(form, WIDE))}


def test_rows_and_heaps() -> None:
    (ax, ay), (bx, by), (cx, cy) = sorted(after("row all cubes").values())
    assert abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) < 1e-4
    ordered = after("row all cubes, by number from right to left")
    assert sorted(ordered, key=lambda name: ordered[name][1]) == ["cube_1", "cube_2", "cube_3"]
    assert len({round(x, 3) for x, _ in ordered.values()}) == 1

    def gaps(places: dict[str, tuple[float, float]]) -> list[float]:
        return [math.dist(a, b) for a in places.values() for b in places.values() if a != b]

    assert max(gaps(after("together all cubes"))) < max(gaps(PLACES)) - 0.01
    assert min(gaps(after("apart all cubes"))) > min(gaps(PLACES)) + 0.01
    assert after("swap the cube_1, the cube_3") == {**PLACES, "cube_1": PLACES["cube_3"], "cube_3": PLACES["cube_1"]}
    assert read("row the cube_1", WIDE).kind == "question"


@pytest.mark.parametrize(
    ("form", "goals"),
    [
        ("in all cube, own bowl", {(c.name, f"{c.color}_bowl") for c in (*REDS, *BLUES)}),
        ("in half red cubes, the red bowl", {("red_cube_1", "red_bowl")}),
        ("in all blue cubes ! one, the red bowl", {("blue_cube_1", "red_bowl"), ("blue_cube_2", "red_bowl")}),
        ("in one blue cube, each bowl", {("blue_cube_1", "red_bowl"), ("blue_cube_2", "blue_bowl")}),
        ("in all red cubes, each bowl", {("red_cube_1", "red_bowl"), ("red_cube_2", "blue_bowl")}),
        ("in the second blue cube from the left, the red bowl", {("blue_cube_2", "red_bowl")}),
        ("in the blue cube @farthest the red bowl, the red bowl", {("blue_cube_1", "red_bowl")}),
        ("in the cube @nearest, the red bowl", set()),
    ],
)
def test_amounts_and_order(form: str, goals: set[tuple[str, str]]) -> None:
    reading = read(form)
    assert {goal[1:] for goal in reading.subgoals} == goals
    assert (reading.kind == "subgoals") == bool(goals)


def test_what_cannot_be_shared_out_is_asked_about() -> None:
    assert read("in all blue cubes, each bowl").kind == "question"
    assert read("in half blue cubes, the red bowl").kind == "question"


def test_stacks() -> None:
    low, high = cube("low", 0.2, 0.0), cube("high", 0.2, 0.0, support="low")
    scene = Scene((low, high, cube("aside", 0.2, 0.1), *BOWLS))
    assert read("hold the top one", scene).subgoals == (("holding", "high"),)
    assert read("in the bottom cube, the red bowl", scene).subgoals == (("in", "low", "red_bowl"),)
    assert read("unstack the stack", scene).subgoals == (("on", "high", "table"),)
    # Who takes a thing itself apart does not mean that it is lifted off another one.
    assert read("do dismantle the high", scene).text == "I cannot dismantle."
    assert read("hold the cube @has the high", scene).subgoals == (("holding", "low"),)


@pytest.mark.parametrize(
    ("form", "goals"),
    [
        ("if is the drawer, as shut; open it; else; press the button", [("open", "drawer")]),
        ("if is the drawer, as open; open it; else; press the button", [("pressed", "button")]),
        ("if not there a lemon; press the button; endif; open the drawer", [("pressed", "button"), ("open", "drawer")]),
        ("if in any, the red bowl; open the drawer; endif; press the button", [("pressed", "button")]),
        ("if more the blue cubes, the red cubes; open the drawer", [("open", "drawer")]),
        ("if equal the blue cubes, the red cubes; open the drawer", []),
        ("if hold any; open the drawer", []),
        ("close all drawer @is as shut", [("closed", "drawer")]),
    ],
)
def test_conditions_are_judged_on_the_scene(form: str, goals: list[Predicate]) -> None:
    reading = read(form)
    assert reading.kind == "subgoals"
    assert list(reading.subgoals) == goals
    assert bool(reading.text) != bool(goals)


@pytest.mark.parametrize(
    ("form", "said", "zh"),
    [
        ("ask is the drawer, as open", "No: drawer: closed.", "关着"),
        ("ask there any blue cubes", "Yes: blue_cube_1, blue_cube_2, blue_cube_3.", "是的"),
        ("ask not hold any", "Yes", "是的"),
        ("count all blue cubes", "3: blue_cube_1", "3个"),
        ("which the blue cube @farthest the red bowl", "blue_cube_1.", "blue_cube_1"),
        ("which any @in the red bowl", "Nothing.", "没有"),
        ("what the blue_cube_1, as colour", "blue_cube_1: blue.", "蓝"),
        ("where the red_cube_1", "red_cube_1 is on the table", "桌子"),
        ("ask more the blue cubes, the red cubes", "Yes: 3, 2.", "3, 2"),
        ("did", "Nothing was done yet.", "什么都没有做"),
    ],
)
def test_questions_are_answered_from_the_scene(form: str, said: str, zh: str) -> None:
    reading = read(form)
    assert reading.kind == "answer"
    assert reading.text.startswith(said)
    assert zh in read(form, language="zh").text


def test_what_was_done_is_told_and_done_again() -> None:
    turn = Turn("put the cube in the bowl", SCENE, (("in", "red_cube_1", "red_bowl"),))
    assert "put the cube in the bowl" in read("why", turns=(turn,)).text
    assert read("again", turns=(turn,)).subgoals == turn.goals
    assert read("same the red_cube_2", turns=(turn,)).subgoals == (("in", "red_cube_2", "red_bowl"),)
    assert read("again").kind == "question"


@pytest.mark.parametrize("form", ["not press the button", "keep the red_cube_1", "not hold the red_cube_1", "stop"])
def test_what_must_not_be_done_is_not_done_and_said_so(form: str) -> None:
    reading = read(form)
    assert (reading.kind, reading.subgoals) == ("subgoals", ())
    assert reading.text
    assert read(form, language="zh").text != reading.text


def test_what_is_asked_for_and_forbidden_is_asked_about() -> None:
    assert read("press the button; not press the button").kind == "question"
    reading = read("in the red_cube_1, the red bowl; not in it, the blue bowl")
    assert reading.subgoals == (("in", "red_cube_1", "red_bowl"),)


def test_no_more_goes_on_a_flat_thing_than_has_room() -> None:
    coaster = SceneObject("coaster", "coaster", None, (0.2, 0.0, 0.0), None, (0.05, 0.05, 0.005))
    ball, mug = (cube(kind, 0.2, y, kind=kind, size=(0.04, 0.04, 0.04)) for kind, y in (("ball", 0.1), ("mug", -0.1)))
    scene = Scene((coaster, ball, mug))
    assert read("on the ball & the mug, the coaster", scene).kind == "question"
    assert read("on the ball, the coaster", scene).subgoals == (("on", "ball", "coaster"),)


POT, LID = SceneObject("pot", "pot", container=True), SceneObject("lid", "lid")
CUPS = [
    SceneObject(f"{name}_cup", "cup", None, (0.2, y, 0.0), None, (w, w, 0.06), container=True)
    for name, y, w in (("small", 0.1, 0.03), ("medium", 0.0, 0.04), ("large", -0.1, 0.05))
]
BOOK = SceneObject("book", "book", None, (0.2, 0.2, 0.0), None, (0.12, 0.16, 0.02))
DRAWERS = tuple(Fixture(f"{level}层抽屉", "drawer", "open") for level in "上中下")
SOCK = cube("sock", 0.2, 0.0, kind="sock", support="drawer")


@pytest.mark.parametrize(
    ("form", "scene", "goals"),
    [
        (
            "on the lid, the pot; out the lid, the pot; on the lid, the pot",
            Scene((POT, LID)),
            [("on", "lid", "pot"), ("on", "lid", "table"), ("on", "lid", "pot")],
        ),
        ("open the drawer; open the drawer", SCENE, [("open", "drawer")]),
        ("stack the cups", Scene(tuple(CUPS)), [("in", "medium_cup", "large_cup"), ("in", "small_cup", "medium_cup")]),
        (
            "in the small cup, the medium cup; in all cups, the large cup",
            Scene(tuple(CUPS)),
            [("in", "small_cup", "medium_cup"), ("in", "medium_cup", "large_cup")],
        ),
        (
            "on all red cubes, the book",
            Scene((*SCENE.objects, BOOK)),
            [("on", "red_cube_1", "book"), ("on", "red_cube_2", "book")],
        ),
        ("out the sock, the drawer", Scene((SOCK,), (SHUT,)), [("open", "drawer"), ("on", "sock", "table")]),
        ("open the hand", Scene((LID,), holding="lid"), [("on", "lid", "table")]),
        ("close the 中间抽屉", Scene((), DRAWERS), [("closed", "中层抽屉")]),
    ],
)  # fmt: skip
def test_what_is_done_again_with_several_or_with_what_is_shut(form: str, scene: Scene, goals: list[Predicate]) -> None:
    assert read(form, scene).subgoals == tuple(goals)


def test_a_hand_is_not_closed_like_a_drawer() -> None:
    assert read("close the hand", Scene((LID,), holding="lid")).reason == "unsupported"


def test_several_things_stand_on_no_cube() -> None:
    assert read("on all blue cubes, the red cube 1").kind == "question"


def test_things_that_go_opposite_ways_go_to_the_sides_of_the_table() -> None:
    places = put(read("move all red cubes, by to the left; move all blue cubes, by to the right"))
    assert len(places) == 5
    for name, place in places.items():
        assert ("left" if name.startswith("red") else "right") in part_of(place)


def test_what_lies_on_the_book_is_not_put_on_it() -> None:
    coin = SceneObject("coin", "coin", support="book")
    assert read("in all @on the book, the book", Scene((BOOK, coin))).kind == "question"


def test_where_a_thing_was_before_it_was_moved() -> None:
    scene = Scene((cube("nut", 0.2, 0.0, kind="nut"), cube("bolt", 0.2, -0.12, kind="bolt"), *BOWLS))
    for first in ("in the nut, the red bowl", "move the nut, by 8 cm to the left"):
        assert put(read(f"{first}; move the bolt, spot @where the nut", scene))["bolt"] == (0.2, 0.0)


@pytest.mark.parametrize("first", ["in the nut, the blue bowl", "hold the nut"])
def test_back_is_where_it_stood_before_the_same_sentence(first: str) -> None:
    scene = Scene((cube("nut", 0.2, 0.0, kind="nut"), *BOWLS))
    assert put(read(f"{first}; back it", scene)) == {"nut": (0.2, 0.0)}


def test_the_right_of_the_table_is_a_part_of_it() -> None:
    assert "right" in part_of(put(read("right the red cube 2, the table"))["red_cube_2"])


def test_what_stands_in_a_row_may_stay() -> None:
    scene = Scene(tuple(cube(f"bolt_{i}", 0.2, 0.12 * i - 0.24, kind="bolt") for i in (1, 2, 3)))
    places = put(read("row the bolts", scene))
    assert [places[f"bolt_{i}"] for i in (1, 2, 3)] == [pytest.approx((0.2, y)) for y in (-0.12, 0.0, 0.12)]


CHAIR = Fixture("chair", "chair", "still", surface=True)
PARTS_THERE = (CHAIR, *(Fixture(name, "part", "still", surface=True) for name in ("chair_seat", "door_hook")))
DOORS = tuple(Fixture(f"washer_{i}_door", "door", "open") for i in (1, 2, 3))
PLATES = tuple(
    SceneObject(name, "plate", None, place, None, (0.05, 0.05, 0.01), graspable=True)
    for name, place in (("a", (0.15, 0.1, 0.0)), ("b", (0.15, -0.1, 0.0)), ("c", (0.25, 0.12, 0.0)))
)


@pytest.mark.parametrize(
    ("form", "scene", "goals"),
    [
        ("on the lid, the top of the chair", Scene((LID,), PARTS_THERE), [("on", "lid", "chair")]),
        ("on the lid, the chair's seat", Scene((LID,), PARTS_THERE), [("on", "lid", "chair_seat")]),
        ("on the lid, the hook @on the door", Scene((LID,), PARTS_THERE), [("on", "lid", "door_hook")]),
        ("close the door @of the second washer", Scene((), DOORS), [("closed", "washer_2_door")]),
        ("hold the front left plate", Scene(PLATES), [("holding", "a")]),
        ("hold the 3号方块", Scene(tuple(cube(f"方块{i}", 0.2, 0.1 * i) for i in (1, 2, 3))), [("holding", "方块3")]),
        ("hold the 左边的那块", Scene((cube("红方块", 0.2, 0.1), cube("蓝方块", 0.2, -0.1))), [("holding", "红方块")]),
        (
            "open the pot",
            Scene((POT, SceneObject("lid", "lid", support="pot"), SceneObject("red_lid", "lid"))),
            [("on", "lid", "table")],
        ),
        ("hold the pot @has the long handle", Scene((SceneObject("pot_with_long_handle", "pot"),)), None),
    ],
)
def test_parts_owners_and_order(form: str, scene: Scene, goals: list[Predicate] | None) -> None:
    assert read(form, scene).subgoals == tuple(goals or [("holding", "pot_with_long_handle")])


def test_what_is_dragged_some_way_is_moved_and_what_slides_is_not() -> None:
    scene = Scene((cube("rug", 0.2, 0.0, kind="rug"),), (SHUT,))
    assert "rug" in put(read("do drag the rug, by to the left", scene))
    assert not put(read("do pull the drawer, by towards you", scene))


def test_all_that_is_in_something_is_more_than_what_can_be_held() -> None:
    heavy = SceneObject("slab", "slab", size=(0.2, 0.2, 0.01), support="shelf")
    shelf = Fixture("shelf", "shelf", "still")
    assert (
        read(
            "on all @on the shelf, the table", Scene((heavy, SceneObject("nut", "nut", support="shelf")), (shelf,))
        ).kind
        == "refusal"
    )


TRAY, EGG, PEN_CUP = (
    SceneObject("tray", "tray", size=(0.05, 0.05, 0.01), graspable=True),
    SceneObject("egg", "egg", support="tray"),
    SceneObject("笔筒", "holder", container=True),
)


@pytest.mark.parametrize(
    ("form", "scene", "goals"),
    [
        ("hold the tray with the egg", Scene((TRAY, EGG, SceneObject("red_tray", "tray"))), [("holding", "tray")]),
        ("in the lid, the 插笔筒", Scene((LID, PEN_CUP)), [("in", "lid", "笔筒")]),
        (
            "in the egg, the pot; on the egg @in the pot, the table",
            Scene((TRAY, EGG, POT)),
            [("in", "egg", "pot"), ("on", "egg", "table")],
        ),
        ("out all, the tray", Scene((TRAY, EGG)), [("on", "egg", "table")]),
    ],
)
def test_what_has_something_and_what_was_put_there_just_now(form: str, scene: Scene, goals: list[Predicate]) -> None:
    assert read(form, scene).subgoals == tuple(goals)


STOVE = Fixture("stove", "stove", "off", surface=True)
TOYS = (
    SceneObject("toy_car", "car"),
    SceneObject("teddy", "bear"),
    SceneObject("kite", "kite"),
    SceneObject("nut", "nut"),
)


@pytest.mark.parametrize(
    ("form", "scene", "goals"),
    [
        (
            "open the drawer; in the lid, it; close it",
            Scene((LID,), (SHUT, BUTTON)),
            [("open", "drawer"), ("in", "lid", "drawer"), ("closed", "drawer")],
        ),
        ("if is the stove, as off; on the lid, it", Scene((LID,), (STOVE, SHUT)), [("on", "lid", "stove")]),
        ("in all toys, the pot", Scene((*TOYS, POT)), [("in", n, "pot") for n in ("toy_car", "teddy", "kite")]),
        (
            "swap any @held, the egg",
            Scene((LID, TRAY, EGG), holding="lid"),
            [("on", "lid", "tray"), ("holding", "egg")],
        ),
    ],
)
def test_it_all_of_a_sort_and_what_is_held(form: str, scene: Scene, goals: list[Predicate]) -> None:
    assert read(form, scene).subgoals == tuple(goals)


def test_a_stack_is_counted() -> None:
    scene = Scene((cube("a", 0.2, 0.0), cube("b", 0.2, 0.0, support="a"), cube("c", 0.2, 0.1)))
    assert "2" in read("count the stack", scene).text
