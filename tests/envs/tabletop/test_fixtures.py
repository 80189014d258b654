"""Drawers and buttons: they move as they should, and what is measured is what was mounted."""

from dataclasses import replace

import numpy as np
import pytest

from pontine.envs.affordances import graspable, takes_things_in
from pontine.envs.errors import PontineError, SceneError, UnknownNameError
from pontine.envs.predicates import holds
from pontine.envs.scene import Scene
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.tabletop.fixture_parts import opening_of, part_of
from pontine.envs.tabletop.fixture_spec import FixtureSlot, FixtureSpec
from pontine.envs.tabletop.fixtures import BUTTON, DRAWER
from pontine.envs.tabletop.layout import fixtures_from_scene, from_scene, random_fixture, random_fixtures
from pontine.envs.tabletop.table import Slot
from pontine.envs.tabletop.worlds import Worlds

SCENE = {
    "objects": [
        {"name": "cube", "kind": "cube", "position": [0.235, 0.08, 0.0], "size": [0.03] * 3, "support": "drawer"},
        {"name": "block", "kind": "block", "position": [0.18, -0.14, 0.0]},
    ],
    "fixtures": [
        {"name": "drawer", "kind": "drawer", "state": "open", "position": [0.28, 0.1, 0]},
        {"name": "button", "kind": "button", "state": "released", "position": [0.23, -0.05, 0]},
    ],
}


def robot(data: dict) -> SimulatedRobot:
    scene = Scene.from_json(data)
    return SimulatedRobot(from_scene(scene), fixtures_from_scene(scene))


def pushed(worlds: Worlds, body: str, force: tuple[float, float, float], steps: int = 25) -> None:
    """Push a body of every world for so many control steps, then let go."""
    applied = worlds.batch.bind("xfrc_applied")[:, worlds.model.body(body).id]
    for push in (force, (0.0, 0.0, 0.0)):
        applied[:, :3] = push
        for _ in range(steps):
            worlds.advance(worlds.command)


def test_what_is_mounted_is_measured() -> None:
    scene = robot(SCENE).scene()
    drawer, button = scene.fixture("drawer"), scene.fixture("button")
    assert (drawer.state, button.state) == ("open", "released")
    assert drawer.displacement == pytest.approx(DRAWER.rest[0], abs=1e-3)
    assert holds(scene, ("in", "cube", "drawer"))
    assert scene.object("block").support == "table"
    again = Scene.from_json(scene.to_json())
    assert again == scene
    for one, other in zip(robot(again.to_json()).scene().fixtures, scene.fixtures, strict=True):
        assert (one.name, one.kind, one.state) == (other.name, other.kind, other.state)
        np.testing.assert_allclose(one.position, other.position, atol=1e-4)
        np.testing.assert_allclose(one.orientation, other.orientation, atol=1e-3)


def test_a_drawer_keeps_its_state_between_its_thresholds() -> None:
    robot_ = robot({"fixtures": [{**SCENE["fixtures"][0], "state": "closed"}]})
    worlds, kind = robot_.worlds, DRAWER
    forth = np.array(part_of(robot_.scene().fixture("drawer"), "open").position)
    back = np.array(part_of(robot_.scene().fixture("drawer"), "closed").position)
    out = (forth - back) / np.linalg.norm(forth - back)
    seen = set()
    for sign in (1.0, -1.0):
        for _ in range(60):
            pushed(worlds, "fixture0_part", tuple(sign * 2.0 * out), 1)
            fixture = robot_.scene().fixture("drawer")
            part = np.array(part_of(fixture).position)
            assert np.linalg.norm(part - back - out * fixture.displacement) < 1e-4
            if kind.disengages < fixture.displacement < kind.engages:
                seen.add((sign, fixture.state))
            else:
                assert fixture.state == ("open" if fixture.displacement >= kind.engages else "closed")
    assert seen == {(1.0, "closed"), (-1.0, "open")}
    pushed(worlds, "fixture0_part", (0.0, 0.0, 0.0), 5)
    # friction holds it where it is left
    assert abs(worlds.mounted.speed[0, 0]) < 1e-3


def test_a_button_springs_back_until_it_latches() -> None:
    robot_ = robot({"fixtures": [SCENE["fixtures"][1]]})
    worlds = robot_.worlds
    pushed(worlds, "fixture0_part", (0.0, 0.0, -1.5))
    assert robot_.scene().fixture("button").state == "released"
    assert worlds.mounted.displacement[0, 0] == pytest.approx(0.0, abs=1e-3)
    dark = worlds.field["geom_rgba"].copy()
    pushed(worlds, "fixture0_part", (0.0, 0.0, -6.0))
    assert robot_.scene().fixture("button").state == "pressed"
    assert worlds.mounted.displacement[0, 0] == pytest.approx(BUTTON.rest[0], abs=1e-3)
    assert not np.array_equal(dark, worlds.field["geom_rgba"])


