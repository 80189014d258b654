"""Pushing things that no gripper can grasp."""

import pytest

from pontine.envs.predicates import holds
from pontine.envs.scene import Scene
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.tabletop.layout import from_scene
from pontine.policies.actor import load
from pontine.policies.library import policy_path
from pontine.policies.skills.object_skills import PushSkill
from pontine.policies.skills.placement import PlacementError
from pontine.policies.skills.skill import SkillError


@pytest.fixture(scope="module")
def push() -> PushSkill:
    return PushSkill(load(policy_path("push"))[0])


def table(*objects: tuple[str, str, float, float]) -> SimulatedRobot:
    """An arm before objects (name, kind, x, y)."""
    described = [{"name": n, "kind": k, "color": "red", "position": [x, y, 0.0]} for n, k, x, y in objects]
    return SimulatedRobot(from_scene(Scene.from_json({"objects": described})))


@pytest.mark.parametrize(
    ("kind", "at", "relation", "cube"),
    [
        ("bowl", (0.20, 0.06), "left_of", (0.27, 0.0)),
        ("plate", (0.20, -0.06), "right_of", (0.27, 0.0)),
        ("box", (0.22, 0.0), "behind", (0.17, -0.15)),
    ],
)
def test_what_is_too_wide_to_grasp_is_pushed_where_a_relation_says(
    kind: str, at: tuple[float, float], relation: str, cube: tuple[float, float], push: PushSkill
) -> None:
    robot = table(("thing", kind, *at), ("cube", "cube", *cube))
    assert not holds(robot.scene(), (relation, "thing", "cube"))
    outcome = push.execute(robot, ["thing", relation, "cube"])
    assert outcome.finished, outcome
    assert holds(robot.scene(), (relation, "thing", "cube"))


def test_a_push_does_not_start_where_it_cannot(push: PushSkill) -> None:
    robot = table(("bowl", "bowl", 0.22, 0.06), ("cube", "cube", 0.25, -0.12), ("ball", "ball", 0.16, -0.1))
    assert "would roll or topple" in push.execute(robot, ["ball", "left_of", "cube"]).reason
    with pytest.raises(SkillError, match="nothing can be pushed in 'bowl'"):
        push.execute(table(("bowl", "bowl", 0.22, 0.06), ("plate", "plate", 0.2, -0.1)), ["plate", "in", "bowl"])


def test_a_push_does_not_sweep_other_things_away(push: PushSkill) -> None:
    robot = table(("plate", "plate", 0.22, 0.13), ("cube", "cube", 0.23, 0.02), ("block", "block", 0.23, -0.1))
    with pytest.raises(PlacementError, match="'cube' stands in the way of pushing 'plate' there"):
        push.execute(robot, ["plate", "right_of", "block"])
