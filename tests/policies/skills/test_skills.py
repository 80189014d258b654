"""The shipped skills on tables they were never trained on."""

from dataclasses import replace

import numpy as np
import pytest

from pontine.envs.declarations.kind import KINDS
from pontine.envs.errors import PontineError
from pontine.envs.predicates import holds
from pontine.envs.scene import TABLE, Scene, Spot
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.so101.kinematics import tool_pose
from pontine.envs.so101.model import REST
from pontine.envs.spots import SPOTS
from pontine.envs.tabletop.layout import from_scene, random_table
from pontine.envs.tabletop.objects import ObjectSpec
from pontine.policies.evaluate import acting, evaluate
from pontine.policies.skills.handling import BLIND_STEPS
from pontine.policies.skills.loading import LIBRARY, SKILLS, load_library
from pontine.policies.skills.operator import RELATIONS, SPOT
from pontine.policies.skills.placement import PlacementError, goal_for
from pontine.policies.skills.skill import Skill, SkillError


@pytest.fixture(scope="module")
def library() -> dict[str, Skill]:
    return load_library()


@pytest.mark.parametrize("name", SKILLS)
def test_a_shipped_skill_is_as_good_as_its_card_says(name: str, library: dict[str, Skill]) -> None:
    actor = library[name].actor
    assert actor is not None
    found = evaluate(SKILLS[name].task, acting(actor), 150, seed=33_000_000)
    assert found["wilson95"][1] >= 0.95, found


@pytest.mark.parametrize(
    ("relation", "reference"),
    [("in", "bowl"), ("on", "block"), ("on", "table"), ("left_of", "bowl"), ("right_of", "block"), ("near", "bowl")],
)
def test_pick_then_place_makes_the_relation_true(relation: str, reference: str, library: dict[str, Skill]) -> None:
    scene = Scene.from_json(
        {
            "objects": [
                {"name": "cube", "kind": "cube", "color": "red", "position": [0.22, 0.0, 0.0], "size": [0.03] * 3},
                {"name": "bowl", "kind": "bowl", "position": [0.21, 0.14, 0.0]},
                {"name": "block", "kind": "block", "position": [0.2, -0.13, 0.0], "size": [0.04, 0.05, 0.03]},
            ]
        }
    )
    robot = SimulatedRobot(from_scene(scene))
    steps = []
    assert library["pick"].execute(robot, ["cube"], lambda r: steps.append(r)).finished
    assert robot.scene().holding == "cube"
    assert len(steps) > 10
    assert library["place"].execute(robot, ["cube", relation, reference]).finished
    assert holds(robot.scene(), (relation, "cube", reference))
    assert robot.scene().holding is None


def test_an_object_that_comes_to_rest_short_of_its_goal_is_still_put_down(library: dict[str, Skill]) -> None:
    """Without integral action the policy hovers here, a centimetre off, until time is up."""
    robot = SimulatedRobot(random_table(1029004))
    assert library["pick"].execute(robot, ["red_block"]).finished
    assert library["place"].execute(robot, ["red_block", "on", "plate"]).finished
    assert holds(robot.scene(), ("on", "red_block", "plate"))


def test_the_hand_goes_over_spots_and_objects_and_home(library: dict[str, Skill]) -> None:
    robot = SimulatedRobot(random_table(3))
    cube = robot.scene().object("red_cube")
    for skill, args, wanted in (
        ("reach", ["left"], SPOTS["left"]),
        ("reach", ["red_cube"], cube.position),
        ("reach", ["far"], SPOTS["far"]),
        ("home", [], tool_pose(REST[None]).position[0]),
    ):
        assert library[skill].execute(robot, args).finished
        tool = tool_pose(robot.observe().position[None]).position[0]
        assert np.linalg.norm((tool - wanted)[:2]) < 0.02
    assert robot.scene().object("red_cube").position == pytest.approx(cube.position, abs=2e-3)
    with pytest.raises(SkillError, match="'nowhere' is neither a spot nor an object; there are: middle, left"):
        library["reach"].execute(robot, ["nowhere"])


