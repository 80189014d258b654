"""What was moved about on the table goes back to the spot where it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pontine.envs.scene import TABLE, Scene, SceneObject
from pontine.planner.grounding.naming.abilities import graspable
from pontine.planner.grounding.naming.resolve import Resolver, Unresolved
from pontine.planner.grounding.undo import put_back, undo
from pontine.planner.planning.plan import make_plan
from pontine.planner.reading import Turn
from pontine.planner.spots.places import put
from pontine.planner.spots.table import Table


def cube(name: str, x: float, y: float) -> SceneObject:
    return SceneObject(name, "cube", position=(x, y, 0.015), size=(0.03, 0.03, 0.03))


BOWL = SceneObject("bowl", "bowl", position=(0.28, -0.08, 0.0), size=(0.1, 0.1, 0.04), container=True)
BEFORE = Scene((cube("a", 0.2, 0.0), cube("b", 0.2, 0.1), BOWL))
SWAPPED = put(put(BEFORE, "a", (0.2, 0.1)), "b", (0.2, 0.0))
TURN = Turn("x", BEFORE, (("at", "a", "spot_1"), ("at", "b", "spot_2")))


def in_bowl(scene: Scene, name: str) -> Scene:
    inside = replace(scene.object(name), support="bowl", position=(0.28, -0.08, 0.02))
    return replace(scene, objects=tuple(inside if o.name == name else o for o in scene.objects))


def test_two_that_changed_places_change_back() -> None:
    table = Table(SWAPPED, graspable)
    goals = undo([TURN], Resolver.after([TURN], SWAPPED, "en"), table)
    assert {spot.name: spot.position for spot in table.spots} == {"spot_1": (0.2, 0.0), "spot_2": (0.2, 0.1)}
    assert goals == [("at", "a", "spot_1"), ("at", "b", "spot_2")]
    assert make_plan(SWAPPED.marked(table.spots), goals).valid


def test_what_was_put_aside_comes_back_too_and_what_was_only_nudged_stays() -> None:
    now = put(put(BEFORE, "a", (0.2, 0.05)), "b", (0.15, 0.18))
    turn = Turn("x", BEFORE, (("at", "a", "spot_1"),))
    table = Table(now, graspable)
    assert [goal[1] for goal in undo([turn], Resolver.after([turn], now, "en"), table)] == ["a", "b"]
    nudged = put(put(BEFORE, "a", (0.2, 0.05)), "b", (0.2, 0.11))
    assert [goal[1] for goal in undo([turn], Resolver.after([turn], nudged, "en"), Table(nudged))] == ["a"]


def test_what_is_taken_out_again_goes_where_it_stood_if_there_is_room() -> None:
    turn = Turn("x", BEFORE, (("in", "a", "bowl"),))
    now = in_bowl(BEFORE, "a")
    table = Table(now, graspable)
    assert put_back(["a"], [turn], Resolver.after([turn], now, "en"), table) == [("at", "a", "spot_1")]
    assert table.spots[0].position == (0.2, 0.0)
    taken = put(now, "b", (0.2, 0.01))
    assert put_back(["a"], [turn], Resolver.after([turn], taken, "en"), Table(taken, graspable)) == [("on", "a", TABLE)]


def test_what_cannot_come_back_to_where_it_was_is_said() -> None:
    now = put(BEFORE, "bowl", (0.28, 0.05))
    far = put(BEFORE, "bowl", (0.2, -0.08))
    turn = Turn("x", BEFORE, (("at", "bowl", "spot_1"),))
    assert undo([turn], Resolver.after([turn], now, "en"), Table(now, graspable)) == [("at", "bowl", "spot_1")]
    back, pushed = Turn("x", far, turn.goals), put(far, "bowl", (0.28, -0.08))
    resolver, table = Resolver.after([back], pushed, "en"), Table(pushed, graspable)
    with pytest.raises(Unresolved) as told:
        undo([back], resolver, table)
    assert told.value.reading.reason == "unsupported"
