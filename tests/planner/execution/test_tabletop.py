"""The long tasks are solved by what the package is: planner, executive and shipped skills, through the environment."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest
import torch

import pontine.envs  # noqa: F401
from pontine.envs.robot import RobotState
from pontine.envs.scene import Scene
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.so101.control import ACTION_SCALE
from pontine.envs.tabletop.layout import fixtures_from_scene, from_scene
from pontine.envs.tabletop.sensing import measure
from pontine.planner.execution.executive import execute
from pontine.planner.planning.plan import make_plan
from pontine.policies.skills.loading import load_library

torch.set_num_threads(1)

SCENE = {
    "objects": [{"name": "cube", "kind": "cube", "position": [0.18, -0.12, 0.0], "size": [0.03] * 3}],
    "fixtures": [
        {"name": "drawer", "kind": "drawer", "state": "closed", "position": [0.26, 0.13, 0.0]},
        {"name": "button", "kind": "button", "state": "released", "position": [0.26, -0.04, 0.0]},
    ],
}


class EnvRobot:
    """A gymnasium environment as a `Robot`: joint targets become the actions that lead to them."""

    def __init__(self, env: Any) -> None:
        self.env, self.worlds = env, env.episodes.worlds
        self.info: dict[str, Any] = {}
        self.time = 0.0

    def observe(self) -> RobotState:
        w = self.worlds
        load = w.command[0] - w.q[0]
        return RobotState(w.q[0].copy(), w.velocity[0].copy(), load, w.command[0].copy(), self.time)

    def command(self, targets: np.ndarray) -> None:
        action = np.clip((targets - self.worlds.command[0]) / ACTION_SCALE, -1.0, 1.0)
        self.info = self.env.step(action)[-1]
        self.time += 0.04

    def scene(self) -> Scene:
        return measure(self.worlds)

    def stop(self) -> None:
        self.command(self.worlds.q[0].copy())


@pytest.mark.parametrize("seed", [1, 2])
def test_planner_and_skills_solve_the_long_task(seed: int) -> None:
    env = gymnasium.make("pontine/Tabletop-v0").unwrapped
    _, info = env.reset(seed=seed)
    robot = EnvRobot(env)
    result = execute(robot, load_library(), info["predicates"], make_plan)
    assert result.goal_reached, (info["instruction"], result.reason)
    robot.command(robot.observe().command)
    assert robot.info["is_success"]


def test_a_cube_goes_into_the_drawer_and_the_button_is_pressed() -> None:
    scene = Scene.from_json(SCENE)
    robot = SimulatedRobot(from_scene(scene), fixtures_from_scene(scene))
    goal = [("in", "cube", "drawer"), ("closed", "drawer"), ("pressed", "button")]
    result = execute(robot, load_library(), goal, make_plan)
    assert result.goal_reached, result.reason
    assert [record.step.skill for record in result.steps][:5] == ["open", "pick", "place", "close", "press"]


def test_a_skill_says_why_it_does_not_start() -> None:
    library = load_library()
    scene = Scene.from_json(SCENE)
    robot = SimulatedRobot(from_scene(scene), fixtures_from_scene(scene))
    assert "works on a drawer" in library["open"].execute(robot, ["button"]).reason
    assert "works on a button" in library["press"].execute(robot, ["drawer"]).reason
