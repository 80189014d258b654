"""What training plays beside a task's own episodes: given starts, where something once failed, and nominal physics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..kind import KINDS
from ..scene import Scene
from ..tabletop.objects import ObjectSpec, from_scene_object
from .base import NEIGHBOUR, OBJECT_SLOTS, SUPPORT, TARGET
from .place import IN, ON, TABLE, Place

if TYPE_CHECKING:
    from .episodes import Episodes

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SeedStart:
    """The start that a task draws from a seed."""

    seed: int


@dataclass(frozen=True)
class SceneStart:
    """A measured scene, the arm's joint angles and targets (6,) rad in it, and what a skill was to do there.

    `target` is the object it handles, `goal` (3,) m where that is wanted (None: the task says),
    `relation` and `reference` where to, as `place` takes them.
    """

    scene: Scene
    position: Array
    command: Array
    target: str
    goal: Array | None = None
    relation: str | None = None
    reference: str | None = None

    def lay(self, e: Episodes, i: int) -> None:
        """Put world i where this start was: the target, what it stands on or goes to, and the nearest other solid."""
        thing = self.scene.object(self.target)
        at = np.array(thing.position)
        others = [o for o in self.scene.objects if o.name != self.target and o.position is not None]
        others.sort(key=lambda o: float(np.linalg.norm(np.array(o.position) - at)))
        carrier = self.reference if self.reference in {o.name for o in others} else thing.support
        support = next((o for o in others if o.name == carrier), None)
        rest = [o for o in others if o is not support]
        neighbour = next((o for o in rest if o.kind in KINDS and KINDS[o.kind].graspable), None)
        if support is None:
            support = next((o for o in rest if o is not neighbour), None)
        for slot, other in ((TARGET, thing), (SUPPORT, support), (NEIGHBOUR, neighbour)):
            spec: ObjectSpec | None = None if other is None else from_scene_object(other)
            e.worlds.lay(i, slot, spec)
            if other is not None:
                quat = np.array(other.orientation or (1.0, 0.0, 0.0, 0.0))
                e.worlds.move_object(i, slot, np.array(other.position), quat)
        e.worlds.place_arm(i, self.position, self.command)
        if self.goal is not None:
            e.goal[i] = self.goal
        if isinstance(e.task, Place):
            onto = support is not None and support.name == self.reference
            e.mode[i] = IN if self.relation == "in" else ON if self.relation == "on" and onto else TABLE


Start = SeedStart | SceneStart


@dataclass(frozen=True)
class Curriculum:
    """`share` of a task's episodes begin at one of `starts`, if there are any; a share `nominal` is not randomised."""

    starts: tuple[Start, ...] = ()
    share: float = 0.5
    nominal: float = 0.0

    def draw(self, rng: np.random.Generator) -> tuple[Start | None, bool]:
        """A start for one episode, None if it begins as the task has it, and whether its physics are nominal."""
        start = None
        if self.starts and rng.random() < self.share:
            start = self.starts[int(rng.integers(len(self.starts)))]
        return start, self.nominal > 0 and rng.random() < self.nominal


OWN = Curriculum()
"""A task's own episodes, with nothing mixed in."""


def takes_scenes(slots: tuple) -> bool:
    """Whether a task with these slots can begin at a `SceneStart`."""
    return slots == OBJECT_SLOTS
