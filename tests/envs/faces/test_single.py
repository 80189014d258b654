"""What the single face takes, refuses and shows."""

from __future__ import annotations

import gymnasium
import mujoco
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import data_equivalence

import pontine.envs
from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.faces.actions import ActionError, cartesian
from pontine.envs.faces.infos import row
from pontine.envs.faces.single import GoalTaskEnv, TaskEnv
from pontine.envs.faces.vector import TaskVectorEnv
from pontine.envs.so101.control import ACTION_SCALE
from pontine.envs.so101.kinematics import pitch, tool_pose
from pontine.envs.so101.model import REST
from pontine.envs.tabletop.worlds import SUBSTEPS
from pontine.envs.tasks import TASKS
from pontine.envs.tasks.starts import EasierStart, SeedStart

IDS = [name for name in gymnasium.registry if name.startswith("pontine/")]
assert pontine.envs


def test_actions_that_no_arm_can_carry_out() -> None:
    env, envs = TaskEnv("reach"), TaskVectorEnv("reach", 3, threads=1)
    with pytest.raises(ResetNeeded, match="reset"):
        env.step(np.zeros(6))
    env.reset(seed=0)
    envs.reset(seed=0)
    for wrong in (np.zeros(5), np.zeros((1, 6)), 0.0, "left"):
        with pytest.raises(ActionError, match=r"shape|numbers"):
            env.step(wrong)  # type: ignore[arg-type]
    bad = np.zeros((3, 6))
    bad[1, 2] = np.nan
    with pytest.raises(ActionError, match="world 1: the action's number 2 is nan"):
        envs.step(bad)
    with pytest.raises(ActionError, match="number 0 is inf"):
        env.step(np.full(6, np.inf))
    # nothing of it was carried out
    assert np.isfinite(envs.episodes.worlds.command).all()
    assert (envs.episodes.age == 0).all()
    with pytest.raises(ResetNeeded):
        TaskEnv("tabletop").step(np.zeros(6))


def test_seeds_of_all_kinds_of_whole_numbers() -> None:
    env = TaskEnv("reach")
    first = env.reset(seed=4)[0]
    for seed in (np.int64(4), np.uint8(4), np.array(4)):
        np.testing.assert_array_equal(env.reset(seed=seed)[0], first)
    for wrong in (-1, 1.5, "four"):
        with pytest.raises(PontineError, match="seed"):
            env.reset(seed=wrong)  # type: ignore[arg-type]


def test_an_episode_is_as_long_as_it_is_asked_to_be() -> None:
    for limit in (3, 90):
        env = gymnasium.make("pontine/Reach-v0", max_episode_steps=limit)
        assert env.spec is not None
        assert env.spec.max_episode_steps == limit
        env.reset(seed=1)
        ends = [env.step(np.zeros(6))[3] for _ in range(limit)]
        assert ends == [False] * (limit - 1) + [True]
    assert gymnasium.spec("pontine/Pick-v0").max_episode_steps == 150
    assert gymnasium.make_vec("pontine/Pick-v0", num_envs=2).spec.kwargs["max_episode_steps"] == 150  # type: ignore[union-attr]
    own = TaskEnv("reach", max_episode_steps=2)
    own.reset(seed=0)
    assert [own.step(np.zeros(6))[3] for _ in range(2)] == [False, True]


def test_an_episode_begins_as_it_is_asked_to() -> None:
    env = TaskEnv("pick_place")
    arm, goal = REST + (0.1, 0, 0, 0, 0, 0.2), np.array([0.22, 0.05, 0.1])
    place = {"position": (0.2, -0.05), "orientation": (1.0, 0.0, 0.0, 0.0)}
    observation, _ = env.reset(seed=3, options={"arm": arm, "goal": goal, "objects": {"target": place}})
    np.testing.assert_allclose(observation["desired_goal"], goal, atol=1e-6)
    np.testing.assert_allclose(observation["achieved_goal"], [0.2, -0.05, 0.016], atol=1e-6)
    np.testing.assert_allclose(observation["observation"][:6], arm, atol=1e-6)
    # the rest is drawn as it would be, and the next episode is the task's own again
    plain = TaskEnv("pick_place")
    plain.reset(seed=3)
    np.testing.assert_array_equal(env.reset()[0]["desired_goal"], plain.reset()[0]["desired_goal"])
    started = env.reset(seed=8, options={"start": SeedStart(3)})[0]
    np.testing.assert_array_equal(started["desired_goal"], plain.reset(seed=3)[0]["desired_goal"])


