"""The `pontine` command, started for a test in a process of its own.

Most of what a short command takes is the import of large libraries. So the process is forked from one that has imported
those, and nothing of Pontine; from there on it is what `pontine` is: it has its own working directory, streams and exit
status. A test of how an interpreter starts (what its environment does, what can be imported) starts one itself.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.wheels import outside

PONTINE = Path(sys.executable).parent / "pontine"

LIBRARIES = [
    "torch", "scipy.stats", "mujoco", "gymnasium", "hydra", "rich.progress", "unified_planning.shortcuts", "cv2",
    "transformers",
]  # fmt: skip

STREAMS = ("in", "out", "err")


class Started:
    """The command while it runs, without a terminal.

    Args:
        words: What follows `pontine`.
        cwd: The folder in which it runs.
        typed: What comes on its input.
        packages: A folder of installed packages that come before all others; nothing in the environment says where
            else to look. None for the packages and the environment of this process.
        before: What its process does first; a function of a module, with nothing to tell.
    """

    def __init__(
        self, *words: str, cwd: Path, typed: str = "", packages: Path | None = None,
        before: Callable[[], object] | None = None,
    ) -> None:  # fmt: skip
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(LIBRARIES)
        self._words = ["pontine", *words]
        self._folder = tempfile.TemporaryDirectory()
        given, self._out, self._err = streams = [Path(self._folder.name, name) for name in STREAMS]
        given.write_text(typed, encoding="utf-8")
        environment = dict(os.environ) if packages is None else outside()
        self._process = context.Process(target=_run, args=(words, cwd, environment, streams, packages, before))
        self._process.start()

    @property
    def running(self) -> bool:
        return self._process.exitcode is None

    def printed(self) -> str:
        """What it has printed so far."""
        return self._out.read_text(encoding="utf-8") if self._out.exists() else ""

    def send_signal(self, number: int) -> None:
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    def ended(self, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        """What it came to, once it has ended.

        Raises:
            subprocess.TimeoutExpired: it took more than so many seconds, and was killed.
        """
        with self._folder:
            self._process.join(timeout)
            if self._process.exitcode is None:
                self._process.kill()
                self._process.join()
                raise subprocess.TimeoutExpired(self._words, timeout)
            # One that was killed at once has not begun to write.
            said = (path.read_text(encoding="utf-8") if path.exists() else "" for path in (self._out, self._err))
            return subprocess.CompletedProcess(self._words, self._process.exitcode, *said)


def pontine(
    *words: str, cwd: Path, typed: str = "", packages: Path | None = None, timeout: float = 600
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end; its parameters are those of `Started`, and the seconds that it may take."""
    return Started(*words, cwd=cwd, typed=typed, packages=packages).ended(timeout)


def _run(
    words: tuple[str, ...], cwd: Path, environment: dict[str, str], streams: list[Path], packages: Path | None,
    before: Callable[[], object] | None,
) -> None:  # fmt: skip
    """Become the command; Python's own streams are made anew over what stands at the three descriptors."""
    for number, (path, mode) in enumerate(zip(streams, ("r", "w", "w"), strict=True)):
        with path.open(mode) as file:
            os.dup2(file.fileno(), number)
        setattr(sys, ("stdin", "stdout", "stderr")[number], os.fdopen(number, mode, encoding="utf-8", closefd=False))
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [str(PONTINE), *words]
    if packages is not None:
        sys.path.insert(0, str(packages))
    if before is not None:
        before()
    from pontine.conf.main import main

    sys.exit(main())
