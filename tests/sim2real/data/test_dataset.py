"""Datasets: what is written reads back, by LeRobot too, and a killed program costs no finished episode."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pontine.envs.errors import UnknownNameError
from pontine.envs.so101.model import GRIPPER, RANGE
from pontine.sim2real.data.dataset import TASK_COLUMN, TASKS, Dataset, DatasetError
from pontine.sim2real.data.lerobot_units import NAMES, Units
from pontine.sim2real.data.recording import Recorder
from pontine.sim2real.data.statistics import ImageStats, pooled, vector_stats
from pontine.sim2real.data.writer import ASIDE, STAGING

Array = NDArray[np.float64]


def joints(seed: int, length: int) -> Array:
    return np.random.default_rng(seed).uniform(RANGE[:, 0], RANGE[:, 1], (length, 6))


def record(root: Path, lengths: list[int], tasks: list[str], seed: int = 0) -> None:
    with Recorder(root) as recorder:
        for k, (length, task) in enumerate(zip(lengths, tasks, strict=True)):
            with recorder.episode(task) as episode:
                for state in joints(seed + k, length):
                    episode.add(state, state + 0.1)


def test_units_are_lerobots() -> None:
    units = Units.of_ranges()
    values = units.to_lerobot([0.0, np.pi / 2, 0.0, 0.0, 0.0, RANGE[GRIPPER, 1]])
    assert values == pytest.approx([0, 90, 0, 0, 0, 100])
    assert units.to_lerobot(RANGE[:, 0])[GRIPPER] == pytest.approx(0)
    assert units.to_model(values)[1] == pytest.approx(np.pi / 2)


def test_tasks_as_lerobot_0_6_writes_them_are_read_and_added_to(tmp_path: Path) -> None:
    """There the table's index is called `task`."""
    record(tmp_path / "set", [3, 4], ["put it there", "把它拿走"])
    path = tmp_path / "set" / TASKS
    named = pq.read_table(path).rename_columns({TASK_COLUMN: "task"}).replace_schema_metadata()
    pq.write_table(named, path)
    assert Dataset(tmp_path / "set").episode(1).task == "把它拿走"
    record(tmp_path / "set", [2], ["and back"])
    assert [Dataset(tmp_path / "set").episode(k).task for k in range(3)] == ["put it there", "把它拿走", "and back"]
    pq.write_table(named.rename_columns({"task": "what"}), path)
    with pytest.raises(DatasetError, match="none of the columns __index_level_0__, task"):
        Dataset(tmp_path / "set")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sessions=st.lists(
        st.lists(st.tuples(st.integers(1, 40), st.text(min_size=1).filter(str.strip)), min_size=1, max_size=3),
        min_size=1,
        max_size=3,
    )
)
def test_what_is_written_reads_back(tmp_path_factory: pytest.TempPathFactory, sessions: Any) -> None:
    root = tmp_path_factory.mktemp("data") / "set"
    expected = []
    for k, session in enumerate(sessions):
        lengths, tasks = [length for length, _ in session], [task for _, task in session]
        record(root, lengths, tasks, seed=100 * k)
        expected += [(100 * k + i, length, task) for i, (length, task) in enumerate(session)]
    found = Dataset(root)
    assert len(found) == len(expected)
    assert not (root / STAGING).exists()
    for index, (seed, length, task) in enumerate(expected):
        episode = found.episode(index)
        assert (episode.task, len(episode)) == (task, length)
        np.testing.assert_allclose(episode.state, joints(seed, length), atol=1e-5)
        np.testing.assert_allclose(episode.action, joints(seed, length) + 0.1, atol=1e-5)
    info = json.loads((root / "meta/info.json").read_text())
    assert info["total_frames"] == sum(length for _, length, _ in expected) == found.rows[-1]["dataset_to_index"]
    assert info["total_tasks"] == len({task for _, _, task in expected}) == len(set(found.tasks))


