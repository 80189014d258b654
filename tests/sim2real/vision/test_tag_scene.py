"""The scene as the camera tells it against the scene as it is, while the shipped skills work on it."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from pontine.envs.predicates import holds
from pontine.envs.robot import RobotState
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.so101.model import GRIPPER
from pontine.envs.tabletop.layout import from_scene
from pontine.envs.tabletop.objects import ObjectSpec
from pontine.planner.execution.executive import Execution, execute
from pontine.planner.planning.plan import make_plan
from pontine.policies.skills.loading import Skill, load_library
from pontine.sim2real.emulation.mjpeg import MjpegServer
from pontine.sim2real.emulation.tagging import decals, marked
from pontine.sim2real.vision.camera import CameraError, open_camera
from pontine.sim2real.vision.scene_source import SCENE_SOURCES, SceneSource, Sight
from pontine.sim2real.vision.tag_pose import SightError
from pontine.sim2real.vision.tag_scene import TagScene
from tests.sim2real.views import WatchedRobot, shot, true_camera

TABLE = (
    ObjectSpec("bowl", "bowl", "blue", (0.12, 0.12, 0.04), (0.21, -0.15, 0.0), 0.3),
    ObjectSpec("red_cube", "cube", "red", (0.033,) * 3, (0.25, 0.06, 0.0165), 0.4),
    ObjectSpec("green_block", "block", "green", (0.03, 0.05, 0.035), (0.16, 0.16, 0.0175), 0.9),
)


@pytest.fixture(scope="module")
def skills() -> dict[str, Skill]:
    return load_library()


def test_the_skills_work_on_what_the_camera_sees(skills: dict[str, Skill]) -> None:
    robot = WatchedRobot(TABLE)
    picked = skills["pick"].execute(robot, ["red_cube"])
    assert picked.finished, picked.reason
    truth, seen = robot.truth.scene(), robot.scene()
    assert truth.holding == seen.holding == "red_cube"
    apart = np.array(truth.object("red_cube").position) - np.array(seen.object("red_cube").position)
    assert np.linalg.norm(apart) < 0.012
    placed = skills["place"].execute(robot, ["red_cube", "in", "bowl"])
    assert placed.finished, placed.reason
    robot.wait(40)
    truth, seen = robot.truth.scene(), robot.scene()
    for goal in (("in", "red_cube", "bowl"), ("on", "green_block", "table"), ("left_of", "green_block", "bowl")):
        assert holds(truth, goal) == holds(seen, goal) is True, goal
    assert not holds(seen, ("holding", "red_cube"))
    for thing in truth.objects:
        there = seen.object(thing.name)
        assert there.support == thing.support
        assert np.linalg.norm(np.array(thing.position) - np.array(there.position)) < 0.008
    robot.close()


def test_what_is_held_follows_the_hand_unseen_and_is_let_go_where_it_is(skills: dict[str, Skill]) -> None:
    robot = WatchedRobot(TABLE)
    assert skills["pick"].execute(robot, ["green_block"]).finished
    robot.blind = True
    start = robot.observe().command
    for k in range(25):
        robot.command(start + k * np.array([-0.02, 0, 0, 0, 0, 0]))
        truth, seen = robot.truth.scene(), robot.scene()
        assert truth.holding == seen.holding == "green_block"
    apart = np.array(truth.object("green_block").position) - np.array(seen.object("green_block").position)
    assert np.linalg.norm(apart) < 0.012
    opened = robot.observe().command
    opened[GRIPPER] = 1.2
    for _ in range(25):
        robot.command(opened)
        seen = robot.scene()
    assert seen.holding is None
    assert robot.truth.scene().holding is None
    assert seen.object("green_block").support == "table"
    assert seen.object("green_block").position[2] < 0.04
    robot.close()


def test_a_picture_that_is_sent_again_shows_nothing_of_what_was_let_go_meanwhile(skills: dict[str, Skill]) -> None:
    """A camera that hangs for an instant shows the thing where it was held."""
    robot = WatchedRobot(TABLE)
    assert skills["pick"].execute(robot, ["red_cube"]).finished
    hung = shot(robot.truth)
    robot.sent = lambda picture: hung
    robot.wait(8)
    opened = robot.observe().command
    opened[GRIPPER] = 1.2
    for _ in range(25):
        robot.command(opened)
        robot.scene()
    assert robot.scene().holding is None
    assert "red_cube" in robot.scene().unseen
    robot.sent = lambda picture: picture
    robot.wait(20)
    assert "red_cube" not in robot.scene().unseen
    assert robot.scene().object("red_cube").support == "table"
    robot.close()


def test_what_the_jaws_set_down_is_held_until_they_let_go(skills: dict[str, Skill]) -> None:
    robot = WatchedRobot(TABLE)
    commands: list[np.ndarray] = []
    robot.on_command = commands.append
    assert skills["pick"].execute(robot, ["red_cube"]).finished
    closed = robot.observe().command[GRIPPER]
    for targets in commands[::-1]:
        robot.command(np.append(targets[:GRIPPER], closed))
        if robot.scene().object("red_cube").support == "table":
            break
    down = robot.scene()
    assert down.object("red_cube").support == "table"
    assert holds(down, ("holding", "red_cube"))
    assert not holds(down, ("on", "red_cube", "table"))
    opened = robot.observe().command
    opened[GRIPPER] = 1.2
    for _ in range(25):
        robot.command(opened)
        down = robot.scene()
    assert not holds(down, ("holding", "red_cube"))
    assert holds(down, ("on", "red_cube", "table"))
    robot.close()


def test_closing_on_nothing_holds_nothing() -> None:
    robot = WatchedRobot(TABLE)
    targets = robot.observe().command
    targets[GRIPPER] = -0.17
    for _ in range(25):
        robot.command(targets)
        assert robot.scene().holding is None
    robot.close()


def test_the_scene_can_be_laid_as_a_simulated_table() -> None:
    robot = WatchedRobot(TABLE)
    scene = robot.scene()
    laid = SimulatedRobot(from_scene(scene))
    again = laid.scene()
    for thing in robot.truth.scene().objects:
        there = again.object(thing.name)
        assert there.support == thing.support
        assert np.linalg.norm(np.array(thing.position) - np.array(there.position)) < 0.004
    robot.close()


def test_what_is_taken_away_is_unknown_after_a_while_and_what_is_hidden_stays() -> None:
    robot = WatchedRobot(TABLE)
    assert robot.scene().object("red_cube").position is not None
    robot.truth.worlds.move_object(0, 1, np.array([0.0, 1.5, 0.02]), np.array([1.0, 0.0, 0.0, 0.0]))
    robot.wait(20)
    assert robot.scene().object("red_cube").position is not None
    robot.wait(80)
    gone = robot.scene().object("red_cube")
    assert gone.position is None
    assert robot.scene().object("green_block").position is not None
    robot.truth.worlds.move_object(0, 1, np.array([0.28, 0.0, 0.0165]), np.array([1.0, 0.0, 0.0, 0.0]))
    robot.wait(12)
    back = robot.scene().object("red_cube").position
    assert back is not None
    assert np.linalg.norm(np.array(back) - (0.28, 0.0, 0.0165)) < 0.003
    robot.close()


def carry_out(robot: WatchedRobot, skills: dict[str, Skill], replans: int) -> Execution:
    return execute(robot, skills, [("in", "red_cube", "bowl")], make_plan, replans)


def test_black_pictures_from_the_middle_of_a_run_on_are_never_done(
    skills: dict[str, Skill], caplog: pytest.LogCaptureFixture
) -> None:
    robot, times = WatchedRobot(TABLE), []

    def watch(targets: np.ndarray) -> None:
        if robot.source.scene(robot.observe()).holding == "red_cube" and not times:
            robot.sent = np.zeros_like
            times.append(robot.time)
        if times and caplog.records and len(times) == 1:
            times.append(robot.time)

    robot.on_command = watch
    result = carry_out(robot, skills, 3)
    assert (result.goal_reached, result.cause) == (False, "perception")
    assert "the picture is black" in result.reason
    assert "the picture is black" in caplog.text
    # FRESH, and what was on its way
    assert times[1] - times[0] < 1.3
    robot.close()


def test_what_fell_beside_where_it_was_put_is_not_done(skills: dict[str, Skill]) -> None:
    """The camera shows it too late for who judges at once."""
    robot, steps = WatchedRobot(TABLE), []

    def watch(targets: np.ndarray) -> None:
        holding = robot.source.scene(robot.observe()).holding
        if holding is None and len(steps) == 1:
            robot.truth.worlds.move_object(0, 1, np.array([0.29, 0.02, 0.0165]), np.array([1.0, 0.0, 0.0, 0.0]))
            steps.append(robot.steps)
        elif holding is not None and not steps:
            steps.append(robot.steps)
        robot.blind = len(steps) == 2 and robot.steps < steps[1] + 60

    robot.on_command = watch
    result = carry_out(robot, skills, 0)
    assert len(steps) == 2
    assert not holds(robot.truth.scene(), ("in", "red_cube", "bowl"))
    assert not result.goal_reached
    assert result.final_scene.object("red_cube").support == "table"
    robot.close()


def test_over_http_in_the_background(tmp_path: Path) -> None:
    markers = marked(TABLE)
    robot = SimulatedRobot(TABLE, decals=decals(markers))
    picture = shot(robot)
    robot.close()
    lens, _ = true_camera(robot.worlds.model)
    state = robot.observe()
    server = MjpegServer(lambda: picture, rate=10)
    markers.write(tmp_path / "markers.json")
    lens.write(tmp_path / "lens.json")
    sight = Sight(server.url, str(tmp_path / "markers.json"), str(tmp_path / "lens.json"))
    with SCENE_SOURCES["tags"].open(sight) as source:
        scene = source.scene(state)
        for slot, thing in enumerate(scene.objects):
            assert np.linalg.norm(np.array(thing.position) - robot.worlds.object_position[0, slot]) < 0.003
        server.close()
        with pytest.raises(CameraError, match=str(server.port)):
            until_it_raises(source, state)
    server.close()


def until_it_raises(source: SceneSource, state: RobotState) -> None:
    for _ in range(300):
        source.scene(state)
        time.sleep(0.1)


def test_a_camera_that_sees_no_tags_says_so() -> None:
    blank = np.full((360, 640, 3), 180, np.uint8)
    markers = marked(())
    lens, _ = true_camera(SimulatedRobot(()).worlds.model)
    with (
        MjpegServer(lambda: blank) as server,
        open_camera(server.url) as camera,
        TagScene(markers, lens, camera) as source,
        pytest.raises(SightError, match="table's tags"),
    ):
        source.wait(3)
