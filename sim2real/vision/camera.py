"""`open_camera`: the newest picture of a camera: a USB camera, an MJPEG stream over HTTP, or one that a package adds.

A thread reads all that the camera sends and keeps only the newest, so that nobody ever sees an old picture
because they were slow. A source that breaks off is opened again, and both are said in the log.

A package adds a sort of camera with one declaration:

    CAMERAS.register(CameraKind("realsense", "realsense:SERIAL", opens=lambda address: False, connect=RealSense))

where `RealSense(address, (width, height))` is a `CameraSource`; then `camera=realsense:1234` opens one.
"""

from __future__ import annotations

import glob
import logging
import os
import re
import sys
import threading
import time
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import cv2
import numpy as np

from pontine.envs.arrays import Image
from pontine.envs.errors import RobotError
from pontine.envs.registry import Registry

RETRY = 1.0
"""Pause (s) before a source that broke off is tried again."""

PATIENCE = 3.0
"""How long (s) a source may send nothing before it counts as stalled."""

_log = logging.getLogger(__name__)


class CameraError(RobotError):
    """Base of what can go wrong with a camera."""

    cause = "perception"


class NoCameraError(CameraError):
    """There is no such camera, or it cannot be used."""


class CameraEndedError(CameraError):
    """The camera stopped sending and has not come back."""


class CameraStalledError(CameraError):
    """The camera is connected and sends nothing."""


class CameraSource(ABC):
    """Something that can be read picture by picture; used from one thread."""

    @abstractmethod
    def read(self) -> Any:
        """The next picture: BGR (h, w, 3), or the bytes of a JPEG.

        Raises CameraError if there will be none, or none in time.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of the device or the connection."""


class Camera:
    """The newest picture of a source. A context manager; `open_camera` makes one."""

    def __init__(self, name: str, connect: Callable[[], CameraSource]) -> None:
        self.name = name
        self._connect = connect
        self._source: CameraSource | None = connect()
        self._fresh = threading.Condition()
        self._raw: Any = None
        self._time = -np.inf
        self._problem: CameraError | None = None
        self._closing = False
        self._reader = threading.Thread(target=self._read, name=f"camera {name}", daemon=True)
        self._reader.start()

    def frame(self, after: float = -np.inf, timeout: float = PATIENCE) -> tuple[Image, float]:
        """The newest picture (h, w, 3) RGB and when it arrived (s, `time.monotonic`).

        Waits until there is one that arrived later than `after`. Raises CameraEndedError or
        CameraStalledError if none comes within `timeout` seconds.
        """
        with self._fresh:
            came = self._fresh.wait_for(lambda: self._time > after or self._closing, timeout)
            if self._closing:
                raise CameraEndedError(f"camera {self.name} was closed")
            if not came:
                raise self._problem or CameraStalledError(
                    f"camera {self.name} is connected but sent no picture for {timeout:g} s"
                )
            raw, arrived = self._raw, self._time
        picture = cv2.imdecode(np.frombuffer(raw, np.uint8), cv2.IMREAD_COLOR) if isinstance(raw, bytes) else raw
        if picture is None:
            raise CameraError(f"camera {self.name} sent {len(raw)} bytes that are no JPEG")
        return np.ascontiguousarray(picture[:, :, ::-1]), arrived

    def close(self) -> None:
        """Stop reading and let go of the camera."""
        with self._fresh:
            self._closing = True
            self._fresh.notify_all()
        self._reader.join(PATIENCE + 2.0)

    def __enter__(self) -> Camera:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self) -> None:
        while not self._closing:
            try:
                if self._source is None:
                    self._source = self._connect()
                raw = self._source.read()
            except CameraError as error:
                self._broke(error)
                continue
            if self._problem is not None:
                _log.warning("camera %s is back", self.name)
            with self._fresh:
                self._raw, self._time, self._problem = raw, time.monotonic(), None
                self._fresh.notify_all()
        if self._source is not None:
            self._source.close()

    def _broke(self, error: CameraError) -> None:
        """Say once that the source is gone, and wait before the next try."""
        if self._source is not None:
            self._source.close()
            self._source = None
        with self._fresh:
            first, self._problem = self._problem is None, error
            self._fresh.wait_for(lambda: self._closing, 0.0 if self._closing else RETRY)
        if first:
            _log.warning("%s; trying to reach it again", error)


@dataclass(frozen=True)
class CameraKind:
    """A sort of camera: `connect` (address, (width, height)) opens one, whose pictures may be of another size.

    It raises CameraError where it cannot.

    `forms` says in words what its addresses look like; `opens` tells whether a bare address is one of them. With its
    name before it (`NAME:ADDRESS`) any address is.
    """

    name: str
    forms: str
    opens: Callable[[str], bool]
    connect: Callable[[str, tuple[int, int]], CameraSource]

    @property
    def summary(self) -> str:
        """What to write for `camera=`."""
        return self.forms


