"""Taking a JSON value apart field by field, so that what is wrong with it is said with its place."""

from __future__ import annotations

import math
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from .errors import PontineError
from .io import json_text
from .io.plain_text import CONTROLS


class Fields:
    """Reads the fields of one kind of file; each method raises `error` naming the place (`where`) that is wrong."""

    def __init__(self, error: type[PontineError]) -> None:
        self._error = error

    def file(self, path: str | Path, what: str) -> Any:
        """The JSON value in a file."""
        return json_text.read(path, what, self._error)

    def mapping(self, value: object, where: str, valid: Collection[str]) -> Mapping[str, Any]:
        """An object with none but the `valid` fields."""
        if not isinstance(value, Mapping):
            raise self._error(f"{where} must be a JSON object, not {_json_name(value)}")
        for key in value:
            if key not in valid:
                raise self._error(f"{where} has an unknown field {key!r}; valid: {', '.join(valid)}")
        return value

    def list(self, value: object, where: str) -> list[Any]:
        """A list."""
        if not isinstance(value, list):
            raise self._error(f"{where} must be a list, not {_json_name(value)}")
        return value

    def flag(self, value: object, where: str) -> bool:
        """True or false."""
        if not isinstance(value, bool):
            raise self._error(f"{where} must be true or false")
        return value

    def text(self, value: object, where: str) -> str:
        """A text that is not empty and has no control characters in it."""
        if not isinstance(value, str) or not value.strip():
            raise self._error(f"{where} must be a text that is not empty")
        if found := CONTROLS.search(value):
            raise self._error(f"{where} has a control character in it: {found[0]!a}")
        return value

    def optional_text(self, value: object, where: str) -> str | None:
        """A text that is not empty, or null."""
        return None if value is None else self.text(value, where)

    def texts(self, value: object, where: str) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(self.text(v, f"{where}[{i}]") for i, v in enumerate(self.list(value, where)))

    def numbers(self, value: object, count: int, where: str) -> tuple[float, ...]:
        """A list of so many finite numbers."""
        numbers, most = self.list(value, where), sys.float_info.max
        good = all(isinstance(v, int | float) and not isinstance(v, bool) and abs(v) <= most for v in numbers)
        if len(numbers) != count or not good:
            raise self._error(f"{where} must be {count} finite numbers")
        return tuple(float(v) for v in numbers)

    def size(self, value: object, where: str) -> tuple[float, float, float]:
        """Three positive numbers."""
        x, y, z = self.numbers(value, 3, where)
        if min(x, y, z) <= 0:
            raise self._error(f"{where} must be positive")
        return x, y, z

    def position(self, value: object, where: str) -> tuple[float, float, float]:
        """Three numbers."""
        x, y, z = self.numbers(value, 3, where)
        return x, y, z

    def orientation(self, value: object, where: str) -> tuple[float, float, float, float]:
        """A quaternion (w, x, y, z) of a length from 1e-6 to 1e6."""
        w, x, y, z = self.numbers(value, 4, where)
        if not 1e-6 <= math.hypot(w, x, y, z) <= 1e6:
            raise self._error(f"{where} must be a quaternion (w, x, y, z) of a length from 1e-6 to 1e6")
        return w, x, y, z


def _json_name(value: object) -> str:
    names = {type(None): "null", bool: "a boolean", int: "a number", float: "a number", str: "a text", list: "a list"}
    return names.get(type(value), "a JSON object")
