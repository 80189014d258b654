"""`plugins=PATH`, the option of every verb: folders whose modules add kinds, tasks, skills and so on.

It is taken off the command line before a verb is looked at, for a verb may ask the registries as soon as it is
imported. What was typed goes into `PONTINE_PLUGINS`, so that child processes know it too.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pontine.envs.errors import PontineError
from pontine.envs.io.plain_text import plain
from pontine.envs.registry import FOLDERS, PluginWarning, load_plugins

KEY = "plugins"
LEFT_OUT: dict[str, str] = {}
"""Plugins that this process has left out, and why."""

HELP = f"""\
  # folders with plugins of your own, separated by {os.pathsep!r}; the environment variable {FOLDERS} names more
  {KEY}: null
"""


def take(args: Sequence[str]) -> tuple[list[str], list[str]]:
    """The words without `plugins=`, and the folders that it named, absolute.

    Raises PontineError if one of them is no folder.
    """
    given = [word.removeprefix(f"{KEY}=") for word in args if word.startswith(f"{KEY}=")]
    named = [name for value in given if value != "null" for name in value.split(os.pathsep)]
    for name in named:
        if not name or not Path(name).is_dir():
            raise PontineError(f"{KEY}=: there is no folder {name!r}")
    return [word for word in args if not word.startswith(f"{KEY}=")], [os.path.abspath(name) for name in named]


def words(folders: Sequence[str]) -> list[str]:
    """What to type for these folders."""
    return [f"{KEY}={os.pathsep.join(folders)}"] if folders else []


@contextmanager
def offered(folders: Sequence[str]) -> Iterator[None]:
    """Within it the registries, those of child processes too, offer what is in these folders as well.

    A plugin that is left out is one line on stderr.
    """
    before = os.environ.get(FOLDERS)
    known = (before or "").split(os.pathsep)
    os.environ[FOLDERS] = os.pathsep.join(filter(None, dict.fromkeys([*known, *folders])))
    with warnings.catch_warnings():
        warnings.simplefilter("always", PluginWarning)
        show = warnings.showwarning

        def say(message: Warning | str, category: type[Warning], *rest: Any, **more: Any) -> None:
            if issubclass(category, PluginWarning):
                package, _, reason = str(message).removeprefix("plugin ").partition(" is left out: ")
                LEFT_OUT[package] = reason
                print(f"pontine: {plain(message)}", file=sys.stderr)
            else:
                show(message, category, *rest, **more)

        warnings.showwarning = say
        try:
            if folders:
                load_plugins()
            yield
        finally:
            if before is None:
                os.environ.pop(FOLDERS, None)
            else:
                os.environ[FOLDERS] = before
