"""JSON that somebody else wrote: read within bounds, and what is wrong with it said in one line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from ..errors import PontineError

DEEPEST = 64
"""The most lists and objects that may stand inside each other."""

LARGEST_WHOLE = 2**63 - 1
"""Whole numbers beyond this, and beyond its negative, no array can hold."""

LARGEST_FILE = 64 * 2**20
"""Bytes of the longest file that is read."""


def parse(text: str | bytes, what: str = "the text", error: type[PontineError] = PontineError) -> Any:
    """The value of a JSON text, `bytes` of it in UTF-8; `what` is how messages call it.

    Raises `error` unless it is JSON all of whose names differ within an object, numbers are finite and at most
    `LARGEST_WHOLE` where they are whole, texts can be written in UTF-8, and that is no more than `DEEPEST` deep.

    Example:
        >>> parse('{"objects": []}')
        {'objects': []}
        >>> parse('{"name": "a", "name": "b"}', "scene.json")
        Traceback (most recent call last):
        pontine.envs.errors.PontineError: scene.json gives 'name' twice in one object
    """

    def refuse(why: str) -> NoReturn:
        raise error(f"{what} {why}")

    def members(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            refuse(f"gives {next(name for name in names if names.count(name) > 1)!r} twice in one object")
        return found

    def whole(digits: str) -> int:
        if len(digits) > len(str(-LARGEST_WHOLE)) or abs(value := int(digits)) > LARGEST_WHOLE:
            refuse(f"has a whole number of {len(digits.lstrip('-'))} digits; the largest is {LARGEST_WHOLE}")
        return value

    def fraction(digits: str) -> float:
        value = float(digits)
        if value in (float("inf"), float("-inf")):
            refuse("has a number that is too large to be one")
        return value

    def constant(name: str) -> NoReturn:
        refuse(f"has {name}, which is not JSON")

    try:
        read = text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
        value = json.loads(
            read, object_pairs_hook=members, parse_int=whole, parse_float=fraction, parse_constant=constant
        )
        if not read.isascii() or "\\ud" in read.lower():
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeDecodeError as wrong:
        refuse(f"is not JSON: byte {wrong.start} is not UTF-8")
    except UnicodeEncodeError:
        refuse("has half a surrogate pair, which is no character")
    except json.JSONDecodeError as wrong:
        refuse(f"is not JSON: {wrong}")
    except RecursionError:
        refuse(f"is more than {DEEPEST} deep")
    if _deeper(value, DEEPEST):
        refuse(f"is more than {DEEPEST} deep")
    return value


def read(path: str | Path, what: str, error: type[PontineError] = PontineError) -> Any:
    """The value in a JSON file, called "`what` 'path'" in messages.

    Raises `error` where it cannot be read, has more than `LARGEST_FILE` bytes, or is not what `parse` takes.
    """
    named = f"{what} {str(path)!r}"
    try:
        with Path(path).open("rb") as file:
            text = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as wrong:
        raise error(f"cannot read {named}: {getattr(wrong, 'strerror', None) or wrong}") from None
    if len(text) > LARGEST_FILE:
        raise error(f"{named} has more than {LARGEST_FILE >> 20} MB")
    return parse(text, named, error)


@contextmanager
def expecting(named: str, error: type[PontineError] = PontineError) -> Iterator[None]:
    """For a block that takes a JSON value apart: raises `error` where `named` lacks something or has another type.

    Example:
        >>> with expecting("the card"):
        ...     {"a": 1}["b"]
        Traceback (most recent call last):
        pontine.envs.errors.PontineError: the card is not what it should be: 'b' is missing
    """
    try:
        yield
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError) as wrong:
        reason = f"{wrong} is missing" if isinstance(wrong, KeyError) else str(wrong).partition("\n")[0]
        raise error(f"{named} is not what it should be: {reason or type(wrong).__name__}") from None


def _deeper(value: Any, depth: int) -> bool:
    """Whether more than `depth` lists and objects stand inside each other; without recursion."""
    level = [value]
    for _ in range(depth + 1):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True
