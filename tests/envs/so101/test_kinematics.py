"""Closed-form kinematics against MuJoCo."""

import mujoco
import numpy as np
import pytest

from pontine.envs.so101.kinematics import gap_of, inverse, opening_for, pitch, roll_for, tool_pose
from pontine.envs.so101.model import RANGE
from pontine.envs.tabletop.table import build


@pytest.fixture(scope="module")
def model() -> mujoco.MjModel:
    return build(()).compile()


def random_joints(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(RANGE[:, 0], RANGE[:, 1], (n, 6))


def test_forward_kinematics_is_mujocos(model: mujoco.MjModel) -> None:
    data, joints = mujoco.MjData(model), random_joints(200)
    poses = tool_pose(joints)
    for k, q in enumerate(joints):
        data.qpos[:6] = q
        mujoco.mj_kinematics(model, data)
        np.testing.assert_allclose(poses.position[k], data.site("tool").xpos, atol=1e-9)
        np.testing.assert_allclose(poses.rotation[k], data.site("tool").xmat.reshape(3, 3), atol=1e-9)


def test_inverse_kinematics_comes_back() -> None:
    joints = random_joints(3000, seed=1)
    poses = tool_pose(joints)
    found, good = inverse(poses.position, pitch(joints), joints[:, 4])
    assert good.mean() > 0.5
    np.testing.assert_allclose(tool_pose(found[good]).position, poses.position[good], atol=1e-9)
    np.testing.assert_allclose(pitch(found[good]), pitch(joints)[good], atol=1e-9)
    assert np.all((found >= RANGE[:5, 0]) & (found <= RANGE[:5, 1]))


def test_out_of_reach_is_said() -> None:
    _, good = inverse(np.array([[0.9, 0.0, 0.1]]), np.array([1.0]), np.array([0.0]))
    assert not good[0]


def test_the_pads_gap_is_mujocos(model: mujoco.MjModel) -> None:
    data = mujoco.MjData(model)
    for angle in np.linspace(0.0, 1.2, 9):
        data.qpos[5] = angle
        mujoco.mj_kinematics(model, data)
        hand = data.body("gripper").xmat.reshape(3, 3)
        faces = [
            data.geom(name).xpos + sign * model.geom(name).size[0] * data.geom(name).xmat.reshape(3, 3)[:, 0]
            for name, sign in (("fixed_pad", 1), ("moving_pad", -1))
        ]
        assert (hand.T @ (faces[1] - faces[0]))[0] == pytest.approx(gap_of(np.array(angle)), abs=2e-4)
        assert opening_for(gap_of(np.array(angle))) == pytest.approx(angle, abs=1e-9)


@pytest.mark.parametrize("symmetry", [2, 4])
def test_the_roll_lines_the_jaws_up(symmetry: int) -> None:
    rng = np.random.default_rng(2)
    n = 200
    position = np.column_stack([rng.uniform(0.17, 0.24, n), rng.uniform(-0.1, 0.1, n), np.full(n, 0.03)])
    heading, down = rng.uniform(-np.pi, np.pi, n), np.full(n, np.deg2rad(82))
    joints = np.zeros((n, 5))
    for _ in range(3):
        roll = roll_for(heading, -joints[:, 0], down, np.full(n, symmetry), np.full(n, -1.5))
        joints, good = inverse(position, down, roll)
    axis = tool_pose(joints).rotation[:, :, 0]
    turn = (np.arctan2(axis[:, 1], axis[:, 0]) - heading) / (2 * np.pi / symmetry)
    assert np.abs(turn - np.round(turn))[good].max() < 0.02
