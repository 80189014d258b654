"""`open_camera`: the newest picture of a camera: a USB camera, an MJPEG stream over HTTP, or one that a package adds.

A thread reads all that the camera sends and keeps only the newest, so that nobody ever sees an old picture
because they were slow. A source that breaks off is opened again, and both are said in the log.

A package adds a sort of camera with one declaration:

    CAMERAS.register(CameraKind("realsense", "realsense:SERIAL", opens=lambda address: False, connect=RealSense))

where `RealSense(address, (width, height))` is a `CameraSource`; then `camera=realsense:1234` opens one.
"""

from __future__ import annotations

import glob
import http.client
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
from pontine.envs.io.bounded_http import Bounds, open_bounded
from pontine.envs.io.plain_text import plain
from pontine.envs.registry import Registry

RETRY = 1.0
"""Pause (s) before a source that broke off is tried again."""

PATIENCE = 3.0
"""How long (s) a source may send nothing before it counts as stalled."""

LONGEST_PICTURE = 15.0
"""How long (s) one picture may take to come."""

LARGEST = 16 * 2**20
"""Bytes of the largest picture, and of the headers before the first."""

MOST_PIXELS = 50_000_000
"""Pixels of the largest picture that is decoded: more than any camera for an arm sends."""

LONGEST_WORDS = 200
"""Most characters of what a camera says that are shown."""

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
        picture = _decoded(raw, self.name) if isinstance(raw, bytes) else raw
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
            except Exception as error:  # noqa: BLE001 - nothing a camera sends may end the reader for good
                said = plain(error, longest=LONGEST_WORDS)
                self._broke(CameraError(f"camera {self.name}: {type(error).__name__}: {said}"))
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
        source, self._source = self._source, None
        if source is not None:
            try:
                source.close()
            except Exception as wrong:  # noqa: BLE001 - what is broken may break on being closed, too
                _log.warning("camera %s cannot be closed: %s", self.name, wrong)
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
        self._bounds = Bounds(time.monotonic() + PATIENCE, LARGEST)
        try:
            self._reply = open_bounded(urllib.request.Request(url), self._bounds)
        except (OSError, ValueError, http.client.HTTPException) as error:
            why = plain(getattr(error, "reason", None) or error, longest=LONGEST_WORDS) or type(error).__name__
            raise NoCameraError(f"no camera answers at {url}: {why}") from error
        kind = plain(self._reply.headers.get("Content-Type", ""), longest=LONGEST_WORDS)
        if not kind.lower().startswith("multipart/"):
            self._reply.close()
            raise NoCameraError(f"{url} sends {kind or 'something unnamed'}, not a stream of JPEGs (multipart/...)")
        self._rest = bytearray()

    def read(self) -> bytes:
        # by the JPEG's own marks: cameras disagree on boundaries and lengths, and inside a JPEG's data
        # the end mark cannot occur
        late = time.monotonic() + LONGEST_PICTURE
        looked = 0
        try:
            while True:
                start = self._rest.find(b"\xff\xd8\xff")
                del self._rest[: start if start >= 0 else max(0, len(self._rest) - 2)]
                end = self._rest.find(b"\xff\xd9", max(0, looked - 1)) if start >= 0 else -1
                if end >= 0:
                    jpeg = bytes(self._rest[: end + 2])
                    del self._rest[: end + 2]
                    return jpeg
                looked = len(self._rest) if start >= 0 else 0
                if len(self._rest) > LARGEST:
                    raise CameraError(f"{self._url} sends a picture of more than {LARGEST >> 20} MB")
                self._bounds.deadline, self._bounds.left = min(late, time.monotonic() + PATIENCE), LARGEST
                chunk = self._reply.read1(1 << 16)
                if not chunk:
                    raise CameraEndedError(f"the stream of {self._url} ended")
                self._rest += chunk
        except TimeoutError as error:
            what = f"nothing for {PATIENCE:g} s"
            if time.monotonic() >= late:
                what = f"no whole picture in {LONGEST_PICTURE:g} s"
            raise CameraStalledError(f"{self._url} is connected but sent {what}") from error
        except (OSError, ValueError, http.client.HTTPException) as error:
            why = plain(error, longest=LONGEST_WORDS) or type(error).__name__
            raise CameraEndedError(f"the stream of {self._url} broke off: {why}") from error

    def close(self) -> None:
        self._reply.close()


def _decoded(jpeg: bytes, name: str) -> Image:
    """The picture of a JPEG, BGR (h, w, 3). Raises CameraError if it is none, or its header claims too many pixels."""
    size = jpeg_size(jpeg)
    if size is not None and size[0] * size[1] > MOST_PIXELS:
        raise CameraError(
            f"camera {name} sent a JPEG that claims {size[0]} x {size[1]} pixels, more than {MOST_PIXELS:,}"
        )
    try:
        picture = None if size is None else cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        picture = None
    if picture is None:
        raise CameraError(f"camera {name} sent {len(jpeg)} bytes that are no JPEG")
    return np.asarray(picture, np.uint8)


def jpeg_size(jpeg: bytes) -> tuple[int, int] | None:
    """Width and height that a JPEG's header claims, without decoding it; None if there is no such header.

    Example:
        >>> jpeg_size(bytes.fromhex("ffd8 ffc0 0011 08 7530 7530 03 011100 021100 031100"))
        (30000, 30000)
        >>> jpeg_size(b"GIF89a") is None
        True
    """
    at, found = 2, None
    while jpeg[:2] == b"\xff\xd8" and len(jpeg) >= at + 9 and jpeg[at] == 0xFF:
        mark = jpeg[at + 1]
        if mark == 0xFF or mark == 0x01 or 0xD0 <= mark <= 0xD8:  # fill bytes, and marks that have no length
            at += 1 if mark == 0xFF else 2
            continue
        if mark in (0xD9, 0xDA):  # the end, or the picture itself
            break
        if 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):  # a frame: the largest counts, if there are several
            height, width = int.from_bytes(jpeg[at + 5 : at + 7], "big"), int.from_bytes(jpeg[at + 7 : at + 9], "big")
            found = max(found or (0, 0), (width, height), key=lambda size: size[0] * size[1])
        at += 2 + max(2, int.from_bytes(jpeg[at + 2 : at + 4], "big"))
    return found


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
