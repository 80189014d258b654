"""Wheels built from a copy of what git would take, and fresh virtual environments that hold them.

An environment borrows this one's dependencies through a .pth line, which proves that a wheel is complete, but not that
it declares all it needs. One `with_dependencies` proves that as well: pip installs what is declared, at the versions of
the lock, as it would for anybody. That takes minutes, so it is done for Pontine's own wheel, once, on CI.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]


def tracked(folder: Path = ROOT) -> list[str]:
    """The files under a folder as git would take them, leaving out what it ignores."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (folder / name).is_file()]


def build_wheel(project: Path, work: Path) -> Path:
    """The wheel of a project, built in `work` from a copy so that the build leaves nothing in the tree."""
    copy, out = work / "tree", work / "wheel"
    for name in tracked(project):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(project / name, copy / name)
    subprocess.run([*PIP, "wheel", "--no-deps", "--no-index", "--no-build-isolation", "-w", out, copy], check=True)
    return next(out.glob("*.whl"))


def once(folder: Path, make: Callable[[Path], Path]) -> Path:
    """What `make` makes in a folder; one who comes later, from another process too, gets what is there."""
    folder.mkdir(exist_ok=True)
    made = folder / "made"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            made.write_text(str(make(folder)))
    return Path(made.read_text())


def new_environment(folder: Path, *wheels: Path, with_dependencies: bool = False) -> Path:
    """The `bin` folder of a new virtual environment in which those wheels were installed."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    install = [*PIP, "--python", folder / "bin" / "python", "install"]
    if with_dependencies:
        # As constraints, for wheels of ours have no sums that a lock could know.
        pins = re.sub(r" \\\n +--hash=\S+", "", (ROOT / "requirements.lock").read_text(encoding="utf-8"))
        (folder / "pins.txt").write_text(pins, encoding="utf-8")
        # Compiling all of torch takes longer than installing it; Python compiles what is imported.
        subprocess.run([*install, "--no-compile", "-c", folder / "pins.txt", *wheels], check=True)
        nodeps = ["--no-deps", "--require-hashes", "-r", ROOT / "requirements.nodeps.lock"]
        subprocess.run([*install, "--no-compile", *nodeps], check=True)
    else:
        subprocess.run([*install, "--no-deps", "--no-index", *wheels], check=True)
        packages = next(folder.glob("lib/python*/site-packages"))
        (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin"


def run_away(folder: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command in another folder, as one who has nothing of this tree in the environment."""
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PONTINE_PLUGINS")}
    return subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, timeout=900)
