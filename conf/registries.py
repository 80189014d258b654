"""Every registry there is: what `pontine list` shows and `pontine check` goes through."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from importlib import import_module
from textwrap import shorten
from typing import Any

from pontine.envs.errors import UnknownNameError
from pontine.envs.registry import REGISTRIES, Registry

from .app import EXTRAS

MODULES = (
    "pontine.envs.declarations.kind",
    "pontine.envs.declarations.fixture_kind",
    "pontine.envs.declarations.predicate_kind",
    "pontine.envs.tasks",
    "pontine.envs.tabletop.randomization",
    "pontine.planner.brain",
    "pontine.policies.demonstrators.demonstrator",
    "pontine.policies.training.algorithm",
    "pontine.policies.skills.skill",
    "pontine.sim2real.arm.safety_profile",
    "pontine.sim2real.emulation.arm_profile",
    "pontine.sim2real.vision.camera",
    "pontine.sim2real.vision.tag_scene",
)
"""The modules that make the registries; those of the arm's cameras need what its extra brings."""


def registries() -> Mapping[str, Registry[Any]]:
    """The registries by sort, those that plugins made too."""
    for module in MODULES:
        with _extra():
            import_module(module)
    for registry in tuple(REGISTRIES.values()):
        # Reading one loads the plugins, which may make more.
        with _extra():
            len(registry)
    return REGISTRIES


@contextmanager
def _extra() -> Iterator[None]:
    """Around what may need an extra that is not installed: it is then left out."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in EXTRAS:
            raise


def plural(sort: str) -> str:
    """What several of a sort are called where it is typed: `scene-sources`."""
    return f"{sort.replace(' ', '-')}s"


def of_sort(typed: str) -> Registry[Any]:
    """The registry of a sort, written in the singular or the plural. Raises UnknownNameError listing the sorts."""
    known = registries()
    for sort, registry in known.items():
        if typed.lower().replace("_", "-").replace(" ", "-").removesuffix("s") == plural(sort).removesuffix("s"):
            return registry
    raise UnknownNameError("sort of thing", typed, map(plural, known))


def summary(declared: object) -> str:
    """What one declared thing is, in one line: its `summary`, the first line of its own docstring, its words, or what
    sets it apart from its class's defaults."""
    told = getattr(declared, "summary", None)
    if isinstance(told, str) and told:
        return told
    if inspect.isclass(declared) or inspect.isroutine(declared):
        doc = declared.__doc__
    else:
        doc = vars(declared).get("__doc__") if hasattr(declared, "__dict__") else None
    if doc:
        return inspect.cleandoc(doc).splitlines()[0]
    words = getattr(declared, "words", None)
    if isinstance(words, Mapping):
        return "; ".join(", ".join(some) for some in words.values())
    if not is_dataclass(declared):
        return ""
    own = {f.name: getattr(declared, f.name) for f in fields(declared) if f.name != "name"}
    usual = {f.name: f.default for f in fields(declared)}
    apart = [f"{k} {v}" for k, v in own.items() if repr(v) != repr(usual[k]) and not callable(v)]
    return shorten(", ".join(apart), 100) or "the defaults"