def test_an_episode_that_breaks_off_is_not_recorded(tmp_path: Path) -> None:
    root = tmp_path / "set"
    record(root, [5], ["stay"])
    with Recorder(root) as recorder:
        with pytest.raises(ZeroDivisionError), recorder.episode("go") as episode:
            episode.add(np.zeros(6), np.full(6, 1 / len(episode.states)))
        assert recorder.count == 1
        with pytest.raises(DatasetError, match="without a frame"), recorder.episode("nothing"):
            pass
    assert Dataset(root).tasks == ["stay"]


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "set"
    record(root, [5], ["stay"])
    with pytest.raises(DatasetError, match="25 frames a second, not 30"), Recorder(root, fps=30):
        pass
    with pytest.raises(DatasetError, match=r"observation\.images\.top"), Recorder(root, cameras={"top": (48, 64)}):
        pass
    with Recorder(root), pytest.raises(DatasetError, match="another program"), Recorder(root):
        pass
    with Recorder(root) as recorder, pytest.raises(DatasetError, match="finite"), recorder.episode("x") as episode:
        episode.add(np.full(6, np.nan), np.zeros(6))
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters/dear.txt").write_text("...")
    with pytest.raises(DatasetError, match="no dataset"), Recorder(tmp_path / "letters"):
        pass
    assert (tmp_path / "letters/dear.txt").exists()
    assert len(Dataset(root)) == 1
    with pytest.raises(UnknownNameError, match="valid: 0"):
        Dataset(root).episode(1)
    with pytest.raises(DatasetError, match="no dataset with a finished episode"):
        Dataset(tmp_path / "nowhere")


def gradient(k: int) -> NDArray[np.uint8]:
    image = np.zeros((48, 64, 3), np.uint8)
    image[:] = 8 * k
    image[:, 32:, 0] = 200
    return image


def film(root: Path, episodes: int = 2, length: int = 20) -> None:
    with Recorder(root, cameras={"front": (48, 64)}) as recorder:
        for _ in range(episodes):
            with recorder.episode("look") as episode:
                for k in range(length):
                    episode.add(np.zeros(6), np.zeros(6), {"front": gradient(k)})


def test_films_show_what_was_filmed(tmp_path: Path) -> None:
    film(tmp_path / "set")
    found = Dataset(tmp_path / "set")
    assert found.cameras == ("front",)
    frames = list(found.frames(1, "front"))
    assert len(frames) == 20
    for k, frame in enumerate(frames):
        assert frame[:, :20].mean() == pytest.approx(8 * k, abs=4)
        assert frame[:, 44:, 0].mean() == pytest.approx(200, abs=10)
    with pytest.raises(UnknownNameError, match="front"):
        next(found.frames(0, "back"))
    with (
        Recorder(tmp_path / "set", cameras={"front": (48, 64)}) as recorder,
        pytest.raises(DatasetError, match=r"\(48, 64, 3\)"),
        recorder.episode("look") as episode,
    ):
        episode.add(np.zeros(6), np.zeros(6), {"front": np.zeros((48, 48, 3), np.uint8)})
    assert len(Dataset(tmp_path / "set")) == 2


CHILD = """
import sys, numpy as np
from pontine.sim2real.data.recording import Recorder
with Recorder(sys.argv[1], cameras={"front": (48, 64)}) as recorder:
    while True:
        with recorder.episode("go") as episode:
            for k in range(30):
                episode.add(np.full(6, 0.01 * k), np.full(6, 0.01 * k), {"front": np.full((48, 64, 3), k, np.uint8)})
        print(recorder.count, flush=True)
"""


