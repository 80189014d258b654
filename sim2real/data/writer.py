"""Adding episodes to a LeRobotDataset v3.0 so that a killed program costs no finished one.

An episode is written beside the dataset, in `.recording/`, and moved in when it is complete: film and
frames, its row, the statistics, and last `info.json`, which counts it. Each move replaces a whole file, so
a kill between two leaves an episode that nothing counts; whoever adds next sets that aside. Episodes have
files of their own, since adding to a file of several would put those at risk.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from numpy.typing import NDArray

from pontine.envs.files import MARK, write_json
from pontine.envs.io import json_text, platform

from .dataset import (
    ACTION,
    DATA_PATH,
    EPISODES_PATH,
    IMAGES,
    INFO,
    STATE,
    STATS,
    TASK_COLUMN,
    TASKS,
    UNITS,
    VERSION,
    VIDEO_PATH,
    Dataset,
    DatasetError,
    data_file,
    episodes_file,
    video_file,
)
from .lerobot_units import NAMES, Units
from .statistics import Stats, flat, pooled, unflat, vector_stats

STAGING, ASIDE = ".recording", ".unfinished"
_FIRST = {"chunk_index": 0, "file_index": 0}
_FILES_A_CHUNK = 1000
_INDICES = {"frame_index": "int64", "episode_index": "int64", "index": "int64", "task_index": "int64"}
_PANDAS = {
    "index_columns": [TASK_COLUMN],
    "column_indexes": [],
    "columns": [
        {"name": name, "field_name": field, "pandas_type": kind, "numpy_type": numpy_kind, "metadata": None}
        for name, field, kind, numpy_kind in (
            ("task_index", "task_index", "int64", "int64"), (None, TASK_COLUMN, "unicode", "object"))
    ],
}  # fmt: skip
"""What pandas writes beside a table whose index is `TASK_COLUMN`, and reads it back by."""


class DatasetWriter:
    """The one program that adds to a dataset; a context manager.

    `cameras` are the heights and widths of the pictures by camera name, `staging` the folder for an
    episode's unfinished films. `count` episodes are finished. What a killed program left of one that it had not
    finished lies in `set_aside` from then on.
    """

    def __init__(self, root: str | Path, *, fps: int, units: Units | None = None,
                 cameras: Mapping[str, tuple[int, int]] | None = None) -> None:  # fmt: skip
        self.root, self.fps, self.units = Path(root), fps, units or Units.of_ranges()
        self.cameras = dict(cameras or {})
        self.staging = self.root / STAGING
        self._lock: int | None = None
        self.tasks: list[str] = []
        self.set_aside: Path | None = None
        self._last: dict[str, Any] | None = None
        self._stats: dict[str, Stats] | None = None
        self._schema: pa.Schema | None = None

    def __enter__(self) -> Self:
        """Take hold of the dataset, and set aside the one episode that a killed program may have left unfinished.

        Raises `DatasetError`, and changes nothing, if another program records into it, if it is of other features, or
        if the folder holds anything else that `info.json` does not count.
        """
        try:
            self._take()
            try:
                self._resume()
            except BaseException:
                self._release(clean=False)
                raise
        except OSError as error:
            raise DatasetError(f"cannot record into {self.root}: {error}") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._release()

    @property
    def count(self) -> int:
        """How many episodes are finished."""
        return 0 if self._last is None else int(self._last["episode_index"]) + 1

    def add(self, task: str, state: NDArray[np.float64], action: NDArray[np.float64],
            films: Mapping[str, tuple[Path, Stats]] | None = None) -> int:  # fmt: skip
        """Make an episode part of the dataset: joints (n, 6) rad measured and commanded; its index.

        `films` are, by camera, a film of n pictures in `staging` and their statistics. Raises
        `DatasetError` if it cannot be written; then it is no part of the dataset.
        """
        if self._lock is None:
            raise RuntimeError("episodes are added inside the writer's `with` block")
        films = films or {}
        if not len(state) or state.shape != action.shape or set(films) != set(self.cameras):
            raise DatasetError(f"an episode needs frames, as many commands, and films of {sorted(self.cameras)}")
        try:
            self._add(task, state, action, films)
        except OSError as error:
            raise DatasetError(f"cannot record into {self.root}: {error}") from error
        return self.count - 1

    def _add(self, task: str, state: NDArray[np.float64], action: NDArray[np.float64],
             films: Mapping[str, tuple[Path, Stats]]) -> None:  # fmt: skip
        index, length = self.count, len(state)
        start = 0 if self._last is None else int(self._last["dataset_to_index"])
        tasks = self.tasks if task in self.tasks else [*self.tasks, task]
        columns: dict[str, NDArray[Any]] = {
            STATE: self.units.to_lerobot(state).astype(np.float32),
            ACTION: self.units.to_lerobot(action).astype(np.float32),
            "timestamp": (np.arange(length) / self.fps).astype(np.float32),
            "frame_index": np.arange(length),
            "episode_index": np.full(length, index),
            "index": np.arange(start, start + length),
            "task_index": np.full(length, tasks.index(task)),
        }
        stats = {key: vector_stats(column.reshape(length, -1)) for key, column in columns.items()}
        stats |= {IMAGES + camera: film[1] for camera, film in films.items()}
        place = self._next_place()
        row = {
            "episode_index": index, "tasks": [task], "length": length,
            "dataset_from_index": start, "dataset_to_index": start + length,
            **{f"{part}/{key}": value for part in ("data", "meta/episodes") for key, value in place.items()},
        }  # fmt: skip
        for camera in films:
            key = f"videos/{IMAGES}{camera}"
            row |= {f"{key}/{name}": value for name, value in place.items()}
            row |= {f"{key}/from_timestamp": 0.0, f"{key}/to_timestamp": length / self.fps}
        row |= flat(stats)
        # In this order: what nothing refers to yet, then what refers to it.
        for camera, (film, _) in films.items():
            self._move(film, VIDEO_PATH.format(video_key=IMAGES + camera, **place))
        self._write_table(_frames_table(columns), DATA_PATH.format(**place))
        if tasks != self.tasks or not (self.root / TASKS).exists():
            self._write_table(_tasks_table(tasks), TASKS)
        if not (self.root / UNITS).exists():
            write_json(self.root / UNITS, self.units.as_json())
        rows = pa.Table.from_pylist([row], schema=self._schema)
        self._write_table(rows, EPISODES_PATH.format(**place))
        overall = stats if self._stats is None else pooled([self._stats, stats])
        plain = {key: {name: value.tolist() for name, value in part.items()} for key, part in overall.items()}
        write_json(self.root / STATS, plain)
        write_json(self.root / INFO, self._info(index + 1, start + length, len(tasks)))
        self.tasks, self._last, self._stats, self._schema = tasks, row, overall, rows.schema

    def _info(self, episodes: int, frames: int, tasks: int) -> dict[str, Any]:
        return {
            "codebase_version": VERSION, "robot_type": "so101_follower", "total_episodes": episodes,
            "total_frames": frames, "total_tasks": tasks, "chunks_size": _FILES_A_CHUNK, "data_files_size_in_mb": 100,
            "video_files_size_in_mb": 200, "fps": self.fps, "splits": {"train": f"0:{episodes}"},
            "data_path": DATA_PATH, "video_path": VIDEO_PATH if self.cameras else None, "features": self._features(),
        }  # fmt: skip

    def _features(self) -> dict[str, Any]:
        joints = {"dtype": "float32", "shape": [len(NAMES)], "names": list(NAMES)}
        films = {
            IMAGES + camera: {
                "dtype": "video", "shape": [height, width, 3], "names": ["height", "width", "channels"],
                "info": {"video.height": height, "video.width": width, "video.codec": "h264",
                         "video.pix_fmt": "yuv420p", "video.is_depth_map": False, "video.fps": self.fps,
                         "video.channels": 3, "has_audio": False},
            } for camera, (height, width) in self.cameras.items()
        }  # fmt: skip
        scalars = {"timestamp": "float32", **_INDICES}
        return {
            ACTION: joints, STATE: joints, **films,
            **{key: {"dtype": dtype, "shape": [1], "names": None} for key, dtype in scalars.items()},
        }  # fmt: skip

    def _next_place(self) -> dict[str, int]:
        """Chunk and file that follow the last episode's, whichever of its files lies farthest."""
        if self._last is None:
            return _FIRST
        kinds = [key.removesuffix("/file_index") for key in self._last if key.endswith("/file_index")]
        chunk, file = max((self._last[f"{kind}/chunk_index"], self._last[f"{kind}/file_index"]) for kind in kinds)
        chunk, file = divmod(chunk * _FILES_A_CHUNK + file + 1, _FILES_A_CHUNK)
        return {"chunk_index": chunk, "file_index": file}

    def _write_table(self, table: pa.Table, name: str) -> None:
        path = self.staging / Path(name).name
        pq.write_table(table, path, compression="snappy")
        self._move(path, name)

    def _move(self, path: Path, name: str) -> None:
        """Put a staged file in its place, once its content is on the disk."""
        with path.open("rb") as file:
            os.fsync(file.fileno())
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)

    def _take(self) -> None:
        if self.root.exists() and not (self.root / INFO).exists():
            of_first = {TASKS, UNITS, STATS, *self._files(_FIRST)}
            for path in self.root.rglob("*"):
                name = path.relative_to(self.root).as_posix()
                ours = name in of_first or name.startswith((f"{STAGING}/", f"{ASIDE}/")) or path.name.startswith(MARK)
                if path.is_file() and not ours:
                    raise DatasetError(
                        f"{self.root} holds something that is no dataset: there is no {INFO}, and {name} is no part of "
                        "a first episode; record into a new folder"
                    )
        self.staging.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(self.staging / "lock", os.O_RDWR | os.O_CREAT, 0o666)
        try:
            platform.lock(self._lock)
        except BlockingIOError:
            os.close(self._lock)
            self._lock = None
            raise DatasetError(f"another program records into {self.root}") from None

    def _release(self, clean: bool = True) -> None:
        if self._lock is not None:
            if clean:
                shutil.rmtree(self.staging, ignore_errors=True)
            os.close(self._lock)
            self._lock = None

    def _resume(self) -> None:
        """Go on where the dataset ends, without what was not finished."""
        kept: set[Path] = set()
        if (self.root / INFO).exists():
            there = Dataset(self.root)
            with json_text.expecting(f"the dataset {self.root}", DatasetError):
                self._check_same(there)
                self.tasks, self.units = there.tasks, there.units
                films = [IMAGES + camera for camera in there.cameras]
                for row in there.rows:
                    kept |= {self.root / data_file(row), self.root / episodes_file(row)}
                    kept |= {self.root / video_file(row, key) for key in films}
                if there.rows:
                    self._last = there.rows[-1]
                    self._stats = pooled([unflat(row, list(there.features)) for row in there.rows])
                    self._schema = pq.read_schema(self.root / episodes_file(self._last))
        self._set_aside(kept)
        for path in self.staging.iterdir():
            if path.name != "lock":
                path.unlink()

    def _set_aside(self, kept: set[Path]) -> None:
        """Move what there is of an episode that was not finished out of the way. Raises DatasetError for more."""
        uncounted: set[Path] = set()
        for pattern in (DATA_PATH, EPISODES_PATH, VIDEO_PATH):
            pattern = pattern.replace("{chunk_index:03d}", "*").replace("{file_index:03d}", "*")
            uncounted |= set(self.root.glob(pattern.replace("{video_key}", "*"))) - kept
        unfinished = {self.root / name for name in self._files(self._next_place())}
        if more := sorted(uncounted - unfinished):
            raise DatasetError(
                f"{self.root} has {len(more)} files that {INFO} does not count, {more[0].relative_to(self.root)} among "
                "them; nothing was changed: mend it, or record into a new folder"
            )
        for path in uncounted:
            self.set_aside = self.root / ASIDE / f"episode-{self.count:06d}"
            target = self.set_aside / path.relative_to(self.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)

    def _files(self, place: Mapping[str, int]) -> list[str]:
        """Where an episode's files lie."""
        films = [VIDEO_PATH.format(video_key=IMAGES + camera, **place) for camera in self.cameras]
        return [DATA_PATH.format(**place), EPISODES_PATH.format(**place), *films]

    def _check_same(self, there: Dataset) -> None:
        if there.fps != self.fps:
            raise DatasetError(f"{self.root} has {there.fps} frames a second, not {self.fps}; record into a new folder")
        ours = self._features()
        for key in sorted({*ours, *there.features}):
            old, new = there.features.get(key), ours.get(key)
            if old is None or new is None or (old["dtype"], list(old["shape"])) != (new["dtype"], new["shape"]):
                raise DatasetError(f"{self.root} differs from this recording in {key}; record into a new folder")


def _frames_table(columns: Mapping[str, NDArray[Any]]) -> pa.Table:
    def array(column: NDArray[Any]) -> pa.Array:
        if column.ndim == 1:
            return pa.array(column)
        return pa.FixedSizeListArray.from_arrays(pa.array(column.ravel()), column.shape[1])

    return pa.table({key: array(column) for key, column in columns.items()})


def _tasks_table(tasks: list[str]) -> pa.Table:
    table = pa.table({"task_index": pa.array(range(len(tasks)), pa.int64()), TASK_COLUMN: pa.array(tasks)})
    return table.replace_schema_metadata({"pandas": json.dumps(_PANDAS)})
