"""What of a scene plays a part in reaching goals: things, fixtures and places by name, and what stands on what."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pontine.envs.predicates import Predicate
from pontine.envs.scene import TABLE, Scene
from pontine.envs.spots import spot
from pontine.planner.grounding.naming.abilities import takes_things_in
from pontine.planner.planning.abilities import Thing, about, makers, roomy
from pontine.policies.skills.operator import SPOT
from pontine.policies.skills.room import TIGHT, extent


@dataclass
class Contents:
    """What of a scene a problem is about, by name: what the goals name, what stands on that, and where those stand."""

    scene: Scene
    goals: Sequence[Predicate]
    by: Mapping[Predicate, str] = field(default_factory=dict)
    blocking: dict[tuple[str, str], tuple[str, ...]] = field(init=False)
    """What is in the way of bringing a thing to a spot where a goal wants it, by both their names."""
    things: list[str] = field(init=False)
    fixtures: list[str] = field(init=False)
    places: list[str] = field(init=False)
    """What else things can stand on, or the hand can be over."""
    receptive: set[str] = field(init=False)
    """What things go into rather than onto."""
    roomy: set[str] = field(init=False)
    """What has room for more than one thing."""
    support: dict[str, str] = field(init=False)
    """What each thing of the scene stands on or in. What is known to be nowhere and is not held is on the table."""

    def __post_init__(self) -> None:
        scene = self.scene
        self.blocking = {goal[1:]: self._blocking(goal) for goal in self.goals if goal[0] == SPOT}  # type: ignore[misc]
        self.support = {o.name: o.support or TABLE for o in scene.objects if o.name != scene.holding}
        named = {word for g in self.goals for word in g[1:]} | ({scene.holding} if scene.holding else set())
        named |= {name for names in self.blocking.values() for name in names}
        named.discard(TABLE)
        stacked = self._stacked(named)
        self.things = [o.name for o in scene.objects if o.name in stacked]
        below = {self.support[name] for name in self.things if name in self.support}
        told = named | below
        self.fixtures = [f.name for f in scene.fixtures if f.name in told]
        spots = {word for g in self.goals if about(g[0]) in ("hand", "other") or g[0] == SPOT for word in g[1:]}
        self.places = [TABLE, *sorted((below | spots) - {TABLE, *self.things, *self.fixtures})]
        everything: tuple[Thing, ...] = (*scene.objects, *scene.fixtures)
        about_it = {*self.spots, *below}
        self.known: dict[str, Thing] = {t.name: t for t in everything if t.name in about_it}
        self.receptive = {name for name, thing in self.known.items() if takes_things_in(thing)}
        self.roomy = {TABLE, *(name for name, thing in self.known.items() if roomy(thing))}

    @property
    def spots(self) -> list[str]:
        """All that a thing can stand on or in, or the hand can be over."""
        return [*self.things, *self.fixtures, *self.places]

    def in_the_way(self, thing: str, place: str) -> list[str]:
        """What is, or goals may bring, in the way of bringing a thing to a spot where a goal wants it."""
        brought = [other for other, there in self.blocking if (thing, place) in self.would_block(other, there)]
        return list(dict.fromkeys((*self.blocking[thing, place], *brought)))

    def would_block(self, thing: str, place: str) -> list[tuple[str, str]]:
        """What could not be brought to where goals want it, thing and spot, while this thing is at this spot."""
        here, own = spot(self.scene, place).position, extent(self.scene.object(thing))
        return [
            (other, there)
            for other, there in self.blocking
            if other != thing
            and math.dist(here, spot(self.scene, there).position) < own + extent(self.scene.object(other)) + TIGHT
        ]

    def _blocking(self, goal: Predicate) -> tuple[str, ...]:
        able = makers(self.scene, goal, self.by)
        if isinstance(able, str):
            return ()
        place, thing = spot(self.scene, goal[2]).position, self.scene.object(goal[1])
        return tuple(dict.fromkeys(name for s in able for name in s.obstacles(self.scene, thing, place)))

    def _stacked(self, names: Iterable[str]) -> set[str]:
        """What is called so and what stands on or in that, directly or not."""
        standing: dict[str, list[str]] = defaultdict(list)
        for name, below in self.support.items():
            standing[below].append(name)
        found, ahead = set(names), list(names)
        while ahead:
            above = [name for name in standing[ahead.pop()] if name not in found]
            found.update(above)
            ahead += above
        return found
