"""What a predicate is: its name, what its arguments are, and how it is judged; and the registry of them.

The predicates that come with Pontine are declared in `predicates`; the two states of every fixture kind are
predicates too, which `fixture_kind` declares by itself.

Example:
    >>> from pontine.envs.declarations.predicate_kind import PREDICATES, PredicateKind
    >>> PREDICATES["in"].arguments, PREDICATES["open"].arity
    (('object', 'place'), 1)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from ..registry import Registry, RegistryError

Sort = Literal["object", "place", "fixture", "spot", "point"]
"""What an argument names: an object; an object, a fixture or the table; a fixture; a spot of the table, the scene's
or one that every table has (`spots.SPOTS`); an object or a spot."""

NAME = re.compile(r"[a-z][a-z0-9_]*")
"""What names of predicates and of states look like."""


@dataclass(frozen=True)
class PredicateKind:
    """A predicate before its arguments are filled in.

    `judge(scene, *names)` says whether it holds; it is asked only with names that are in the scene and of the sort
    that `arguments` give, and answers False where what it needs (a position, a size) is not known.

    Example:
        >>> empty = PredicateKind("empty", ("object",), lambda scene, a: all(o.support != a for o in scene.objects))
        >>> empty.arity
        1
    """

    name: str
    arguments: tuple[Sort, ...]
    judge: Callable[..., bool]

    @property
    def summary(self) -> str:
        """How it is written: `in(object, place)`."""
        return f"{self.name}({', '.join(self.arguments)})"

    @property
    def arity(self) -> int:
        """How many arguments it takes."""
        return len(self.arguments)


def _check(declared: PredicateKind) -> None:
    name = declared.name
    if not NAME.fullmatch(name) or name == "not":
        raise RegistryError(f"predicate {name!r} must be named in small letters, digits and _, and not 'not'")
    for sort in declared.arguments:
        if sort not in get_args(Sort):
            raise RegistryError(
                f"predicate {name!r} has an argument of the unknown sort {sort!r}; valid: {', '.join(get_args(Sort))}"
            )
    if not callable(declared.judge):
        raise RegistryError(f"predicate {name!r} has no function that judges it")


PREDICATES: Registry[PredicateKind] = Registry(
    "predicate", ["pontine.envs.predicates", "pontine.envs.tabletop.fixtures"], _check
)
"""The predicates there are, by name."""