def test_a_skill_does_not_start_where_it_cannot(library: dict[str, Skill]) -> None:
    robot = SimulatedRobot(random_table(3))
    before = robot.observe()
    assert "does not hold" in library["place"].execute(robot, ["red_cube", "in", "bowl"]).reason
    assert "too wide" in library["pick"].execute(robot, ["bowl"]).reason
    np.testing.assert_array_equal(robot.observe().position, before.position)
    with pytest.raises(SkillError, match=r"place takes \(object, relation, reference\), got 1"):
        library["place"].execute(robot, ["red_cube"])
    with pytest.raises(PontineError, match="no object 'ghost'"):
        library["pick"].execute(robot, ["ghost"])


class Hiding(SimulatedRobot):
    """An arm whose scene says for some looks that nobody knows where the cube is."""

    def __init__(self, hidden: range) -> None:
        super().__init__((ObjectSpec("cube", "cube", "red", (0.03,) * 3, (0.24, 0.05, 0.015)),))
        self.looks, self.hidden = 0, hidden

    def scene(self) -> Scene:
        seen, self.looks = super().scene(), self.looks + 1
        if self.looks - 1 not in self.hidden:
            return seen
        return replace(seen, objects=(replace(seen.object("cube"), position=None, orientation=None),))


def test_a_thing_out_of_sight_for_a_moment_is_still_picked_up(library: dict[str, Skill]) -> None:
    assert library["pick"].execute(Hiding(range(5, 5 + BLIND_STEPS - 1)), ["cube"]).finished


def test_a_skill_ends_when_it_has_lost_sight_of_its_object(library: dict[str, Skill]) -> None:
    outcome = library["pick"].execute(Hiding(range(5, 10_000)), ["cube"])
    assert not outcome.finished
    assert outcome.reason == "lost sight of 'cube'"
    assert outcome.steps == 4 + BLIND_STEPS
    assert library["pick"].execute(Hiding(range(10_000)), ["cube"]).reason == "nobody knows where 'cube' is"


@pytest.mark.parametrize("relation", [relation for relation in RELATIONS if relation != SPOT])
def test_goals_make_the_relation_true_and_keep_clear(relation: str) -> None:
    for seed in range(12):
        scene = SimulatedRobot(random_table(seed)).scene()
        item = next(o for o in scene.objects if KINDS[o.kind].graspable)
        other = next(o for o in scene.objects if o is not item)
        if relation in ("on", "in"):
            assert goal_for(scene, item.name, relation, other.name, (0.2, 0.0))[2] > 0.01
            continue
        try:
            x, y, _ = goal_for(scene, item.name, relation, other.name, (0.2, 0.0))
        except PontineError as error:
            assert "no free room" in str(error)
            continue
        moved = {
            "objects": [
                {**o, "position": [float(x), float(y), 0.02]} if o["name"] == item.name else o
                for o in scene.to_json()["objects"]
            ]
        }
        assert holds(Scene.from_json(moved), (relation, item.name, other.name))
        assert min(np.hypot(x - o.position[0], y - o.position[1]) for o in scene.objects if o is not item) > 0.03


def test_a_thing_goes_to_its_spot_or_as_near_as_counts() -> None:
    scene = SimulatedRobot(random_table(3)).scene()
    x, y, _ = goal_for(scene, "red_cube", "on", TABLE, (0.2, 0.0))
    free = scene.marked([Spot("here", (float(x), float(y)))])
    assert goal_for(free, "red_cube", SPOT, "here", (0.3, 0.1))[:2] == pytest.approx((x, y))
    bowl = scene.object("bowl").position
    assert bowl is not None
    taken = scene.marked([Spot("taken", bowl[:2])])
    with pytest.raises(PlacementError, match="no room for 'red_cube' at taken: bowl is in the way"):
        goal_for(taken, "red_cube", SPOT, "taken", (0.3, 0.1))


def test_what_is_put_down_anywhere_leaves_spots_free() -> None:
    scene = SimulatedRobot(random_table(3)).scene()
    x, y, _ = goal_for(scene, "red_cube", "on", TABLE, (0.2, 0.0))
    marked = scene.marked([Spot("spot_1", (float(x), float(y)))])
    assert np.hypot(*(goal_for(marked, "red_cube", "on", TABLE, (0.2, 0.0))[:2] - (x, y))) > 0.03


def test_the_library_stays_small() -> None:
    assert sum(f.stat().st_size for f in LIBRARY.rglob("*") if f.is_file()) < 10e6
