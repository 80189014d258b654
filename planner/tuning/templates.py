"""The small template language both corpora are written in."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

_CHOICE = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True)
class Said:
    """A piece of a sentence and the piece of the goal form it means."""

    text: str
    form: str
    plural: bool = False


def expand(template: str, rng: random.Random) -> str:
    """The template with one alternative taken of every `[one|other|]`, the inner ones first."""
    while (found := _CHOICE.search(template)) is not None:
        template = template[: found.start()] + rng.choice(found[1].split("|")) + template[found.end() :]
    return template


def fill(template: str, rng: random.Random, **slots: str) -> str:
    """`expand`, then `{name}` slots filled in."""
    text = expand(template, rng)
    for name, value in slots.items():
        text = text.replace("{" + name + "}", value)
    return text


def weighted(rng: random.Random, choices: Sequence[tuple[float, object]]) -> object:
    """One of the choices by weight."""
    return rng.choices([c for _, c in choices], [w for w, _ in choices])[0]
