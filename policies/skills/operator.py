"""`Operator`: what a skill changes in the world, written once as data over predicates.

The task planner makes its search problem, its replay and the pre- and postconditions of plans of it; language takes
the goal that a spoken skill call stands for from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.predicates import DIRECTIONS, PREDICATES, Predicate

SIDES = (*DIRECTIONS, "near")
"""Relations of a thing on the table to another beside it."""

SPOT = "at"
"""Relation of a thing on the table to the spot where it stands."""

ON_TABLE = (SPOT, *SIDES)
"""Relations that a thing has by where on the table it stands."""

RELATIONS = ("on", "in", *ON_TABLE)
"""How a thing may be put to another one or to a spot."""

HAND = ("hand_over", "hand_home")
"""Predicates about where the hand is, which every motion undoes."""

SORTS = {
    "item": "an object that the gripper can hold",
    "thing": "any object",
    "place": "the table, a spot of it, an object, or the inside of an open fixture",
    "fixture": "something mounted that has states",
    "spot": "an object or a spot that the hand can be brought over",
    "relation": f"one of: {', '.join(RELATIONS)}",
    "side": f"one of: {', '.join(ON_TABLE)}",
}
"""What a parameter may stand for."""

ANY = "*"
"""Stands in a negated literal for anything: `("not", "holding", "*")` says that the hand is empty."""


@dataclass(frozen=True)
class Operator:
    """What must hold before a skill, and what it makes true or false.

    Literals are predicates, or negated ones, whose words are names, variables (`?object`) or, where negated, `*`. A
    variable of sort `relation` or `side` may stand where a predicate's name does. What follows from a change by itself
    need not be written: what is put somewhere else is no longer where it was, in no relation in which it was; a
    fixture is in one state; the hand, once it has moved, is no longer over a thing or at home.

    Args:
        parameters: the skill's arguments in their order: name to sort, one of `SORTS`.
        preconditions: literals that must hold before.
        effects: literals that hold after.
        where: more variables, name to sort, which the world at the time fills in and the skill is not told.

    Example:
        >>> topple = Operator(
        ...     parameters={"object": "thing"},
        ...     preconditions=(("not", "holding", "*"), ("on", "?object", "table")),
        ...     effects=(("on", "?object", "table"),),
        ... )
        >>> topple.goals(["red_cylinder"])
        (('on', 'red_cylinder', 'table'),)
    """

    parameters: Mapping[str, str]
    preconditions: tuple[Predicate, ...] = ()
    effects: tuple[Predicate, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)

    @property
    def variables(self) -> dict[str, str]:
        """Every variable and its sort, the parameters first."""
        return {**self.parameters, **self.where}

    def goals(self, args: Sequence[str]) -> tuple[Predicate, ...]:
        """What a call with these arguments makes true. Raises PontineError for a wrong number of arguments."""
        if len(args) != len(self.parameters):
            raise PontineError(f"takes ({', '.join(self.parameters)}), got {len(args)} arguments")
        values = dict(zip(self.parameters, args, strict=True))
        return tuple(filled(e, values) for e in self.effects if e[0] != "not")

    def check(self) -> None:
        """Raises PontineError if a sort, a predicate or a variable is unknown, or nothing is made true."""
        for sort in self.variables.values():
            if sort not in SORTS:
                raise UnknownNameError("sort of parameter", sort, SORTS)
        for literal in (*self.preconditions, *self.effects):
            self._check(literal)
        told = {word for e in self.effects if e[0] != "not" for word in e}
        if not told:
            raise PontineError("it makes nothing true")
        if unsaid := [f"?{name}" for name in self.where if f"?{name}" in told]:
            raise PontineError(f"its effects cannot say what {unsaid[0]} is: the skill is not told")

    def _check(self, literal: Predicate) -> None:
        body = literal[1:] if literal[:1] == ("not",) else literal
        name, args = (body[0], body[1:]) if body else ("", ())
        shown = " ".join(literal)
        for variable in _variables(body):
            if variable not in self.variables:
                raise UnknownNameError(f"parameter in ({shown})", variable, self.variables)
        if name.startswith("?"):
            if self.variables[name[1:]] not in ("relation", "side"):
                raise PontineError(f"({shown}): {name} is no relation, so it cannot stand for a predicate")
            arity = 2
        elif name not in PREDICATES:
            raise UnknownNameError("predicate", name, PREDICATES)
        else:
            arity = PREDICATES[name].arity
        if len(args) != arity:
            raise PontineError(f"({shown}): {name} takes {arity} arguments, got {len(args)}")
        if ANY in literal and literal[1:3] not in (("holding", ANY), ("on", ANY), ("in", ANY)):
            raise PontineError(f"({shown}): {ANY} stands only in (not holding *), (not on * ?x) and (not in * ?x)")


def filled(literal: Predicate, values: Mapping[str, str]) -> Predicate:
    """A literal with its variables replaced by what they stand for."""
    return tuple(values[word[1:]] if word.startswith("?") else word for word in literal)


def _variables(body: Sequence[str]) -> Iterator[str]:
    return (word[1:] for word in body if word.startswith("?"))
