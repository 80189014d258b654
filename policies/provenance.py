"""Where a result comes from: the command that made it, the state of the source and of what it stands on."""

from __future__ import annotations

import platform
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import metadata
from pathlib import Path

_made_by: ContextVar[tuple[str, ...] | None] = ContextVar("made_by", default=None)


def command() -> str:
    """The command line that makes what is being made: as it was typed, or what one run of a sweep would be typed as."""
    words = _made_by.get()
    name, *rest = sys.argv if words is None else words
    return shlex.join([Path(name).name, *rest])


@contextmanager
def made_by(words: Sequence[str]) -> Iterator[None]:
    """Within it, results name this command line instead of the process's own.

    Example:
        >>> with made_by(["pontine", "train", "task=pick"]):
        ...     command()
        'pontine train task=pick'
    """
    token = _made_by.set(tuple(words))
    try:
        yield
    finally:
        _made_by.reset(token)


def commit() -> str:
    """The source tree's git commit ("+" if it was modified), or "unknown" outside a checkout."""
    git = ["git", "-C", str(Path(__file__).parent)]
    try:
        found = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
        changed = subprocess.run([*git, "status", "--porcelain", "-uno"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return found.stdout.strip() + ("+" if changed.stdout.strip() else "")


_STANDS_ON = ("mujoco", "torch", "stable-baselines3", "sb3-contrib", "gymnasium", "numpy", "hydra-core")


def versions() -> dict[str, str]:
    """Versions of Python, of the platform and of the libraries that results depend on, where installed."""
    found = {"python": platform.python_version(), "platform": platform.platform()}
    for name in _STANDS_ON:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found
