"""Dataclasses whose quantities stand in a JSON file, each with its unit and where it comes from.

    {"about": "for an arm that people reach around",
     "celsius": {"value": 55, "unit": "°C", "source": "chosen: well below the 70 at which the servo lets go"},
     ...}

The file's name, without its ending, is the name of what it describes. A file that leaves a quantity out, has it in
another unit or says no source is refused: these are numbers that a real arm moves by.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast, get_type_hints

import numpy as np

from pontine.envs.errors import PontineError
from pontine.envs.fields import Fields

T = TypeVar("T")

UNITLESS = "1"
"""The unit of fractions and ratios."""

FLAG = "flag"
"""The unit, so to say, of what is true or false; the file does not repeat it."""

_CONVERTED = {("deg", "rad"): math.pi / 180}
"""Units that a file may use in place of another, and what they are worth in it."""

_KEYS = ("value", "unit", "source")


@dataclass(frozen=True)
class Quantity:
    """What annotates a field that a file fills: one number in `unit`, or `count` of them."""

    unit: str
    count: int | None = None


def quantities(kind: type[Any]) -> dict[str, Quantity]:
    """The fields of a dataclass that are annotated with a `Quantity`."""
    hints = get_type_hints(kind, include_extras=True)
    noted = {name: getattr(hint, "__metadata__", ()) for name, hint in hints.items()}
    return {name: notes[0] for name, notes in noted.items() if notes and isinstance(notes[0], Quantity)}


def read(kind: type[T], path: str | Path, error: type[PontineError]) -> T:
    """The dataclass `kind`, with a `name`, a `summary` and quantities, of a file; raises `error` in one line."""
    reader, path = Fields(error), Path(path)
    what, known = repr(path.name), quantities(kind)
    data = reader.mapping(reader.file(path, "the profile"), what, ("about", *known))
    values: dict[str, Any] = {"summary": reader.text(data.get("about"), f"'about' of {what}")}
    for name, quantity in known.items():
        if name not in data:
            raise error(f"{what} has no {name!r}")
        where = f"{name!r} of {what}"
        given = reader.mapping(data[name], where, _KEYS if quantity.unit != FLAG else ("value", "source"))
        reader.text(given.get("source"), f"the source of {where}")
        if quantity.unit == FLAG:
            values[name] = reader.flag(given.get("value"), where)
            continue
        worth = _CONVERTED.get((str(given.get("unit")), quantity.unit), 1.0)
        if worth == 1.0 and given.get("unit") != quantity.unit:
            valid = [quantity.unit, *(other for other, this in _CONVERTED if this == quantity.unit)]
            raise error(f"{where} must be in the unit {' or '.join(valid)}, not {given.get('unit')!r}")
        if quantity.count is None:
            values[name] = reader.numbers([given.get("value")], 1, where)[0] * worth
        else:
            values[name] = np.array(reader.numbers(given.get("value"), quantity.count, where)) * worth
    try:
        return cast(Callable[..., T], kind)(name=path.stem, **values)
    except error as wrong:
        raise error(f"{what}: {wrong}") from None


def files(folder: Path) -> Iterator[Path]:
    """The files of a folder, in the order of their names."""
    return iter(sorted(folder.glob("*.json")))
