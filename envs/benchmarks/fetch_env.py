"""Gymnasium-Robotics' FetchPickAndPlace, timed in a virtual environment of its own.

It does not run on the MuJoCo that Pontine stands on, so it gets the newest that it runs on.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from ..errors import PontineError

REQUIREMENTS = ("gymnasium-robotics==1.4.2", "mujoco==3.3.7")
ENVIRONMENT = "FetchPickAndPlace-v4"

_WORKER = f"""
import json, sys, time
import gymnasium, gymnasium_robotics
gymnasium.register_envs(gymnasium_robotics)
env = gymnasium.make({ENVIRONMENT!r})
env.reset(seed=0)
env.action_space.seed(0)
print(json.dumps(env.unwrapped.n_substeps), flush=True)
for line in sys.stdin:
    steps = int(line)
    start = time.process_time()
    for _ in range(steps):
        *_, terminated, truncated, _ = env.step(env.action_space.sample())
        if terminated or truncated:
            env.reset()
    print(json.dumps(time.process_time() - start), flush=True)
"""


def home() -> Path:
    """Where the virtual environment is kept: in `$PONTINE_CACHE`, or `~/.cache/pontine`."""
    return Path(os.environ.get("PONTINE_CACHE") or Path.home() / ".cache" / "pontine") / "fetch"


class Fetch:
    """One FetchPickAndPlace in a process of its own. Use as a context manager; `substeps` are the physics steps in each
    of its steps, known once it runs."""

    def __init__(self, folder: Path | None = None, say: Callable[[str], None] = print) -> None:
        self.folder, self._say = folder or home(), say
        self._process: subprocess.Popen[str] | None = None
        self.substeps = 0

    @property
    def installed(self) -> bool:
        """Whether its virtual environment is there and whole."""
        return (self.folder / "installed").exists()

    def install(self) -> None:
        """Make the virtual environment. Raises PontineError, with pip's last line, if that fails."""
        if self.installed:
            return
        self._say(f"installing {' and '.join(REQUIREMENTS)} into {self.folder} (about 300 MB, once)")
        pip = [str(self.folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *REQUIREMENTS]
        for words in ([sys.executable, "-m", "venv", "--clear", str(self.folder)], pip):
            made = subprocess.run(words, capture_output=True, text=True, check=False)
            if made.returncode:
                last = (made.stderr.strip() or made.stdout.strip() or "no reason given").splitlines()[-1]
                raise PontineError(f"{ENVIRONMENT} cannot be installed: {last}")
        (self.folder / "installed").write_text("\n".join(REQUIREMENTS) + "\n", encoding="utf-8")

    def __enter__(self) -> Fetch:
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        self._process = subprocess.Popen(
            [str(self.folder / "bin" / "python"), "-c", _WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.substeps = int(self._answer())
        return self

    def __exit__(self, *error: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def seconds(self, steps: int) -> float:
        """CPU time of so many steps with random actions, resets of ended episodes among them, s."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{steps}\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> float:
        assert self._process is not None
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        line = self._process.stdout.readline()
        if not line:
            last = (self._process.stderr.read().strip() or "it ended without a word").splitlines()[-1]
            raise PontineError(f"{ENVIRONMENT} does not run: {last}")
        return float(json.loads(line))
