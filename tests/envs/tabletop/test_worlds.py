"""Many worlds at once: each is the world it would be alone, and the world its objects say."""

import mujoco
import numpy as np
import pytest

from pontine.envs.declarations.kind import KINDS
from pontine.envs.so101.model import REST
from pontine.envs.tabletop.objects import ObjectSpec, draw
from pontine.envs.tabletop.table import Slot, build
from pontine.envs.tabletop.worlds import Worlds

SLOTS = (Slot("a", 1), Slot("b"))
ASIDE = REST + np.array([1.5, 0, 0, 0, 0, 0])


def pair(seed: int) -> tuple[ObjectSpec, ObjectSpec]:
    rng = np.random.default_rng(seed)
    kinds = list(KINDS)
    a = draw(rng, "a", ["cube", "block", "cylinder", "ball"][seed % 4], "red")
    b = draw(rng, "b", kinds[seed % len(kinds)], "blue")
    return a.moved(np.array([0.25, 0.01, 0.12]), 0.3), b.moved(np.array([0.25, 0.0, b.rest_height]), 1.0)


def laid(seeds: list[int], threads: int = 1) -> Worlds:
    worlds = Worlds(SLOTS, len(seeds), threads)
    for i, seed in enumerate(seeds):
        for slot, spec in enumerate(pair(seed)):
            worlds.lay(i, slot, spec)
        worlds.place_arm(i, ASIDE)
    worlds.refresh(np.arange(len(seeds)))
    return worlds


def run(worlds: Worlds, steps: int = 40) -> None:
    rng = np.random.default_rng(7)
    for _ in range(steps):
        worlds.step(np.repeat(rng.uniform(-0.2, 0.2, (1, 6)), worlds.n, 0))


def test_one_world_and_world_k_of_a_batch_agree_to_the_last_bit() -> None:
    batch = laid(list(range(14)), threads=2)
    run(batch)
    for k in (0, 5, 13):
        alone = laid([k])
        run(alone)
        np.testing.assert_array_equal(alone.batch.state[0], batch.batch.state[k])


def test_stepping_some_worlds_leaves_the_others_alone() -> None:
    worlds = laid([1, 2, 3])
    before = worlds.batch.state.copy()
    worlds.advance(worlds.command, np.array([1]))
    np.testing.assert_array_equal(worlds.batch.state[[0, 2]], before[[0, 2]])
    assert not np.array_equal(worlds.batch.state[1], before[1])


@pytest.mark.parametrize("kind", KINDS)
def test_a_filled_slot_touches_like_a_compiled_body(kind: str) -> None:
    """Contacts between random poses are those of a model compiled from the same shapes."""
    rng = np.random.default_rng(3)
    a, b = draw(rng, "a", "cube", "red"), draw(rng, "b", kind, "blue")
    worlds = Worlds(SLOTS, 1, 1)
    worlds.lay(0, 0, a)
    worlds.lay(0, 1, b)
    worlds.refresh(np.zeros(1, int))
    model = worlds.batch.get_model(0)
    spec = build(())
    for name, thing in (("a", a), ("b", b)):
        body = spec.worldbody.add_body(name=name)
        body.add_freejoint()
        body.mass, body.ipos, body.inertia = thing.inertial()
        body.explicitinertial = True
        for shape in thing.shapes:
            body.add_geom(type=shape.type, size=shape.size, pos=shape.pos, quat=shape.quat)
    spec.option.disableflags = 0
    exact = spec.compile()
    np.testing.assert_allclose(model.body_invweight0[-2:], exact.body_invweight0[-2:], rtol=1e-9)
    mine, theirs = mujoco.MjData(model), mujoco.MjData(exact)
    touching = 0
    for _ in range(60):
        pose = np.concatenate(
            [ASIDE, *(np.concatenate([rng.normal((0.25, 0, 0.03), 0.025), _unit(rng)]) for _ in range(2))]
        )
        distances = []
        for m, d in ((model, mine), (exact, theirs)):
            d.qpos[:] = pose
            mujoco.mj_fwdPosition(m, d)
            distances.append(sorted(float(c.dist) for c in d.contact))
        np.testing.assert_allclose(distances[0], distances[1], atol=1e-9)
        touching += len(distances[0]) > 0
    assert touching > 20


def _unit(rng: np.random.Generator) -> np.ndarray:
    quat = rng.normal(size=4)
    return quat / np.linalg.norm(quat)


def test_falling_objects_lose_energy() -> None:
    """With a solver cut short they gained it and flew off."""
    seeds = list(range(56))
    worlds, rng = laid(seeds, threads=2), np.random.default_rng(5)
    for i in seeds:
        worlds.move_object(i, 0, np.array([0.25, 0.0, 0.12]), _unit(rng))
    for _ in range(40):
        worlds.advance(worlds.command)
        assert np.linalg.norm(worlds.object_velocity[:, 0, :3], axis=1).max() < 1.9
        assert worlds.object_position[:, 0, 2].max() < 0.16


def test_a_delayed_command_arrives_later() -> None:
    worlds = Worlds((), 3, 1)
    for i in range(3):
        worlds.set_dynamics(i, delay=i)
    target = np.repeat(REST[None], 3, 0)
    target[:, 0] += 0.1
    moved = []
    for _ in range(3):
        before = worlds.q[:, 0].copy()
        worlds.advance(target)
        moved.append(worlds.q[:, 0] - before > 0.01)
    np.testing.assert_array_equal(np.array(moved), [[1, 0, 0], [1, 1, 0], [1, 1, 1]])


def test_a_slot_too_small_says_so() -> None:
    worlds = Worlds((Slot("a", 1),), 1, 1)
    with pytest.raises(ValueError, match="room for 1 shapes, not 9"):
        worlds.lay(0, 0, draw(np.random.default_rng(0), "bowl", "bowl", "red"))
