"""Films, written and read again."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from pontine.envs.visuals.video import FPS, VideoError, VideoWriter


def picture(level: int, height: int = 48, width: int = 64) -> np.ndarray:
    frame = np.zeros((height, width, 3), np.uint8)
    frame[:, : width // 2, 0] = level
    return frame


def write(film: VideoWriter, *frames: np.ndarray) -> None:
    for frame in frames:
        film.add(frame)


def test_a_film_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "run.mp4"
    with VideoWriter(path) as film:
        for step in range(30):
            film.add(picture(100 + 5 * step))
        assert not path.exists()
    assert [file.name for file in path.parent.iterdir()] == ["run.mp4"]
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
        assert stream.average_rate == FPS == 25
        assert stream.codec_context.name == "h264"
    assert len(frames) == 30
    assert frames[0].shape == (48, 64, 3)
    assert abs(int(frames[20][24, 16, 0]) - 200) < 12
    assert frames[20][24, 48].max() < 20


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "run.mp4"
    path.write_bytes(b"older")
    with pytest.raises(VideoError), VideoWriter(path) as film:
        write(film, picture(50), picture(50, 96))
    assert path.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [path]


def test_paths_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.mp4").mkdir()
    for path, words in (("run.avi", "must end in .mp4"), ("file/run.mp4", "cannot write"), ("folder.mp4", "a folder")):
        with pytest.raises(VideoError, match=words), VideoWriter(tmp_path / path):
            pass


def test_frames_that_do_not_fit(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="no frames"), VideoWriter(tmp_path / "none.mp4"):
        pass
    with pytest.raises(VideoError, match="even sides"), VideoWriter(tmp_path / "odd.mp4") as film:
        film.add(picture(1, 47))
    with pytest.raises(VideoError, match="does not fit"), VideoWriter(tmp_path / "two.mp4") as film:
        write(film, picture(1), picture(1, 96))
    assert not list(tmp_path.iterdir())
    with pytest.raises(VideoError, match="with"):
        VideoWriter(tmp_path / "outside.mp4").add(picture(1))