@pytest.mark.usefixtures("lerobot_importable")
def test_a_killed_program_costs_no_finished_episode(tmp_path: Path) -> None:
    root = tmp_path / "set"
    finished = 0
    for turn in range(4):
        child = subprocess.Popen([sys.executable, "-c", CHILD, str(root)], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(0.013 * turn)
        os.kill(child.pid, signal.SIGKILL)
        said = [int(line) for line in child.communicate()[0].split()]
        finished = max(said, default=finished + 1)
        found = Dataset(root)
        # One more may be finished than the child lived to say.
        assert finished <= len(found) <= finished + 1
        assert (root / STAGING).exists()
        assert len(list(found.frames(len(found) - 1, "front"))) == len(found.episode(len(found) - 1)) == 30
        finished = len(found)
    loaded = lerobot_dataset(root)
    assert loaded.num_episodes == finished
    with Recorder(root, cameras={"front": (48, 64)}):
        pass
    files = [path for path in root.rglob("file-*") if path.is_file() and ASIDE not in path.parts]
    assert len(files) == 3 * finished


def everything(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("left_over", [False, True])
@pytest.mark.parametrize("counted", [None, 0, 2])
def test_episodes_that_nothing_counts_are_left_alone(tmp_path: Path, counted: int | None, left_over: bool) -> None:
    root = tmp_path / "set"
    record(root, [5, 6, 7, 8], ["stay"] * 4)
    info = json.loads((root / "meta/info.json").read_text())
    if counted is None:
        (root / "meta/info.json").unlink()
    else:
        (root / "meta/info.json").write_text(json.dumps({**info, "total_episodes": counted}))
    if left_over:
        (root / STAGING).mkdir()
        (root / STAGING / "front.mp4").write_bytes(b"half a film")
    before = everything(root)
    with pytest.raises(DatasetError, match=r"does not count|no part of a first episode") as error, Recorder(root):
        pass
    assert "\n" not in str(error.value)
    assert {name: data for name, data in everything(root).items() if not name.endswith("lock")} == before


def test_the_one_unfinished_episode_is_set_aside_whole(tmp_path: Path) -> None:
    root = tmp_path / "set"
    record(root, [5, 6], ["stay"] * 2)
    info = json.loads((root / "meta/info.json").read_text())
    (root / "meta/info.json").write_text(json.dumps({**info, "total_episodes": 1}))
    frames = (root / "data/chunk-000/file-001.parquet").read_bytes()
    with Recorder(root) as recorder:
        assert recorder.set_aside == root / ASIDE / "episode-000001"
        assert (recorder.set_aside / "data/chunk-000/file-001.parquet").read_bytes() == frames
    record(root, [7], ["go"])
    assert [row["length"] for row in Dataset(root).rows] == [5, 7]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"total_episodes": 10**18}, "total_episodes is not a whole number"),
        ({"total_episodes": "2"}, "total_episodes is not a whole number"),
        ({"fps": 0}, "fps is not a whole number"),
        ({"fps": None}, "fps is not a whole number"),
        ({"features": []}, "is not what it should be"),
        ({"features": {"observation.state": 3}}, "is not what it should be"),
        ({"features": {"action": {"names": 3}}}, "is not what it should be|not of an SO-101"),
        ({"codebase_version": [[]]}, "LeRobot dataset of version"),
    ],
)
def test_a_description_of_other_types_is_one_line(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    root = tmp_path / "set"
    record(root, [3], ["stay"])
    info = json.loads((root / "meta/info.json").read_text())
    (root / "meta/info.json").write_text(json.dumps(info | change))
    for opened in (lambda: Dataset(root), lambda: Recorder(root).__enter__()):
        with pytest.raises(DatasetError, match=said) as error:
            opened()
        assert "\n" not in str(error.value)


@pytest.mark.parametrize("step", range(8))
def test_every_step_of_the_last_move_may_be_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """As after a kill between two renames: what was finished is there, and adding goes on."""
    root = tmp_path / "set"
    film(root, 2)
    before, moves = Dataset(root).rows, 0
    replace = Path.replace

    def dying(self: Path, target: Any) -> Any:
        nonlocal moves
        if root in Path(target).parents and STAGING not in Path(target).parts:
            if moves == step:
                raise SystemExit
            moves += 1
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", dying)
    try:
        film(root, 1)
    except SystemExit:
        assert len(Dataset(root)) == 2
    else:
        assert moves <= step
    monkeypatch.undo()
    film(root, 1)
    after = Dataset(root)
    assert after.rows[:2] == before
    assert len(list(after.frames(len(after) - 1, "front"))) == len(after.episode(len(after) - 1))
    stats = json.loads((root / "meta/stats.json").read_text())
    assert stats["action"]["count"] == [sum(row["length"] for row in after.rows)]


def lerobot_dataset(root: Path, **options: Any) -> Any:
    from lerobot.datasets.lerobot_dataset import LeRobotDataset

    return LeRobotDataset("pontine/recorded", root=root, video_backend="pyav", **options)


@pytest.mark.usefixtures("lerobot_importable")
def test_lerobots_own_loader_reads_it(tmp_path: Path) -> None:
    from lerobot.datasets.compute_stats import aggregate_stats, get_feature_stats

    root = tmp_path / "set"
    record(root, [30, 20], ["pick the cube", "put it back"])
    record(root, [25], ["pick the cube"], seed=50)
    loaded = lerobot_dataset(root)
    assert (loaded.num_episodes, loaded.num_frames, loaded.fps) == (3, 75, 25)
    assert loaded.features["action"]["names"] == list(NAMES)
    units = Units.of_ranges()
    item = loaded[31]
    assert item["task"] == "put it back"
    assert item["timestamp"].item() == pytest.approx(1 / 25)
    np.testing.assert_allclose(item["observation.state"].numpy(), units.to_lerobot(joints(1, 20)[1]), rtol=1e-5)
    assert loaded[74]["task"] == "pick the cube"
    windows = lerobot_dataset(root, episodes=[1], delta_timestamps={"action": [0.0, 0.04]})
    assert windows[19]["action"].shape == (2, 6)
    assert windows[19]["action_is_pad"].tolist() == [False, True]
    recorded = [joints(0, 30), joints(1, 20), joints(50, 25)]
    values = [units.to_lerobot(states).astype(np.float32) for states in recorded]
    theirs = aggregate_stats([{"s": get_feature_stats(value, axis=0, keepdims=False)} for value in values])["s"]
    ours = loaded.meta.stats["observation.state"]
    assert ours.keys() == theirs.keys()
    for name, value in theirs.items():
        # Their quantiles are read off a histogram, which so few frames leave full of holes.
        np.testing.assert_allclose(ours[name], value, atol=15 if name.startswith("q") else 1e-3, err_msg=name)


@pytest.mark.usefixtures("lerobot_importable")
def test_lerobots_own_loader_reads_films(tmp_path: Path) -> None:
    """Through LeRobot's `decode_video_frames_torchvision`, with its tolerance of 0.1 ms on every frame's time."""
    film(tmp_path / "set", 2)
    loaded = lerobot_dataset(tmp_path / "set")
    assert loaded.meta.camera_keys == ["observation.images.front"]
    for k in (0, 7, 19):
        image = loaded[20 + k]["observation.images.front"]
        assert tuple(image.shape) == (3, 48, 64)
        assert image[:, :, :20].mean().item() == pytest.approx(8 * k / 255, abs=0.02)
    assert loaded.meta.stats["observation.images.front"]["mean"].shape == (3, 1, 1)


@pytest.mark.usefixtures("lerobot_importable")
def test_adds_to_what_lerobot_recorded(tmp_path: Path) -> None:
    from lerobot.datasets.lerobot_dataset import LeRobotDataset

    root = tmp_path / "set"
    six = {"dtype": "float32", "shape": (6,), "names": list(NAMES)}
    features = {"action": six, "observation.state": six}
    theirs = LeRobotDataset.create("pontine/theirs", fps=25, features=features, root=root, robot_type="so101_follower")
    for _ in range(2):
        for k in range(10):
            value = np.full(6, k, np.float32)
            theirs.add_frame({"action": value, "observation.state": value, "task": "theirs"})
        theirs.save_episode()
    theirs.finalize()
    assert Dataset(root).units.to_lerobot(Dataset(root).episode(1).state)[9] == pytest.approx(np.full(6, 9))
    record(root, [12], ["ours"])
    loaded = lerobot_dataset(root)
    assert (loaded.num_episodes, len(loaded)) == (3, 32)
    assert [loaded[i]["task"] for i in (0, 19, 20)] == ["theirs", "theirs", "ours"]


def test_statistics_of_pictures_are_those_of_their_pixels() -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, 40, 60, 3)).astype(np.uint8)
    gathered = ImageStats()
    for image in images:
        gathered.add(image)
    direct = vector_stats(images.reshape(-1, 3) / 255)
    for name, value in gathered.stats().items():
        expected = np.array([5]) if name == "count" else direct[name].reshape(3, 1, 1)
        np.testing.assert_allclose(value, expected, atol=1 / 255, err_msg=name)
    halves = pooled([{"x": vector_stats(images[:2].reshape(-1, 3))}, {"x": vector_stats(images[2:].reshape(-1, 3))}])
    whole = vector_stats(images.reshape(-1, 3))
    for name in ("min", "max", "mean", "std", "count"):
        np.testing.assert_allclose(halves["x"][name], whole[name])
