"""Laying tables and measuring them again."""

import numpy as np
import pytest

from pontine.envs.declarations.kind import KINDS
from pontine.envs.errors import PontineError
from pontine.envs.scene import Scene
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.tabletop.layout import MAX_OBJECTS, footprint, from_scene, random_table


def test_tables_are_varied_apart_and_repeatable() -> None:
    kinds, counts = set(), set()
    for seed in range(60):
        table = random_table(seed)
        assert table == random_table(seed)
        assert len({o.name for o in table}) == len(table)
        counts.add(len(table))
        kinds |= {o.kind for o in table}
        for k, one in enumerate(table):
            for other in table[:k]:
                (ax, ay, ar), (bx, by, br) = footprint(one), footprint(other)
                assert np.hypot(ax - bx, ay - by) > ar + br + 0.03
    assert kinds == set(KINDS)
    assert counts >= {3, 5, 8}
    assert [len(random_table(0, n)) for n in range(1, MAX_OBJECTS + 1)] == list(range(1, MAX_OBJECTS + 1))
    with pytest.raises(ValueError, match="1 to 8"):
        random_table(0, 9)


def test_the_examples_table_has_what_the_example_names() -> None:
    assert {"red_cube", "bowl"} <= {o.name for o in random_table(3)}


@pytest.mark.parametrize("seed", range(6))
def test_a_laid_table_is_measured_as_laid(seed: int) -> None:
    table = random_table(seed)
    scene = SimulatedRobot(table).scene()
    assert scene.holding is None
    for spec, seen in zip(table, scene.objects, strict=True):
        assert (seen.name, seen.kind, seen.color, seen.support) == (spec.name, spec.kind, spec.color, "table")
        np.testing.assert_allclose(seen.position, spec.position, atol=2e-3)
        assert seen.container == KINDS[spec.kind].container


STACK = {
    "objects": [
        {"name": "my plate", "kind": "plate", "color": "white", "position": [0.2, 0.1, 0], "size": [0.12, 0.12, 0.012]},
        {
            "name": "base",
            "kind": "cube",
            "color": "red",
            "position": [0.2, 0.1, 0],
            "support": "my plate",
            "size": [0.04] * 3,
        },
        {"name": "rod", "kind": "cylinder", "position": [0.2, 0.1, 0], "support": "base"},
        {"name": "bowl", "kind": "bowl", "position": [0.2, -0.1, 0]},
        {"name": "b1", "kind": "ball", "position": [0.2, -0.1, 0], "support": "bowl"},
    ]
}


def test_stacks_and_contents_are_laid_and_measured() -> None:
    scene = SimulatedRobot(from_scene(Scene.from_json(STACK))).scene()
    assert {o.name: o.support for o in scene.objects} == {
        "my plate": "table",
        "base": "my plate",
        "rod": "base",
        "bowl": "table",
        "b1": "bowl",
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "teapot"}, "unknown kind 'teapot'.*valid: ball"),
        ({"color": "mauve"}, "unknown colour 'mauve'"),
        ({"position": None}, "no position"),
        ({"position": [0.6, 0, 0]}, "out of reach"),
        ({"position": [0.2, -0.1, 0]}, "overlap"),
        ({"size": [1, 1, 1]}, "cannot be laid"),
    ],
)
def test_what_cannot_be_laid_is_said(change: dict, said: str) -> None:
    other = {"name": "other", "kind": "cube", "position": [0.2, -0.1, 0.015]}
    thing = {"name": "thing", "kind": "cube", "position": [0.2, 0.1, 0.015], **change}
    with pytest.raises(PontineError, match=said):
        from_scene(Scene.from_json({"objects": [other, thing]}))


def test_two_robots_before_one_table_move_alike() -> None:
    ends = []
    for _ in range(2):
        robot = SimulatedRobot(random_table(4))
        for k in range(20):
            robot.command(robot.observe().command + 0.02 * np.sin(k))
        robot.reset()
        ends.append((robot.observe().position, robot.scene()))
    np.testing.assert_array_equal(ends[0][0], ends[1][0])
    assert ends[0][1] == ends[1][1]
