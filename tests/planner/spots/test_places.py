"""Places for wishes: what the labels' regions would accept, with room, and within reach."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pontine.envs.errors import PontineError
from pontine.envs.scene import Fixture, Scene, SceneObject, Spot
from pontine.envs.tabletop.layout import random_table
from pontine.planner.benchmarks.outcomes import Outcome, laid_out
from pontine.planner.benchmarks.regions import contains
from pontine.planner.spots.layouts import layout
from pontine.planner.spots.places import can_grasp, place_for, put, put_away
from pontine.planner.spots.table import Table
from pontine.planner.spots.wishes import (
    Apart,
    Beside,
    Between,
    Exactly,
    NoSpotError,
    Offset,
    Region,
    Row,
    Swap,
    Together,
    Toward,
    Where,
    Wish,
)
from pontine.policies.skills.room import extent, in_reach, in_the_way, pushable, standing


def table(seed: int) -> Scene:
    """An unseen table as it would be measured."""
    return Scene(
        tuple(
            SceneObject(o.name, o.kind, o.color, o.position, size=o.size, container=o.declared.container)
            for o in random_table(seed)
        )
    )


def cube(name: str, x: float, y: float) -> SceneObject:
    return SceneObject(name, "cube", position=(x, y, 0.015), size=(0.03, 0.03, 0.03))


ONE = Scene((cube("a", 0.2, 0.0),))
PARTS = ("left", "right", "far", "near", "middle", "far left", "far right", "near right", "near middle", "left middle")
SIDES = ("left_of", "right_of", "in_front_of", "behind", "near")


def wishes(one: str, other: str) -> list[tuple[Wish, dict[str, object]]]:
    """Wishes about two things beside the one that is moved, each with what a label would say."""
    return [
        (Offset("left", 0.05), {"moved": "left", "by": [0.03, 0.07]}),
        (Offset("right", 0.1), {"moved": "right", "by": [0.07, 0.13]}),
        (Offset("back right"), {"moved": "back right", "by": [0.01, 0.10]}),
        (Offset("away"), {"moved": "away", "by": [0.01, 0.10]}),
        *((Region(part), {"part": part}) for part in PARTS),
        (Region("left", edge=True), {"part": "left"}),
        *((Beside(side, one), {side: one}) for side in SIDES),
        (Between(one, other), {"between": [one, other]}),
        (Toward(one), {"closer": one}),
        (Toward(one, away=True), {"farther": one}),
    ]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**20), st.data())
def test_a_place_is_as_wished_has_room_and_can_be_reached(seed: int, data: st.DataObject) -> None:
    scene = table(seed)
    names = data.draw(st.permutations([o.name for o in scene.objects]))
    if len(names) < 3:
        return
    wish, region = data.draw(st.sampled_from(wishes(names[1], names[2])))
    thing = scene.object(names[0])
    try:
        place = place_for(scene, thing.name, wish)
    except NoSpotError as error:
        assert error.reason in ("no_room", "out_of_reach")
        return
    assert contains(region, place, scene, thing.name)
    others = [c for name, c in standing(scene).items() if name != thing.name]
    assert all(math.hypot(x - place[0], y - place[1]) > r + extent(thing) + 0.009 for x, y, r in others)
    if can_grasp(thing):
        assert in_reach(place)
    else:
        assert pushable(thing, place)
        assert not in_the_way(scene, thing, place)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**20), st.sampled_from([Row(), Row("right"), Apart(), Together()]), st.integers(2, 4))
def test_a_layout_is_as_wished(seed: int, wish: Row | Apart | Together, count: int) -> None:
    scene = table(seed)
    names = [o.name for o in scene.objects if can_grasp(o)][:count]
    if len(names) < 2:
        return
    try:
        places = layout(scene, names, wish)
    except NoSpotError as error:
        assert error.reason == "no_room"
        return
    end = Outcome({}, {}, None, places)
    assert laid_out({type(wish).__name__.lower(): names}, end, scene)
    assert wish != Row("right") or laid_out({"order": names, "along": "right"}, end, scene)
    for i, name in enumerate(names):
        assert name not in places or in_reach(places[name])
        after = scene
        for other, place in places.items():
            after = put(after, other, place)
        x, y, r = standing(after)[name]
        others = [c for other, c in standing(after).items() if other not in names[: i + 1]]
        assert all(np.hypot(x - ox, y - oy) > r + o for ox, oy, o in others)


def test_the_exact_place_is_taken_where_it_can_be() -> None:
    assert place_for(ONE, "a", Offset("left", 0.07)) == (0.2, 0.07)
    assert place_for(Scene((*ONE.objects, cube("b", 0.2, 0.2))), "a", Between("a", "b")) == (0.2, 0.1)
    near = place_for(Scene((*ONE.objects, cube("b", 0.2, 0.12))), "a", Offset("left", 0.08))
    assert near != (0.2, 0.08)
    assert math.dist(near, (0.2, 0.08)) < 0.03


def test_a_gap_is_measured_between_the_two() -> None:
    x, y = place_for(Scene((*ONE.objects, cube("b", 0.22, -0.15))), "b", Beside("right_of", "a", gap=0.05))
    assert x == pytest.approx(0.2)
    assert y == pytest.approx(-(0.05 + 2 * 0.015 * math.sqrt(2)), abs=0.001)


def test_the_corner_is_as_far_that_way_as_can_be() -> None:
    x, y = place_for(ONE, "a", Region("far right"))
    assert math.hypot(x - 0.0388, y) > 0.25
    assert y < -0.15
    assert place_for(ONE, "a", Region("left", edge=True))[1] > 0.24
    assert place_for(ONE, "a", Region("far"))[1] == 0.0


def test_what_will_have_moved_is_no_longer_in_the_way() -> None:
    scene = Scene((*ONE.objects, cube("b", 0.2, 0.1)))
    with pytest.raises(NoSpotError, match="no room"):
        place_for(scene, "a", Exactly((0.2, 0.1)))
    assert place_for(put_away(scene, "b"), "a", Exactly((0.2, 0.1))) == (0.2, 0.1)
    assert place_for(put(scene, "b", (0.2, -0.1)), "a", Exactly((0.2, 0.1))) == (0.2, 0.1)
    assert place_for(scene, "a", Where("b")) == (0.2, 0.1)


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        (Offset("away", 0.4), "out_of_reach"),
        (Exactly((0.6, 0.0)), "out_of_reach"),
        (Beside("left_of", "drawer"), "unknown"),
        (Toward("lost"), "unknown"),
    ],
)
def test_why_there_is_none_is_said(wish: Wish, reason: str) -> None:
    scene = Scene((*ONE.objects, SceneObject("lost", "ball")), (Fixture("drawer", "drawer", "closed"),))
    with pytest.raises(NoSpotError) as error:
        place_for(scene, "a", wish)
    assert error.value.reason == reason


@pytest.mark.parametrize("wish", [Offset("up"), Offset("left right"), Region("top"), Beside("under", "a")])
def test_a_word_that_there_is_none_of_is_named(wish: Wish) -> None:
    with pytest.raises(PontineError, match=r"up|nowhere|top|under"):
        place_for(ONE, "a", wish)


def test_two_things_change_places() -> None:
    scene = Scene((*ONE.objects, cube("b", 0.2, 0.1), SceneObject("bowl", "bowl", position=(0.28, -0.08, 0.0))))
    assert layout(scene, ["a", "b"], Swap()) == {"a": (0.2, 0.1), "b": (0.2, 0.0)}
    with pytest.raises(NoSpotError) as error:
        layout(scene, ["a", "bowl"], Swap())
    assert error.value.reason == "unmovable"


def test_what_already_stands_in_a_row_stays() -> None:
    scene = Scene((cube("a", 0.2, 0.1), cube("b", 0.2, 0.0273), cube("c", 0.25, -0.05)))
    assert set(layout(scene, ["a", "b", "c"], Row())) <= {"a", "b", "c"}
    straight = Scene((cube("a", 0.2, 0.0724), cube("b", 0.2, 0.0), cube("c", 0.2, -0.0724)))
    assert layout(straight, ["a", "b", "c"], Row("right")) == {}


def test_wishes_see_what_those_before_them_have_changed() -> None:
    given = Scene((cube("a", 0.2, 0.0), cube("b", 0.2, 0.1)), spots=(Spot("spot_1", (0.3, 0.0)),))
    table = Table(given)
    with pytest.raises(NoSpotError, match="no room"):
        table.place("a", Exactly((0.2, 0.1)))
    table.take_away("b")
    assert table.place("a", Exactly((0.2, 0.1))) == ("at", "a", "spot_2")
    assert table.spots == [Spot("spot_2", (0.2, 0.1))]
    assert table.place("a", Offset("left", 0.04)) == ("at", "a", "spot_3")
    assert table.spots[1].position == (0.2, 0.14)
    other = Table(given)
    assert other.lay(["a", "b"], Swap()) == [("at", "a", "spot_2"), ("at", "b", "spot_3")]


def test_a_rough_length_may_be_another_where_there_is_no_room() -> None:
    scene = Scene((*ONE.objects, cube("b", 0.2, 0.085)))
    with pytest.raises(NoSpotError, match="no room"):
        place_for(scene, "a", Offset("left", 0.07))
    assert place_for(scene, "a", Offset("left", 0.07, rough=True)) == (0.2, 0.03)
