"""Failures fed back: an episode begins exactly where one failed, or where the executive's skill did."""

import json
from pathlib import Path

import numpy as np
import pytest

from pontine.envs.errors import PontineError
from pontine.envs.scene import Scene
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.tabletop.layout import from_scene
from pontine.envs.tabletop.randomization import randomization
from pontine.envs.tabletop.sensing import measure
from pontine.envs.tasks import task
from pontine.envs.tasks.episodes import Episodes
from pontine.envs.tasks.starts import OWN, Curriculum, SeedStart
from pontine.policies.skills.loading import load_library
from pontine.policies.training.failures import append_failures, read_curriculum

SCENE = {
    "objects": [
        {"name": "cube", "kind": "cube", "color": "red", "position": [0.22, 0.0, 0.0], "size": [0.03] * 3},
        {"name": "bowl", "kind": "bowl", "position": [0.21, 0.14, 0.0]},
        {"name": "block", "kind": "block", "position": [0.2, -0.13, 0.0], "size": [0.04, 0.05, 0.03]},
    ]
}


def begun(curriculum: Curriculum, name: str = "pick", n: int = 3, seed: int = 70) -> Episodes:
    e = Episodes(task(name), n, 1)
    e.curriculum = curriculum
    ids = np.arange(n)
    e.seed(ids, [seed + i for i in range(n)])
    e.reset(ids)
    return e


def test_a_seed_s_episode_comes_back_to_the_last_bit() -> None:
    once = begun(OWN, n=1, seed=123)
    again = begun(Curriculum((SeedStart(123),), share=1.0))
    for i in range(3):
        np.testing.assert_array_equal(again.observe()[i], once.observe()[0])
    again.reset(np.arange(3))
    np.testing.assert_array_equal(again.observe()[1], once.observe()[0])


def test_a_share_of_episodes_begins_at_the_given_starts() -> None:
    plain, mixed = begun(OWN, n=200, seed=900), begun(Curriculum((SeedStart(123),), share=0.3), n=200, seed=900)
    once = begun(OWN, n=1, seed=123).observe()[0]
    replayed = (mixed.observe() == once).all(axis=1)
    assert 0.2 < replayed.mean() < 0.4
    assert not (plain.observe() == once).all(axis=1).any()


def test_a_share_of_episodes_is_nominal() -> None:
    n, ids = 200, np.arange(200)
    e = Episodes(task("pick"), n, 1, randomization("real"))
    e.curriculum = Curriculum(nominal=0.3)
    e.seed(ids, range(n))
    e.reset(ids)
    plain = ~e.perception.error.any(axis=(1, 2))
    assert 0.2 < plain.mean() < 0.4
    assert not e.perception.missed[plain].any()
    assert not e.worlds.delay[plain].any()
    assert e.worlds.delay[~plain].any()
    position, _ = e.task.seen(e)
    np.testing.assert_array_equal((e.perception.position == position).all(axis=1), plain)


def test_what_the_executive_met_is_laid_again(tmp_path: Path) -> None:
    robot = SimulatedRobot(from_scene(Scene.from_json(SCENE)))
    assert load_library()["pick"].execute(robot, ["cube"]).finished
    scene, state = robot.scene(), robot.observe()
    entry = {
        "skill": "place",
        "args": ["cube", "in", "bowl"],
        "scene": scene.to_json(),
        "position": state.position.tolist(),
        "command": state.command.tolist(),
    }
    path = tmp_path / "failures.jsonl"
    append_failures(path, [{"task": "pick", "seed": 5, "randomization": "real"}, entry])
    curriculum = read_curriculum(path, task("place"), share=1.0)
    assert len(curriculum.starts) == 1
    e = begun(curriculum, "place", n=2)
    seen = measure(e.worlds, 0)
    assert e.worlds.grasped(0).all(), "the object slipped out of the hand"
    held = next(o for o in seen.objects if o.kind == "cube")
    np.testing.assert_allclose(held.position, scene.object("cube").position, atol=0.006)
    bowl = next(o for o in seen.objects if o.kind == "bowl")
    np.testing.assert_allclose(bowl.position, scene.object("bowl").position, atol=0.003)
    np.testing.assert_allclose(e.goal[0, :2], scene.object("bowl").position[:2], atol=0.01)
    assert len(read_curriculum(path, task("pick"), share=0.5).starts) == 1


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 1"),
        ('{"skill": "place"}', "'args' is missing|'scene' is missing"),
        ('{"task": "pick", "seed": 3}', "no starts for Place; it has: pick"),
        (json.dumps({"skill": "place", "args": ["x"], "scene": SCENE, "position": [0], "command": [0]}), "6 numbers"),
        ('{"task": "fly", "seed": 3}', "unknown task"),
    ],
)
def test_a_file_that_is_no_use_is_one_line(line: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "failures.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(PontineError, match=says) as error:
        read_curriculum(path, task("place"), 0.5)
    assert "\n" not in str(error.value)
