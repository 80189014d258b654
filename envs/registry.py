"""The registry: what has been declared, by sort and name, and who declared it.

Everything there is more than one of (object kinds, fixtures, tasks, skills, brains, ...) has a `Registry`. What comes
with Pontine is declared in the modules that the registry is told; more comes from installed packages that offer
modules under the entry-point group `pontine`, and from folders (`PONTINE_PLUGINS`, on the command line `plugins=`).
Both are loaded when a registry is first read. A plugin that cannot be loaded is left out whole and said once, as a
`PluginWarning`; the others go on.

Example:
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Flavour:
    ...     name: str
    >>> FLAVOURS: Registry[Flavour] = Registry("flavour")
    >>> vanilla = FLAVOURS.register(Flavour("vanilla"))
    >>> FLAVOURS["vanilla"] is vanilla, list(FLAVOURS), FLAVOURS.origin("vanilla")
    (True, ['vanilla'], 'pontine')
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module, metadata
from pathlib import Path
from types import FrameType
from typing import Generic, TypeVar, cast

from .errors import PontineError, UnknownNameError

T = TypeVar("T")

GROUP = "pontine"
"""The entry-point group under which packages name the modules that declare something."""

FOLDERS = "PONTINE_PLUGINS"
"""The environment variable with folders of plugins, separated as in PATH; child processes inherit it."""

OWN = "pontine"
"""The origin of what comes with Pontine."""

_ROOMS = tuple(f"pontine.{room}" for room in ("envs", "policies", "planner", "sim2real", "conf"))

_origin: ContextVar[str | None] = ContextVar("origin", default=None)
"""Who is asked to declare; None while nobody is, and whoever does so does it on their own account."""


class RegistryError(PontineError):
    """A declaration that cannot be registered."""


class PluginWarning(UserWarning):
    """A plugin that was left out, and why, in one line."""


REGISTRIES: dict[str, Registry] = {}
"""Every registry by its sort."""


class Registry(Mapping[str, T], Generic[T]):
    """Declarations of one sort by name, in the order of their registration.

    Args:
        sort: what one of them is called, as messages say it: "object kind".
        modules: the modules whose import declares those that come with Pontine.
        check: raises PontineError for a declaration that is not whole or cannot be.
        key: how a name is compared, for sorts whose names are written in more than one way.
    """

    def __init__(
        self,
        sort: str,
        modules: Sequence[str] = (),
        check: Callable[[T], None] | None = None,
        key: Callable[[str], str] = str,
    ) -> None:
        self.sort = sort
        self._modules, self._check, self._key = tuple(modules), check, key
        self._found: dict[str, T] = {}
        self._origins: dict[str, str] = {}
        self._imported = False
        REGISTRIES[sort] = self

    def register(self, declared: T) -> T:
        """Make a declaration known by its `name`; also a class decorator. Returns what it was given.

        Raises RegistryError if the name is taken, and what the registry's check raises.
        """
        name = str(declared.name)  # type: ignore[attr-defined]
        origin = _declarer()
        if origin != OWN:
            self._import_own()
        if self._check is not None:
            self._check(declared)
        taken = next((known for known in self._found if self._key(known) == self._key(name)), None)
        if taken is not None:
            raise RegistryError(f"{self.sort} {name!r} is already registered by {self._origins[taken]}")
        self._found[name], self._origins[name] = declared, origin
        return declared

    def origin(self, name: str) -> str:
        """Who declared it: `pontine`, or the package or folder that did."""
        self._fill()
        return self._origins[self._named(name)]

    def own(self) -> tuple[T, ...]:
        """Those that come with Pontine, whatever plugins there are: what trained policies and fixed spaces rest on."""
        self._import_own()
        return tuple(d for name, d in self._found.items() if self._origins[name] == OWN)

    def __getitem__(self, name: str) -> T:
        """The declaration of that name. Raises UnknownNameError (a KeyError too) listing the valid ones."""
        if name not in self._found:  # what is found is found whatever else there is, and many ask many times a second
            self._fill()
        return self._found[self._named(name)]

    def __iter__(self) -> Iterator[str]:
        self._fill()
        return iter(tuple(self._found))

    def __len__(self) -> int:
        self._fill()
        return len(self._found)

    def __contains__(self, name: object) -> bool:
        if name in self._found:
            return True
        self._fill()
        return isinstance(name, str) and any(self._key(known) == self._key(name) for known in self._found)

    def _named(self, name: str) -> str:
        if name in self._found:
            return name
        for known in self._found:
            if self._key(known) == self._key(name):
                return known
        raise NotRegisteredError(self.sort, name, self._found)

    def _import_own(self) -> None:
        if not self._imported:
            self._imported = True
            with _declaring(OWN):
                for module in self._modules:
                    import_module(module)

    def _fill(self) -> None:
        self._import_own()
        load_plugins()

    def _forget(self, origin: str) -> None:
        """Take back all that came from there."""
        for name in [name for name, declarer in self._origins.items() if declarer == origin]:
            del self._found[name], self._origins[name]


class NotRegisteredError(UnknownNameError, KeyError):
    """A name that no declaration has."""

    __str__ = Exception.__str__  # a KeyError would print the message in quotes


def _importing() -> Iterator[str]:
    """Names of the modules that are being imported now, the one that was begun last first."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name == "<module>":
            yield str(frame.f_globals.get("__name__"))
        frame = frame.f_back


