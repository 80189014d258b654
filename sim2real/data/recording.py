"""Recording what an arm does, episode by episode, into a dataset.

`Recorder` is fed once a frame: by whoever moves the arm, or as an observer of a `SerialArm`'s steps.
Pictures are encoded by a thread of their own, so that the arm's rhythm does not wait for the encoder.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pontine.envs.arrays import Image
from pontine.envs.robot import JOINTS
from pontine.envs.visuals.video import FPS, VideoWriter

from .dataset import DatasetError
from .lerobot_units import Units
from .statistics import ImageStats, Stats
from .writer import DatasetWriter

_ENCODER = {"g": "2", "bf": "0", "crf": "23"}
"""Every second frame decodes by itself, as LeRobot encodes: training reads frames at random."""

_BACKLOG = 100
"""Pictures that may wait for the encoder before whoever brings them has to wait too."""


class Recorder:
    """Episodes of an SO-101 into the dataset at `path`, `fps` frames a second; a context manager.

    `cameras` are the (height, width) of the pictures by camera name; `units` the arm's own, as calibrated.
    Goes on with the dataset that is there; raises `DatasetError` on entry where that cannot be.
    """

    def __init__(self, path: str | Path, fps: int = FPS, *, units: Units | None = None,
                 cameras: Mapping[str, tuple[int, int]] | None = None) -> None:  # fmt: skip
        self._writer = DatasetWriter(path, fps=fps, units=units, cameras=cameras)

    def __enter__(self) -> Self:
        self._writer.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.__exit__(kind, error, trace)

    @property
    def count(self) -> int:
        """How many finished episodes the dataset has."""
        return self._writer.count

    @property
    def set_aside(self) -> Path | None:
        """Where an episode lies now that a killed program had left unfinished; None if there was none."""
        return self._writer.set_aside

    @contextmanager
    def episode(self, task: str) -> Iterator[EpisodeRecorder]:
        """An episode, which becomes part of the dataset as the block ends without an error, and else does not."""
        if not task.strip():
            raise DatasetError("an episode needs a task: say what the arm does")
        films = {name: _Film(self._writer.staging, name, size, self._writer.fps)
                 for name, size in self._writer.cameras.items()}  # fmt: skip
        recorder = EpisodeRecorder(films)
        try:
            yield recorder
            if not len(recorder):
                raise DatasetError("an episode without a frame was not recorded")
            finished = {name: film.finish() for name, film in films.items()}
            self._writer.add(task, np.array(recorder.states), np.array(recorder.targets), finished)
        except BaseException:
            for film in films.values():
                film.abandon()
            raise


class EpisodeRecorder:
    """The frames of one episode so far."""

    def __init__(self, films: Mapping[str, _Film]) -> None:
        self.states: list[NDArray[np.float64]] = []
        self.targets: list[NDArray[np.float64]] = []
        self._films = films

    def __len__(self) -> int:
        return len(self.states)

    def add(self, state: ArrayLike, target: ArrayLike, images: Mapping[str, Image] | None = None) -> None:
        """One frame: joints measured and commanded (6,) rad, and a picture (height, width, 3) of every camera.

        Raises `DatasetError` where one is missing or of another size.
        """
        given = images or {}
        if set(given) != set(self._films):
            raise DatasetError(f"a frame needs pictures of {sorted(self._films)}, not of {sorted(given)}")
        joints = [np.array(values, float) for values in (state, target)]
        if any(values.shape != (len(JOINTS),) or not np.isfinite(values).all() for values in joints):
            raise DatasetError(f"a frame needs {len(JOINTS)} joint angles and as many targets, all finite")
        for name, image in given.items():
            self._films[name].add(image)
        self.states.append(joints[0])
        self.targets.append(joints[1])


class _Film:
    """One camera's film of an episode, encoded by a thread."""

    def __init__(self, folder: Path, name: str, size: tuple[int, int], fps: int) -> None:
        self._path, self._name, self._size, self._fps = folder / f"{name}.mp4", name, size, fps
        self._stats = ImageStats()
        self._images: queue.Queue[Image | None] = queue.Queue(_BACKLOG)
        self._error: Exception | None = None
        self._finished = False
        self._thread = threading.Thread(target=self._work, name=f"film of {name}", daemon=True)
        self._thread.start()

    def add(self, image: Image) -> None:
        if image.shape != (*self._size, 3) or image.dtype != np.uint8:
            raise DatasetError(f"a picture of camera {self._name} is {(*self._size, 3)} uint8, not {image.shape}")
        self._check()
        self._images.put(image.copy())

    def finish(self) -> tuple[Path, Stats]:
        """The film, whole, and its statistics."""
        self._finished = True
        self._stop()
        self._check()
        return self._path, self._stats.stats()

    def abandon(self) -> None:
        self._stop()

    def _stop(self) -> None:
        self._images.put(None)
        self._thread.join()

    def _check(self) -> None:
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        ended = False
        try:
            with VideoWriter(self._path, self._fps, _ENCODER) as film:
                while (image := self._images.get()) is not None:
                    film.add(image)
                    self._stats.add(image)
                ended = True
                if not self._finished:
                    raise _Abandoned
        except _Abandoned:
            return
        except Exception as error:  # noqa: BLE001 - it is raised again by whoever brings the next picture
            self._error = error
            # Whoever waits to hand over a picture must not wait for ever; after the last nobody does.
            while not ended and self._images.get() is not None:
                pass


class _Abandoned(Exception):
    """Ends a film that nobody wants."""


def record_steps(
    episode: EpisodeRecorder,
    observe: Callable[[], tuple[ArrayLike, ArrayLike]],
    images: Callable[[], Mapping[str, Image]],
    go_on: Callable[[int], bool],
    fps: int = FPS,
) -> int:
    """Record one frame every 1/fps s while `go_on(frames so far)`; how many frames came late by half a period.

    `observe` gives joints measured and commanded; a person who moves a slack arm by hand commands what is measured.
    """
    late, due = 0, time.monotonic()
    while go_on(len(episode)):
        state, target = observe()
        episode.add(state, target, images())
        due += 1 / fps
        left = due - time.monotonic()
        if left < -0.5 / fps:
            late, due = late + 1, time.monotonic()
        elif left > 0:
            time.sleep(left)
    return late
