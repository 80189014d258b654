"""Cameras over HTTP, against real sockets."""

from __future__ import annotations

import itertools
import logging
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pontine.sim2real.emulation.mjpeg import MjpegError, MjpegServer
from pontine.sim2real.vision import camera as camera_module
from pontine.sim2real.vision.camera import (
    CAMERAS,
    CameraEndedError,
    CameraKind,
    CameraSource,
    CameraStalledError,
    NoCameraError,
    open_camera,
)


def shades() -> Iterator[np.ndarray]:
    """Pictures that can be told apart: the red channel counts up in tens, the others stay."""
    for number in range(10_000):
        picture = np.zeros((60, 80, 3), np.uint8)
        picture[:] = (10 * (number % 25), 128, 40)
        yield picture


def test_a_stream_brings_pictures_in_their_colours_and_in_order() -> None:
    pictures = shades()
    with MjpegServer(lambda: next(pictures), rate=30) as server, open_camera(server.url) as camera:
        seen, last = [], -np.inf
        for _ in range(5):
            picture, last = camera.frame(after=last)
            assert picture.shape == (60, 80, 3)
            assert np.abs(picture[30, 40].astype(int)[1:] - (128, 40)).max() < 12
            seen.append(int(picture[30, 40, 0]))
        assert len(set(seen)) == 5
        assert time.monotonic() - last < 5


def test_a_slow_reader_gets_the_newest_picture() -> None:
    pictures = shades()
    drawn = []

    def grab() -> np.ndarray:
        drawn.append(time.monotonic())
        return next(pictures)

    with MjpegServer(grab, rate=50) as server, open_camera(server.url) as camera:
        camera.frame()
        time.sleep(0.5)
        picture, arrived = camera.frame()
        newest = 10 * ((len(drawn) - 1) % 25)
        behind = (newest - int(picture[30, 40, 0])) % 250
        assert behind <= 60, "older than a few pictures"
        assert len(drawn) > 5
        assert arrived > drawn[3]


def test_a_still_and_what_is_not_there() -> None:
    pictures = shades()
    with MjpegServer(lambda: next(pictures)) as server:
        base = server.url.rsplit("/", 1)[0]
        with urllib.request.urlopen(f"{base}/frame.jpg", timeout=5) as reply:
            assert reply.headers["Content-Type"] == "image/jpeg"
            still = cv2.imdecode(np.frombuffer(reply.read(), np.uint8), cv2.IMREAD_COLOR)
        assert still is not None
        assert still.shape == (60, 80, 3)
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{base}/secret", timeout=5)
        with pytest.raises(NoCameraError, match="image/jpeg"):
            open_camera(f"{base}/frame.jpg")


def test_opencv_reads_our_stream() -> None:
    pictures = shades()
    with MjpegServer(lambda: next(pictures), rate=30) as server:
        capture = cv2.VideoCapture(server.url)
        good, picture = capture.read()
        capture.release()
    assert good
    assert picture.shape == (60, 80, 3)


def test_nobody_watching_costs_nothing() -> None:
    calls = []

    def grab() -> np.ndarray:
        calls.append(1)
        return np.zeros((8, 8, 3), np.uint8)

    with MjpegServer(grab, rate=50) as server:
        time.sleep(0.2)
        assert not calls
        with open_camera(server.url) as camera:
            camera.frame()
        assert calls


def test_it_listens_on_this_machine_only_and_says_if_a_port_is_taken() -> None:
    with MjpegServer(lambda: np.zeros((8, 8, 3), np.uint8)) as server:
        assert server.url.startswith("http://127.0.0.1:")
        with pytest.raises(MjpegError, match=str(server.port)):
            MjpegServer(lambda: np.zeros((8, 8, 3), np.uint8), port=server.port)


def test_what_the_grabber_raises_ends_the_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_module, "RETRY", 0.1)
    monkeypatch.setattr(camera_module, "PATIENCE", 1.0)

    def grab() -> np.ndarray:
        raise RuntimeError("the lamp is broken")

    with MjpegServer(grab) as server:
        with open_camera(server.url) as camera, pytest.raises(CameraEndedError, match="ended"):
            camera.frame(timeout=1.0)
        assert "lamp" in str(server.problem)


def test_a_stream_that_ends_is_announced_and_found_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(camera_module, "RETRY", 0.1)
    pictures = shades()
    server = MjpegServer(lambda: next(pictures), rate=30)
    with caplog.at_level(logging.WARNING), open_camera(server.url) as camera:
        camera.frame()
        server.close()
        last = time.monotonic()
        with pytest.raises((CameraEndedError, NoCameraError), match=str(server.port)):
            camera.frame(after=last + 0.5, timeout=1.5)
        with MjpegServer(lambda: next(pictures), port=server.port, rate=30):
            _, arrived = camera.frame(after=last + 0.5, timeout=10)
            assert arrived > last
            said = caplog.text
    assert said.count("trying to reach it again") == 1
    assert said.count("is back") == 1


def test_a_silent_stream_is_stalled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_module, "PATIENCE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        done = threading.Event()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1024)
                connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=x\r\n\r\n")
                done.wait(10)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with open_camera(url) as camera, pytest.raises(CameraStalledError, match=r"sent no(thing| picture)"):
            camera.frame(timeout=0.3)
        done.set()
        thread.join(5)


@pytest.mark.parametrize("source", ["http://127.0.0.1:1/", "/dev/video97", "97", "kitchen"])
def test_no_such_camera_is_one_clear_line(source: str) -> None:
    with pytest.raises(NoCameraError) as caught:
        open_camera(source)
    assert source in str(caught.value)
    assert "\n" not in str(caught.value)


class Still(CameraSource):
    """A stranger's camera: the same picture again and again, brighter with its address."""

    def __init__(self, address: str, size: tuple[int, int]) -> None:
        if not address.isdigit():
            raise NoCameraError(f"still:{address} is no brightness")
        self.picture = np.full((size[1], size[0], 3), int(address), np.uint8)

    def read(self) -> NDArray[np.uint8]:
        time.sleep(0.01)
        return self.picture

    def close(self) -> None:
        self.picture = np.zeros((0, 0, 3), np.uint8)


def test_a_package_s_camera_is_opened_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CAMERAS, "_found", dict(CAMERAS._found))
    monkeypatch.setattr(CAMERAS, "_origins", dict(CAMERAS._origins))
    CAMERAS.register(CameraKind("still", "still:BRIGHTNESS", lambda address: False, Still))
    with open_camera("still:70", (32, 24)) as camera:
        picture, _ = camera.frame()
    assert picture.shape == (24, 32, 3)
    assert np.all(picture == 70)
    with pytest.raises(NoCameraError, match="still:dark is no brightness"):
        open_camera("still:dark")
    with pytest.raises(NoCameraError, match=r"'kitchen' is no camera: give .*MJPEG.*; .*USB camera; or still:B"):
        open_camera("kitchen")


def test_a_camera_may_be_named_by_its_sort() -> None:
    pictures = itertools.repeat(np.full((24, 32, 3), 128, np.uint8))
    with MjpegServer(lambda: next(pictures), rate=30) as server, open_camera(f"mjpeg:{server.url}") as camera:
        assert camera.frame()[0].shape == (24, 32, 3)
    with pytest.raises(NoCameraError, match="there is no camera /dev/video97"):
        open_camera("usb:97")
