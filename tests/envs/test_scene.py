"""`Scene`: what is read is what is written, and what is wrong is said in one line."""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pontine.envs.errors import PontineError
from pontine.envs.scene import SPEAKERS, TABLE, Fixture, Scene, SceneError, SceneObject, Spot
from tests.work import instructions

words = st.text(string.ascii_letters + " 红色方块{}\"'\\", min_size=1).filter(lambda s: s.strip() and s != TABLE)
numbers = st.floats(-10, 10)
flags = st.sampled_from([None, False, True])


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    names = draw(st.lists(words, unique=True, max_size=6))
    objects: list[SceneObject] = []
    for name in names:
        support = draw(st.sampled_from([TABLE, None, *(o.name for o in objects)]))
        position = draw(st.none() | st.tuples(numbers, numbers, numbers))
        objects.append(
            SceneObject(
                name,
                draw(words),
                draw(st.none() | words),
                position,
                support=support,
                container=draw(st.booleans()),
                aliases=tuple(draw(st.lists(words, max_size=2))),
                graspable=draw(flags),
                colors=tuple(draw(st.lists(words, max_size=2))),
                part_of=draw(st.sampled_from([None, *(o.name for o in objects)])),
            )
        )
    fixtures: tuple[Fixture, ...] = ()
    if draw(st.booleans()):
        told = dict(zip(("openable", "switchable", "container", "surface"), draw(st.tuples(*4 * [flags])), strict=True))
        fixtures = (Fixture("the drawer!", "drawer", draw(st.sampled_from(["open", "closed"])), **told),)
    holding = draw(st.sampled_from([None, *names]))
    hand = draw(st.none() | st.tuples(numbers, numbers, numbers))
    named = [*names, *(f.name for f in fixtures)]
    unseen = draw(st.lists(st.sampled_from(named), unique=True)) if named else []
    place = st.tuples(numbers, numbers)
    spots = [Spot(f"spot_{i}", draw(place), draw(st.floats(0.001, 1))) for i in range(draw(st.integers(0, 2)))]
    speaker = draw(st.sampled_from(SPEAKERS))
    return Scene(tuple(objects), fixtures, holding, hand, tuple(unseen), tuple(spots), speaker)


@given(scenes())
def test_a_scene_survives_json(scene: Scene) -> None:
    assert Scene.from_json(json.loads(json.dumps(scene.to_json()))) == scene


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("objects", "fixtures", "robot", "unseen", "spots", "name", "kind", "position", "support"),
                    *("holding", "state", "tolerance", "part_of", "colors", "graspable", "speaker"),
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_values)
def test_any_json_value_is_a_scene_or_one_clear_error(value: object) -> None:
    try:
        Scene.from_json(value)
    except SceneError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"objects": [{"name": "a", "kind": "cube"}, {"name": "a", "kind": "ball"}]}, "'a' twice"),
        ({"objects": [{"name": "a", "kind": "cube"}], "unseen": ["b"]}, "'unseen' has 'b'"),
        ({"objects": [{"name": "a", "kind": "cube", "colour": "red"}]}, "unknown field 'colour'; valid: name"),
        ({"objects": [{"name": "a", "kind": "cube", "position": [0, 1]}]}, "3 finite numbers"),
        ({"objects": [{"name": "a", "kind": "cube", "support": "b"}]}, "stands on 'b'"),
        (
            {"objects": [{"name": "a", "kind": "x", "support": "b"}, {"name": "b", "kind": "x", "support": "a"}]},
            "itself",
        ),
        ({"objects": [{"name": TABLE, "kind": "cube"}]}, "the table itself"),
        ({"robot": {"holding": "a"}}, "holds 'a'"),
        ({"spots": [{"name": "s", "position": [0.1]}]}, "spots[0].position must be 2 finite numbers"),
        ({"spots": [{"name": "s", "position": [0, 0], "tolerance": 0}]}, "spots[0].tolerance must be positive"),
        ({"objects": [{"name": "s", "kind": "x"}], "spots": [{"name": "s", "position": [0, 0]}]}, "'s' twice"),
        ({"fixtures": [{"name": "d", "kind": "drawer", "state": "ajar"}]}, "one of: open, closed"),
        (
            {"objects": [{"name": "a", "kind": "cube", "graspable": "yes"}]},
            "objects[0].graspable must be true or false",
        ),
        ({"objects": [{"name": "a", "kind": "cube", "colors": "red"}]}, "objects[0].colors must be a list"),
        ({"objects": [{"name": "a", "kind": "lid", "part_of": "pot"}]}, "'a' is a part of 'pot', which the scene does"),
        (
            {"objects": [{"name": "a", "kind": "x", "part_of": "b"}, {"name": "b", "kind": "x", "part_of": "a"}]},
            "'a' is a part of itself through 'a'",
        ),
        ({"fixtures": [{"name": "d", "kind": "stove", "state": "off", "surface": 1}]}, "fixtures[0].surface must be"),
        ({"speaker": "upside down"}, "cannot stand at 'upside down'; valid: arm, opposite, left, right"),
        ([], "must be a JSON object, not a list"),
    ],
)
def test_what_is_wrong_is_named(value: object, said: str) -> None:
    with pytest.raises(PontineError, match=said.replace("[", r"\[")):
        Scene.from_json(value)


def test_a_file_that_is_not_json_or_not_there_is_named(tmp_path) -> None:
    path = tmp_path / "scene.json"
    with pytest.raises(SceneError, match="cannot read scene"):
        Scene.read(path)
    path.write_text("{")
    with pytest.raises(SceneError, match="is not JSON"):
        Scene.read(path)


@pytest.mark.parametrize("stacked", [False, True])
def test_a_scene_of_four_times_as_many_things_is_four_times_the_work(stacked: bool) -> None:
    def things(number: int) -> tuple[SceneObject, ...]:
        return tuple(
            SceneObject(f"c{i}", "cube", support=f"c{i + 1}" if stacked and i + 1 < number else TABLE)
            for i in range(number)
        )

    few, many = (instructions(Scene, things(number)) for number in (50, 200))
    assert many < 5 * few
