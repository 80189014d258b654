"""Wheels built from a copy of what git would take, and fresh virtual environments that hold them.

An environment borrows what it needs from this one. Most borrow all of it, through a .pth line, which proves that a
wheel is complete, but not that it declares all it needs. One that is `only_declared` borrows no more than the wheel
asks for by name and what that asks for, as pip would install it for anybody.
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
from importlib import metadata
from importlib.metadata import Distribution
from pathlib import Path

from packaging.requirements import Requirement

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


def required(distribution: Distribution) -> dict[str, Distribution]:
    """What a distribution asks for by name, and what that asks for, of what is installed here."""
    found: dict[tuple[str, str], Distribution] = {}
    waiting = [(distribution, "")]
    while waiting:
        asking, extra = waiting.pop()
        for need in map(Requirement, asking.requires or ()):
            if need.marker is None or need.marker.evaluate({"extra": extra}):
                for wanted in {(need.name, ""), *((need.name, extra) for extra in need.extras)} - found.keys():
                    found[wanted] = metadata.distribution(need.name)
                    waiting.append((found[wanted], wanted[1]))
    return {name: installed for (name, _), installed in found.items()}


def new_environment(folder: Path, *wheels: Path, only_declared: bool = False) -> Path:
    """The `bin` folder of a new virtual environment in which those wheels were installed."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    install = [*PIP, "--python", folder / "bin" / "python", "install", "--no-deps", "--no-index"]
    subprocess.run([*install, *wheels], check=True)
    packages, here = next(folder.glob("lib/python*/site-packages")), Path(sysconfig.get_path("purelib"))
    if only_declared:
        (pontine,) = metadata.distributions(name="pontine", path=[str(packages)])
        # What is installed without what it asks for itself, which is not used; it follows the needed ones in its lock.
        alone = (ROOT / "requirements.nodeps.lock").read_text(encoding="utf-8").split("# What development adds.")[0]
        borrowed = [*required(pontine).values(), *map(metadata.distribution, re.findall("^([^#=]+)==", alone, re.M))]
        for name in {file.parts[0] for one in borrowed for file in one.files or ()} - {"..", "__pycache__"}:
            (packages / name).symlink_to(here / name)
    else:
        (packages / "borrowed.pth").write_text(f"{here}\n")
    return folder / "bin"


def outside() -> dict[str, str]:
    """The environment of one who has nothing of this tree in it."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PONTINE_PLUGINS")}


def run_away(folder: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command in another folder, as one who has nothing of this tree in the environment."""
    return subprocess.run(command, cwd=folder, env=outside(), capture_output=True, text=True, timeout=900)
