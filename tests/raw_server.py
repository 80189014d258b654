"""A real HTTP server in this process that sends whatever bytes a test wants sent, however slowly."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any


@dataclass
class Request:
    """What came: the first line, the headers by their names in small letters, and the body."""

    line: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)


Answer = Callable[[Request], Iterable[bytes]]


def reply(data: Any, status: str = "200 OK", **headers: str) -> list[bytes]:
    """A whole answer; what is not bytes is sent as JSON."""
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ["\r\n".join(lines).encode() + b"\r\n\r\n", body]


def completion(content: Any, **more: Any) -> list[bytes]:
    """The answer of a chat API with one message."""
    return reply({"choices": [{"index": 0, "message": {"role": "assistant", "content": content}, **more}]})


class RawServer:
    """Answers each connection's request with the pieces that `answer` gives, and keeps the requests."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.requests: list[Request] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> RawServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as file:
            try:
                request = Request(file.readline().decode().strip())
                while line := file.readline().decode().strip():
                    name, _, value = line.partition(":")
                    request.headers[name.lower()] = value.strip()
                request.body = file.read(int(request.headers.get("content-length", 0)))
                self.requests.append(request)
                for piece in self.answer(request):
                    connection.sendall(piece)
            except OSError:
                return  # whoever asked has had enough