@pytest.mark.parametrize("task", [name for name in TASKS if TASKS[name].easier])
def test_an_episode_begins_at_an_easier_start(task: str) -> None:
    one, many = TaskEnv(task), TaskVectorEnv(task, 2, threads=1)
    plain = one.reset(seed=3)[0]
    for start in TASKS[task].easier:
        begun = one.reset(seed=3, options={"start": EasierStart(start)})[0]
        several = many.reset(seed=2, options={"start": EasierStart(start)})[0]
        assert not data_equivalence(begun, plain, exact=True)
        assert data_equivalence(begun, row(several, 1), exact=True)
    # only those who are asked begin there, and only once
    np.testing.assert_equal(one.reset(seed=3)[0], plain)


def test_options_by_world_and_by_task() -> None:
    envs = TaskVectorEnv("pick_place", 3, threads=1)
    goals = np.array([[0.2, 0.0, 0.1], [0.2, 0.1, 0.1], [0.2, -0.1, 0.1]])
    np.testing.assert_allclose(envs.reset(seed=0, options={"goal": goals})[0]["desired_goal"], goals, atol=1e-6)
    drawer = TaskEnv("drawer")
    for state in drawer.episodes.task.states:  # type: ignore[attr-defined]
        drawer.reset(seed=1, options={"goal": state})
        assert drawer.episodes.task.states[drawer.episodes.mode[0]] == state  # type: ignore[attr-defined]
    pick = TaskEnv("pick")
    pick.reset(seed=1, options={"objects": {"support": None, "neighbour": None, "target": {"kind": "ball"}}})
    target, support, neighbour = pick.episodes.worlds.specs[0]
    assert (target.kind if target else None, support, neighbour) == ("ball", None, None)
    table = TaskEnv("tabletop")
    _, info = table.reset(seed=1)
    thing = info["predicates"][0][1]
    _, info = table.reset(seed=1, options={"goal": [("holding", thing)]})
    assert info["predicates"] == (("holding", thing),)


