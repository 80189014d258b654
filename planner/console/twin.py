"""`Twin`: what is known of a real table and its arm, as a model that can be drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pontine.envs.errors import PontineError
from pontine.envs.robot import RobotState
from pontine.envs.scene import Scene, SceneObject
from pontine.envs.tabletop.fixture_spec import FixtureSpec
from pontine.envs.tabletop.fixture_spec import slots_for as fixture_slots_for
from pontine.envs.tabletop.layout import fixtures_from_scene
from pontine.envs.tabletop.objects import ObjectSpec, from_scene_object
from pontine.envs.tabletop.table import slots_for
from pontine.envs.tabletop.worlds import Worlds

_UPRIGHT = (1.0, 0.0, 0.0, 0.0)


class Twin:
    """An arm that stands as the joints say, before the things whose place is known, where they were last seen.

    Nothing is simulated: `follow` puts all of it where it is. What cannot be drawn is left out: a thing nobody has seen
    yet, or of a kind that this program does not know. `worlds` are made anew when there are other things than before.
    """

    def __init__(self, scene: Scene, state: RobotState) -> None:
        self._is: tuple[tuple[str, str, str | None], ...] = ()
        self.worlds = Worlds((), 1, 1)
        self.follow(scene, state)

    def follow(self, scene: Scene, state: RobotState) -> bool:
        """Be as the scene is and as the arm stands now; whether `worlds` are other ones from now on."""
        things, fixtures = list(_things(scene)), list(_fixtures(scene))
        there = (
            *((thing.name, spec.kind, spec.color) for thing, spec in things),
            *((fixture.name, fixture.kind, None) for fixture in fixtures),
        )
        new = there != self._is
        if new:
            self._is = there
            self.worlds = Worlds(slots_for([spec for _, spec in things]), 1, 1, fixture_slots_for(fixtures))
            for slot, (_, spec) in enumerate(things):
                self.worlds.lay(0, slot, spec)
        for slot, (thing, _) in enumerate(things):
            turn = np.array(thing.orientation or _UPRIGHT)
            self.worlds.move_object(0, slot, np.array(thing.position), turn)
        for slot, fixture in enumerate(fixtures):
            self.worlds.mounted.mount(0, slot, fixture)
        self.worlds.place_arm(0, state.position)
        return new


def _things(scene: Scene) -> Iterator[tuple[SceneObject, ObjectSpec]]:
    """What can be drawn of a scene's objects."""
    for thing in scene.objects:
        try:
            yield thing, from_scene_object(thing)
        except PontineError:
            continue


def _fixtures(scene: Scene) -> Iterator[FixtureSpec]:
    """What can be drawn of a scene's fixtures."""
    for fixture in scene.fixtures:
        try:
            yield from fixtures_from_scene(replace(scene, objects=(), fixtures=(fixture,)))
        except PontineError:
            continue
