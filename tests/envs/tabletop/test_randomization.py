"""What differs from world to world does what its name says, and is the same for a seed whatever the batch."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.robot import JOINTS
from pontine.envs.rotations import quat_to_matrix
from pontine.envs.so101.dynamics import CONSTANTS, Dynamics, Estimate
from pontine.envs.so101.model import REST
from pontine.envs.tabletop.perception import Perception
from pontine.envs.tabletop.randomization import MARGIN, RANDOMIZATIONS, Randomization, randomization, with_dynamics
from pontine.envs.tabletop.worlds import Worlds
from pontine.envs.tasks import task
from pontine.envs.tasks.episodes import Episodes


def test_draws_stay_within_their_ranges() -> None:
    real, rng = RANDOMIZATIONS["real"], np.random.default_rng(0)
    drawn = [real.dynamics(rng) for _ in range(400)]
    for name in ("kp", "damping", "armature", "frictionloss", "pad_friction", "mass_scale", "backlash", "delay"):
        low, high = getattr(real, name)
        values = np.array([d[name] for d in drawn])
        assert values.min() >= low
        assert values.max() <= high
        assert values.min() < low + 0.1 * (high - low)
        assert values.max() > high - 0.1 * (high - low)
    assert {d["delay"] for d in drawn} == {0, 1, 2, 3}
    assert {RANDOMIZATIONS["delay2"].dynamics(rng)["delay"] for _ in range(50)} == {2}
    with pytest.raises(UnknownNameError, match="delay2"):
        randomization("delay9")


def test_worlds_are_drawn_around_what_was_identified(tmp_path: Path) -> None:
    found = {"kp": 9.0, "damping": 0.5, "frictionloss": 0.1, "armature": 0.04, "backlash": 0.02}
    joints = {
        joint: {name: Estimate(v * (1 + j), 0.9 * v * (1 + j), 1.1 * v * (1 + j)) for name, v in found.items()}
        for j, joint in enumerate(JOINTS)
    }
    none = dict.fromkeys(JOINTS, 0.1)
    Dynamics("mine", joints, Estimate(0.05, 0.048, 0.052), none, none).write(tmp_path / "mine.json")
    around = randomization(with_dynamics("fitted", tmp_path / "mine.json"))
    episodes = Episodes(task("reach"), 64, 1, around)
    episodes.reset(np.arange(64))
    worlds, expected = episodes.worlds, np.arange(1, 7)
    fields = {
        "kp": worlds.field["actuator_gainprm"][:, :, 0], "damping": worlds.field["dof_damping"][:, :6],
        "frictionloss": worlds.field["dof_frictionloss"][:, :6], "armature": worlds.field["dof_armature"][:, :6],
        "backlash": 2 * worlds.backlash,
    }  # fmt: skip
    assert set(fields) == set(CONSTANTS)
    for name, drawn in fields.items():
        ratio = drawn / (found[name] * expected)
        assert ratio.min() >= 0.9 / MARGIN - 1e-9, name
        assert ratio.max() <= 1.1 * MARGIN + 1e-9, name
        assert np.all(np.abs(ratio.mean(axis=0) - 1) < 0.1), name
        assert np.all(np.ptp(ratio, axis=0) > 0.2), name
    assert set(worlds.delay.tolist()) == {1, 2}
    assert around.pose_noise == RANDOMIZATIONS["real"].pose_noise
    with pytest.raises(PontineError, match="needs dynamics=FILE"):
        randomization(with_dynamics("fitted", None))
    with pytest.raises(PontineError, match="not for real"):
        with_dynamics("real", tmp_path / "mine.json")


def settled(worlds: Worlds, targets: np.ndarray) -> np.ndarray:
    for _ in range(25):
        worlds.advance(targets)
    return worlds.q.copy()


def test_backlash_is_lost_at_every_reversal() -> None:
    """Two arms, one with play: coming from below it stops short, coming from above beyond."""
    play = np.deg2rad(0.5)
    worlds = Worlds((), 2, 1)
    for i, backlash in enumerate((0.0, play)):
        worlds.set_dynamics(i, frictionloss=0.0, backlash=backlash)
    middle, above = np.repeat(REST[None], 2, 0), np.repeat(REST[None] + 0.2 * (np.arange(6) == 0), 2, 0)
    settled(worlds, middle - (above - middle))
    tight, loose = settled(worlds, middle)[:, 0]
    assert tight - loose == pytest.approx(play, abs=1e-3)
    settled(worlds, above)
    tight, loose = settled(worlds, middle)[:, 0]
    assert loose - tight == pytest.approx(play, abs=1e-3)
    # a command that moves by less than the play moves nothing
    still = settled(worlds, middle + 0.5 * play)[1, 0]
    assert still == pytest.approx(loose, abs=1e-4)


def test_a_missed_frame_shows_the_last_pose_seen() -> None:
    blind = dataclasses.replace(Randomization(), dropout=0.15, dropout_steps=(2, 5))
    seen = Perception(3, 40, blind)
    for i in range(3):
        seen.start(i, np.random.default_rng(i), blind)
    assert not seen.missed[:, 0].any()
    assert 0.1 < seen.missed.mean() < 0.8
    quat = np.tile([1.0, 0.0, 0.0, 0.0], (3, 1))
    last = np.zeros((3, 3))
    for age in range(40):
        position = np.full((3, 3), 0.01 * age)
        last = np.where(seen.missed[:, age, None], last, position)
        seen.look(np.full(3, age), position, quat)
        np.testing.assert_array_equal(seen.position, last)


def test_the_pose_is_off_by_what_was_asked_for() -> None:
    noise = Randomization(pose_noise=0.003, angle_noise=0.05, pose_jitter=0.0005, angle_jitter=0.008)
    n, frames = 2000, 30
    seen = Perception(n, frames, noise)
    rng = np.random.default_rng(0)
    quat = rng.normal(size=(n, 4))
    quat /= np.linalg.norm(quat, axis=1)[:, None]
    off, yaw = np.zeros((frames, n, 3)), np.zeros((frames, n))
    for i in range(n):
        seen.start(i, rng, noise)
    for age in range(frames):
        seen.look(np.full(n, age), np.zeros((n, 3)), quat)
        off[age] = seen.position
        turn = quat_to_matrix(seen.quat) @ np.swapaxes(quat_to_matrix(quat), 1, 2)
        yaw[age] = np.arctan2(turn[:, 1, 0], turn[:, 0, 0])
    assert off.mean(0)[:, :2].std() == pytest.approx(0.003, rel=0.1)
    assert off.std(0)[:, :2].mean() == pytest.approx(0.0005, rel=0.1)
    assert yaw.mean(0).std() == pytest.approx(0.05, rel=0.1)
    assert yaw.std(0).mean() == pytest.approx(0.008, rel=0.1)


@pytest.mark.parametrize("preset", RANDOMIZATIONS)
def test_a_randomised_world_does_not_depend_on_the_batch(preset: str) -> None:
    runs = []
    for seeds in ([7, 8, 9, 10], [9]):
        e = Episodes(task("pick"), len(seeds), 1, RANDOMIZATIONS[preset])
        ids = np.arange(len(seeds))
        e.seed(ids, seeds)
        e.reset(ids)
        rng = np.random.default_rng(1)
        views = []
        for _ in range(30):
            e.step(np.repeat(rng.uniform(-1, 1, (1, 6)), len(seeds), 0))
            views.append(np.asarray(e.observe())[seeds.index(9)].copy())
        runs.append(views)
    np.testing.assert_array_equal(*runs)
