"""A person who calibrates an emulated arm by hand, as `pontine arm calibrate` asks, and not quite exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.robot import JOINTS
from pontine.envs.so101.model import GRIPPER, RANGE

from ..bringup.calibrate import MOVES, POSE, Sweep
from ..bus.clock import REAL, Clock
from ..emulation.emulated_arm import Truth

EYE = np.deg2rad(1.2)
"""Standard deviation (rad) by which a joint that is set by eye is off. Chosen: zeros after it were up to 1.5° off."""

MOVED = 0.22
"""How far (rad) each joint is moved to show its direction."""

BEYOND = 1.0
"""How far (rad) beyond the model's end of its range a joint is led: to where the stop is felt."""

STILL, LONGEST, LOOK = 0.003, 4.0, 0.05
"""What a joint may move (rad) between two looks that are `LOOK` s apart and still count as still, and how long (s) that
is waited for."""


class Held(Protocol):
    """An emulated arm that a hand can take."""

    def guide(self, joints: Mapping[str, float]) -> None:
        """Lead these joints to positions (rad)."""
        ...

    def hollow(self) -> None:
        """Let links pass through each other."""
        ...

    def let_go(self) -> None:
        """Leave the arm."""
        ...

    def truth(self) -> Truth:
        """How all really is."""
        ...


class Hands:
    """Does what it is asked for by `calibrate`; how exactly, `seed` says. `heard` is what it was told.

    It takes the arm with both hands: no joint falls, and none collides.
    """

    def __init__(self, arm: Held, seed: int, clock: Clock = REAL) -> None:
        self._clock = clock
        self._arm, self._random = arm, np.random.default_rng([8, seed])
        self.heard: list[str] = []
        arm.hollow()

    def say(self, text: str) -> None:
        """Hear it."""
        self.heard.append(text)

    def ask(self, question: str) -> str:
        """Do what is asked, then press Enter; agree to whatever is to be written to the servos."""
        self.heard.append(question)
        pose = np.array([0.0, 0.0, 0.0, 0.0, 0.0, RANGE[GRIPPER, 0]])
        if POSE in question:
            pose += EYE * self._random.normal(size=len(JOINTS))
            # Shut is felt, not seen.
            pose[GRIPPER] = RANGE[GRIPPER, 0] - BEYOND
            self._bring(pose)
        elif MOVES in question or "hardly moved" in question:
            self._bring(pose + MOVED)
        return "yes" if "Type yes" in question else ""

    def watch(self, look: Callable[[], Mapping[str, Sweep]]) -> None:
        """Move joint after joint slowly from one stop to the other."""
        for joint in look():
            low, high = RANGE[JOINTS.index(joint)]
            for aim in (low - BEYOND, high + BEYOND):
                self._lead({joint: float(aim)}, look)

    def _bring(self, pose: Array) -> None:
        self._lead(dict(zip(JOINTS, map(float, pose), strict=True)))

    def _lead(self, joints: Mapping[str, float], look: Callable[[], object] = lambda: None) -> None:
        """Lead joints somewhere and wait until they stand still there."""
        self._arm.guide(joints)
        began, before, quiet = self._clock.now(), self._arm.truth().joints, 0
        while quiet < 4 and self._clock.now() - began < LONGEST:
            self._clock.sleep(LOOK)
            look()
            now = self._arm.truth().joints
            quiet = quiet + 1 if np.abs(now - before).max() < STILL else 0
            before = now
