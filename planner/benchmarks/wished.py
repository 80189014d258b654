"""Tables and wishes for `pontine bench spots`: ten kinds over random tables, with what a label would say.

A wish is a goal form, which the grounder reads as it does those that a model writes. One that finds no place on its
table is declined, and another table is drawn.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np

from pontine.envs.predicates import DIRECTIONS
from pontine.envs.scene import Scene, SceneObject
from pontine.envs.tabletop.layout import random_table
from pontine.envs.tabletop.objects import ObjectSpec
from pontine.planner.benchmarks.outcomes import Outcome, laid_out
from pontine.planner.benchmarks.regions import contains
from pontine.planner.grounding.grounder import ground
from pontine.planner.grounding.naming.abilities import graspable
from pontine.planner.language.form import Form
from pontine.planner.reading import Reading
from pontine.planner.spots.wishes import PARTS, WAYS, Point

FIRST_TABLE = 7_000_000_000
"""Seeds of tables from here on are for this benchmark alone."""

TABLES_PER_CASE = 1000
_SAME = 0.03
"""How near (m) to where another one stood a thing must come to have changed places with it."""

_STAYS = 0.02
"""A place (m) from where a thing is now that is no wish to move it."""


@dataclass(frozen=True)
class Wished:
    """A wish on a table as the goal form of it, the reading that the grounder makes of that, and what it must come to:
    a region for one thing, or a layout's terms."""

    kind: str
    table_seed: int
    table: tuple[ObjectSpec, ...]
    form: str
    reading: Reading
    label: Mapping[str, Any]

    @property
    def places(self) -> dict[str, Point]:
        """Where the things are to stand."""
        spots = {spot.name: spot.position for spot in self.reading.spots}
        return {thing: spots[spot] for _, thing, spot in self.reading.subgoals}

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
            case = _drawn(kind, rng, table_seed, table)
            if isinstance(case, str):
                declined[case] += 1
            elif case is not None:
                yield case, declined
                break


def _drawn(kind: str, rng: np.random.Generator, table_seed: int, table: tuple[ObjectSpec, ...]) -> Wished | str | None:
    """A wish of a kind on a table; None if it has not the things for it, or why it is declined."""
    scene = Scene(tuple(SceneObject(o.name, o.kind, o.color, o.position, size=o.size) for o in table))
    grasped = [o.name for o in scene.objects if graspable(o)]
    pushed = [o.name for o in scene.objects if not graspable(o)]
    movable = pushed if kind == "push" else grasped
    if not movable or len(scene.objects) < 3:
        return None
    name = str(rng.choice(movable))
    others = [str(other) for other in rng.permutation([o.name for o in scene.objects if o.name != name])]
    several = {"row": 3, "swap": 2}.get(kind, 1)
    names = [name, *(other for other in others if other in grasped)][:several]
    if len(names) < several:
        return None
    form, label = KINDS[kind](rng, names, others)
    reading = ground(Form.parse(form), scene)
    if reading.kind != "subgoals":
        return reading.text.replace(name, "...")
    case = Wished(kind, table_seed, table, form, reading, label)
    here = {n: np.array(scene.object(n).position[:2]) for n in case.places}  # type: ignore[index]
    return None if any(np.linalg.norm(here[n] - p) < _STAYS for n, p in case.places.items()) else case


Drawn = tuple[str, dict[str, Any]]
"""A goal form, and its label."""

Names = Sequence[str]

SAID = {"left": "to the left", "right": "to the right", "away": "forwards", "back": "towards me"}
"""How people say the ways."""

CORNERS = ("far left", "far right", "near left", "near right")
SIDE_WORDS = {"left_of": "left", "right_of": "right", "in_front_of": "towards me", "behind": "forwards"}


def _offset(rng: np.random.Generator, names: Names, others: Names) -> Drawn:
    way, by = str(rng.choice(list(WAYS))), int(rng.integers(3, 11))
    label = {"moved": way, "by": [by / 100 - 0.02, by / 100 + 0.02]}
    return f"move the {names[0]}, by {by} cm {SAID[way]}", label


def _bit(rng: np.random.Generator, names: Names, others: Names) -> Drawn:
    ways = [str(rng.choice(words)) for words in (["away", "back"], ["left", "right"])[: rng.integers(1, 3)]]
    said = " and ".join(SAID[way] for way in ways)
    return f"move the {names[0]}, by a bit {said}", {"moved": " ".join(ways), "by": [0.01, 0.12]}


def _pushed(rng: np.random.Generator, names: Names, others: Names) -> Drawn:
    form, label = _bit(rng, names, others)
    return f"do push {form.removeprefix('move ')}", label


def _part(rng: np.random.Generator, names: Names, others: Names) -> Drawn:
    part = str(rng.choice(PARTS))
    said = part if part == "middle" else f"{part} {rng.choice(['side', 'edge'])}"
    return f"move the {names[0]}, spot {said}", {"part": part}


def _corner(rng: np.random.Generator, names: Names, others: Names) -> Drawn:
    part = str(rng.choice(CORNERS))
    return f"move the {names[0]}, spot {part} corner", {"part": part}


def _between(rng: np.random.Generator, names: Names, others: Names) -> Drawn:
    return f"move the {names[0]}, spot @between the {others[0]} & the {others[1]}", {"between": list(others[:2])}


def _beside(rng: np.random.Generator, names: Names, others: Names) -> Drawn:
    side, gap = str(rng.choice(list(DIRECTIONS))), int(rng.integers(2, 8))
    return f"move the {names[0]}, by {gap} cm {SIDE_WORDS[side]} @from the {others[0]}", {side: others[0]}


def _toward(rng: np.random.Generator, names: Names, others: Names) -> Drawn:
    verb = str(rng.choice(["closer", "farther"]))
    return f"{verb} the {names[0]}, the {others[0]}", {verb: others[0]}


def _row(rng: np.random.Generator, names: Names, others: Names) -> Drawn:
    return "row " + " & ".join(f"the {name}" for name in names), {"row": list(names)}


def _swap(rng: np.random.Generator, names: Names, others: Names) -> Drawn:
    return f"swap the {names[0]}, the {names[1]}", {}


KINDS: dict[str, Callable[[np.random.Generator, Names, Names], Drawn]] = {
    "offset": _offset,
    "a bit": _bit,
    "part": _part,
    "corner": _corner,
    "between": _between,
    "beside": _beside,
    "toward": _toward,
    "row": _row,
    "swap": _swap,
    "push": _pushed,
}
