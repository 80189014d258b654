"""How well poses come out of pictures of simulated tables."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pontine.envs.rotations import matrix_to_quat, quat_to_matrix
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.tabletop.layout import random_table
from pontine.envs.tabletop.objects import ObjectSpec
from pontine.envs.tabletop.support import Body
from pontine.sim2real.emulation.tagging import decals, marked
from pontine.sim2real.vision.lens import Lens, LensError
from pontine.sim2real.vision.tag_pose import Eye, SightError
from tests.sim2real.views import shot, true_camera


def angle(a: np.ndarray, b: np.ndarray) -> float:
    """Angle (degrees) between two rotations."""
    return float(np.degrees(np.arccos(np.clip((np.trace(a.T @ b) - 1) / 2, -1, 1))))


def test_objects_are_found_within_millimetres_and_degrees() -> None:
    """Six random tables, tagged as `marked` says; balls by their colour."""
    off, turned, missed, count = [], [], [], 0
    for seed in range(200, 206):
        objects = random_table(seed)
        markers = marked(objects)
        robot = SimulatedRobot(objects, decals=decals(markers))
        picture = shot(robot)
        robot.close()
        lens, camera = true_camera(robot.worlds.model)
        look = Eye(markers, lens).look(picture)
        assert np.linalg.norm(look.camera.position - camera.position) < 0.003
        for slot, thing in enumerate(markers.objects):
            count += 1
            sighting = look.sightings.get(thing.name)
            if sighting is None:
                missed.append((seed, thing.name))
                continue
            off.append(np.linalg.norm(sighting.position - robot.worlds.object_position[0, slot]))
            if thing.tags:
                turned.append(angle(sighting.rotation, quat_to_matrix(robot.worlds.object_quat[0, slot])))
    assert len(missed) <= 0.03 * count, missed
    assert np.mean(off) < 0.001
    assert np.max(off) < 0.003
    assert np.max(turned) < 3.0


@pytest.mark.parametrize("kind", ["cube", "block", "cylinder", "ball"])
def test_plain_objects_are_found_by_their_colour(kind: str) -> None:
    sizes = {"cube": (0.03,) * 3, "block": (0.03, 0.05, 0.035), "cylinder": (0.03, 0.03, 0.05), "ball": (0.035,) * 3}
    spots = ((0.16, 0.15, 0.3), (0.25, 0.02, 0.9), (0.2, -0.16, -0.5))
    objects = tuple(
        ObjectSpec(f"{color}_{kind}", kind, color, sizes[kind], (x, y, sizes[kind][2] / 2), yaw)
        for color, (x, y, yaw) in zip(("red", "green", "purple"), spots, strict=True)
    )
    tagged = marked(objects)
    markers = replace(tagged, objects=tuple(replace(o, tags=()) for o in tagged.objects))
    robot = SimulatedRobot(objects, decals=decals(markers))
    look = Eye(markers, true_camera(robot.worlds.model)[0]).look(shot(robot))
    robot.close()
    turn = {"cube": np.pi / 2, "block": np.pi}.get(kind)
    for slot, spec in enumerate(objects):
        sighting = look.sightings[spec.name]
        assert np.linalg.norm(sighting.position - robot.worlds.object_position[0, slot]) < 0.004
        if turn is not None:
            yaw = np.arctan2(sighting.rotation[1, 0], sighting.rotation[0, 0]) - spec.yaw
            assert abs((yaw + turn / 2) % turn - turn / 2) < np.deg2rad(5)


def test_a_cylinder_whose_tags_face_away_is_found_by_its_colour_where_that_cannot_be_another_thing() -> None:
    objects = (
        ObjectSpec("bowl", "bowl", "blue", (0.12, 0.12, 0.04), (0.21, -0.15, 0.0), 0.3),
        ObjectSpec("drum", "cylinder", "red", (0.035, 0.035, 0.05), (0.25, 0.1, 0.0175)),
        ObjectSpec("cube", "cube", "green", (0.03,) * 3, (0.15, 0.16, 0.015)),
    )
    markers = marked(objects)
    robot = SimulatedRobot(objects, decals=decals(markers))
    eye = Eye(markers, true_camera(robot.worlds.model)[0])

    def lay(x: float, y: float, z: float, yaw: float) -> np.ndarray:
        over = quat_to_matrix(np.array([np.cos(yaw / 2), 0.0, 0.0, np.sin(yaw / 2)])) @ quat_to_matrix(
            np.array([1.0, 0.0, 1.0, 0.0]) / np.sqrt(2)
        )
        robot.worlds.move_object(0, 1, np.array([x, y, z]), matrix_to_quat(over))
        return over

    for x, y, z, yaw in ((0.25, 0.08, 0.0175, 1.4), (0.21, -0.15, 0.0215, 2.2)):
        over, picture = lay(x, y, z, yaw), shot(robot)
        sighting = eye.look(picture).sightings["drum"]
        assert np.linalg.norm(sighting.position - (x, y, z)) < 0.006
        assert abs(sighting.rotation[:, 2] @ over[:, 2]) > np.cos(np.deg2rad(12))
        # Not where it is thought to be: then it is only believed once that is forgotten.
        elsewhere = Body(
            "drum", "cylinder", (0.035, 0.035, 0.05), np.array([0.1, 0.2, 0.025]), np.array([1.0, 0, 0, 0])
        )
        assert "drum" not in eye.look(picture, {"drum": elsewhere}).sightings
    # By the cube it might as well stand on that.
    lay(0.11, 0.16, 0.0175, 1.4)
    assert "drum" not in eye.look(shot(robot)).sightings
    # And what is as red may be it.
    twice = replace(markers, objects=tuple(replace(o, color="red") for o in markers.objects))
    lay(0.25, 0.08, 0.0175, 1.4)
    assert "drum" not in Eye(twice, eye.lens).look(shot(robot)).sightings
    robot.close()


def test_a_white_ball_is_found_though_its_dark_side_is_as_grey_as_the_one_beside_it() -> None:
    size, spots = 0.03, ((0.14, -0.25), (0.25, 0.0), (0.25, 0.1), (0.14, 0.25))
    objects = tuple(ObjectSpec(color, "ball", color, (size,) * 3, (0.2, 0.1, 0.015)) for color in ("white", "gray"))
    markers = marked(objects)
    robot = SimulatedRobot(objects, decals=decals(markers))
    eye = Eye(markers, true_camera(robot.worlds.model)[0])
    for x, y in spots:
        for slot, aside in enumerate((0.0, 0.05)):
            robot.worlds.move_object(0, slot, np.array([x, y - aside, size / 2]), np.array([1.0, 0.0, 0.0, 0.0]))
        look = eye.look(shot(robot))
        for slot, name in enumerate(("white", "gray")):
            off = look.sightings[name].position - robot.worlds.object_position[0, slot]
            assert np.linalg.norm(off) < 0.003, (name, x, y)
    robot.close()


def test_a_tilted_object_keeps_its_tilt() -> None:
    objects = (ObjectSpec("block", "block", "red", (0.04, 0.05, 0.04), (0.25, 0.1, 0.02)),)
    markers = marked(objects)
    robot = SimulatedRobot(objects, decals=decals(markers))
    lean = np.deg2rad(30)
    robot.worlds.move_object(0, 0, np.array([0.25, 0.1, 0.05]), np.array([np.cos(lean / 2), 0, np.sin(lean / 2), 0]))
    sighting = Eye(markers, true_camera(robot.worlds.model)[0]).look(shot(robot)).sightings["block"]
    robot.close()
    assert not sighting.resting
    assert angle(sighting.rotation, quat_to_matrix(robot.worlds.object_quat[0, 0])) < 6
    assert np.linalg.norm(sighting.position - (0.25, 0.1, 0.05)) < 0.01


def test_things_rest_on_and_in_each_other() -> None:
    objects = (
        ObjectSpec("box", "box", "blue", (0.12, 0.12, 0.045), (0.22, 0.16, 0.0), 0.5),
        ObjectSpec("inside", "cube", "red", (0.03,) * 3, (0.22, 0.16, 0.019)),
        ObjectSpec("below", "cube", "green", (0.035,) * 3, (0.25, -0.1, 0.0175), 0.2),
        ObjectSpec("above", "cube", "yellow", (0.03,) * 3, (0.252, -0.1, 0.05), 0.7),
    )
    markers = marked(objects)
    robot = SimulatedRobot(objects, decals=decals(markers))
    # the one below, seen before, shows only its sides, and those too flat to be sure of
    below = Body("below", "cube", (0.035,) * 3, robot.worlds.object_position[0, 2], robot.worlds.object_quat[0, 2])
    look = Eye(markers, true_camera(robot.worlds.model)[0]).look(shot(robot), {"below": below})
    robot.close()
    for slot, spec in enumerate(objects):
        if spec.name == "below" and spec.name not in look.sightings:
            continue
        assert look.sightings[spec.name].resting
        assert np.linalg.norm(look.sightings[spec.name].position - robot.worlds.object_position[0, slot]) < 0.002


def test_a_bowl_does_not_stand_on_the_ball_that_lies_in_it() -> None:
    """The ball hides the tag on its floor, and was seen or let go there before: the others are small, and vague."""
    size, r = (0.132, 0.132, 0.0447), 0.0195
    objects = (
        ObjectSpec("bowl", "bowl", "purple", size, (0.2135, 0.19, 0.0)),
        ObjectSpec("ball", "ball", "cyan", (2 * r,) * 3, (0.222, 0.188, r + 0.004)),
    )
    markers = marked(objects)
    robot = SimulatedRobot(objects, decals=decals(markers))
    ball = Body("ball", "ball", (2 * r,) * 3, np.array([0.22, 0.19, 0.022]), np.array([1.0, 0.0, 0.0, 0.0]))
    look = Eye(markers, true_camera(robot.worlds.model)[0]).look(shot(robot), {"ball": ball})
    robot.close()
    assert look.sightings["bowl"].resting
    assert np.linalg.norm(look.sightings["bowl"].position - (0.2135, 0.19, 0.0)) < 0.005


def test_without_table_tags_nobody_knows_where_the_camera_is() -> None:
    eye = Eye(marked(()), Lens.from_fovy(0.55, 640, 360))
    with pytest.raises(SightError, match=r"none of the table's tags .*0, 1, 2"):
        eye.look(np.full((360, 640, 3), 200, np.uint8))
    with pytest.raises(LensError, match="640x360"):
        eye.look(np.full((480, 640, 3), 200, np.uint8))


def test_table_tags_that_lie_elsewhere_than_said_are_noticed() -> None:
    right = marked(())
    robot = SimulatedRobot((), decals=decals(right))
    picture = shot(robot)
    robot.close()
    lens, camera = true_camera(robot.worlds.model)

    def shifted(count: int) -> Eye:
        table = tuple(
            replace(t, position=(t.position[0], t.position[1] * 1.3, 0.0)) if i < count else t
            for i, t in enumerate(right.table)
        )
        return Eye(replace(right, table=table), lens)

    look = shifted(1).look(picture)
    assert np.linalg.norm(look.camera.position - camera.position) < 0.003
    assert look.table_errors[0] > 20
    with pytest.raises(SightError, match="not where the markers file says"):
        Eye(replace(right, table=tuple(replace(t, size=0.02) for t in right.table)), lens).look(picture)


def test_quaternions_of_rotations() -> None:
    rng = np.random.default_rng(0)
    for quat in [*rng.normal(size=(50, 4)), *np.eye(4), (1, 1, 0, 0), (0, 1, 1, 0), (0, 0, 1, 1)]:
        matrix = quat_to_matrix(np.array(quat, float) / np.linalg.norm(quat))
        assert np.allclose(quat_to_matrix(matrix_to_quat(matrix)), matrix, atol=1e-9)
