"""The ghost of a rehearsed motion, as a page draws it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import trimesh

from pontine.envs.robot import Robot
from pontine.planner.console import guard
from pontine.planner.console.ghost import THICK, tube
from pontine.planner.console.pages import Pages
from pontine.planner.execution.events import Done, Event, Heard, Planned, Rehearsed, Stopped
from pontine.planner.execution.showing.progress import rehearsed
from pontine.planner.planning.plan import Plan
from pontine.planner.rehearsal.rehearsal import Rehearsal
from pontine.planner.rehearsal.way import Carried, Way
from tests.planner.console.arms import Arm
from tests.planner.fakes import TABLETOP, Said

LINE = np.linspace((0.2, 0.05, 0.2), (0.2, 0.05, 0.02), 40)
REST, UPRIGHT = np.array([0.25, -0.12, 0.02]), np.array([1.0, 0.0, 0.0, 0.0])
WAY = Way(LINE, (Carried("red_cube", LINE[20:], REST, UPRIGHT), Carried("gone", LINE[:1], REST, UPRIGHT)))
PLAN = Plan((), (("in", "red_cube", "bowl"),), True)
REHEARSED = Rehearsed(Rehearsal(PLAN, (None,), 0.1, WAY))
BEGUN: tuple[Event, ...] = (Heard("put it in", TABLETOP), REHEARSED)


def test_a_tube_goes_along_its_points_and_is_closed_round_them() -> None:
    mesh = tube(LINE, THICK)
    low, high = mesh.bounds
    assert low == pytest.approx((0.2 - THICK, 0.05 - THICK, 0.02), abs=0.007)
    assert high == pytest.approx((0.2 + THICK, 0.05 + THICK, 0.2), abs=0.001)
    assert np.linalg.norm(mesh.vertices[:, :2] - (0.2, 0.05), axis=1) == pytest.approx(THICK)
    corner = np.array([[0.0, 0, 0], [0.1, 0, 0], [0.1, 0.1, 0], [0.1, 0.1, 0.1], [0.0, 0.1, 0.1]])
    assert np.isfinite(tube(corner, THICK).vertices).all()
    assert tube(LINE[:1], THICK).bounds.mean(axis=0) == pytest.approx(LINE[0])


def test_only_the_plan_that_is_being_carried_out_has_one() -> None:
    planned = Planned(PLAN, 1, "")
    assert rehearsed(BEGUN) is rehearsed((*BEGUN, planned)) is REHEARSED.rehearsal
    for end in (Done(None, 1.0), Stopped("enough"), Planned(PLAN, 2, "it was dropped")):
        assert rehearsed((*BEGUN, planned, end)) is None


class Waiting:
    """A skill that looks at what is drawn while the arm is at it."""

    missing = None

    def __init__(self, look: object) -> None:
        self.look = look

    def execute(self, robot: Robot, args: tuple[str, ...]) -> Said:
        robot.command(robot.observe().command)
        self.look()  # type: ignore[operator]
        return Said(steps=1)


@pytest.fixture
def shown() -> Iterator[tuple[Arm, Pages]]:
    arm, server = Arm(), guard.start(0, "test")
    try:
        yield arm, Pages(server, arm.console)
    finally:
        arm.console.close()
        guard.stop(server)


def test_it_stands_in_the_page_until_the_motion_is_over(shown: tuple[Arm, Pages]) -> None:
    arm, pages = shown
    drawn = list[list[str]]()

    def ghosts() -> list[str]:
        return [name for name in pages.server.scene._handle_from_node_name if name.startswith("/ghost/")]

    class Sure:
        """Rehearses nothing, and takes the first plan."""

        sure = 0.0

        def choose(self, candidates: list, *args: object) -> tuple:
            return candidates[0], [Rehearsal(candidates[0].plan, (None,), 0.1, WAY)]

    arm.session.rehearser = Sure()  # type: ignore[assignment]
    arm.session.library = {"carry": Waiting(lambda: drawn.append(ghosts()))}  # type: ignore[dict-item]
    arm.holding.joined(1)
    arm.session.do("put the red cube in the bowl")
    assert len(drawn[0]) == 4, "the gripper's way, those of two things, and the one thing that is known"
    assert ghosts() == []
    shape = pages.picture.shape("red_cube")
    assert isinstance(shape, trimesh.Trimesh)
    assert shape.extents == pytest.approx((0.03, 0.03, 0.03), abs=0.002)
