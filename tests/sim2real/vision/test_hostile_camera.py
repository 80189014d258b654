"""Cameras that claim, babble, drip and flood: the reader refuses what is too large and outlives the rest."""

from __future__ import annotations

import itertools
import resource
import time
from collections.abc import Iterable, Iterator

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pontine.envs.io.plain_text import CONTROLS
from pontine.sim2real.vision import camera as camera_module
from pontine.sim2real.vision.camera import (
    Camera,
    CameraError,
    CameraSource,
    CameraStalledError,
    NoCameraError,
    jpeg_size,
    open_camera,
)
from tests.raw_server import RawServer, Request

PICTURE = cv2.imencode(".jpg", np.full((48, 64, 3), 128, np.uint8))[1].tobytes()
START = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=b\r\n\r\n"


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("RETRY", 0.05), ("PATIENCE", 0.4), ("LONGEST_PICTURE", 0.8)):
        monkeypatch.setattr(camera_module, name, seconds)


def pictures() -> Iterator[bytes]:
    yield START
    while True:
        yield b"--b\r\n\r\n" + PICTURE
        time.sleep(0.02)


def claiming(width: int, height: int) -> bytes:
    """The small picture with a header that claims another size."""
    at = PICTURE.index(b"\xff\xc0")
    return PICTURE[: at + 5] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + PICTURE[at + 9 :]


def test_a_jpeg_that_claims_too_much_is_refused_from_its_header() -> None:
    assert jpeg_size(PICTURE) == (64, 48)
    bomb = claiming(30_000, 30_000)
    assert jpeg_size(bomb) == (30_000, 30_000)
    with RawServer(lambda _: [START, bomb, *itertools.repeat(b" ", 200)]) as server, open_camera(server.url) as camera:
        before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
        with pytest.raises(CameraError, match="claims 30000 x 30000 pixels"):
            camera.frame(timeout=2.0)
        assert time.monotonic() - began < 15
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


@given(st.binary(max_size=300), st.integers(0, len(PICTURE)))
def test_any_bytes_are_a_picture_or_an_error(noise: bytes, at: int) -> None:
    for jpeg in (noise, b"\xff\xd8" + noise, PICTURE[:at] + noise + PICTURE[at + len(noise) :]):
        size = jpeg_size(jpeg)
        try:
            picture = camera_module._decoded(jpeg, "camera")
        except CameraError:
            continue
        assert size is not None
        assert picture.shape[0] * picture.shape[1] <= camera_module.MOST_PIXELS


def endless(first: bytes, piece: bytes, pause: float = 0.02) -> Iterator[bytes]:
    yield first
    for _ in range(2000):
        yield piece
        time.sleep(pause)


HABITS: dict[str, Iterable[bytes]] = {
    "no http": [b"SSH-2.0-OpenSSH\r\n"],
    "status line": [b"HTTP/1.1 2000000 \x1b]0;owned\x07\r\n\r\n"],
    "status of letters": [b"HTTP/1.1 abc\r\n\r\n"],
    "bad chunk": [START[:-2] + b"Transfer-Encoding: chunked\r\n\r\n", b"zz\r\n"],
    "negative chunk": [START[:-2] + b"Transfer-Encoding: chunked\r\n\r\n", b"-5\r\nabc"],
    "cut chunk": [START[:-2] + b"Transfer-Encoding: chunked\r\n\r\n", b"ff\r\nabc"],
    "many headers": [b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500 + b"\r\n"],
    "a page": [b"HTTP/1.1 200 OK\r\nContent-Type: text/html\x1b[2J\r\n\r\nhello"],
    "an error": [b"HTTP/1.1 500 \x1b[2J\r\n\r\n"],
    "nothing": [],
    "half a picture": [START, PICTURE[:100]],
    "a length": [START[:-2] + b"Content-Length: -7\r\n\r\n", PICTURE],
}


@pytest.mark.parametrize("habit", HABITS)
def test_the_reader_outlives_whatever_comes_and_connects_again(habit: str, caplog: pytest.LogCaptureFixture) -> None:
    came = itertools.count()

    def answer(_: Request) -> Iterable[bytes]:
        # well at first, then strange, then well again
        number = next(came)
        return itertools.islice(pictures(), 3) if number == 0 else HABITS[habit] if number < 3 else pictures()

    with RawServer(answer) as server, open_camera(server.url) as camera:
        _, last = camera.frame(timeout=2)
        while next(came) < 2:
            time.sleep(0.05)
        picture, _ = camera.frame(after=max(last, time.monotonic()), timeout=8)
        assert picture.shape == (48, 64, 3)
    assert not any(CONTROLS.search(record.getMessage()) for record in caplog.records)


@pytest.mark.parametrize(
    ("first", "piece"),
    [(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), (b"HTTP/1.1 2", b"0"), (b"", b"HTTP/1.1 100 Continue\r\n\r\n")],
)
def test_dripping_headers_are_given_up(first: bytes, piece: bytes) -> None:
    with RawServer(lambda _: endless(first, piece)) as server:
        began = time.monotonic()
        with pytest.raises(NoCameraError, match="no camera answers"):
            open_camera(server.url)
        assert time.monotonic() - began < 15


def test_a_picture_that_never_ends_is_given_up_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(lambda _: endless(START + PICTURE[:50], b"x")) as server, open_camera(server.url) as camera:
        time.sleep(1.2)
        with pytest.raises(CameraError, match=r"no whole picture|no camera|ended"):
            camera.frame(timeout=0.3)
    monkeypatch.setattr(camera_module, "LARGEST", 100_000)
    flood = endless(START + PICTURE[:50], b"x" * 60_000, 0.001)
    with RawServer(lambda _: flood) as server, open_camera(server.url) as camera:
        with pytest.raises(CameraError):
            camera.frame(timeout=1.5)
        assert isinstance(camera._problem, CameraError)
        assert not isinstance(camera._problem, CameraStalledError)


def test_a_source_that_raises_anything_is_opened_again() -> None:
    opened = itertools.count()

    class Moody(CameraSource):
        def __init__(self) -> None:
            self.number = next(opened)

        def read(self) -> np.ndarray:
            if self.number < 2:
                raise RuntimeError("driver \x1b[2J")
            return np.zeros((4, 6, 3), np.uint8)

        def close(self) -> None:
            raise OSError("gone")

    camera = Camera("moody", Moody)
    assert camera.frame(timeout=3)[0].shape == (4, 6, 3)
