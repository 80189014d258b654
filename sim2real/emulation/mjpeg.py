"""Pictures over HTTP as a stream of JPEGs (multipart/x-mixed-replace), as network cameras send them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

import cv2
import numpy as np
from numpy.typing import NDArray

from pontine.envs.errors import PontineError

Grab = Callable[[], NDArray[np.uint8]]

QUALITY = 92
"""JPEG quality of what is served, 0 to 100."""

_BOUNDARY = "pontineframe"
_log = logging.getLogger(__name__)


class MjpegError(PontineError):
    """Pictures cannot be served."""


class MjpegServer:
    """Serves what `grab` returns, (h, w, 3) RGB: a stream at /, /stream and /stream.mjpg, a still at /frame.jpg.

    `grab` is called in one thread of the server's own, `rate` times a second while somebody watches and
    not otherwise. `host` is this machine unless told otherwise; port 0 takes a free one. A context
    manager. Raises MjpegError where the port cannot be had; if `grab` raises, the stream ends and `problem`
    holds the error.
    """

    def __init__(self, grab: Grab, port: int = 0, rate: float = 10.0, host: str = "127.0.0.1") -> None:
        self.problem: Exception | None = None
        self._grab, self._period = grab, 1.0 / rate
        self._fresh = threading.Condition()
        self._jpeg, self._count, self._watchers = b"", 0, 0
        self._closing, self._host = False, host
        handler = type("Handler", (_Handler,), {"source": self})
        try:
            self._http = ThreadingHTTPServer((host, port), handler)
        except (OSError, OverflowError) as error:
            raise MjpegError(f"cannot serve pictures at {host}:{port}: {error}") from error
        self._http.daemon_threads = True
        self.port = int(self._http.server_address[1])
        self._threads = [
            threading.Thread(target=self._http.serve_forever, args=(0.1,), name="mjpeg-http", daemon=True),
            threading.Thread(target=self._draw, name="mjpeg-grab", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def url(self) -> str:
        """Address of the stream."""
        return f"http://{self._host}:{self.port}/stream.mjpg"

    def close(self) -> None:
        """End all streams and stop serving."""
        with self._fresh:
            if self._closing:
                return
            self._closing = True
            self._fresh.notify_all()
        self._http.shutdown()
        self._http.server_close()
        for thread in self._threads:
            thread.join(5.0)

    def __enter__(self) -> MjpegServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def watch(self, change: int) -> None:
        """One more or one fewer who waits for pictures."""
        with self._fresh:
            self._watchers += change
            self._fresh.notify_all()

    def following(self, seen: int) -> tuple[bytes, int] | None:
        """The next JPEG after number `seen` and its number; None if there will be no more."""
        with self._fresh:
            self._fresh.wait_for(lambda: self._closing or self._count > seen or self.problem is not None)
            done = self._closing or self.problem is not None
            return None if done else (self._jpeg, self._count)

    @property
    def newest(self) -> int:
        """Number of the newest picture."""
        return self._count

    def _draw(self) -> None:
        due = time.monotonic()
        while True:
            with self._fresh:
                self._fresh.wait_for(lambda: self._closing or self._watchers > 0)
                if self._closing:
                    return
            try:
                frame = np.ascontiguousarray(self._grab()[:, :, ::-1])
                encoded = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()
            except Exception as error:  # noqa: BLE001 - told to everyone who watches, and kept in `problem`
                _log.error("no more pictures to serve: %s", error)
                with self._fresh:
                    self.problem = error
                    self._fresh.notify_all()
                return
            with self._fresh:
                self._jpeg, self._count = encoded, self._count + 1
                self._fresh.notify_all()
                due = max(due + self._period, time.monotonic())
                self._fresh.wait_for(lambda: self._closing, max(0.0, due - time.monotonic()))


class _Handler(BaseHTTPRequestHandler):
    """Answers one viewer, in a thread of its own."""

    source: MjpegServer
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        """Send the stream, a still, or 404."""
        path = self.path.partition("?")[0]
        if path not in ("/", "/stream", "/stream.mjpg", "/frame.jpg"):
            self.send_error(404, "there are /stream.mjpg and /frame.jpg")
            return
        self.source.watch(1)
        try:
            self._still() if path == "/frame.jpg" else self._stream()
        except (BrokenPipeError, ConnectionResetError):
            _log.debug("%s stopped watching", self.client_address[0])
        finally:
            self.source.watch(-1)

    def _still(self) -> None:
        found = self.source.following(self.source.newest)
        if found is None:
            self.send_error(503, f"no pictures: {self.source.problem or 'closing'}")
            return
        self._head("image/jpeg", len(found[0]))
        self.wfile.write(found[0])

    def _stream(self) -> None:
        self._head(f"multipart/x-mixed-replace; boundary={_BOUNDARY}")
        seen = self.source.newest
        while (found := self.source.following(seen)) is not None:
            jpeg, seen = found
            head = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
            self.wfile.write(head.encode() + jpeg + b"\r\n")
        self.wfile.write(f"--{_BOUNDARY}--\r\n".encode())

    def _head(self, kind: str, length: int | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", "no-store")
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Requests go to the log, not to the terminal."""
        _log.debug(format, *args)
