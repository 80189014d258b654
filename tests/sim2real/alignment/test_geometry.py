"""Joint angles that make the model's hand be where another arm's is."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pontine.envs.so101.kinematics import level_motion, tool_pose
from pontine.envs.so101.model import RANGE
from pontine.sim2real.alignment.geometry import Geometry
from tests.sim2real.alignment.synthetic import work_pose


def within(limits: tuple[float, ...]) -> st.SearchStrategy[np.ndarray]:
    return arrays(float, len(limits), elements=st.floats(-1, 1)).map(lambda share: share * limits)


GEOMETRIES = st.builds(
    Geometry,
    within((0.0, 0.03, 0.03, 0.03, 0.0, 0.0)),
    within((0.01, 0.01, 0.05)),
    within((0.006, 0.006, 0.005)),
    st.floats(-0.01, 0.01),
)


@settings(max_examples=40)
@given(geometry=GEOMETRIES, seed=st.integers(0, 10_000))
def test_the_models_hand_is_where_the_arms_is_and_back(geometry: Geometry, seed: int) -> None:
    rng = np.random.default_rng(seed)
    joints = work_pose(rng, 0.0)
    found = geometry.model_joints(joints)
    wanted, made = geometry.hand(joints[None]), tool_pose(found[None])
    assert np.linalg.norm(made.position - wanted.position) < 5e-4
    # what is left is the tilt to the side, which five joints cannot make
    turned = np.arccos(np.clip((np.trace(made.rotation[0].T @ wanted.rotation[0]) - 1) / 2, -1, 1))
    assert turned < 0.06
    assert np.abs(geometry.arm_joints(found) - joints).max() < 1e-5


@settings(max_examples=40)
@given(geometry=GEOMETRIES, share=arrays(float, 6, elements=st.floats(0, 1)))
def test_what_is_made_up_for_stays_small_wherever_the_arm_is(geometry: Geometry, share: np.ndarray) -> None:
    joints = RANGE[:, 0] + share * (RANGE[:, 1] - RANGE[:, 0])
    assert np.abs(geometry.model_joints(joints) - joints).max() < 0.5
    assert np.abs(geometry.arm_joints(joints) - joints).max() < 0.5


def test_nothing_to_make_up_for_changes_nothing() -> None:
    joints = np.array([0.4, -0.7, 0.8, 1.0, -0.5, 0.2])
    assert Geometry().plain
    assert np.allclose(Geometry().model_joints(joints), joints, atol=1e-12)
    assert np.allclose(Geometry().arm_joints(joints), joints, atol=1e-12)


@given(share=arrays(float, 6, elements=st.floats(0, 1)))
def test_the_quick_kinematics_is_the_kinematics(share: np.ndarray) -> None:
    joints = RANGE[:, 0] + share * (RANGE[:, 1] - RANGE[:, 0])
    place, slopes = level_motion(joints)
    assert np.allclose(place, tool_pose(joints[None]).position[0], atol=1e-9)
    ways = np.array([(1, 0, 0, 0, 0, 0), (0, 1, 0, -1, 0, 0), (0, 0, 1, -1, 0, 0)]) * 1e-6
    there, back = (tool_pose(joints + s * ways).position for s in (1, -1))
    assert np.allclose((there - back).T / 2e-6, slopes, atol=1e-7)
