"""Predicates over scenes, from the point of view they are documented for."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pontine.envs.declarations.predicate_kind import PredicateKind
from pontine.envs.errors import PontineError
from pontine.envs.predicates import (
    DIRECTIONS,
    PREDICATES,
    check_predicate,
    holds,
    parse_goal,
    parse_predicates,
    written,
)
from pontine.envs.registry import RegistryError
from pontine.envs.scene import Fixture, Scene, SceneObject, Spot
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.so101.kinematics import tool_pose
from pontine.envs.spots import SPOTS

SIZE = (0.03, 0.03, 0.03)


def two(ax: float, ay: float, bx: float, by: float) -> Scene:
    return Scene(
        (
            SceneObject("a", "cube", position=(ax, ay, 0.015), size=SIZE),
            SceneObject("b", "cube", position=(bx, by, 0.015), size=SIZE),
        )
    )


def test_directions_are_those_of_a_person_behind_the_robot() -> None:
    assert holds(two(0.2, 0.1, 0.2, 0.0), ("left_of", "a", "b"))
    assert holds(two(0.2, -0.1, 0.2, 0.0), ("right_of", "a", "b"))
    assert holds(two(0.1, 0.0, 0.2, 0.0), ("in_front_of", "a", "b"))
    assert holds(two(0.3, 0.0, 0.2, 0.0), ("behind", "a", "b"))


coordinate = st.floats(-0.3, 0.3)


@given(coordinate, coordinate, coordinate, coordinate)
def test_opposite_directions_exclude_and_mirror_each_other(ax: float, ay: float, bx: float, by: float) -> None:
    scene = two(ax, ay, bx, by)
    for one, other in (("left_of", "right_of"), ("in_front_of", "behind")):
        assert holds(scene, (one, "a", "b")) == holds(scene, (other, "b", "a"))
        assert not (holds(scene, (one, "a", "b")) and holds(scene, (other, "a", "b")))
    assert holds(scene, ("near", "a", "b")) == holds(scene, ("near", "b", "a"))


def test_on_is_direct_and_in_goes_through() -> None:
    scene = Scene(
        (
            SceneObject("bowl", "bowl", container=True),
            SceneObject("b", "cube", support="bowl"),
            SceneObject("a", "cube", support="b"),
            SceneObject("c", "cube"),
        )
    )
    assert holds(scene, ("in", "a", "bowl"))
    assert holds(scene, ("on", "a", "b"))
    assert not holds(scene, ("on", "a", "bowl"))
    assert not holds(scene, ("in", "c", "bowl"))
    assert holds(scene, ("not", "in", "c", "bowl"))
    assert holds(scene, ("on", "c", "table"))


def test_what_is_held_is_nowhere_else() -> None:
    scene = Scene(
        (
            SceneObject("a", "cube", position=(0.2, 0.1, 0.1), size=SIZE, support=None),
            SceneObject("b", "cube", position=(0.2, 0.0, 0.015), size=SIZE),
        ),
        (),
        "a",
    )
    assert holds(scene, ("holding", "a"))
    assert not any(holds(scene, (name, "a", "b")) for name in DIRECTIONS)


def test_fixtures_have_states() -> None:
    scene = Scene((), (Fixture("drawer", "drawer", "open"), Fixture("button", "button", "released")))
    assert holds(scene, ("open", "drawer"))
    assert not holds(scene, ("closed", "drawer"))
    assert holds(scene, ("not", "pressed", "button"))


@pytest.mark.parametrize(
    "words", [(), ("not",), ("inside", "a", "b"), ("in", "a"), ("holding",), ("not", "not", "in", "a", "b")]
)
def test_what_is_no_predicate_is_said_so(words: tuple[str, ...]) -> None:
    with pytest.raises(PontineError):
        check_predicate(words)


@pytest.mark.parametrize("name", [name for name in PREDICATES if PREDICATES[name].arity])
def test_naming_what_is_not_there_is_an_error(name: str) -> None:
    with pytest.raises(PontineError, match=r"no |neither"):
        holds(Scene(), (name, *["ghost"] * PREDICATES[name].arity))


def test_a_place_that_is_not_there_is_an_error() -> None:
    with pytest.raises(PontineError, match="no place 'ghost' in the scene; there are: table, a"):
        holds(Scene((SceneObject("a", "cube"),)), ("on", "a", "ghost"))


def hand(*at: float) -> Scene:
    return Scene((SceneObject("a", "cube", position=(0.2, 0.05, 0.015), size=SIZE),), hand=at or None)


def test_the_hand_is_over_what_it_hangs_above() -> None:
    assert holds(hand(0.21, 0.04, 0.12), ("hand_over", "a"))
    assert not holds(hand(0.25, 0.05, 0.12), ("hand_over", "a"))
    assert not holds(hand(0.2, 0.05, 0.02), ("hand_over", "a"))
    assert holds(hand(*SPOTS["left"]), ("hand_over", "left"))
    assert not holds(hand(*SPOTS["left"]), ("hand_over", "right"))


def test_spots_exclude_each_other() -> None:
    for name in SPOTS:
        over = [other for other in SPOTS if holds(hand(*SPOTS[name]), ("hand_over", other))]
        assert over == [name]


def test_the_hand_is_home_where_the_arm_rests() -> None:
    robot = SimulatedRobot(())
    assert holds(robot.scene(), ("hand_home",))
    robot.command(np.array([0.8, 0.0, 0.0, 0.0, 0.0, 0.0]))
    for _ in range(30):
        robot.command(np.array([0.8, -0.5, 0.5, 0.5, 0.0, 0.0]))
    scene = robot.scene()
    assert not holds(scene, ("hand_home",))
    np.testing.assert_allclose(scene.hand, tool_pose(robot.observe().position[None]).position[0], atol=1e-5)


def test_a_hand_that_nobody_measured_is_nowhere() -> None:
    assert not holds(hand(), ("hand_home",))
    assert not holds(hand(), ("hand_over", "a"))
    assert not holds(Scene((SceneObject("a", "cube"),), hand=(0.2, 0.0, 0.1)), ("hand_over", "a"))


names = st.text(max_size=8) | st.sampled_from(["red_cube", "a b", 'say "x"', "（）", "not a", "in(", "抽屉"])


@st.composite
def predicates(draw: st.DrawFn) -> tuple[str, ...]:
    name = draw(st.sampled_from(list(PREDICATES)))
    args = [draw(names) for _ in range(PREDICATES[name].arity)]
    return (*draw(st.sampled_from([(), ("not",)])), name, *args)


@given(st.lists(predicates(), min_size=1, max_size=4), st.sampled_from(["; ", ", ", ";", "；", " ,"]))
def test_what_is_written_is_read_again(listed: list[tuple[str, ...]], between: str) -> None:
    assert parse_predicates(between.join(map(written, listed))) == tuple(listed)


@given(st.text() | st.text('in(ab),;not "（，'))
def test_any_text_is_predicates_or_one_clear_error(text: str) -> None:
    try:
        assert [check_predicate(p) for p in parse_predicates(text)]
    except PontineError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no predicate"),
        ("in(a, b", "at the end there should be ',' or '\\)'"),
        ("in a, b", "unknown predicate 'in a'|should be '\\('"),
        ("in(a)", "takes 2 arguments, got 1"),
        ("in(a, b) on(a, b)", "at 'on\\(a, b\\)' there should be ';' or ','"),
        ("inn(a, b)", "did you mean 'in'"),
        ("in(a,, b)", "at ', b\\)' there should be a name"),
        ("not not in(a, b)", "unknown predicate 'not in'"),
        (r'in("\ud83d", b)', "there should be a name"),
        (r'in("\z", b)', "there should be a name"),
    ],
)
def test_what_is_not_a_list_of_predicates_is_said(text: str, said: str) -> None:
    with pytest.raises(PontineError, match=said):
        parse_predicates(text)


def test_a_goal_may_be_typed_with_chinese_punctuation() -> None:
    assert parse_predicates("in（红方块，碗）；not open(抽屉)") == (("in", "红方块", "碗"), ("not", "open", "抽屉"))


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (PredicateKind("in", ("object",), lambda scene, a: True), "already registered by pontine"),
        (PredicateKind("open", ("object",), lambda scene, a: True), "already registered by pontine"),
        (PredicateKind("not", ("object",), lambda scene, a: True), "not 'not'"),
        (PredicateKind("Lies Down", ("object",), lambda scene, a: True), "small letters"),
        (PredicateKind("lies", ("thing",), lambda scene, a: True), "unknown sort 'thing'; valid: object"),
    ],
)
def test_a_predicate_that_cannot_be_is_refused(kind: PredicateKind, said: str) -> None:
    with pytest.raises(RegistryError, match=said):
        PREDICATES.register(kind)


LYING = '''"""A stranger's predicate: a thing lies on its side."""

