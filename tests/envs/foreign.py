"""Runs `heavy_libraries.py`, and the light ones again, where the libraries are; `make benchmarks` calls it.

Each set has an environment of its own beside the project's, in `.venv/`: what it asks for may be older than what the
project has (RLlib wants a Gymnasium of its own), and nothing of it stays in the project's.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SETS = {
    "foreign": ["minari", "h5py", "skrl", "torchrl", "tianshou", "sbx-rl", "moviepy", "pygame"],
    "rllib": ["ray[rllib]"],
}


def lend(to: Path) -> None:
    """Give an environment's folder of packages, behind its own, those of this one."""
    # the folder's name alone would leave out what its own .pth files add: the project, where it is installed editable
    line = f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n"
    (to / "project.pth").write_text(line, encoding="utf-8")


def main() -> int:
    """Makes what is missing and runs the tests in each environment; how many of them failed."""
    failed = 0
    for name, packages in SETS.items():
        folder = ROOT / ".venv" / name
        python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        if not python.exists():
            venv.create(folder, with_pip=True)
            lend(Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)})))
        subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
        tests = [str(Path(__file__).with_name(f"{sort}_libraries.py")) for sort in ("test_foreign", "heavy")]
        failed += subprocess.run([python, "-m", "pytest", "-q", *tests], cwd=ROOT, check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