def _is_own(module: str) -> bool:
    return any(module == room or module.startswith(f"{room}.") for room in _ROOMS)


def _declarer() -> str:
    """Who declares: Pontine what its own modules do, also where a plugin is the first to import them."""
    module = next(_importing(), "")
    if _is_own(module):
        return OWN
    spec = getattr(sys.modules.get(module), "__spec__", None)
    # a plugin that somebody imports by its name, before it is asked for
    package = module.partition(".")[0] if getattr(spec, "_initializing", False) else OWN
    return _origin.get() or package


@contextmanager
def _declaring(origin: str) -> Iterator[None]:
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)


_loaded: set[str] = set()
_folders: str | None = None
"""The folders when the plugins were loaded last; None before the first time."""


def load_plugins(whole: str = "") -> None:
    """Load what installed packages and `PONTINE_PLUGINS` offer; those that were loaded before are not loaded again.

    A plugin that fails, or whose folder does not exist, is left out and said as a `PluginWarning`. While a module of
    Pontine is being imported nothing is loaded, for a plugin would find it half made; but for `whole`, which calls this
    as the last thing it does.
    """
    if _origin.get() not in (None, OWN):
        return  # a plugin that reads a registry while it is loaded
    global _folders
    folders = os.environ.get(FOLDERS, "")
    if folders == _folders or any(_is_own(module) for module in _importing() if module != whole):
        return
    _folders = folders
    for point in metadata.entry_points(group=GROUP):
        package = point.dist.name if point.dist is not None else point.value
        _load(f"entry point {point.name} = {point.value}", package, cast(Callable[[], object], point.load))
    for folder in filter(None, folders.split(os.pathsep)):
        _load_folder(Path(folder))


def _load_folder(folder: Path) -> None:
    """Every module and package at the top of a folder; a folder of a project counts as one that holds its package."""
    path = folder.absolute()
    if not path.is_dir():
        _load(str(path), str(folder), lambda: _missing(folder))
        return
    names = [
        p.stem
        for p in sorted(path.iterdir())
        if (p.suffix == ".py" or (p / "__init__.py").is_file()) and p.stem.isidentifier() and p.stem != "tests"
    ]
    if str(path) not in sys.path:
        sys.path.append(str(path))
    for name in names:
        _load(f"{path}/{name}", f"{name} in {folder}", lambda name=name: _import_from(path, name))  # type: ignore[misc]


def _import_from(folder: Path, name: str) -> None:
    found = getattr(import_module(name), "__file__", None)
    if found is None or not Path(found).is_relative_to(folder):
        raise PontineError(f"{found or name} has that name already; give the module another one")


def _missing(folder: Path) -> None:
    raise PontineError(f"there is no folder {str(folder)!r}")


def _load(key: str, package: str, load: Callable[[], object]) -> None:
    """Load one plugin, wholly or not at all."""
    if key in _loaded:
        return
    _loaded.add(key)
    try:
        with _declaring(package):
            load()
    except Exception as error:  # noqa: BLE001 - whatever a stranger's module raises must not end the program
        for registry in REGISTRIES.values():
            registry._forget(package)
        reason = " ".join(str(error).split())
        what = reason if isinstance(error, PontineError) else f"{type(error).__name__}: {reason}"
        warnings.warn(f"plugin {package} is left out: {what}", PluginWarning, stacklevel=2)
