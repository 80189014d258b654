"""`pontine/Drawer-v0`: open a drawer, or close it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..tabletop.fixture_spec import FixtureSlot, FixtureSpec
from ..tabletop.fixtures import DRAWER
from ..tabletop.layout import footprint, random_fixture
from ..tabletop.objects import ObjectSpec, draw
from . import TASKS
from .base import SOLID, random_arm
from .fixture import BESIDE, CONTENT, FIXTURE, FixtureTask, working
from .pick import beside
from .state import EpisodeState

OPEN, CLOSED = 0, 1
"""What the episode asks for."""


class Drawer(FixtureTask):
    """Open the drawer or close it, as the episode asks, and draw the hand back.

    Observation: `observation.LAYOUT`; the object is the drawer's handle, the goal where the
    handle stands in the state asked for. Randomised: which state, where the cabinet stands
    and how it faces the arm, how far the drawer is out (closed to half open when it is to be
    opened, half to fully open when it is to be closed) and how stiffly it runs; what lies in
    it; something beside it; the arm's start pose. Success, for 5 control steps: the drawer is
    in the state (open from 68 mm on, closed up to 12 mm) and the tool is 5 cm from the handle. Reward: `Task`'s, and
    `disturbance`, -0.02 a step while what stands beside it moves. Shaped: `to_reach`, `to_work`, `to_withdraw`.

    History: v0, first version.
    """

    name = "Drawer"
    fixtures = (FixtureSlot("fixture", DRAWER.name),)
    states = DRAWER.states
    potentials = working(states)
    max_steps = 200

    def start(self, e: EpisodeState, i: int, rng: np.random.Generator) -> None:
        e.worlds.place_arm(i, random_arm(rng))
        cabinet = random_fixture(rng, DRAWER.name, DRAWER.name, ())
        assert cabinet is not None
        state, travel = int(rng.integers(2)), DRAWER.travel
        far = rng.random() < 0.5
        if state == OPEN:
            out = 0.0 if far else rng.uniform(0.0, 0.4 * travel)
        else:
            out = rng.uniform(0.95, 1.0) * travel if far else rng.uniform(0.5, 0.95) * travel
        cabinet = replace(cabinet, displacement=float(out))
        e.worlds.mounted.mount(i, FIXTURE, cabinet)
        self.ask(e, i, state)
        e.worlds.lay(i, CONTENT, content(rng, cabinet) if rng.random() < 0.4 else None)
        neighbour = beside(rng, str(rng.choice(SOLID)), list(cabinet.keepout)) if rng.random() < 0.4 else None
        e.worlds.lay(i, BESIDE, neighbour)


TASKS.register(Drawer)


def content(rng: np.random.Generator, cabinet: FixtureSpec) -> ObjectSpec:
    """Something that fits into the drawer, lying in it."""
    room = DRAWER.inside
    assert room is not None
    while True:
        spec = draw(rng, "content", str(rng.choice(SOLID)), "blue")
        if spec.size[2] < room.tallest - 0.002:
            break
    depth, width = room.high[0] - room.low[0], room.high[1] - room.low[1]
    radius = footprint(spec)[2] + 0.002
    x = cabinet.displacement - rng.uniform(radius, depth - radius)
    y = rng.uniform(-1.0, 1.0) * (width / 2 - radius)
    cos, sin = np.cos(cabinet.yaw), np.sin(cabinet.yaw)
    where = np.array(cabinet.position) + (cos * x - sin * y, sin * x + cos * y, room.low[2] + 0.001 + spec.rest_height)
    return spec.moved(where, rng.uniform(-np.pi, np.pi))
