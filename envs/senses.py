"""Senses: what an environment shows of the world besides, or instead of, the task's own observation.

`state` is the task's own observation, from joint readings and poses. `touch` adds what the
servos and the fingertips feel. `pixels` has no poses at all: two cameras, the joints and the
goal.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from .errors import UnknownNameError
from .robot import JOINTS
from .tabletop.fixture_spec import part_body
from .tasks.episodes import Episodes
from .tasks.observation import SHARE, UNIT, Part, box

SENSES = ("state", "touch", "pixels")
"""What an environment's `observation` may be."""

IMAGE = 84
"""Side of a picture, pixels."""

CAMERAS = ("wrist", "front")
"""The cameras of `pixels`: on the hand, and across the table."""

FINGERS = ("gripper", "moving_jaw")


class Senses:
    """One of `SENSES` over episodes. Raises UnknownNameError for another.

    `touch` is a dict: the task's observation (its parts, or `state`), and `touch` (8,): the
    servos' loads (target minus position, rad x 4) and which finger touches something (fixed,
    moving). `pixels` is a dict: `wrist` and `front` (84, 84, 3) uint8, `proprioception` (24,):
    joint positions, velocities x 0.2, load x 4, previous action, and `goal` (3,) m x 5, where
    what the task handles is wanted (of a task with predicates: those, encoded).
    """

    def __init__(self, episodes: Episodes, name: str) -> None:
        if name not in SENSES:
            raise UnknownNameError("observation", name, SENSES)
        self.episodes, self.name = episodes, name
        self._renderer: Any = None

    @property
    def space(self) -> spaces.Space:
        """Space of one world's observation."""
        own = self.episodes.task.observation_space
        if self.name == "state":
            return own
        if self.name == "touch":
            parts = dict(own.spaces) if isinstance(own, spaces.Dict) else {"state": own}
            touch = (Part("loads", len(JOINTS)), Part("which finger touches", len(FINGERS), *SHARE))
            return spaces.Dict({**parts, "touch": box(touch)})
        image = spaces.Box(0, 255, (IMAGE, IMAGE, 3), np.uint8)
        predicates = isinstance(own, spaces.Dict) and "goal" in own.spaces
        return spaces.Dict(
            {
                **dict.fromkeys(CAMERAS, image),
                "proprioception": box((Part("joints", 3 * len(JOINTS)), Part("action", len(JOINTS), *UNIT))),
                "goal": own["goal"] if predicates else box((Part("goal", 3),)),
            }
        )

    def observe(self) -> Any:
        """Observations of all worlds, batch first."""
        if self.name == "pixels":
            return self._pixels()
        own = self.episodes.observe()
        if self.name == "state":
            return own
        return {**(own if isinstance(own, dict) else {"state": own}), "touch": self._touch()}

    def close(self) -> None:
        """Free the renderer."""
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None

    def _touch(self) -> NDArray[np.float32]:
        worlds = self.episodes.worlds
        bodies = [slot.name for slot in worlds.slots] + [part_body(slot) for slot in worlds.mounted.slots]
        feels = [np.any([worlds.bodies_touch(body, finger) for body in bodies], axis=0) for finger in FINGERS]
        if not bodies:
            feels = [np.zeros(worlds.n, bool) for _ in FINGERS]
        return np.column_stack([4.0 * (worlds.command - worlds.q), *feels]).astype(np.float32)

    def _pixels(self) -> dict[str, NDArray]:
        e, worlds = self.episodes, self.episodes.worlds
        if self._renderer is None:
            from .visuals.render import Renderer

            self._renderer = Renderer(worlds, 0)
        pictures: dict[str, list[NDArray]] = {camera: [] for camera in CAMERAS}
        for self._renderer.world in range(worlds.n):
            for camera, taken in pictures.items():
                taken.append(self._renderer.render(camera, IMAGE, IMAGE, "fast"))
        joints = (worlds.q, 0.2 * worlds.velocity, 4.0 * (worlds.command - worlds.q), worlds.action)
        own = e.task.observation_space
        predicates = isinstance(own, spaces.Dict) and "goal" in own.spaces
        return {
            **{camera: np.stack(taken) for camera, taken in pictures.items()},
            "proprioception": np.concatenate(joints, axis=1).astype(np.float32),
            "goal": e.observe()["goal"] if predicates else (5.0 * e.goal).astype(np.float32),  # type: ignore[call-overload]
        }
