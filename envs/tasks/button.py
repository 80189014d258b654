"""`pontine/Button-v0`: press a button."""

from __future__ import annotations

import numpy as np

from ..tabletop.fixture_spec import FixtureSlot
from ..tabletop.fixtures import BUTTON
from ..tabletop.layout import random_fixture
from . import TASKS
from .base import SOLID, random_arm
from .fixture import BESIDE, CONTENT, FIXTURE, FixtureTask, working
from .pick import beside
from .state import EpisodeState

PRESSED = 0
"""What the episode asks for."""


class Button(FixtureTask):
    """Press the button until it latches, and draw the hand back.

    Observation: `observation.LAYOUT`; the object is the button's plunger, the goal where it
    stands when it is pressed. Randomised: where the button stands, its spring and friction;
    something beside it; the arm's start pose. Success, for 5 control steps: the button has
    latched (it does so 6 mm down, and stays down) and the tool is 5 cm from it. Reward: `Task`'s, and `disturbance`,
    -0.02 a step while what stands beside it moves. Shaped: `to_reach`, `to_work`, `to_withdraw`.

    History: v0, first version.
    """

    name = "Button"
    fixtures = (FixtureSlot("fixture", BUTTON.name),)
    states = BUTTON.states[:1]
    potentials = working(states)
    max_steps = 100

    def start(self, e: EpisodeState, i: int, rng: np.random.Generator) -> None:
        e.worlds.place_arm(i, random_arm(rng))
        button = random_fixture(rng, BUTTON.name, BUTTON.name, ())
        assert button is not None
        e.worlds.mounted.mount(i, FIXTURE, button)
        self.ask(e, i, PRESSED)
        e.worlds.lay(i, CONTENT, None)
        neighbour = beside(rng, str(rng.choice(SOLID)), list(button.keepout)) if rng.random() < 0.4 else None
        e.worlds.lay(i, BESIDE, neighbour)


TASKS.register(Button)
