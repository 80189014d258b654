"""Fixtures that turn on a hinge: a chest with a lid, declared as a stranger would."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import mujoco
import numpy as np
import pytest

from pontine.envs.declarations.fixture_kind import FIXTURES, FixtureKind, Inside, box, other_state
from pontine.envs.errors import SceneError
from pontine.envs.predicates import PREDICATES, holds
from pontine.envs.registry import REGISTRIES, RegistryError, _declaring
from pontine.envs.rotations import heading_quat, matrix_to_quat
from pontine.envs.scene import Scene
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.tabletop.fixture_parts import opening_of, part_of, part_position, part_quat
from pontine.envs.tabletop.fixture_spec import FixtureSlot, part_body
from pontine.envs.tabletop.layout import fixtures_from_scene, from_scene, random_fixture
from pontine.envs.tabletop.table import build
from pontine.envs.visuals.render import Renderer

OAK, TIN = (0.6, 0.45, 0.3), (0.5, 0.5, 0.55)

CHEST = FixtureKind(
    "chest",
    states=("unlatched", "latched"),
    joint="hinge",
    axis=(0.0, -2.0, 0.0),
    pivot=(-0.06, 0.0, 0.035),
    travel=2.0,
    part=(0.055, 0.0, 0.040),
    part_size=(0.010, 0.030, 0.010),
    turn=math.pi / 2,
    symmetry=2,
    engages=1.6,
    disengages=0.3,
    rest=(1.9, 0.0),
    keepout=((0.0, 0.0, 0.08),),
    standing=(
        box((-0.06, -0.06, 0.0), (0.06, 0.06, 0.005), OAK),
        box((-0.06, -0.06, 0.005), (-0.055, 0.06, 0.035), OAK),
        box((0.055, -0.06, 0.005), (0.06, 0.06, 0.035), OAK),
        box((-0.06, -0.06, 0.005), (0.06, -0.055, 0.035), OAK),
        box((-0.06, 0.055, 0.005), (0.06, 0.06, 0.035), OAK),
    ),
    moving=(
        box((-0.06, -0.06, 0.036), (0.06, 0.06, 0.040), TIN),
        box((0.05, -0.015, 0.040), (0.06, 0.015, 0.045), TIN),
    ),
    mass=0.02,
    damping=0.02,
    friction=(0.02, 0.03),
    reach=(0.18, 0.26),
    state_colors=((0.1, 0.8, 0.2), TIN),
    inside=Inside((-0.055, -0.055, 0.005), (0.055, 0.055, 0.035), 0.032, "unlatched"),
    words={"en": ("chest",), "zh": ("箱",)},
)
ORIGIN = "test_hinges"
SCENE = {
    "objects": [
        {"name": "cube", "kind": "cube", "position": [0.15, 0.20, 0.0], "size": [0.025] * 3, "support": "chest"}
    ],
    "fixtures": [{"name": "chest", "kind": "chest", "state": "unlatched", "position": [0.15, 0.20, 0]}],
}


def declare(kind: FixtureKind) -> None:
    with _declaring(ORIGIN):
        FIXTURES.register(kind)


def forget() -> None:
    for registry in REGISTRIES.values():
        registry._forget(ORIGIN)


@pytest.fixture(autouse=True)
def chest() -> Iterator[None]:
    declare(CHEST)
    yield
    forget()
    assert "chest" not in FIXTURES
    assert "latched" not in PREDICATES


def robot(data: dict) -> SimulatedRobot:
    scene = Scene.from_json(data)
    return SimulatedRobot(from_scene(scene), fixtures_from_scene(scene))


@pytest.mark.parametrize("axis", [(0.0, -2.0, 0.0), (0.3, 0.2, 0.9)])
@pytest.mark.parametrize("displacement", [0.0, 0.7, 1.9])
@pytest.mark.parametrize("yaw", [0.0, 2.5])
def test_a_part_is_where_the_simulation_has_it(axis: tuple, displacement: float, yaw: float) -> None:
    """The last shape is the part that the hand works on, so its pose is the part's but for the heading there."""
    forget()
    handle = CHEST.moving[-1]
    kind = replace(CHEST, axis=axis, part=handle.shape.pos, turn=0.0)
    declare(kind)
    model = build((), (FixtureSlot("fixture0", "chest"),)).compile()
    body, at = model.body("fixture0"), np.array([0.2, 0.1, 0.0])
    model.body_pos[body.id], model.body_quat[body.id] = at, heading_quat(yaw)
    data = mujoco.MjData(model)
    data.joint("fixture0").qpos[:] = displacement
    mujoco.mj_kinematics(model, data)
    geom = np.flatnonzero(model.geom_bodyid == model.body("fixture0_part").id)[-1]
    where = part_position(kind, at[None], np.array([yaw]), np.array([displacement]))[0]
    np.testing.assert_allclose(where, data.geom_xpos[geom], atol=1e-9)
    quat = part_quat(kind, np.array([yaw]), np.array([displacement]))[0]
    measured = matrix_to_quat(data.geom_xmat[geom].reshape(3, 3))
    assert abs(quat @ measured) == pytest.approx(1.0, abs=1e-9)


