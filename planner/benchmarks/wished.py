"""Tables and wishes for `pontine bench spots`: ten kinds over random tables, each with what a label would say.

A wish that finds no place on its table is declined, and another table is drawn.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np

from pontine.envs.predicates import DIRECTIONS
from pontine.envs.scene import Scene, SceneObject, Spot
from pontine.envs.spots import free_names
from pontine.envs.tabletop.layout import random_table
from pontine.envs.tabletop.objects import ObjectSpec
from pontine.planner.benchmarks.outcomes import Outcome, laid_out
from pontine.planner.benchmarks.regions import contains
from pontine.planner.spots.layouts import layout
from pontine.planner.spots.places import can_grasp, place_for
from pontine.planner.spots.wishes import (
    WAYS,
    Beside,
    Between,
    Layout,
    NoSpotError,
    Offset,
    Point,
    Region,
    Row,
    Swap,
    Toward,
    Wish,
)

FIRST_TABLE = 7_000_000_000
"""Seeds of tables from here on are for this benchmark alone."""

TABLES_PER_CASE = 1000
_SAME = 0.03
"""How near (m) to where another one stood a thing must come to have changed places with it."""

_STAYS = 0.02
"""A place (m) from where a thing is now that is no wish to move it."""


@dataclass(frozen=True)
class Wished:
    """A wish on a table, where the things are to stand, and what that must come to: a region for one thing, or a
    layout's terms."""

    kind: str
    table_seed: int
    table: tuple[ObjectSpec, ...]
    names: tuple[str, ...]
    wish: Wish | Layout
    places: Mapping[str, Point]
    label: Mapping[str, Any]

    @property
    def spots(self) -> tuple[Spot, ...]:
        """The places as a reading has them."""
        return tuple(Spot(name, p) for name, p in zip(free_names(()), self.places.values(), strict=False))

    @property
    def goals(self) -> tuple[tuple[str, str, str], ...]:
        """The subgoals that a reading would have."""
        return tuple(("at", thing, spot.name) for thing, spot in zip(self.places, self.spots, strict=True))

    def said(self, scene: Scene, places: Mapping[str, Point]) -> bool:
        """Whether things at these places stand as wished, by what labels are judged by."""
        if not self.label:
            return all(math.dist(p, self.places[name]) <= _SAME for name, p in places.items())
        if any(key in self.label for key in ("row", "order")):
            return laid_out(self.label, Outcome({}, {}, None, dict(places)), scene)
        return all(contains(self.label, p, scene, name) for name, p in places.items())


def wished(number: int, seed: int, first: int = 0) -> Iterator[tuple[Wished, Counter[str]]]:
    """`number` wishes, the kinds in turn, from number `first` of a seed on, each with why others were declined before
    one was found. A wish depends on its number and the seed alone."""
    for i in range(first, first + number):
        rng = np.random.default_rng([FIRST_TABLE, seed, i])
        declined: Counter[str] = Counter()
        kind = list(KINDS)[i % len(KINDS)]
        for attempt in count():
            table_seed = FIRST_TABLE + (seed * 10_000 + i) * TABLES_PER_CASE + attempt
            table = random_table(table_seed)
            try:
                case = _drawn(kind, rng, table_seed, table)
            except NoSpotError as error:
                declined[error.reason] += 1
                continue
            if case is not None:
                yield case, declined
                break


def _drawn(kind: str, rng: np.random.Generator, table_seed: int, table: tuple[ObjectSpec, ...]) -> Wished | None:
    """A wish of a kind on a table; None if it has not the things for it. Raises NoSpotError if there is no place."""
    scene = Scene(tuple(SceneObject(o.name, o.kind, o.color, o.position, size=o.size) for o in table))
    grasped = [o.name for o in scene.objects if can_grasp(o)]
    pushed = [o.name for o in scene.objects if not can_grasp(o)]
    movable = pushed if kind == "push" else grasped
    if not movable or len(scene.objects) < 3:
        return None
    name = str(rng.choice(movable))
    others = [str(other) for other in rng.permutation([o.name for o in scene.objects if o.name != name])]
    wish, label = KINDS[kind](rng, others)
    if isinstance(wish, Layout):
        names = [name, *(other for other in others if other in grasped)][: 2 if isinstance(wish, Swap) else 3]
        if len(names) < (2 if isinstance(wish, Swap) else 3):
            return None
        places = layout(scene, names, wish)
        label = {key: names if value is None else value for key, value in label.items()}
    else:
        names, places = [name], {name: place_for(scene, name, wish)}
    here = {n: np.array(scene.object(n).position[:2]) for n in places}  # type: ignore[index]
    if not places or any(np.linalg.norm(here[n] - p) < _STAYS for n, p in places.items()):
        return None
    return Wished(kind, table_seed, table, tuple(names), wish, places, label)


Drawn = tuple[Wish | Layout, dict[str, Any]]


def _offset(rng: np.random.Generator, others: list[str]) -> Drawn:
    way, by = str(rng.choice(list(WAYS))), int(rng.integers(3, 11)) / 100
    return Offset(way, by), {"moved": way, "by": [by - 0.02, by + 0.02]}


def _bit(rng: np.random.Generator, others: list[str]) -> Drawn:
    way = " ".join(str(rng.choice(words)) for words in (["away", "back"], ["left", "right"])[: rng.integers(1, 3)])
    return Offset(way), {"moved": way, "by": [0.01, 0.12]}


def _part(*parts: str) -> Callable[[np.random.Generator, list[str]], Drawn]:
    def draw(rng: np.random.Generator, others: list[str]) -> Drawn:
        part = str(rng.choice(parts))
        return Region(part, edge=bool(rng.random() < 0.3) and part != "middle"), {"part": part}

    return draw


def _between(rng: np.random.Generator, others: list[str]) -> Drawn:
    return Between(*others[:2]), {"between": others[:2]}


def _beside(rng: np.random.Generator, others: list[str]) -> Drawn:
    side, gap = str(rng.choice(list(DIRECTIONS))), int(rng.integers(2, 8)) / 100
    return Beside(side, others[0], gap), {side: others[0]}


def _toward(rng: np.random.Generator, others: list[str]) -> Drawn:
    away = bool(rng.random() < 0.5)
    return Toward(others[0], away=away), {"farther" if away else "closer": others[0]}


def _row(rng: np.random.Generator, others: list[str]) -> Drawn:
    return Row(), {"row": None}


def _swap(rng: np.random.Generator, others: list[str]) -> Drawn:
    return Swap(), {}


KINDS: dict[str, Callable[[np.random.Generator, list[str]], Drawn]] = {
    "offset": _offset,
    "a bit": _bit,
    "part": _part("left", "right", "far", "near", "middle"),
    "corner": _part("far left", "far right", "near left", "near right"),
    "between": _between,
    "beside": _beside,
    "toward": _toward,
    "row": _row,
    "swap": _swap,
    "push": _bit,
}
