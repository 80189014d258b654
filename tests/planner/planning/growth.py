"""What planning for many things costs, in seconds of CPU time: `python -m tests.planner.planning.growth`."""

from __future__ import annotations

import time

from pontine.envs.scene import TABLE, Scene, SceneObject
from pontine.planner.planning.plan import make_plan
from pontine.planner.planning.problem import prepare

THINGS = (5, 20, 50, 200)

BOX = SceneObject("box", "box", container=True)


def cubes(number: int, stacked: bool = False) -> tuple[SceneObject, ...]:
    """Cubes c0, c1, ... on the table, or each on the one before."""
    below = [TABLE, *(f"c{i}" for i in range(number))] if stacked else [TABLE] * number
    return tuple(SceneObject(f"c{i}", "cube", support=below[i]) for i in range(number))


def seconds(number: int) -> float:
    """CPU time of planning that so many cubes go from the table into a box."""
    scene, goals = Scene((*cubes(number), BOX)), [("in", f"c{i}", "box") for i in range(number)]
    began = time.thread_time()
    make_plan(scene, goals)
    return time.thread_time() - began


if __name__ == "__main__":
    prepare()
    for number in THINGS:
        print(f"{number:4} things: {seconds(number):.2f} s")
