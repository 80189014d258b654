"""`TagScene`: the scene as a camera and printed tags tell it, kept up to date in the background."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pontine.envs.errors import PontineError
from pontine.envs.robot import RobotState
from pontine.envs.scene import Scene

from .camera import Camera, open_camera
from .lens import CameraPose, Lens
from .markers import Markers
from .scene_source import SCENE_SOURCES, SceneSourceKind, Sight
from .tag_pose import Eye, Look, SightError
from .tracking.hand_offset import Expected, HandOffset
from .tracking.liveness import Liveness
from .tracking.tracker import LATE, Tracker

RATE = 8.0
"""Largest number of pictures looked at in a second."""

FRESH = 0.9
"""How old (s) the newest picture that could be used may be: after that nothing counts as seen, which is said once."""

STALE = 3.0
"""How long (s) the scene is given without a picture that could be used."""

KEPT, APART = 12, 0.5
"""How many pictures are kept for who wants to know what was last seen, and how far apart (s) they are."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Kept:
    """A picture (JPEG) as it arrived at `time` (s), what kept it from being of use, and how the arm stood."""

    time: float
    jpeg: bytes
    problem: str | None
    camera: CameraPose | None
    state: RobotState | None


@dataclass(frozen=True, eq=False)
class Shown:
    """A picture (h, w, 3) RGB that was looked at, as it arrived at `time` (s), and the camera's pose by it; or what
    kept it from being of use."""

    time: float
    picture: NDArray[np.uint8]
    camera: CameraPose | None
    problem: str | None


