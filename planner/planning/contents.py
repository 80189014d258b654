"""What of a scene plays a part in reaching goals: things, fixtures and places by name, and what stands on what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pontine.envs.predicates import Predicate
from pontine.envs.scene import TABLE, Scene
from pontine.planner.grounding.abilities import takes_things_in
from pontine.planner.planning.abilities import Thing, about, roomy


@dataclass
class Contents:
    """What of a scene a problem is about, by name: what the goals name, what stands on that, and where those stand."""

    scene: Scene
    goals: Sequence[Predicate]
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
        self.support = {o.name: o.support or TABLE for o in scene.objects if o.name != scene.holding}
        named = {word for g in self.goals for word in g[1:]} | ({scene.holding} if scene.holding else set())
        named.discard(TABLE)
        stacked = self._stacked(named)
        self.things = [o.name for o in scene.objects if o.name in stacked]
        below = {self.support[name] for name in self.things if name in self.support}
        told = named | below
        self.fixtures = [f.name for f in scene.fixtures if f.name in told]
        spots = {word for g in self.goals if about(g[0]) in ("hand", "other") for word in g[1:]}
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

    def _stacked(self, names: Iterable[str]) -> set[str]:
        """What is called so and what stands on or in that, directly or not."""
        standing: dict[str, list[str]] = defaultdict(list)
        for name, spot in self.support.items():
            standing[spot].append(name)
        found, ahead = set(names), list(names)
        while ahead:
            above = [name for name in standing[ahead.pop()] if name not in found]
            found.update(above)
            ahead += above
        return found