CAMERAS: Registry[CameraKind] = Registry("camera")
"""The sorts of camera there are."""


def open_camera(source: str, size: tuple[int, int] = (1280, 720)) -> Camera:
    """A camera of `CAMERAS`: an MJPEG address ("http://..."), a USB camera ("0", "/dev/video0"), or "NAME:ADDRESS".

    `size` (width, height) is asked of a camera, which may give another. Raises NoCameraError if it
    cannot be opened; the message says what there is.
    """
    name, colon, rest = source.partition(":")
    if colon and name in CAMERAS:
        kind, address = CAMERAS[name], rest
    else:
        found = next((kind for kind in CAMERAS.values() if kind.opens(source)), None)
        if found is None:
            raise NoCameraError(f"{source!r} is no camera: give {'; or '.join(k.forms for k in CAMERAS.values())} "
                                f"({_usb()})")  # fmt: skip
        kind, address = found, source
    return Camera(address, lambda: kind.connect(address, size))


def _usb() -> str:
    return (
        f"USB cameras: {', '.join(sorted(glob.glob('/dev/video*')))}"
        if glob.glob("/dev/video*")
        else "there is no USB camera"
    )


class _Stream(CameraSource):
    """Multipart JPEG over HTTP."""

    def __init__(self, url: str, size: tuple[int, int]) -> None:
        self._url = url
        try:
            self._reply = urllib.request.urlopen(url, timeout=PATIENCE)
        except (OSError, ValueError) as error:
            why = getattr(error, "reason", error)
            raise NoCameraError(f"no camera answers at {url}: {why}") from error
        kind = self._reply.headers.get("Content-Type", "")
        if not kind.lower().startswith("multipart/"):
            self._reply.close()
            raise NoCameraError(f"{url} sends {kind or 'something unnamed'}, not a stream of JPEGs (multipart/...)")
        self._rest = b""

    def read(self) -> bytes:
        # by the JPEG's own marks: cameras disagree on boundaries and lengths, and inside a JPEG's data
        # the end mark cannot occur
        try:
            while True:
                start = self._rest.find(b"\xff\xd8\xff")
                end = self._rest.find(b"\xff\xd9", start) if start >= 0 else -1
                if end >= 0:
                    jpeg, self._rest = self._rest[start : end + 2], self._rest[end + 2 :]
                    return jpeg
                chunk = self._reply.read1(1 << 16)
                if not chunk:
                    raise CameraEndedError(f"the stream of {self._url} ended")
                self._rest = (self._rest + chunk)[-(1 << 25) :]
        except TimeoutError as error:
            raise CameraStalledError(f"{self._url} is connected but sent nothing for {PATIENCE:g} s") from error
        except OSError as error:
            raise CameraEndedError(f"the stream of {self._url} broke off: {error}") from error

    def close(self) -> None:
        self._reply.close()


class _Usb(CameraSource):
    """A local camera through OpenCV: by Video4Linux on Linux, elsewhere in the way that the system has."""

    def __init__(self, address: str, size: tuple[int, int]) -> None:
        self._device = device = f"/dev/video{address}" if address.isdigit() and sys.platform == "linux" else address
        if sys.platform == "linux":
            if not os.path.exists(device):
                raise NoCameraError(f"there is no camera {device} ({_usb()})")
            if not os.access(device, os.R_OK | os.W_OK):
                raise NoCameraError(f"this user may not use {device}: join the group that owns it (often video)")
            self._capture = cv2.VideoCapture(device, cv2.CAP_V4L2)
        else:
            self._capture = cv2.VideoCapture(int(device) if device.isdigit() else device, cv2.CAP_ANY)
        if not self._capture.isOpened():
            raise NoCameraError(f"{device} cannot be opened as a camera: is another program using it?")
        # compressed, because raw pictures of this size do not fit through USB 2 at a useful rate
        self._capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, size[0])
        self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, size[1])
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)

    def read(self) -> Image:
        good, picture = self._capture.read()
        if not good or picture is None:
            raise CameraEndedError(f"camera {self._device} sends no more pictures: is its cable in?")
        return np.asarray(picture, np.uint8)

    def close(self) -> None:
        self._capture.release()


CAMERAS.register(
    CameraKind(
        "mjpeg",
        "the address of an MJPEG stream (http://...)",
        lambda address: re.match(r"https?://", address) is not None,
        _Stream,
    )
)
CAMERAS.register(
    CameraKind(
        "usb",
        "the number or device of a USB camera",
        lambda address: address.isdigit() or address.startswith("/dev/"),
        _Usb,
    )
)