@pytest.mark.parametrize(
    ("task", "options", "said"),
    [
        ("pick", {"seed": 3}, "unknown reset option 'seed'; valid: arm, goal, objects, start"),
        ("pick", {"arm": [9.0] * 6}, "shoulder_pan = 9, not in"),
        ("pick", {"arm": [0.0] * 5}, "6 joint angles"),
        ("reach", {"goal": [0.1, 0.2]}, "three numbers"),
        ("reach", {"goal": [10**400, 0, 0]}, "three numbers"),
        ("reach", {"arm": [10**400] * 6}, "6 joint angles"),
        ("pick", {"goal": [0.2, 0.0, 0.1]}, "pontine/Pick-v0 asks for no place"),
        ("pick", {"objects": {"cup": None}}, "unknown slot 'cup'; valid: neighbour, support, target"),
        ("pick", {"objects": {"target": {"mass": 1}}}, "unknown key of an object 'mass'"),
        ("pick", {"objects": {"target": {"position": (0.2,)}}}, "x and y"),
        ("pick", {"objects": {"target": {"position": "ab"}}}, "options['objects']['target'].position, x and y"),
        ("pick", {"objects": {"target": {"size": 0.03}}}, "['target'].size must be a list, not a number"),
        ("pick", {"objects": {"target": {"size": [0.03, 0.03]}}}, "['target'].size must be 3 finite numbers"),
        ("pick", {"objects": {"target": {"orientation": (0, 0, 0, 0)}}}, "['target'].orientation must be a quaternion"),
        ("pick", {"objects": {"target": {"orientation": (1e300, 0, 0, 0)}}}, "].orientation must be a quaternion"),
        ("pick", {"objects": {"target": {"kind": ["cube"]}}}, "['target'].kind must be a text"),
        ("pick", {"objects": {"target": {"color": {}}}}, "['target'].color must be a text"),
        ("pick", {"start": "over"}, "SeedStart"),
        ("pick", {"start": SeedStart(-1)}, "seed=-1"),
        ("pick", {"start": EasierStart("over it")}, "unknown easier start of pontine/Pick-v0 'over it'"),
        ("reach", {"start": EasierStart("over")}, "unknown easier start of pontine/Reach-v0 'over'; valid: none"),
        ("drawer", {"goal": "ajar"}, "unknown state 'ajar'; valid: closed, open"),
        ("drawer", {"goal": np.zeros(3)}, "options['goal'] of pontine/Drawer-v0 is not what it should be"),
        ("tabletop", {"goal": [("in", "moon", "bowl")]}, "unknown thing on this table 'moon'"),
        ("tabletop", {"goal": 3}, "options['goal'] of pontine/Tabletop-v0 is not what it should be"),
        ("tabletop", {"goal": [()]}, "unknown predicate ''"),
        ("tabletop", {"goal": [("near", "object1")]}, "predicate 'near' takes 2 arguments"),
    ],
)
def test_options_that_cannot_be(task: str, options: dict, said: str) -> None:
    with pytest.raises(PontineError) as raised:
        TaskEnv(task).reset(seed=0, options=options)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"frame_skip": 0}, "frame_skip"),
        ({"max_episode_steps": 0}, "max_episode_steps"),
        ({"threshold": -1.0}, "threshold"),
        ({"action": "torque"}, "cartesian, joint"),
        ({"render_mode": "human"}, "rgb_array"),
        ({"colour": 1}, "unexpected keyword argument 'colour'"),
    ],
)
def test_arguments_that_cannot_be(given: dict, said: str) -> None:
    with pytest.raises(PontineError, match=said):
        TaskEnv("reach", **given)


def test_the_threshold_is_what_counts_as_there() -> None:
    env = GoalTaskEnv("pick_place", threshold=0.1)
    here, near = np.zeros(3), np.array([0.09, 0.0, 0.0])
    assert env.compute_reward(here, near, {}) == 0.0
    assert GoalTaskEnv("pick_place").compute_reward(here, near, {}) == -1.0
    with pytest.raises(PontineError, match="not a distance"):
        TaskEnv("pick", threshold=0.1)


def test_goals_of_one_and_of_many() -> None:
    env = GoalTaskEnv("pick_place")
    env.reset(seed=0)
    *_, terminated, truncated, info = env.step(np.zeros(6))
    one, many = np.zeros(3), np.zeros((4, 3))
    assert (terminated, truncated) == (env.compute_terminated(one, one, info), env.compute_truncated(one, one, info))
    for answer in (env.compute_terminated(many, many, info), env.compute_truncated(many, many, info)):
        np.testing.assert_array_equal(answer, np.zeros(4, bool))


