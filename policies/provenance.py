"""Where a result comes from: the command that made it and the state of the source."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path


def command() -> str:
    """The command line as it was typed."""
    name, *words = sys.argv
    return shlex.join([Path(name).name, *words])


def commit() -> str:
    """The source tree's git commit ("+" if it was modified), or "unknown" outside a checkout."""
    git = ["git", "-C", str(Path(__file__).parent)]
    try:
        found = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
        changed = subprocess.run([*git, "status", "--porcelain", "-uno"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return found.stdout.strip() + ("+" if changed.stdout.strip() else "")
