"""Fixtures as the camera tells them: where they stand, how far they are out, and what nobody can see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pontine.envs.declarations.fixture_kind import FIXTURES
from pontine.envs.errors import PontineError
from pontine.envs.predicates import holds, unseen
from pontine.envs.robot import CONTROL_SECONDS, JOINTS, RobotState
from pontine.envs.scene import UNKNOWN, Fixture, Scene, SceneObject
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.so101.kinematics import tool_pose
from pontine.envs.so101.model import REST
from pontine.envs.tabletop.fixture_parts import yaw_of
from pontine.envs.tabletop.layout import fixtures_from_scene, from_scene
from pontine.planner.execution.executive import execute
from pontine.planner.planning.plan import make_plan
from pontine.sim2real.emulation.tagging import TABLE_TAGS, decals
from pontine.sim2real.vision.fixture_pose import moved
from pontine.sim2real.vision.markers import MarkedFixture, Markers, MarkersError, Tag
from pontine.sim2real.vision.scene_source import FixedScene
from pontine.sim2real.vision.tag_scene import TagScene
from pontine.sim2real.vision.tracking.tracker import LOST, Tracker
from tests.planner.fakes import FakeRobot
from tests.sim2real.views import shot, true_camera

DRAWER = MarkedFixture(
    "drawer",
    "drawer",
    # on the cabinet's top, and on a card that stands on the drawer's front
    tags=(Tag(40, 0.04, (-0.06, 0.0, 0.0625)),),
    part_tags=(Tag(41, 0.03, (0.012, 0.0, 0.068)),),
)
BUTTON = MarkedFixture(
    "button",
    "button",
    # beside the housing, and on the plunger
    tags=(Tag(42, 0.03, (0.0, 0.055, 0.0005)),),
    part_tags=(Tag(43, 0.018, (0.0, 0.0, 0.0345)),),
)
TABLE = Scene(
    (SceneObject("red_cube", "cube", "red", (0.24, -0.13, 0.015), size=(0.03, 0.03, 0.03)),),
    (
        Fixture("drawer", "drawer", "closed", (0.239, 0.15, 0.0)),
        Fixture("button", "button", "released", (0.26, 0.0, 0.0)),
    ),
)


class View:
    """A table with fixtures before the camera; time passes as pictures are looked at."""

    def __init__(self, *fixtures: MarkedFixture, scene: Scene = TABLE) -> None:
        kept = tuple(f for f in scene.fixtures if f.name in {marked.name for marked in fixtures})
        objects, mounted = from_scene(replace(scene, fixtures=kept)), fixtures_from_scene(replace(scene, fixtures=kept))
        markers = Markers(TABLE_TAGS, (), fixtures=fixtures)
        self.robot = SimulatedRobot(objects, mounted, decals(markers))
        self.time = 0.0
        lens, _ = true_camera(self.robot.worlds.model)
        self.source = TagScene(markers, lens, clock=lambda: self.time)

    def set(self, slot: int, displacement: float) -> None:
        """Put a fixture's part somewhere."""
        self.robot.worlds.mounted.displacement[0, slot] = displacement
        self.robot.worlds.refresh(np.zeros(1, int))

    def look(self, steps: int = 4) -> Scene:
        self.time += steps * CONTROL_SECONDS
        self.source.see(shot(self.robot), self.time)
        return self.source.scene(self.robot.observe())


@contextmanager
def view(*fixtures: MarkedFixture) -> Iterator[View]:
    made = View(*fixtures)
    try:
        yield made
    finally:
        made.robot.close()


@pytest.mark.parametrize("marked", [DRAWER, BUTTON], ids=lambda marked: marked.kind)
def test_where_it_stands_and_how_far_it_is_out(marked: MarkedFixture) -> None:
    kind = FIXTURES[marked.kind]
    with view(marked) as seen:
        for displacement in np.linspace(0.0, kind.travel, 7):
            seen.set(0, displacement)
            there, truth = seen.look().fixture(marked.name), seen.robot.scene().fixture(marked.name)
            assert there.displacement == pytest.approx(displacement, abs=max(0.0015, 0.1 * kind.travel))
            assert np.linalg.norm(np.subtract(there.position, truth.position)) < 0.003
            assert abs(np.remainder(yaw_of(there) - yaw_of(truth) + np.pi, 2 * np.pi) - np.pi) < np.deg2rad(2)
            if displacement >= kind.engages + 0.001:
                assert there.state == kind.states[0]


def test_a_drawer_is_open_until_it_is_closed_and_unknown_when_first_seen_halfway() -> None:
    states = []
    with view(DRAWER) as seen:
        for displacement in (0.04, 0.08, 0.04, 0.0, 0.04):
            seen.set(0, displacement)
            states.append(seen.look().fixture("drawer").state)
        assert states == [UNKNOWN, "open", "open", "closed", "closed"]
        assert holds(seen.source.scene(seen.robot.observe()), ("closed", "drawer"))


def test_a_button_that_was_seen_pressed_stays_so() -> None:
    states = []
    with view(BUTTON) as seen:
        for displacement in (0.0, 0.011, 0.0):
            seen.set(0, displacement)
            states.append(seen.look().fixture("button").state)
    assert states == ["released", "pressed", "pressed"]


