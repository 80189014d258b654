"""Tables and instructions for `pontine bench demo`: ten sentence shapes over random tables.

Every instruction names its objects so that exactly one fits, can be done on the table it
is for (the place it asks for is within reach and free), and is not done already.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pontine.envs.declarations.kind import KINDS
from pontine.envs.predicates import DIRECTIONS, Predicate
from pontine.envs.tabletop.layout import HEADING, PAN_X, REACH, clear, footprint, random_table
from pontine.envs.tabletop.objects import ObjectSpec

FIRST_TABLE = 1_000_000
"""Seeds of the tables start here; nothing is trained on seeds from here on."""

TABLES_PER_CASE = 1000
MIN_STACK_SIDE = 0.03
"""Narrowest top (m) that an instruction asks to stack on."""

BESIDE = (0.07, 0.10)
"""Distances (m) from the reference at which one of the spots beside it must be free."""

Roles = Mapping[str, ObjectSpec]


@dataclass(frozen=True)
class Shape:
    """A sentence with roles in braces, and the subgoals it means, in order."""

    name: str
    sentence: str
    goals: tuple[Predicate, ...]

    @property
    def roles(self) -> tuple[str, ...]:
        """Names of the roles, each once."""
        return tuple(dict.fromkeys(word for goal in self.goals for word in goal[1:]))


SHAPES = (
    Shape("pick up", "Please pick up {a}.", (("holding", "a"),)),
    Shape("grab", "grab {a} and hold on to it", (("holding", "a"),)),
    Shape("put in", "Could you put {a} in {c}?", (("in", "a", "c"),)),
    Shape("go into", "I'd like {a} to go into {c}.", (("in", "a", "c"),)),
    Shape("set on", "Set {a} down on {b}.", (("on", "a", "b"),)),
    Shape("stack", "Stack {a} on top of {b}.", (("on", "a", "b"),)),
    Shape("left of", "Move {a} to the left of {b}.", (("left_of", "a", "b"),)),
    Shape("right of", "place {a} on the right side of {b}", (("right_of", "a", "b"),)),
    Shape("in then on", "Put {a} in {c}, then put {b} on {d}.", (("in", "a", "c"), ("on", "b", "d"))),
    Shape("on then pick up", "Put {a} on {b} and then pick up {c}.", (("on", "a", "b"), ("holding", "c"))),
)


@dataclass(frozen=True)
class Case:
    """One instruction for one table, and what it means there."""

    shape: str
    table_seed: int
    table: tuple[ObjectSpec, ...]
    instruction: str
    goals: tuple[Predicate, ...]


def cases(count: int, seed: int, shapes: Sequence[Shape] = SHAPES) -> Iterator[Case]:
    """`count` cases, the shapes in turn. The same seed and shapes give the same cases."""
    for i in range(count):
        shape = shapes[i % len(shapes)]
        rng = np.random.default_rng([FIRST_TABLE, seed, i])
        for attempt in itertools.count():
            table_seed = FIRST_TABLE + (seed * 10_000 + i) * TABLES_PER_CASE + attempt
            table = random_table(table_seed)
            fitting = list(castings(shape, table))
            if fitting:
                roles = fitting[rng.integers(len(fitting))]
                phrases = {role: _phrase(thing, table, rng) for role, thing in roles.items()}
                goals = tuple((goal[0], *(roles[r].name for r in goal[1:])) for goal in shape.goals)
                yield Case(shape.name, table_seed, table, shape.sentence.format(**phrases), goals)
                break


def castings(shape: Shape, table: tuple[ObjectSpec, ...]) -> Iterator[Roles]:
    """All ways to fill the roles so that the instruction can be done."""
    for things in itertools.permutations(table, len(shape.roles)):
        roles = dict(zip(shape.roles, things, strict=True))
        if all(_can_be_done(shape.name, goal, roles, table) for goal in shape.goals):
            yield roles


def _can_be_done(shape: str, goal: Predicate, roles: Roles, table: tuple[ObjectSpec, ...]) -> bool:
    relation, *names = goal
    moved = roles[names[0]]
    if not KINDS[moved.kind].graspable:
        return False
    if relation == "holding":
        return True
    target = roles[names[1]]
    if relation == "in":
        return KINDS[target.kind].container
    if relation == "on":
        under = KINDS[target.kind]
        top = under.flat_top and (
            under.graspable and not under.round if shape == "stack" else not (under.graspable or under.container)
        )
        return KINDS[moved.kind].flat_top and top and min(target.size[:2]) >= MIN_STACK_SIDE
    return _room_beside(relation, moved, target, table)


def _room_beside(relation: str, moved: ObjectSpec, target: ObjectSpec, table: tuple[ObjectSpec, ...]) -> bool:
    ux, uy = DIRECTIONS[relation]
    dx, dy = moved.position[0] - target.position[0], moved.position[1] - target.position[1]
    if dx * ux + dy * uy > 0:
        return False
    others = [footprint(o) for o in table if o is not moved]
    radius = footprint(moved)[2]
    for gap in BESIDE:
        x, y = target.position[0] + ux * gap, target.position[1] + uy * gap
        reach, heading = math.hypot(x - PAN_X, y), math.atan2(y, x - PAN_X)
        if REACH[0] <= reach <= REACH[1] and abs(heading) <= HEADING and clear(x, y, radius, others, gap=0.0):
            return True
    return False


def _phrase(thing: ObjectSpec, table: tuple[ObjectSpec, ...], rng: np.random.Generator) -> str:
    """`the cube` where there is one only, or `the red cube`, which is always enough."""
    alone = sum(o.kind == thing.kind for o in table) == 1
    return f"the {thing.kind}" if alone and rng.random() < 0.5 else f"the {thing.color} {thing.kind}"
