"""The small template language that training sentences are written in; the templates stand in `data`, by language."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pontine.envs.errors import PontineError

DATA = Path(__file__).parent / "data"

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


@cache
def load(language: str, file: str) -> dict[str, Any]:
    """The templates and words that stand in a file of a language. Raises PontineError if it cannot be read."""
    path = DATA / language / f"{file}.json"
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise PontineError(f"cannot read the training templates {str(path)!r}: {error}") from None
