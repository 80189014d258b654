"""`pontine new`."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.files import making
from pontine.envs.io.plain_text import terminal

from .options import bare, text
from .registries import of_sort

SORTS = ("kind", "task", "skill")
_COMMON = "common"


@dataclass
class Config:
    """Options of `pontine new`; new.yaml says what each means."""

    sort: str | None = bare()
    name: str | None = bare()
    out: str | None = text()
    en: str | None = text()
    zh: str | None = text()

    def __post_init__(self) -> None:
        if self.sort not in SORTS:
            raise UnknownNameError("sort to make", self.sort or "", SORTS)
        if not self.name:
            raise PontineError(f"the name is missing: pontine new {self.sort} NAME")
        if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", self.name) or keyword.iskeyword(self.name):
            raise PontineError(f"name={self.name!r} must be small letters, digits and single _, and no word of Python")
        for key in ("en", "zh"):
            given = getattr(self, key)
            if given is not None and (not given.strip() or not given.isprintable() or set(given) & set("\"'\\")):
                raise PontineError(f"{key}={given!r} must be a word")


def run(config: Config) -> int:
    """Exit status 0. Raises PontineError if the name or the folder is taken."""
    sort, name = str(config.sort), str(config.name)
    registry = of_sort(sort)
    if name in registry:
        raise PontineError(f"there is a {sort} {name!r} already, of {registry.origin(name)}")
    dashed = name.replace("_", "-")
    folder = Path(f"pontine-{dashed}" if config.out is None else config.out)
    if folder.exists():
        raise PontineError(f"{str(folder)!r} is there already; out= names another folder")
    if not folder.absolute().parent.is_dir():
        raise PontineError(f"cannot make {str(folder)!r}: there is no folder {str(folder.absolute().parent)!r}")
    spoken = name.replace("_", " ") if config.en is None else config.en
    values = {
        "sort": sort, "name": name, "dashed": dashed, "upper": name.upper(), "words": name.replace("_", " "),
        "Class": "".join(part.capitalize() for part in name.split("_")),
        "en": spoken, "zh": spoken if config.zh is None else config.zh,
    }  # fmt: skip
    with making(folder.absolute()) as temporary:
        for path, content in written(sort, values):
            target = temporary / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content, encoding="utf-8")
    lines = [
        f"{folder} has a package with the {sort} {name}, and its tests",
        f"try it:         pontine check {folder}",
        f"and its tests:  cd {folder} && pytest",
        f"use it:         pontine list {sort}s plugins={folder}, or pip install -e {folder}",
        f"then change it: {folder}/pontine_{name}/__init__.py",
    ]
    if config.zh is None and sort != "task":
        lines.append(f"zh= was not given: its Chinese word is still {spoken!r}")
    for line in lines:
        terminal().print(line, markup=False, soft_wrap=True)
    return 0


def written(sort: str, values: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The files of a new package: path and content."""
    for root in (_COMMON, sort):
        for path, template in _templates(files("pontine.conf") / "templates" / root):
            path = re.sub(r"^package(?=/)", "pontine_${name}", path)
            yield Template(path).substitute(values), Template(template).substitute(values)


def _templates(folder: Traversable, within: str = "") -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _templates(entry, f"{within}{entry.name}/")
        elif entry.name.endswith(".txt"):
            yield f"{within}{entry.name.removesuffix('.txt')}", entry.read_text(encoding="utf-8")
