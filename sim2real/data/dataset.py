"""A LeRobotDataset v3.0 on disk: where its parts lie, and reading it.

The format is LeRobot's (`lerobot.datasets`, codebase version v3.0): frames in `data/`, one row an episode
in `meta/episodes/`, films in `videos/`, all in chunks of numbered files, and `meta/info.json` over them.
An episode exists once `info.json` counts it. `meta/pontine.json`, which LeRobot passes over, keeps how the
numbers become the model's angles; without it they are taken for those of an arm with the nominal range.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from numpy.typing import NDArray

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.io import json_text

from .lerobot_units import NAMES, Units

VERSION = "v3.0"
STATE, ACTION, IMAGES = "observation.state", "action", "observation.images."
_FILE = "chunk-{chunk_index:03d}/file-{file_index:03d}"
DATA_PATH = f"data/{_FILE}.parquet"
VIDEO_PATH = f"videos/{{video_key}}/{_FILE}.mp4"
EPISODES_PATH = f"meta/episodes/{_FILE}.parquet"
INFO, STATS, TASKS, UNITS = "meta/info.json", "meta/stats.json", "meta/tasks.parquet", "meta/pontine.json"
TASK_COLUMN = "__index_level_0__"
"""Column of the task texts: the unnamed index of the table as pandas writes it."""

_TASK_COLUMNS = (TASK_COLUMN, "task")
"""What that column is called: since LeRobot 0.6 the index has a name."""


_MOST_ROWS = 10_000_000
"""Rows that a file of a dataset may have: 111 hours of frames."""

DAMAGED = (
    PontineError, pa.ArrowException, OSError, KeyError, IndexError, TypeError, ValueError, AttributeError,
    OverflowError, RuntimeError, MemoryError,
)  # fmt: skip
"""What reading a dataset raises that is damaged, or says other things than it should."""


class DatasetError(PontineError):
    """A dataset that cannot be read or added to."""


@dataclass(frozen=True)
class Episode:
    """One recorded episode: its task, frames a second, measured and commanded joints, (n, 6) rad each."""

    index: int
    task: str
    fps: int
    state: NDArray[np.float64]
    action: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.state)


class Dataset:
    """The finished episodes of a dataset of an SO-101 in `root`, whoever recorded it.

    `info` is `info.json`; `rows` are the episodes' rows, their statistics included; `tasks` the texts.
    """

    def __init__(self, root: str | Path) -> None:
        """Read what is said of the episodes. Raises `DatasetError` where that is not to be had."""
        self.root = Path(root)
        self.info = _info(self.root)
        with json_text.expecting(str(self.root / INFO), DatasetError):
            self._describe()
        try:
            self.tasks = _tasks(self.root / TASKS)
            self.rows = _rows(self.root, self.info["total_episodes"])
            units = self.root / UNITS
            self.units = Units.from_json(json_text.read(units, "the units")) if units.exists() else Units.of_ranges()
        except DAMAGED as error:
            raise DatasetError(f"the dataset {self.root} is damaged: {_reason(error)}") from error

    def _describe(self) -> None:
        """Look through what `info.json` says before anything is believed of it."""
        version = str(self.info.get("codebase_version"))
        if version.split(".")[0] != VERSION.split(".")[0]:
            raise DatasetError(f"{self.root} is a LeRobot dataset of version {version}; this reads {VERSION}")
        self.features: dict[str, Any] = self.info.get("features", {})
        for key in (STATE, ACTION):
            names = self.features.get(key, {}).get("names")
            if names is None or tuple(names) != NAMES:
                raise DatasetError(f"{self.root} is not of an SO-101: {key} has {names}, not {', '.join(NAMES)}")
        for key, feature in self.features.items():
            if not isinstance(feature["dtype"], str) or any(type(size) is not int for size in feature["shape"]):
                raise ValueError(f"{key} has no dtype and shape")
            if any(part in key for part in ("/", "\\", "\0")):
                raise ValueError(f"{key!r} is no name")
        for key, least, most in (("fps", 1, 1000), ("total_episodes", 0, _MOST_ROWS)):
            if type(self.info[key]) is not int or not least <= self.info[key] <= most:
                raise ValueError(f"{key} is not a whole number from {least} to {most}")

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def fps(self) -> int:
        """Frames a second."""
        return int(self.info["fps"])

    @property
    def cameras(self) -> tuple[str, ...]:
        """Names of the cameras that were filmed with."""
        return tuple(k.removeprefix(IMAGES) for k, f in self.features.items() if f["dtype"] == "video")

    def row(self, index: int) -> dict[str, Any]:
        """What is said of an episode; raises `UnknownNameError`."""
        if not 0 <= index < len(self.rows):
            raise UnknownNameError("episode", index, map(str, range(len(self.rows))))
        return self.rows[index]

    def episode(self, index: int) -> Episode:
        """An episode's frames; raises `UnknownNameError` and `DatasetError`."""
        row = self.row(index)
        path = self.root / data_file(row)
        try:
            table = _table(path, filters=[("episode_index", "=", index)]).sort_by("frame_index")
            state, action = (np.array(table[key].to_pylist(), float) for key in (STATE, ACTION))
            task = self.tasks[table["task_index"][0].as_py()]
            if not all(part.shape == (len(state), len(NAMES)) and np.isfinite(part).all() for part in (state, action)):
                raise ValueError(f"it has not {len(NAMES)} joints, all finite, in every frame")
        except DAMAGED as error:
            raise DatasetError(f"episode {index} cannot be read from {path}: {_reason(error)}") from error
        if len(state) != row["length"]:
            raise DatasetError(f"episode {index} has {row['length']} frames, and {path} holds {len(state)} of them")
        return Episode(index, task, self.fps, self.units.to_model(state), self.units.to_model(action))

    def frames(self, index: int, camera: str) -> Iterator[NDArray[np.uint8]]:
        """An episode's pictures (height, width, 3) RGB from one camera; raises `UnknownNameError`, `DatasetError`."""
        row = self.row(index)
        if camera not in self.cameras:
            raise UnknownNameError("camera", camera, self.cameras)
        with json_text.expecting(f"what is said of episode {index} in {self.root}", DatasetError):
            path = self.root / video_file(row, IMAGES + camera)
            start, left = float(row[f"videos/{IMAGES}{camera}/from_timestamp"]), int(row["length"])
        try:
            with av.open(str(path)) as film:
                for frame in film.decode(video=0):
                    if left and frame.time is not None and frame.time > start - 0.5 / self.fps:
                        left -= 1
                        yield np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
        except (OSError, av.FFmpegError) as error:
            raise DatasetError(f"the film of episode {index} cannot be read from {path}: {error}") from error
        if left:
            raise DatasetError(f"{path} ends {left} frames before episode {index} does")


