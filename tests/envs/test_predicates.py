"""Predicates over scenes, from the point of view they are documented for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pontine.envs.errors import PontineError
from pontine.envs.predicates import ARITY, DIRECTIONS, check_predicate, holds
from pontine.envs.scene import Fixture, Scene, SceneObject

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


@pytest.mark.parametrize("name", ARITY)
def test_naming_what_is_not_there_is_an_error(name: str) -> None:
    with pytest.raises(PontineError, match="no "):
        holds(Scene(), (name, *["ghost"] * ARITY[name]))
