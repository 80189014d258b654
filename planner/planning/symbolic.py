"""The symbolic world a plan is made and replayed in: supports, the gripper, fixtures, and who was put beside whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pontine.envs.predicates import DIRECTIONS, Predicate, holds
from pontine.envs.scene import TABLE, Scene

BESIDE = (*DIRECTIONS, "near")
"""Predicates that placing a thing beside another makes true."""


@dataclass
class World:
    """What is at what (`support`), what is held, the fixtures' states, and the spatial facts that were brought about
    or, of those asked for, were already so."""

    support: dict[str, str]
    holding: str | None
    states: dict[str, str]
    beside: set[Predicate] = field(default_factory=set)

    @classmethod
    def of(cls, scene: Scene, goals: Iterable[Predicate] = ()) -> World:
        """The world of a scene. A thing of unknown support that is not held is taken to stand on the table."""
        support = {o.name: o.support or TABLE for o in scene.objects if o.name != scene.holding}
        states = {f.name: f.state for f in scene.fixtures}
        return cls(support, scene.holding, states, {g for g in goals if g[0] in BESIDE and holds(scene, g)})

    def copy(self) -> World:
        """An independent copy."""
        return World(dict(self.support), self.holding, dict(self.states), set(self.beside))

    def below(self, name: str) -> list[str]:
        """What `name` stands on or in, nearest first."""
        out: list[str] = []
        while name in self.support and len(out) <= len(self.support):
            name = self.support[name]
            out.append(name)
        return out

    def upon(self, name: str) -> list[str]:
        """What stands directly on or in `name`."""
        return sorted(n for n, below in self.support.items() if below == name)

    def true(self, predicate: Predicate) -> bool:
        """Whether the predicate holds here."""
        name, args = predicate[0], predicate[1:]
        if name == "not":
            return not self.true(args)
        if name == "on":
            return self.support.get(args[0]) == args[1]
        if name == "in":
            return args[1] in self.below(args[0])
        if name == "holding":
            return self.holding == args[0]
        if name in BESIDE:
            return predicate in self.beside
        return self.states.get(args[0]) == name

    def apply(self, skill: str, args: tuple[str, ...]) -> None:
        """Change the world as the skill does when it succeeds."""
        if skill == "pick":
            self.support.pop(args[0])
            self.holding = args[0]
            self.beside = {p for p in self.beside if args[0] not in p[1:]}
        elif skill == "place":
            name, relation, reference = args
            self.holding = None
            self.support[name] = TABLE if relation in BESIDE else reference
            if relation in BESIDE:
                self.beside.add((relation, name, reference))
        else:
            self.states[args[0]] = {"open": "open", "close": "closed", "press": "pressed"}[skill]
