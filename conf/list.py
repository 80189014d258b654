"""`pontine list`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pontine.envs.io.plain_text import plain
from pontine.envs.registry import Registry

from .options import bare
from .registries import of_sort, plural, registries
from .registries import summary as in_a_line


@dataclass
class Config:
    """Options of `pontine list`; list.yaml says what each means."""

    what: str | None = bare()
    json: bool = False


def run(config: Config) -> int:
    """Exit status 0. Raises UnknownNameError for a sort that there is not."""
    if config.what is None:
        shown: dict[str, list[dict[str, str]]] = {plural(s): _rows(r) for s, r in sorted(registries().items())}
        lines = [(sort, str(len(rows)), _names(rows)) for sort, rows in shown.items()]
    else:
        registry = of_sort(config.what)
        rows = _rows(registry)
        shown = {plural(registry.sort): rows}
        lines = [(row["name"], row["origin"], row["summary"]) for row in rows]
    if config.json:
        print(plain(json.dumps(shown, ensure_ascii=False, indent=1), keep="\n"))
        return 0
    widths = [max((len(line[i]) for line in lines), default=0) + 2 for i in range(2)]
    for first, second, rest in lines:
        print(plain(f"{first:<{widths[0]}}{second:<{widths[1]}}{rest}".rstrip()))
    return 0


def _rows(registry: Registry[Any]) -> list[dict[str, str]]:
    return [{"name": n, "origin": registry.origin(n), "summary": in_a_line(d)} for n, d in registry.items()]


def _names(rows: list[dict[str, str]]) -> str:
    return ", ".join(row["name"] for row in rows)