def test_its_state_follows_the_joint_both_ways() -> None:
    robot_ = robot({"fixtures": [{**SCENE["fixtures"][0], "state": "latched"}]})
    worlds = robot_.worlds
    torque = worlds.batch.bind("qfrc_applied")[:, worlds.model.joint("fixture0").dofadr[0]]
    seen = set()
    for sign in (1.0, -1.0):
        for _ in range(120):
            torque[:] = sign * 0.045
            worlds.advance(worlds.command)
            fixture = robot_.scene().fixture("chest")
            if CHEST.disengages < fixture.displacement < CHEST.engages:
                seen.add((sign, fixture.state))
            else:
                assert fixture.state == CHEST.states[0 if fixture.displacement >= CHEST.engages else 1]
            part, kind = part_of(fixture), worlds.mounted.kinds[0]
            np.testing.assert_allclose(part.position, worlds.mounted.part(0)[0], atol=2e-4)
            assert abs(np.dot(part.orientation, worlds.mounted.part_quat(0)[0])) > 1 - 1e-4
            assert kind.name == part.kind == "chest"
            color = worlds.field["geom_rgba"][0, worlds.model.body(part_body(worlds.mounted.slots[0])).geomadr[0], :3]
            np.testing.assert_allclose(color, CHEST.state_colors[CHEST.states.index(fixture.state)], atol=1e-6)
    assert seen == {(1.0, "latched"), (-1.0, "unlatched")}


def test_its_states_are_predicates() -> None:
    assert PREDICATES["latched"].arguments == ("fixture",)
    assert other_state("latched") == "unlatched"
    scene = robot(SCENE).scene()
    assert holds(scene, ("unlatched", "chest"))
    assert holds(scene, ("not", "latched", "chest"))


def test_what_lies_in_it_is_measured_there_and_it_opens_to_above() -> None:
    scene = robot(SCENE).scene()
    assert holds(scene, ("in", "cube", "chest"))
    assert scene.fixture("chest").displacement == pytest.approx(CHEST.rest[0], abs=0.02)
    opening = opening_of(scene.fixture("chest"))
    np.testing.assert_allclose(opening.position, (0.15, 0.20, 0.035), atol=1e-4)
    np.testing.assert_allclose(opening.size, (0.11, 0.11))
    again = robot(scene.to_json()).scene()
    assert again.object("cube").support == "chest"


def test_a_random_one_stands_within_its_reach() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        spec = random_fixture(rng, "c", "chest", ())
        distance = math.hypot(spec.position[0] - 0.0388, spec.position[1])
        assert CHEST.reach[0] <= distance <= CHEST.reach[1]
        assert CHEST.friction[0] <= spec.friction <= CHEST.friction[1]


@pytest.mark.parametrize("change", [{"position": [0.20, 0.05, 0.0]}, {"size": [0.035, 0.035, 0.035]}])
def test_what_does_not_lie_in_it_is_said(change: dict) -> None:
    with pytest.raises(SceneError, match=r"is not in 'chest'|too tall for 'chest'"):
        from_scene(Scene.from_json({**SCENE, "objects": [{**SCENE["objects"][0], **change}]}))


def test_an_angle_out_of_range_is_said_in_radians() -> None:
    data = {"fixtures": [{**SCENE["fixtures"][0], "displacement": 3.0}]}
    with pytest.raises(SceneError, match=r"from 0 to 2\.0 rad, not 3\.0"):
        fixtures_from_scene(Scene.from_json(data))


def test_it_is_drawn_where_it_stands() -> None:
    pictures = []
    for state in CHEST.states:
        robot_ = robot({"fixtures": [{**SCENE["fixtures"][0], "state": state}]})
        renderer = Renderer(robot_.worlds)
        pictures.append(renderer.render("front", 160, 120, "fast").astype(int))
        renderer.close()
    assert (np.abs(pictures[0] - pictures[1]).max(axis=2) > 30).sum() > 50


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"states": ("up", "middle", "down")}, "there must be two states, not 'up', 'middle', 'down'"),
        ({"states": ("up", "up")}, "there must be two states"),
        ({"states": ("Way Up", "down")}, "the state 'Way Up' must be named in small letters"),
        ({"axis": (0.0, 0.0, 0.0)}, "the axis has no length"),
        ({"axis": (0.0, 0.0, math.nan)}, "axis must be three finite numbers"),
        ({"travel": -1.0}, "travel must be positive and at most 6.28 for a hinge, not -1.0"),
        ({"joint": "slide"}, "travel must be positive and at most 0.5 for a slide, not 2.0"),
        ({"joint": "ball"}, "unknown joint 'ball'; valid: slide, hinge"),
        ({"states": ("open", "shut"), "inside": None}, "what is not open is shut, but of a drawer it is closed"),
        (
            {"states": ("on", "off"), "inside": None},
            "cannot have the state 'on': predicate 'on' is already registered by pontine",
        ),
        ({"engages": 2.5}, "disengages must be below engages"),
        ({"rest": (0.5, 0.0)}, "at the displacements of rest, 0.5 and 0.0, it is not unlatched and latched"),
        ({"keepout": ()}, "keepout must be circles"),
        ({"moving": ()}, "shapes that stand and shapes that move"),
        ({"mass": 0.0}, "mass must be positive"),
        ({"friction": (0.3, 0.1)}, "friction must be bounds"),
        ({"reach": (0.3, 0.1)}, "reach must be two distances"),
        ({"state_words": {"ajar": {}}}, "there are words for 'ajar', which is not one of its states"),
        ({"inside": replace(CHEST.inside, when="ajar")}, "the inside is open when 'ajar'"),
        ({"inside": replace(CHEST.inside, moves=True)}, "only an inside that slides along x can move"),
    ],
)
def test_a_kind_that_cannot_be_is_refused(change: dict, said: str) -> None:
    before = set(FIXTURES), set(PREDICATES)
    with pytest.raises(RegistryError, match=r"^fixture 'trunk'") as raised:
        FIXTURES.register(replace(CHEST, name="trunk", **change))
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
    assert (set(FIXTURES), set(PREDICATES)) == before
