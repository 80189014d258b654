"""`pontine check`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.io.plain_text import terminal

from . import plugins
from .options import bare
from .registries import registries


@dataclass
class Config:
    """Options of `pontine check`; check.yaml says what each means."""

    package: str | None = bare()

    def __post_init__(self) -> None:
        if not self.package:
            raise PontineError("package= is missing: name a folder, an installed package, or pontine itself")


def run(config: Config) -> int:
    """Exit status: 0 if every contract is kept, 1 if one is broken or the package could not be loaded.

    Raises UnknownNameError if nothing comes from such a package.
    """
    package = str(config.package)
    folder = Path(package).absolute() if Path(package).is_dir() else None
    with plugins.offered([str(folder)] if folder is not None else []):
        return _check(package, _folder(folder) if folder is not None else _package(package))


def _check(package: str, ours: Callable[[str], bool]) -> int:
    from .contracts import contracts_of

    console = terminal()
    kept = broken = 0
    origins = set()
    for sort, registry in registries().items():
        for name in registry:
            origins.add(registry.origin(name))
            for contract in contracts_of(sort) if ours(registry.origin(name)) else ():
                wrong = contract.broken(name, registry[name])
                kept, broken = kept + (wrong is None), broken + (wrong is not None)
                line = f"{sort} {name} {contract.promise}"
                console.print(f"ok      {line}" if wrong is None else f"broken  {line}: {wrong}", markup=False,
                              soft_wrap=True)  # fmt: skip
    left_out = [origin for origin in plugins.LEFT_OUT if ours(origin)]
    for origin in left_out:
        console.print(f"broken  {origin}: {plugins.LEFT_OUT[origin]}", markup=False, soft_wrap=True)
    if not kept + broken + len(left_out):
        raise UnknownNameError("package that registers something", package, origins)
    console.print(f"{kept} kept, {broken + len(left_out)} broken", markup=False)
    return 1 if broken or left_out else 0


def _package(name: str) -> Callable[[str], bool]:
    """Whether something comes from an installed package of that name."""
    return lambda origin: _normal(origin) == _normal(name)


def _folder(folder: Path) -> Callable[[str], bool]:
    """Whether something comes from a folder: loaded from it, or from the package that it is the project of."""
    project = folder / "pyproject.toml"
    names = set()
    if project.is_file():
        try:
            names.add(_normal(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["name"]))
        except (KeyError, ValueError):
            raise PontineError(f"{project} does not name a project") from None
    return lambda origin: origin.endswith(f" in {folder}") or _normal(origin) in names


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