def data_file(row: dict[str, Any]) -> str:
    """Where the frames of that row's episode lie."""
    return DATA_PATH.format(chunk_index=row["data/chunk_index"], file_index=row["data/file_index"])


def episodes_file(row: dict[str, Any]) -> str:
    """Where the row itself lies."""
    chunk, file = row["meta/episodes/chunk_index"], row["meta/episodes/file_index"]
    return EPISODES_PATH.format(chunk_index=chunk, file_index=file)


def video_file(row: dict[str, Any], key: str) -> str:
    """Where one camera's film of that row's episode lies."""
    chunk, file = row[f"videos/{key}/chunk_index"], row[f"videos/{key}/file_index"]
    return VIDEO_PATH.format(video_key=key, chunk_index=chunk, file_index=file)


def _info(root: Path) -> dict[str, Any]:
    path = root / INFO
    if not path.exists():
        raise DatasetError(f"{root} holds no dataset with a finished episode: there is no {INFO}")
    info = json_text.read(path, "the dataset's description", DatasetError)
    if not isinstance(info, dict):
        raise DatasetError(f"{path} is not a dataset's description")
    return info


def _tasks(path: Path) -> list[str]:
    table = _table(path)
    column = next((name for name in _TASK_COLUMNS if name in table.column_names), None)
    if column is None:
        raise ValueError(f"{path} has none of the columns {', '.join(_TASK_COLUMNS)}")
    return [row[column] for row in sorted(table.to_pylist(), key=lambda row: row["task_index"])]


def _rows(root: Path, count: int) -> list[dict[str, Any]]:
    """The rows of the finished episodes in their order."""
    found: dict[int, dict[str, Any]] = {}
    for path in sorted(root.glob("meta/episodes/chunk-*/file-*.parquet")):
        found |= {row["episode_index"]: row for row in _table(path).to_pylist()}
    missing = [index for index in range(count) if index not in found]
    if missing:
        raise ValueError(f"nothing is said of episodes {', '.join(map(str, missing[:5]))}{' ...' * (len(missing) > 5)}")
    rows = [found[index] for index in range(count)]
    for row in rows:
        for name in (data_file(row), episodes_file(row)):
            if not (root / name).is_file():
                raise ValueError(f"there is no {name}")
        if type(row["length"]) is not int or type(row["dataset_to_index"]) is not int:
            raise ValueError(f"episode {row['episode_index']} has no length")
    return rows


def _table(path: Path, **how: Any) -> pa.Table:
    """A table of a size that can be read; a file of a few bytes may claim any."""
    if pq.read_metadata(path).num_rows > _MOST_ROWS:
        raise ValueError(f"{path.name} claims more than {_MOST_ROWS} rows")
    return pq.read_table(path, partitioning=None, **how)


def _reason(error: BaseException) -> str:
    said = f"{error} is missing" if isinstance(error, KeyError) else str(error)
    return next(filter(None, said.splitlines()), type(error).__name__)
