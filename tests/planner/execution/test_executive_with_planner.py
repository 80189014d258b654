"""The executive with the real task planner, on a symbolic table where anything may go wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pontine.envs.predicates import DIRECTIONS, Predicate, holds
from pontine.envs.scene import TABLE, Scene, SceneObject
from pontine.planner.execution.executive import execute
from pontine.planner.planning.plan import make_plan
from tests.planner.fakes import FakeRobot, FakeSkill, Said, move, picked

SOLIDS = ("red_cube", "blue_cube", "green_block")
SCENE = Scene(
    (
        *(SceneObject(n, n.split("_")[1], n.split("_")[0], (0.2, 0.1 * i - 0.1, 0.015)) for i, n in enumerate(SOLIDS)),
        SceneObject("bowl", "bowl", "white", (0.28, 0.0, 0.0), container=True),
        SceneObject("plate", "plate", "white", (0.28, 0.14, 0.0)),
    )
)


def placed(scene: Scene, args: Sequence[str]) -> Scene:
    """The object where the relation says, on the table for those of direction."""
    name, relation, reference = args
    if relation not in DIRECTIONS:
        return move(scene, name, reference)
    where = scene.object(reference).position
    assert where is not None
    beside = tuple(w + 0.08 * d for w, d in zip(where, (*DIRECTIONS[relation], 0.0), strict=True))
    moved = move(scene, name, TABLE)
    objects = tuple(replace(o, position=beside) if o.name == name else o for o in moved.objects)  # type: ignore[arg-type]
    return replace(moved, objects=objects)


solid = st.sampled_from(SOLIDS)
goals = st.one_of(
    st.tuples(st.just("holding"), solid),
    st.tuples(st.just("in"), solid, st.just("bowl")),
    st.tuples(st.just("on"), solid, st.sampled_from(["plate", TABLE, *SOLIDS])),
    st.tuples(st.sampled_from(sorted(DIRECTIONS)), solid, st.sampled_from(["bowl", *SOLIDS])),
    st.tuples(st.just("not"), st.just("in"), solid, st.just("bowl")),
).filter(lambda goal: len(set(goal)) == len(goal))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(goals, min_size=1, max_size=3, unique=True),
    st.sets(st.integers(0, 6)),
    st.sets(st.integers(0, 6)),
    st.sampled_from(["stays in the hand", "falls on the table", "falls over"]),
    st.booleans(),
)
def test_done_is_only_said_of_a_goal_that_holds(
    subgoals: list[Predicate], missed: set[int], spilt: set[int], mishap: str, claims: bool
) -> None:
    def spill(scene: Scene, args: Sequence[str]) -> Scene:
        if mishap == "stays in the hand":
            return scene
        return move(scene, args[0], TABLE if mishap == "falls on the table" else None)

    robot = FakeRobot(SCENE)
    skills = {
        "pick": FakeSkill(picked, tuple(missed), says=Said(claims)),
        "place": FakeSkill(placed, tuple(spilt), spill, says=Said(claims)),
    }
    result = execute(robot, skills, subgoals, make_plan, max_replans=2)
    assert result.final_scene == robot.world
    assert result.goal_reached == (result.cause is None)
    assert len(result.plans) <= 3
    if result.goal_reached:
        assert all(holds(robot.world, goal) for goal in result.goal)
        # The last subgoal is contradicted by none, so it is always part of what must hold.
        assert holds(robot.world, subgoals[-1])
    elif not missed and not spilt:
        assert result.cause == "plan"


@pytest.mark.parametrize("support", ["bowl", TABLE])
def test_what_is_to_be_out_and_then_in_again_is_carried_out_as_it_is_planned(support: str) -> None:
    robot = FakeRobot(move(SCENE, "red_cube", support))
    goals = [("not", "in", "red_cube", "bowl"), ("in", "red_cube", "bowl")]
    result = execute(robot, {"pick": FakeSkill(picked), "place": FakeSkill(placed)}, goals, make_plan)
    assert (result.goal_reached, result.replans) == (True, 0)
    assert holds(robot.world, goals[-1])
