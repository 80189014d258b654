"""Scenes with what people own: things of many kinds and colours, in and on each other, furniture with its parts, and
what is switched; named as people of one language name them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from pontine.envs.scene import TABLE, Fixture, Scene, SceneObject
from pontine.planner.corpus.templates import load

MOST = 20
"""Most objects in a household."""

_STATES = ("open", "closed")


def household(rng: random.Random, language: str, objects: int | None = None) -> Scene:
    """A scene with that many objects, 3 to `MOST` if None.

    Example:
        >>> scene = household(random.Random(0), "en", objects=20)
        >>> len(scene.objects), any(o.support != "table" for o in scene.objects)
        (20, True)
    """
    count = rng.randint(3, MOST) if objects is None else objects
    home = _Household(rng, load(language, "household"))
    home.furnish()
    while len(home.objects) < count:
        home.place(rng.choices(("alone", "inside", "on", "stack"), (5, 2, 1, 1))[0], count - len(home.objects))
    free = [o for o in home.objects.values() if not any(p.support == o.name for p in home.objects.values())]
    holding = rng.choice(free).name if rng.random() < 0.2 else None
    if holding:
        home.objects[holding] = SceneObject(**{**vars(home.objects[holding]), "support": None, "position": None})
    return Scene(tuple(home.objects.values()), tuple(home.fixtures.values()), holding)


@dataclass
class _Household:
    """One household being made."""

    rng: random.Random
    words: dict[str, Any]
    objects: dict[str, SceneObject] = field(default_factory=dict)
    fixtures: dict[str, Fixture] = field(default_factory=dict)

    def furnish(self) -> None:
        """Put in furniture with its parts, what is switched and what is pressed: one of each, or none."""
        rng, words = self.rng, self.words
        if rng.random() < 0.6:
            whole, parts = rng.choice(list(words["furniture"].items()))
            self.fixtures[whole] = Fixture(whole, whole, "closed", surface=True)
            for part, kind in parts.items():
                name = words["part"].replace("{part}", part).replace("{whole}", whole)
                state = "released" if kind in words["pressable"] else rng.choice(_STATES)
                self.fixtures[name] = Fixture(name, kind, state, aliases=(part,), part_of=whole)
        if rng.random() < 0.4:
            name = rng.choice(words["switched"])
            self.fixtures[name] = Fixture(name, name, rng.choice(("on", "off")), switchable=True)
        if rng.random() < 0.4:
            name = rng.choice(words["pressed"])
            self.fixtures.setdefault(name, Fixture(name, name.split(" ")[-1], "released"))

    def place(self, how: str, most: int) -> None:
        """Put one thing on the table, a few into another or on it, or a stack of them."""
        rng, words = self.rng, self.words
        if how == "alone" or most < 2:
            self.thing(rng.choice(words["handy"]), TABLE)
            return
        number = rng.randint(2, min(4, most))
        if how == "stack":
            kind, below = rng.choice(words["handy"][:2]), TABLE
            for _ in range(number):
                below = self.thing(kind, below)
            return
        container = how == "inside"
        below = self.thing(rng.choice(words["containers" if container else "flat"]), TABLE, container)
        for _ in range(number - 1):
            self.thing(rng.choice(words["handy"]), below)

    def thing(self, kind: str, support: str, container: bool = False) -> str:
        """Put in a thing of a kind; returns its name, which nothing else has."""
        rng, words = self.rng, self.words
        two = rng.random() < 0.15
        color, other = rng.sample(words["colors"], 2)
        shape = rng.choice(words["two_colored" if two else "called"])
        told = {"color2": other, "color": color, "kind": kind, "number": str(rng.randint(1, 9))}
        for slot, word in told.items():
            shape = shape.replace("{" + slot + "}", word)
        name = shape
        while name in self.objects or name in self.fixtures:
            name = f"{shape}_{rng.randint(2, 99)}"
        size = rng.uniform(0.02, 0.05) * (2.0 if container else 1.0)
        spot = (rng.uniform(0.12, 0.34), rng.uniform(-0.22, 0.22))
        height = 0.0
        if support in self.objects:
            below = self.objects[support]
            spot = below.position[:2] if below.position else spot
            height = (below.position or (0.0, 0.0, 0.0))[2] + (below.size or (0.0, 0.0, 0.0))[2] / 2
        self.objects[name] = SceneObject(
            name, kind, color, (*spot, height + size / 2), None, (size, size, size), support, container,
            colors=(color, other) if two else (),
        )  # fmt: skip
        return name