class TagScene:
    """A `SceneSource`. Give it an open camera to look by itself, in a thread (a context manager), or call
    `see` with pictures.

    `scene` is quick: it takes the newest look, moves what is held with the hand, and never waits.
    """

    def __init__(
        self,
        markers: Markers,
        lens: Lens,
        camera: Camera | None = None,
        *,
        rate: float = RATE,
        clock: Callable[[], float] = time.monotonic,
        expected: Expected | None = None,
        late: float | None = None,
    ) -> None:
        """`late` is how late (s) pictures come, as far as that is known."""
        self._offset = HandOffset(expected)
        self._eye, self._tracker = Eye(markers, lens), Tracker(markers, self._offset, LATE if late is None else late)
        self._kept: deque[Kept] = deque(maxlen=KEPT)
        self._state: RobotState | None = None
        self._camera, self._period, self._clock = camera, 1.0 / rate, clock
        self._lock = threading.Lock()
        self._problem: PontineError | None = None
        self._bug: Exception | None = None
        self._last = -np.inf
        self._blind = False
        self._liveness = Liveness(self._travelled)
        self._started = clock()
        self._stop, self._looked = threading.Event(), threading.Event()
        self.look: Look | None = None
        self.shown: Shown | None = None
        """The picture that was looked at last."""
        self.seconds = 0.0
        """What the last look cost, s of one core."""
        self._thread: threading.Thread | None = None
        if camera is not None:
            self._thread = threading.Thread(target=self._watch, name="tag scene", daemon=True)
            self._thread.start()

    def see(self, image: NDArray[np.uint8], arrived: float) -> Look:
        """Look at an RGB picture that arrived at a time (s, of `clock`). Raises SightError if it does not show
        where the camera stands, or is not of that time."""
        begun = time.thread_time()
        self._keep(image, arrived)
        shown = self._liveness.since(image, arrived)
        try:
            with self._lock:
                known, held = self._tracker.known, self._tracker.held(shown)
            look = self._eye.look(image, known, held)
            self._liveness.see(image, arrived)
        except PontineError as error:
            self._problem = error
            self.shown = Shown(arrived, image, None, str(error))
            with self._lock:
                # What pictures of another time have shown of things that were let go is worth nothing.
                self._tracker.doubt(arrived - STALE)
            raise
        with self._lock:
            self._offset.see(look.hand, self._eye.lens.at(image.shape[1], image.shape[0]), look.camera, arrived)
            self._tracker.see(look, arrived, shown)
            self.look, self._last, self._problem = look, arrived, None
        self.shown = Shown(arrived, image, look.camera, None)
        self.seconds = time.thread_time() - begun
        return look

    def scene(self, state: RobotState) -> Scene:
        """The table now; `unseen` are all things once no picture has been of use for `FRESH` seconds.

        Raises what keeps pictures from coming if that has lasted `STALE` seconds.
        """
        if self._bug is not None:
            raise self._bug
        now = self._clock()
        without = now - max(self._last, self._started)
        late = SightError(f"no picture has come for {without:.1f} s")
        if without > STALE:
            raise self._problem or late
        with self._lock:
            scene = self._tracker.scene(state, now)
            self._state = state
        blind, before, self._blind = without > FRESH, self._blind, without > FRESH
        if blind != before:
            _log.warning(*(("blind: %s", self._problem or late) if blind else ("the scene is up to date again",)))
        if not blind:
            return scene
        names = (*(thing.name for thing in scene.objects), *(thing.name for thing in scene.fixtures))
        return replace(scene, unseen=tuple(name for name in names if name != scene.holding))

    def _keep(self, image: NDArray[np.uint8], arrived: float) -> None:
        """Keep a picture now and then, with what the one before it said of the camera."""
        if self._kept and arrived - self._kept[-1].time < APART:
            return
        jpeg = cv2.imencode(".jpg", np.ascontiguousarray(image[:, :, ::-1]))[1].tobytes()
        problem = None if self._problem is None else str(self._problem)
        self._kept.append(Kept(arrived, jpeg, problem, None if self.look is None else self.look.camera, self._state))

    @property
    def kept(self) -> tuple[Kept, ...]:
        """The last pictures, `APART` seconds apart."""
        return tuple(self._kept)

    def report(self) -> dict[str, Any]:
        """For a file: what was made up for between hand and camera."""
        x, y, _ = (round(1000 * float(v), 1) for v in self._offset.value)
        return {"hand_beside_camera_mm": [x, y], "corrections": list(self._offset.corrections)}

    def _travelled(self, start: float, end: float) -> float:
        """How far the hand went in the picture between two times, as a fraction of its width."""
        with self._lock:
            points = self._tracker.travelled(start, end)
        lens = self._eye.lens
        if self.look is None or len(points) < 2:
            return 0.0
        pixels = lens.project(self.look.camera.into(points)) / (lens.width, lens.height)
        inside = pixels[np.all((pixels > 0) & (pixels < 1), axis=1)]
        return 0.0 if len(inside) < 2 else float(np.ptp(inside, axis=0).max())

    def wait(self, timeout: float = 10.0) -> None:
        """Wait for the first picture that shows where the camera stands. Raises what kept it from coming."""
        if self._looked.wait(timeout):
            if self._bug is not None:
                raise self._bug
            return
        raise self._problem or SightError(f"no usable picture within {timeout:g} s")

    def close(self) -> None:
        """Stop looking; the camera stays open."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(10.0)

    def __enter__(self) -> TagScene:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _watch(self) -> None:
        assert self._camera is not None
        seen = -np.inf
        while not self._stop.is_set():
            begun = time.monotonic()
            try:
                image, seen = self._camera.frame(after=seen, timeout=0.5)
                self.see(image, seen)
            except PontineError as error:
                self._problem = error
            except Exception as error:  # noqa: BLE001 - a thread has nobody to raise to; `scene` raises it
                self._bug = error
                self._looked.set()
                return
            else:
                self._looked.set()
            self._stop.wait(max(0.0, self._period - (time.monotonic() - begun)))


@contextmanager
def watching(sight: Sight) -> Iterator[TagScene]:
    """The table as a camera tells it by tags and colours, once a first picture has shown where the camera stands.

    Raises PontineError for files and cameras that cannot be used.
    """
    markers, lens = Markers.read(sight.markers), Lens.read(sight.lens)
    with (
        open_camera(sight.camera, (lens.width, lens.height)) as camera,
        TagScene(markers, lens, camera, expected=sight.expected) as scenes,
    ):
        scenes.wait()
        yield scenes


SCENE_SOURCES.register(
    SceneSourceKind("tags", "a camera, and printed tags or a colour on what it is to find (markers=, lens=)", watching)
)
