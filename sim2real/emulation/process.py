"""An emulated arm in a process of its own: it keeps time whatever its client is busy with."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from pontine.envs.errors import PontineError
from pontine.envs.tabletop.objects import ObjectSpec

from ..arm.calibration import Calibration
from ..vision.lens import Lens
from ..vision.markers import Markers
from .arm_profile import AnyProfile
from .emulated_arm import EmulatedArm, Truth

_PATIENCE = 60.0


class EmulationError(PontineError):
    """The emulated arm's process failed."""


@dataclass(frozen=True)
class Emulation:
    """What there is to know of an `EmulatedArm` in another process; `camera_url` is empty without a camera."""

    port: str
    camera_url: str
    calibration: Calibration
    markers: Markers
    lens: Lens
    _pipe: Connection

    def truth(self) -> Truth:
        """How all really is; for judging only. Raises `EmulationError`."""
        found: Truth = self._call("truth")
        return found

    def guide(self, joints: Mapping[str, float]) -> None:
        """A hand takes these joints and leads them to positions (rad, model). Raises `EmulationError`."""
        self._call("guide", dict(joints))

    def hollow(self) -> None:
        """Let the arm's links pass through each other and all else (`Body.hollow`). Raises `EmulationError`."""
        self._call("hollow")

    def let_go(self) -> None:
        """The hand leaves the arm. Raises `EmulationError`."""
        self._call("let_go")

    def _call(self, name: str, *arguments: Any) -> Any:
        try:
            self._pipe.send((name, *arguments))
            return _received(self._pipe)
        except (EOFError, OSError) as error:
            raise EmulationError("the emulated arm's process has ended") from error


@contextmanager
def emulation(objects: Sequence[ObjectSpec] = (), *,
              profile: AnyProfile = "new", camera: bool = False, seed: int = 0) -> Iterator[Emulation]:  # fmt: skip
    """Run an `EmulatedArm` in a process of its own inside the block. Raises `EmulationError`."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, tuple(objects), profile, camera, seed), name="emulated arm")
    process.start()
    there.close()
    try:
        try:
            port, url, calibration, markers, lens = _received(here)
        except EOFError:
            raise EmulationError("the emulated arm's process ended before it served a port") from None
        yield Emulation(port, url, calibration, markers, lens, here)
    finally:
        here.close()
        process.join()


def _received(pipe: Connection) -> Any:
    if not pipe.poll(_PATIENCE):
        raise EmulationError(f"the emulated arm's process has not answered for {_PATIENCE:g} s")
    answer = pipe.recv()
    if isinstance(answer, EmulationError):
        raise answer
    return answer


def _serve(
    pipe: Connection,
    objects: tuple[ObjectSpec, ...],
    profile: AnyProfile,
    camera: bool,
    seed: int,
) -> None:
    """Serve an arm, and do with it what the other end of the pipe asks for, until that is closed."""
    # Ctrl-C reaches this process too; the arm is needed until its client has brought it to rest.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with EmulatedArm(objects, profile=profile, camera_port=0 if camera else None, seed=seed) as arm:
            url = arm.camera_url if camera else ""
            pipe.send((arm.port, url, arm.calibration, arm.markers, arm.lens))
            while True:
                name, *arguments = pipe.recv()
                pipe.send(getattr(arm, name)(*arguments))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except PontineError as error:
        pipe.send(EmulationError(str(error)))