def test_shorter_steps_are_a_part_of_long_ones() -> None:
    long, short = TaskEnv("reach"), TaskEnv("reach", frame_skip=SUBSTEPS // 2)
    assert (long.dt, short.dt, short.metadata["render_fps"]) == (0.04, 0.02, 50)
    for env in (long, short):
        env.reset(seed=5)
    action = np.array([0.5, -0.2, 0.3, 0.1, 0.4, 0.2])
    long.step(action)
    short.step(action)
    short.step(action)
    assert short.data.time - long.data.time == pytest.approx(0.0)
    np.testing.assert_allclose(short.episodes.worlds.command, long.episodes.worlds.command)
    np.testing.assert_allclose(short.data.qpos, long.data.qpos, atol=0.02)


def test_a_cartesian_action_moves_the_hand_that_way() -> None:
    env = TaskEnv("reach", action="cartesian")
    env.reset(seed=0, options={"arm": [0.0, -0.3, 0.6, 0.9, 0.0, 0.3]})
    before, meant = env.data.qpos.copy(), env.episodes.worlds.command.copy()
    for _ in range(5):
        env.step(np.array([0.0, 1.0, 0.0, 0.0, 0.0, 0.0]))
    command = env.episodes.worlds.command
    np.testing.assert_allclose(
        (tool_pose(command).position - tool_pose(meant).position)[0], [0.0, 0.05, 0.0], atol=1e-6
    )
    np.testing.assert_allclose(pitch(command), pitch(meant))
    for _ in range(10):
        env.step(np.zeros(6))
    # the servos sag a little under the arm
    moved = tool_pose(env.data.qpos[None]).position[0] - tool_pose(before[None]).position[0]
    np.testing.assert_allclose(moved, [0.0, 0.05, 0.0], atol=0.012)
    assert pitch(env.data.qpos[None])[0] == pytest.approx(pitch(before[None])[0], abs=0.05)
    rng = np.random.default_rng(0)
    commands = REST + rng.uniform(-0.5, 0.5, (200, 6))
    joint = cartesian(rng.uniform(-1, 1, (200, 6)), commands)
    assert (np.abs(joint) <= 1.0 + 1e-12).all()
    # the fingers are the action's own
    assert joint.shape == (200, 6)
    assert (ACTION_SCALE > 0).all()


def test_a_view_is_the_world_in_its_true_sizes() -> None:
    envs = TaskVectorEnv("pick", 3, threads=1)
    envs.reset(seed=1)
    worlds = envs.episodes.worlds
    for world in range(3):
        view = envs.view(world)
        spec = worlds.specs[world][0]
        assert spec is not None
        body = view.model.body("target").id
        geom = int(np.flatnonzero(view.model.geom_bodyid == body)[0])
        np.testing.assert_array_equal(view.model.geom_size[geom], spec.shapes[0].size)
        np.testing.assert_array_equal(view.data.xpos[body], worlds.object_position[world, 0])
    # MuJoCo's own step from it is the world's, to the last bit
    view = envs.view(1)
    envs.step(np.zeros((3, 6)))
    view.data.ctrl[:] = worlds.batch.bind("ctrl")[1]
    mujoco.mj_step(view.model, view.data, SUBSTEPS)
    np.testing.assert_array_equal(view.data.qpos, worlds.batch.bind("qpos")[1])
    view.update()
    assert view.data.time == worlds.batch.bind("time")[1]


def test_what_a_viewer_holds_follows_every_step_and_reset() -> None:
    env = TaskEnv("pick")
    env.reset(seed=0)
    model, data = env.model, env.data
    env.step(np.ones(6))
    assert env.data is data
    np.testing.assert_array_equal(data.qpos, env.episodes.worlds.batch.bind("qpos")[0])
    size = model.geom_size.copy()
    env.reset(seed=1)
    assert env.model is model
    assert not np.array_equal(model.geom_size, size)
    assert model.stat.extent < 1.0


@pytest.mark.parametrize("name", IDS)
def test_every_observation_lies_in_its_space(name: str) -> None:
    """Bounds that are finite are kept, under noise and random actions; and some are."""
    envs = gymnasium.make_vec(name, num_envs=4, randomization="real", threads=1)
    envs.reset(seed=0)
    rng = np.random.default_rng(0)
    for _ in range(15):
        observation = envs.step(rng.uniform(-1, 1, (4, 6)))[0]
        assert observation in envs.observation_space
    space = envs.single_observation_space
    boxes = list(space.spaces.values()) if isinstance(space, gymnasium.spaces.Dict) else [space]
    assert any(np.isfinite(box.low).any() for box in boxes)


def test_every_world_is_drawn() -> None:
    envs = TaskVectorEnv("pick", 3, threads=1, render_mode="rgb_array", width=64, height=48)
    envs.reset(seed=0)
    frames = envs.render()
    assert frames is not None
    assert [frame.shape for frame in frames] == [(48, 64, 3)] * 3
    assert not np.array_equal(frames[0], frames[1])
    renderer = envs._renderer
    envs.render()
    assert envs._renderer is renderer
    envs.close()
    with pytest.raises(UnknownNameError, match="front"):
        TaskEnv("reach", render_mode="rgb_array", camera="roof").render()