def test_fixtures_of_one_world_are_not_the_neighbours() -> None:
    rng = np.random.default_rng(0)
    worlds = Worlds((Slot("a", 1),), 3, 1, (FixtureSlot("fixture0", "drawer"),))
    for i in (0, 2):
        spec = random_fixture(rng, f"d{i}", "drawer", ())
        worlds.mounted.mount(i, 0, replace(spec, displacement=0.01 * i))
    worlds.refresh(np.arange(3))
    for _ in range(5):
        worlds.advance(worlds.command)
    np.testing.assert_allclose(worlds.mounted.displacement[:, 0], [0.0, 0.0, 0.02], atol=5e-4)
    assert [len([s for s in specs if s]) for specs in worlds.mounted.specs] == [1, 0, 1]


def test_a_table_without_fixtures_pays_for_none() -> None:
    plain = Worlds((Slot("a", 1),), 1, 1)
    assert plain.model.nq == 13
    assert set(plain.mounted.field) == set(plain.field)


def test_the_inside_of_a_drawer_is_where_things_in_it_lie() -> None:
    scene = robot(SCENE).scene()
    opening = opening_of(scene.fixture("drawer"))
    distance = np.linalg.norm(np.subtract(opening.position, scene.object("cube").position)[:2])
    assert distance < 0.045
    assert opening_of(scene.fixture("button")) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"position": [0.6, 0.0, 0.0]}, "out of reach"),
        ({"position": None}, "has no position"),
        ({"kind": "door", "state": "open"}, "valid: button, drawer"),
        ({"orientation": [1, 0, 0, 0]}, "towards the arm"),
        ({"displacement": 0.3}, "from 0 to"),
        ({"displacement": 0.0}, "cannot be open"),
    ],
)
def test_what_cannot_be_mounted_is_said(change: dict, message: str) -> None:
    fixture = {**SCENE["fixtures"][0], **change}
    scene = Scene.from_json({"fixtures": [{k: v for k, v in fixture.items() if v is not None}]})
    with pytest.raises(PontineError, match=message):
        fixtures_from_scene(scene)


@pytest.mark.parametrize(
    ("objects", "message"),
    [
        ([{"name": "x", "kind": "cube", "position": [0.24, 0.08, 0]}], "in the way of 'drawer'"),
        ([{"name": "x", "kind": "cube", "position": [0.18, -0.1, 0], "support": "drawer"}], "not in 'drawer'"),
        ([{"name": "x", "kind": "cube", "position": [0.23, -0.05, 0], "support": "button"}], "cannot lie in"),
        (
            [
                {
                    "name": "x",
                    "kind": "cylinder",
                    "size": [0.03, 0.03, 0.06],
                    "position": [0.235, 0.08, 0],
                    "support": "drawer",
                }
            ],
            "too tall",
        ),
    ],
)
def test_what_is_laid_wrongly_round_fixtures_is_said(objects: list, message: str) -> None:
    with pytest.raises(PontineError, match=message):
        from_scene(Scene.from_json({**SCENE, "objects": objects}))


def test_fixtures_that_overlap_are_refused() -> None:
    crowded = [SCENE["fixtures"][0], {"name": "b", "kind": "button", "state": "released", "position": [0.22, 0.06, 0]}]
    with pytest.raises(PontineError, match="overlap"):
        fixtures_from_scene(Scene.from_json({"fixtures": crowded}))


def test_what_no_random_table_can_have_is_said() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown fixture 'oven'.*valid: button, drawer"):
        random_fixtures(0, ["oven"])
    with pytest.raises(SceneError, match="'button' is named twice"):
        random_fixtures(0, ["drawer", "button", "button"])


def test_random_fixtures_face_the_arm_and_keep_clear() -> None:
    rng = np.random.default_rng(1)
    for _ in range(40):
        drawer = random_fixture(rng, "drawer", "drawer", ())
        button = random_fixture(rng, "button", "button", drawer.keepout)
        assert isinstance(drawer, FixtureSpec)
        if button is not None:
            for ax, ay, ar in drawer.keepout:
                for bx, by, br in button.keepout:
                    assert np.hypot(ax - bx, ay - by) >= ar + br


def test_what_has_an_inside_takes_things_in() -> None:
    scene = Scene.from_json({**SCENE, "fixtures": [*SCENE["fixtures"], {"name": "d", "kind": "door", "state": "ajar"}]})
    assert [takes_things_in(fixture) for fixture in scene.fixtures] == [True, False, None]
    assert not any(graspable(fixture) for fixture in scene.fixtures)
