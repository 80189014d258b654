"""The `pontine` command: finds the verb, runs it, and turns errors into exit statuses.

0 means done, 1 that the work ran and did not reach its goal, 2 that what was typed
or handed in is wrong, 130 that Ctrl-C stopped it. A traceback means a bug.
"""

from __future__ import annotations

import os
import platform
import sys
from importlib import metadata

from pontine.envs.errors import PontineError
from pontine.envs.io.plain_text import plain, plain_logging

from . import plugins, verbs


def main() -> int:
    """Entry point of the `pontine` command."""
    args = sys.argv[1:]
    plain_logging()
    try:
        return dispatch(args)
    except PontineError as error:
        print(f"pontine: {plain(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("pontine: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read our output has left (`pontine ... | head`); there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def dispatch(args: list[str]) -> int:
    """Run a command line (without the program's name). Raises PontineError if it is wrong."""
    rest, folders = plugins.take(args)
    with plugins.offered(folders):
        return _dispatch(rest, ["pontine", *args], folders)


def _dispatch(args: list[str], typed: list[str], folders: list[str]) -> int:
    if args == ["--version"]:
        print(version())
        return 0
    if not args or args[0] in ("-h", "--help"):
        print(verbs.overview())
        return 0
    if args[0] in verbs.families() and not _second_words(args):
        print(verbs.family_overview(args[0]))
        return 0
    verb, rest = verbs.find(args)
    if {"-h", "--help"} & set(rest):
        print(verb.help())
        return 0
    from . import app

    return app.run(verb, rest, typed, folders)


def version() -> str:
    """What `pontine --version` prints: the versions of Pontine and of what its results stand on."""
    found = [f"Python {platform.python_version()}"]
    for name, package in (("MuJoCo", "mujoco"), ("torch", "torch")):
        found.append(f"{name} {_installed(package)}")
    return f"pontine {_installed('pontine')} ({', '.join(found)})"


def _installed(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _second_words(args: list[str]) -> list[str]:
    return [word for word in args[1:] if word not in ("-h", "--help")]


if __name__ == "__main__":
    sys.exit(main())
