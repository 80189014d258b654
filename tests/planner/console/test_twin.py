"""What is drawn of a real table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pontine.envs.robot import RobotState
from pontine.envs.scene import Fixture, Scene, SceneObject
from pontine.envs.so101.model import REST
from pontine.planner.console.twin import Twin
from tests.planner.fakes import TABLETOP

DRAWER = Fixture("drawer", "drawer", "closed", (0.24, 0.16, 0.0))


def standing(joints: np.ndarray) -> RobotState:
    return RobotState(joints, np.zeros(6), np.zeros(6), joints, 0.0)


def names(twin: Twin) -> list[str]:
    return [spec.name for spec in twin.worlds.specs[0] if spec is not None]


def moved(scene: Scene, name: str, **changes: object) -> Scene:
    return replace(scene, objects=tuple(replace(o, **changes) if o.name == name else o for o in scene.objects))


def test_arm_and_things_are_where_they_are_measured() -> None:
    twin = Twin(TABLETOP, standing(REST))
    worlds = twin.worlds
    turned = (0.9238795, 0.0, 0.0, 0.3826834)
    there = moved(TABLETOP, "blue_cube", position=(0.15, 0.02, 0.2), orientation=turned, support=None)
    assert not twin.follow(there, standing(REST + 0.1))
    assert twin.worlds is worlds
    assert worlds.q[0] == pytest.approx(REST + 0.1)
    assert worlds.object_position[0, 1] == pytest.approx((0.15, 0.02, 0.2))
    assert worlds.object_quat[0, 1] == pytest.approx(turned)


def test_what_comes_and_goes_is_drawn_and_what_nobody_knows_is_left_out() -> None:
    unknown = (SceneObject("thing", "contraption", position=(0.2, 0.2, 0.0)), SceneObject("bowl_2", "bowl"))
    twin = Twin(replace(TABLETOP, objects=TABLETOP.objects[:1] + unknown), standing(REST))
    assert names(twin) == ["red_cube"]
    assert twin.follow(replace(TABLETOP, unseen=("bowl",)), standing(REST))
    assert names(twin) == ["red_cube", "blue_cube", "bowl"], "what is only assumed to be there is drawn there"


def test_fixtures_are_drawn_as_far_open_as_they_are() -> None:
    twin = Twin(replace(TABLETOP, fixtures=(DRAWER,)), standing(REST))
    opened = replace(DRAWER, state="open", displacement=0.05)
    assert not twin.follow(replace(TABLETOP, fixtures=(opened,)), standing(REST))
    assert twin.worlds.mounted.displacement[0, 0] == pytest.approx(0.05)
    assert twin.follow(replace(TABLETOP, fixtures=(replace(DRAWER, position=None),)), standing(REST))
    assert not twin.worlds.mounted.slots
