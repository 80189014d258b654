"""What is said about what was done before: it, back, undo."""

from __future__ import annotations

import pytest

from pontine.envs.scene import Fixture, Scene, SceneObject
from pontine.planner.benchmarks.items import played
from pontine.planner.dialogue.followup import set_phrase
from pontine.planner.grounding.grounder import ground
from pontine.planner.language.form import Form
from pontine.planner.reading import Reading, Turn

SCENE = Scene(
    (
        SceneObject("cube", "cube", "red", (0.2, 0.0, 0.015), None, (0.03, 0.03, 0.03), support="drawer"),
        SceneObject("ball", "ball", "blue", (0.2, 0.1, 0.015), None, (0.03, 0.03, 0.03)),
        SceneObject("bowl", "bowl", "white", (0.3, 0.0, 0.0), None, (0.1, 0.1, 0.04), container=True),
    ),
    (Fixture("drawer", "drawer", "open"), Fixture("button", "button", "released")),
)


def after(form: str, *turns: tuple[tuple[str, ...], ...]) -> Reading:
    """The reading of a form after goals that were reached turn by turn."""
    scene, said = SCENE, []
    for goals in turns:
        said.append(Turn("", scene, goals))
        scene = played(scene, goals)
    return ground(Form.parse(form), scene, turns=said)


def test_it_is_what_the_last_turn_was_about() -> None:
    assert after("in it, the bowl", (("holding", "ball"),)).subgoals == (("in", "ball", "bowl"),)
    assert after("out it", (("in", "ball", "bowl"),)).subgoals == (("on", "ball", "table"),)
    assert after("close it", (("closed", "drawer"),), (("open", "drawer"),)).subgoals == (("closed", "drawer"),)


def test_things_go_into_what_was_just_opened() -> None:
    assert after("in the ball, it", (("closed", "drawer"),), (("open", "drawer"),)).subgoals == (
        ("in", "ball", "drawer"),
    )
    assert after("open the drawer; in the ball, it").subgoals == (("open", "drawer"), ("in", "ball", "drawer"))


def test_back_is_where_it_was() -> None:
    assert after("back it", (("in", "cube", "bowl"),)).subgoals == (("in", "cube", "drawer"),)
    back = after("back the ball", (("in", "ball", "bowl"),), (("closed", "drawer"),))
    assert back.subgoals == (("at", "ball", "spot_1"),)
    assert back.spots[0].position == (0.2, 0.1)
    assert after("back the ball").kind == "question"


def test_undo_takes_back_the_last_turn() -> None:
    assert after("undo", (("in", "cube", "bowl"), ("closed", "drawer"))).subgoals == (
        ("open", "drawer"),
        ("in", "cube", "drawer"),
    )
    assert after("undo", (("in", "ball", "drawer"),), (("closed", "drawer"),)).subgoals == (("open", "drawer"),)


def test_what_cannot_be_taken_back_is_said() -> None:
    assert after("undo").kind == "question"
    assert after("undo", (("pressed", "button"),)).reason == "unsupported"


def test_what_was_moved_about_on_the_table_goes_back_to_its_spot() -> None:
    told = after("undo", (("right_of", "ball", "bowl"),))
    assert told.subgoals == (("at", "ball", "spot_1"),)
    assert told.spots[0].position == (0.2, 0.1)


@pytest.mark.parametrize("text", ["undo", "Undo that, please.", "undo the last step", "撤销上一步", "恢复原样吧"])
def test_undoing_needs_no_model(text: str) -> None:
    assert str(set_phrase(text)) == "undo"


@pytest.mark.parametrize(
    "text", ["now put it back", "Put them back where they were.", "put that back please", "放回去", "把它放回原处"]
)
def test_neither_does_putting_back(text: str) -> None:
    assert str(set_phrase(text)) == "back it"


@pytest.mark.parametrize("text", ["put it back in the bowl", "undo the knot", "把球放回碗里", "back"])
def test_other_instructions_go_to_the_model(text: str) -> None:
    assert set_phrase(text) is None
