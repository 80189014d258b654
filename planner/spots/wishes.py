"""What somebody may wish of where on the table a thing, or several, are to stand.

Ways and sides are those of whoever looks along the arm's x axis (`envs.predicates`); distances are metres.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.predicates import DIRECTIONS

Point = tuple[float, float]

WAYS: dict[str, Point] = {"left": (0.0, 1.0), "right": (0.0, -1.0), "away": (1.0, 0.0), "back": (-1.0, 0.0)}
"""Unit vectors of the ways a thing may be moved; `back` is towards the speaker."""

SIDES = (*DIRECTIONS, "near")

PARTS = ("left", "right", "far", "near", "middle")
"""Words for parts of the table; two of them are a corner, or the middle of a side."""


def way(words: str) -> Point:
    """The unit vector of a way in one or more words, "left" or "back left". Raises UnknownNameError.

    Example:
        >>> way("right"), [round(x, 2) for x in way("away left")]
        ((0.0, -1.0), [0.71, 0.71])
    """
    for word in words.split():
        if word not in WAYS:
            raise UnknownNameError("way", word, WAYS)
    x, y = (sum(WAYS[word][i] for word in words.split()) for i in (0, 1))
    length = math.hypot(x, y)
    if not length:
        raise PontineError(f"{words!r} is no way: it goes nowhere")
    return x / length, y / length


@dataclass(frozen=True)
class Offset:
    """That way from where it is now, `"left"` or `"back left"`, by so much; None: a bit. `rough`: about so much."""

    way: str
    by: float | None = None
    rough: bool = False


@dataclass(frozen=True)
class Region:
    """In a part of the table: words of `PARTS`, `"left"` or `"far right"`. `edge`: as far that way as can be."""

    part: str
    edge: bool = False


@dataclass(frozen=True)
class Beside:
    """On a side of another thing (`SIDES`); `gap` is how much is to be free between the two, None: whatever does."""

    side: str
    reference: str
    gap: float | None = None


@dataclass(frozen=True)
class Between:
    """Between two others, in the middle of them where that can be."""

    one: str
    other: str


@dataclass(frozen=True)
class Toward:
    """Nearer to another thing than now, by so much (None: whatever is nearer); or farther from it."""

    reference: str
    by: float | None = None
    away: bool = False


@dataclass(frozen=True)
class Where:
    """Where another thing is now; that will have to go."""

    reference: str


@dataclass(frozen=True)
class Exactly:
    """At a place, (x, y) m."""

    position: Point


Wish = Offset | Region | Beside | Between | Toward | Where | Exactly
"""About one thing."""


@dataclass(frozen=True)
class Row:
    """All of them on one line, evenly. `along` a way, the first is the least far along it; without, in any order."""

    along: str | None = None


@dataclass(frozen=True)
class Apart:
    """All of them farther from each other than the nearest two are now."""


@dataclass(frozen=True)
class Together:
    """All of them closer to each other than the farthest two are now."""


@dataclass(frozen=True)
class Swap:
    """Each of two where the other is now."""


Layout = Row | Apart | Together | Swap
"""About several things."""

Reason = Literal["no_room", "out_of_reach", "unknown", "unmovable"]


class NoSpotError(PontineError):
    """There is no place as wished. `reason` says in a word why, `thing` for what."""

    def __init__(self, reason: Reason, thing: str, text: str) -> None:
        super().__init__(text)
        self.reason, self.thing = reason, thing
