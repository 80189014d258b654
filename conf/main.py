"""The `pontine` command: finds the verb, runs it, and turns errors into exit statuses.

0 means done, 1 that the work ran and did not reach its goal, 2 that what was typed or handed in is wrong or the disk
is full, 70 a bug of Pontine's, 130 that Ctrl-C stopped it, 143 that SIGTERM did.
"""

from __future__ import annotations

import errno
import os
import platform as machine
import sys
import tempfile
import traceback
from collections.abc import Callable
from importlib import metadata

from pontine.envs.errors import PontineError
from pontine.envs.io import platform
from pontine.envs.io.plain_text import plain, plain_logging

from . import plugins, verbs

CRASHED = 70
"""The exit status of a bug; sysexits.h calls it EX_SOFTWARE."""

TRACEBACK = "PONTINE_TRACEBACK"
"""The environment variable that has a bug's traceback shown at once instead of kept in a file."""

CPU_BUILD = (
    "This torch came with CUDA (some 6 GB), which Pontine does not use. To have the small one instead:\n"
    "  pip uninstall -y torch $(pip list --format=freeze | grep -oE '^(nvidia|cuda|triton)[^=]*')\n"
    "  pip install torch --index-url https://download.pytorch.org/whl/cpu"
)

LONGEST = 1500
"""Letters of the longest line that an error may be; what was typed or handed in may have a million."""

_FULL = {getattr(errno, name, errno.ENOSPC) for name in ("ENOSPC", "EDQUOT", "EROFS")}
"""What keeps any writer from writing, whatever it writes."""

_UNUSABLE = {
    getattr(errno, name, errno.ENAMETOOLONG)
    for name in ("ENAMETOOLONG", "EACCES", "EPERM", "ENOTDIR", "EISDIR", "ELOOP")
}
"""What is the matter with a path that was handed in, where no reader of it has said so."""


def main() -> int:
    """Entry point of the `pontine` command."""
    plain_logging()
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        # A terminal that cannot show a letter (LANG=C) shows its number; no work ends because of that.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    return guarded(lambda: dispatch(sys.argv[1:]))


def guarded(work: Callable[[], int]) -> int:
    """The exit status of some work: its own, or that of the error it ended with, which is said in one line."""
    try:
        with platform.ended_by_signals():
            return work()
    except PontineError as error:
        print(f"pontine: {plain(error, longest=LONGEST)}", file=sys.stderr)
        return 2
    except platform.Terminated:
        print("pontine: stopped", file=sys.stderr)
        return platform.TERMINATED
    except KeyboardInterrupt:
        print("pontine: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read our output has left (`pontine ... | head`); there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        if error.errno in _FULL:
            what = f"cannot write {error.filename or 'a file'}"
        elif error.errno in _UNUSABLE and error.filename:
            what = f"cannot use {error.filename}"
        else:
            return _crashed(error)
        print(f"pontine: {plain(what, longest=LONGEST)}: {error.strerror}", file=sys.stderr)
        return 2
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told in one line and its traceback is kept
        return _crashed(error)


def _crashed(error: Exception) -> int:
    """Say in one line that this is a bug, with where its traceback is."""
    told = "".join(traceback.format_exception(error))
    what = plain(traceback.format_exception_only(error)[-1].strip(), longest=300)
    if os.environ.get(TRACEBACK):
        print(plain(told, keep="\n"), file=sys.stderr)
        where = "its traceback is above"
    else:
        where = _kept(told) or f"{TRACEBACK}=1 shows its traceback"
    print(f"pontine: this is a bug in Pontine: {what}; {where}: please report it with that", file=sys.stderr)
    return CRASHED


def _kept(told: str) -> str | None:
    """Where a traceback was written; None if nowhere."""
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", errors="backslashreplace", prefix="pontine-bug-", suffix=".txt", delete=False
        ) as file:
            file.write(f"{version()}\npontine {' '.join(sys.argv[1:])}\n\n{told}")
    except OSError:
        return None
    return f"its traceback is in {file.name}"


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
        if cuda_came_along():
            print(f"\n{CPU_BUILD}")
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
    found = [f"Python {machine.python_version()}"]
    for name, package in (("MuJoCo", "mujoco"), ("torch", "torch")):
        found.append(f"{name} {_installed(package)}")
    return f"pontine {_installed('pontine')} ({', '.join(found)})"


def cuda_came_along() -> bool:
    """Whether pip brought a torch with CUDA's libraries, gigabytes of them; torch is not imported for that."""
    names = {str(d.metadata["Name"]).lower() for d in metadata.distributions(path=sys.path) if d.metadata["Name"]}
    return "torch" in names and any(name.startswith(("nvidia-cublas", "nvidia-cudnn")) for name in names)


def _installed(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _second_words(args: list[str]) -> list[str]:
    return [word for word in args[1:] if word not in ("-h", "--help")]


if __name__ == "__main__":
    sys.exit(main())
