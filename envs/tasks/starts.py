"""What training plays beside a task's own episodes: given starts, where something once failed, and nominal physics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array
from ..declarations.kind import declared
from ..scene import Scene, SceneObject
from ..tabletop.objects import from_scene_object
from .state import EpisodeState


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


def lay_scene(e: EpisodeState, i: int, start: SceneStart) -> None:
    """Put world i where this start was: the target, what it stands on or goes to, and the nearest other solid."""
    for slot, thing in enumerate((start.scene.object(start.target), *_others(start))):
        e.worlds.lay(i, slot, None if thing is None else from_scene_object(thing))
        if thing is not None:
            quat = np.array(thing.orientation or (1.0, 0.0, 0.0, 0.0))
            e.worlds.move_object(i, slot, np.array(thing.position), quat)
    e.worlds.place_arm(i, start.position, start.command)
    if start.goal is not None:
        e.goal[i] = start.goal


def carries(start: SceneStart) -> bool:
    """Whether the object goes to the very thing that the start lays as its support."""
    support, _ = _others(start)
    return support is not None and support.name == start.reference


def _others(start: SceneStart) -> Sequence[SceneObject | None]:
    """What the target stands on or goes to, and the nearest other solid."""
    thing = start.scene.object(start.target)
    at = np.array(thing.position)
    others = [o for o in start.scene.objects if o.name != start.target and o.position is not None]
    others.sort(key=lambda o: float(np.linalg.norm(np.array(o.position) - at)))
    carrier = start.reference if start.reference in {o.name for o in others} else thing.support
    support = next((o for o in others if o.name == carrier), None)
    rest = [o for o in others if o is not support]
    neighbour = next((o for o in rest if (kind := declared(o.kind)) is not None and kind.graspable), None)
    if support is None:
        support = next((o for o in rest if o is not neighbour), None)
    return support, neighbour


@dataclass(frozen=True)
class EasierStart:
    """One of a task's easier starts by its name (`Task.easier`)."""

    name: str


Start = SeedStart | SceneStart | EasierStart


class Asked(Protocol):
    """What somebody asks an episode to begin with: at `start`, and over what that lays."""

    @property
    def start(self) -> Start | None:
        """Where to begin; None: as the task has it."""

    def lay(self, e: EpisodeState, i: int) -> None:
        """Lay world i's objects and place its arm otherwise, before all settles."""

    def aim(self, e: EpisodeState, ids: NDArray[np.int_]) -> None:
        """Ask those worlds for other goals, once all has settled."""


@dataclass(frozen=True)
class Curriculum:
    """`share` of a task's episodes begin at one of `starts`, if there are any; a share `nominal` is not randomised.

    Of the others a share `ease` begins at one of `easier`, names out of `Task.easier`.
    """

    starts: tuple[Start, ...] = ()
    share: float = 0.5
    nominal: float = 0.0
    easier: tuple[str, ...] = ()
    ease: float = 0.0

    def draw(self, rng: np.random.Generator) -> tuple[Start | None, bool]:
        """A start for one episode, None if it begins as the task has it, and whether its physics are nominal."""
        start = None
        if self.starts and rng.random() < self.share:
            start = self.starts[int(rng.integers(len(self.starts)))]
        elif self.easier and self.ease > 0 and rng.random() < self.ease:
            start = EasierStart(self.easier[int(rng.integers(len(self.easier)))])
        return start, self.nominal > 0 and rng.random() < self.nominal


OWN = Curriculum()
"""A task's own episodes, with nothing mixed in."""
