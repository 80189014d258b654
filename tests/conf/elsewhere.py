"""A system that has none of what Linux alone has: what Pontine imports and asks for is taken away, then verbs run.

Run as a program, with a folder to work in; prints each verb's exit status, and nothing of what is missing may be asked
for. Other packages keep what they need, for theirs are made for each system.
"""

from __future__ import annotations

import builtins
import os
import signal
import sys
import types
from pathlib import Path
from typing import Any

MISSING = {"fcntl", "termios", "tty", "pty", "resource"}
SIGNALS = ("SIGHUP", "SIGUSR1", "SIGALRM", "setitimer", "pause")

TINY = [
    "clone.rounds=1", "clone.worlds=4", "clone.steps=2", "clone.updates=1", "clone.validation_episodes=2",
    "test_episodes=2", "threads=1",
]  # fmt: skip
COMMANDS = (
    ["plan", "goal=in(red_cube, bowl)", "scene=scene.json", "out=plan.json"],
    ["demo", "goal=in(red_cube, bowl)", "scene=scene.json", "report=run.json"],
    ["train", "task=reach", "algo=clone", "run_dir=run", *TINY],
    ["eval", "skill=reach", "policy=run/policy", "episodes=2", "threads=1", "out=eval.json"],
    ["export", "policy=run/policy", "out=policy.onnx"],
    ["arm", "find"],
)


def take_away() -> list[str]:
    """Take it away; the list fills with the locks that are asked for in Windows's way."""
    locks: list[str] = []
    real = builtins.__import__

    windows = types.ModuleType("msvcrt")
    windows.LK_NBLCK = 2  # type: ignore[attr-defined]
    windows.locking = lambda *args: locks.append("lock")  # type: ignore[attr-defined]

    def importing(name: str, globals: Any = None, *rest: Any, **more: Any) -> Any:
        if str((globals or {}).get("__name__", "")).startswith("pontine."):
            if name.split(".")[0] in MISSING:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)
            if name == "msvcrt":
                return windows
        return real(name, globals, *rest, **more)

    builtins.__import__ = importing
    for name in SIGNALS:
        delattr(signal, name)
    return locks


def run(folder: Path) -> None:
    """Every command in turn."""
    os.chdir(folder)
    locks = take_away()
    from pontine.conf.main import main

    for words in COMMANDS:
        sys.argv = ["pontine", *words]
        print(f"{words[0]} ended with {main()}", flush=True)
    print(f"{len(locks) > 0} locks", flush=True)


if __name__ == "__main__":
    run(Path(sys.argv[1]))