def test_a_fixture_may_stand_at_a_measured_place() -> None:
    """Measured 3 mm off; its part's tag says what it says."""
    spec = fixtures_from_scene(TABLE)[0]
    x, y, z = spec.position
    quat = (float(np.cos(spec.yaw / 2)), 0.0, 0.0, float(np.sin(spec.yaw / 2)))
    fixed = replace(DRAWER, tags=(), position=(x + 0.002, y - 0.002, z), orientation=quat)
    with view(fixed) as seen:
        seen.set(0, 0.085)
        there = seen.look().fixture("drawer")
    assert there.state == "open"
    assert there.displacement == pytest.approx(0.085, abs=0.005)


def test_what_nobody_can_see_is_said_and_not_assumed() -> None:
    blind = replace(DRAWER, part_tags=())
    with view(blind) as seen:
        there = seen.look().fixture("drawer")
        assert (there.state, there.displacement) == (UNKNOWN, None)
        assert there.position is not None
        scene = seen.source.scene(seen.robot.observe())
        assert not holds(scene, ("open", "drawer"))
        assert not holds(scene, ("closed", "drawer"))
        assert unseen(scene, [("not", "open", "drawer")]) == ("drawer",)
        assert Scene.from_json(json.loads(json.dumps(scene.to_json()))) == scene
        with pytest.raises(PontineError, match="whether it is open or closed is not known"):
            fixtures_from_scene(scene)


def test_a_fixture_that_was_never_looked_at_is_unseen_until_its_state_is_seen() -> None:
    tracker = Tracker(Markers(TABLE_TAGS, (), fixtures=(DRAWER, BUTTON)))
    still = np.zeros(len(JOINTS))
    assert tracker.scene(RobotState(REST, still, still, REST, 0.0), 0.0).unseen == ("drawer", "button")
    with view(DRAWER) as seen:
        told = []
        for displacement in (0.04, 0.08):
            seen.set(0, displacement)
            told.append(seen.look().unseen)
    assert told == [("drawer",), ()]


def test_nothing_is_done_about_a_drawer_that_nobody_has_ever_seen() -> None:
    class Unseeing(FakeRobot):
        tracker = Tracker(Markers(TABLE_TAGS, (), fixtures=(DRAWER,)))

        def scene(self) -> Scene:
            return self.tracker.scene(self.observe(), 0.04 * self.commands)

    result = execute(Unseeing(), {}, [("not", "open", "drawer")], make_plan)
    assert (result.goal_reached, result.cause, result.steps) == (False, "perception", [])
    assert "drawer could not be seen" in result.reason


def test_a_part_that_is_gone_in_plain_view_is_unknown_after_a_while() -> None:
    with view(DRAWER) as seen:
        seen.set(0, 0.08)
        assert seen.look().fixture("drawer").state == "open"
        hidden = seen.robot._decals
        seen.robot.close()
        seen.robot._decals = tuple(d for d in hidden if not d.body.endswith("_part"))
        assert seen.look().fixture("drawer").state == "open", "it is believed for a while"
        for _ in range(round(LOST / 0.4) + 2):
            last = seen.look(steps=10).fixture("drawer")
        assert (last.state, last.displacement) == (UNKNOWN, None)


def test_the_scene_says_where_the_hand_is() -> None:
    tool = tool_pose(REST[None]).position[0]
    with view(DRAWER) as seen:
        assert seen.look().hand == pytest.approx(tool, abs=0.01)
        assert FixedScene(TABLE).scene(seen.robot.observe()).hand == pytest.approx(tool, abs=0.01)


@given(st.sampled_from(list(FIXTURES.own())), st.floats(0, 1))
def test_a_part_moves_as_its_joint_does(kind: object, share: float) -> None:
    """The point the hand works on, against the table's own geometry."""
    from pontine.envs.tabletop.fixture_parts import part_position

    displacement = share * kind.travel
    expected = part_position(kind, np.zeros((1, 3)), np.zeros(1), np.array([displacement]))
    np.testing.assert_allclose(moved(kind, np.array([kind.part]), displacement), expected, atol=1e-12)


def test_markers_with_fixtures_are_written_and_read() -> None:
    fixed = MarkedFixture("lid", "drawer", (0.2, 0.1, 0.0), (1.0, 0.0, 0.0, 0.0), (), (), ("chest",))
    markers = Markers(TABLE_TAGS, (), fixtures=(DRAWER, BUTTON, fixed))
    assert Markers.from_json(json.loads(json.dumps(markers.to_json()))) == markers


@pytest.mark.parametrize(
    ("fixture", "said"),
    [
        ({"kind": "safe"}, "unknown fixture 'safe'; valid: "),
        ({}, "fixtures[0] needs either 'tags' on its body or the 'position' at which it stands"),
        ({"position": [0, 0, 0], "orientation": [0.7, 0.7, 0, 0]}, "must turn it about the vertical only"),
        ({"tags": [{"id": 7, "size": 0.03}]}, "position is missing: where the tag's middle is, [x, y, z] m from the"),
        ({"tags": [{"id": 0, "size": 0.03, "position": [0, 0, 0]}]}, "tag 0 is on 'table' and on 'drawer'"),
        ({"state": "open"}, "has an unknown field 'state'"),
        ({"position": [0, 0, 0], "name": "table"}, "the name 'table' is used twice"),
    ],
)
def test_a_fixture_that_is_declared_wrongly_is_one_clear_line(fixture: dict[str, object], said: str) -> None:
    data = Markers(TABLE_TAGS, ()).to_json()
    data["fixtures"] = [{"name": "drawer", "kind": "drawer", **fixture}]
    with pytest.raises(PontineError) as refused:
        Markers.from_json(data)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert isinstance(refused.value, MarkersError) or "valid" in said