import numpy as np

from pontine.envs.predicates import PREDICATES, PredicateKind
from pontine.envs.rotations import quat_to_matrix


def lying(scene, name):
    thing = scene.object(name)
    return thing.orientation is not None and abs(quat_to_matrix(np.array(thing.orientation))[2, 2]) < 0.5


PREDICATES.register(PredicateKind("lying", ("object",), lying))
'''


def test_a_stranger_declares_a_predicate(tmp_path: Path) -> None:
    (tmp_path / "lying.py").write_text(LYING)
    code = (
        "from pontine.envs.predicates import PREDICATES, holds, parse_predicates\n"
        "from pontine.envs.scene import Scene, SceneObject\n"
        "side = SceneObject('a', 'cylinder', orientation=(0.7071, 0.7071, 0, 0))\n"
        "scene = Scene((side, SceneObject('b', 'cylinder', orientation=(0.7071, 0, 0, 0.7071))))\n"
        "print(PREDICATES.origin('lying'), [holds(scene, p) for p in parse_predicates('lying(a); lying(b)')])\n"
    )
    environment = os.environ | {"PONTINE_PLUGINS": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == f"lying in {tmp_path} [True, False]\n"


def test_a_thing_is_at_a_spot_if_it_stands_on_the_table_within_its_tolerance() -> None:
    scene = two(0.2, 0.1, 0.3, 0.0).marked([Spot("spot_1", (0.2, 0.115)), Spot("narrow", (0.2, 0.115), 0.01)])
    assert holds(scene, ("at", "a", "spot_1"))
    assert not holds(scene, ("at", "b", "spot_1"))
    assert not holds(scene, ("at", "a", "narrow"))
    on_b = SceneObject("a", "cube", position=(0.2, 0.1, 0.045), size=SIZE, support="b")
    assert not holds(Scene((on_b, scene.object("b")), spots=scene.spots), ("at", "a", "spot_1"))
    assert not holds(Scene(scene.objects, holding="a", spots=scene.spots), ("at", "a", "spot_1"))
    assert holds(two(0.235, 0.01, 0.3, 0.1), ("at", "a", "middle"))
    with pytest.raises(PontineError, match="no spot 'b' on the table; there are: spot_1, narrow, middle"):
        holds(scene, ("at", "a", "b"))


def test_the_hand_can_be_over_a_spot_of_the_scene() -> None:
    scene = Scene(hand=(0.2, 0.1, 0.12), spots=(Spot("spot_1", (0.2, 0.11)),))
    assert holds(scene, ("hand_over", "spot_1"))


def test_places_in_metres_become_spots_with_names_of_their_own() -> None:
    goals, spots = parse_goal("not at(a, 0.2, -.05), at(b, 0.2, -0.05); at(c, 1e-1 , 0); in(a, b)", taken=["spot_1"])
    assert goals == (("not", "at", "a", "spot_2"), ("at", "b", "spot_2"), ("at", "c", "spot_3"), ("in", "a", "b"))
    assert spots == (Spot("spot_2", (0.2, -0.05)), Spot("spot_3", (0.1, 0.0)))


@pytest.mark.parametrize("text", ["at(a, x, 0)", "at(a, nan, 0)", "at(a, 0, inf)", "at(a, 1, 2, 3)", "at(a)", "not()"])
def test_what_is_no_place_is_said_in_one_line(text: str) -> None:
    with pytest.raises(PontineError) as error:
        parse_goal(text)
    assert "\n" not in str(error.value)


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_any_place_can_be_written(x: float, y: float) -> None:
    assert parse_goal(f"at(a, {x}, {y})")[1][0].position == (x, y)
