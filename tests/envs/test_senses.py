"""What an environment can be asked to show: state, touch, pixels."""

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import pontine.envs  # noqa: F401
from pontine.envs.errors import UnknownNameError
from pontine.envs.senses import SENSES

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


@pytest.mark.parametrize("name", ["pontine/Pick-v0", "pontine/Drawer-v0", "pontine/Tabletop-v0"])
@pytest.mark.parametrize("sense", SENSES[1:])
def test_gymnasium_accepts_every_sense(name: str, sense: str) -> None:
    env = gymnasium.make(name, observation=sense)
    check_env(env.unwrapped, skip_render_check=True)
    env.close()


def test_an_unknown_sense_lists_the_valid_ones() -> None:
    with pytest.raises(UnknownNameError, match="pixels, state, touch"):
        gymnasium.make("pontine/Pick-v0", observation="smell")


def test_a_held_object_is_felt_by_both_fingers() -> None:
    env = gymnasium.make("pontine/Place-v0", observation="touch")
    observation, _ = env.reset(seed=0)
    np.testing.assert_array_equal(observation["touch"][6:], [1.0, 1.0])
    assert observation["touch"][5] < -0.4, "the gripper squeezes"
    empty, _ = gymnasium.make("pontine/Pick-v0", observation="touch").reset(seed=0)
    np.testing.assert_array_equal(empty["touch"][6:], [0.0, 0.0])


def test_pictures_are_those_of_each_world() -> None:
    several = gymnasium.make_vec("pontine/Pick-v0", num_envs=2, observation="pixels")
    one = gymnasium.make("pontine/Pick-v0", observation="pixels")
    both, _ = several.reset(seed=4)
    alone, _ = one.reset(seed=5)
    for camera in ("wrist", "front"):
        assert both[camera].shape == (2, 84, 84, 3)
        np.testing.assert_array_equal(both[camera][1], alone[camera])
        assert not np.array_equal(both[camera][0], both[camera][1])
        assert alone[camera].std() > 5
    several.close()
    one.close()
