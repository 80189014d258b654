"""A file of answers, a line each, that is whole after every line and goes on where it was stopped."""

from __future__ import annotations

import hashlib
import json
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Any

from pontine.envs.errors import PontineError

_ESCAPED = str.maketrans({c: f"\\u{ord(c):04x}" for c in "\x85\u2028\u2029"})
"""Line ends to some readers and not to JSON."""


class AnswerFile:
    """Answers to the lines of a batch, JSON Lines in `path`, in their order.

    A context manager. While it is being written a hidden file beside it keeps what was asked, a digest a line: started
    again with the same `settings` and the same first lines, it goes on after those that it has. Started with others,
    or once it was finished, it begins anew.

    Raises PontineError in one line if it cannot be written; the lines before stay.
    """

    def __init__(self, path: Path, settings: object) -> None:
        self.path, self.count, self.bad = path, 0, 0
        self._marks_path = path.with_name(f".{path.name}.unfinished")
        self._settings = _digest(json.dumps(settings, default=str).encode())
        self._known: list[str] = []
        self._file: FileIO
        self._marks: FileIO | None = None

    def __enter__(self) -> AnswerFile:
        try:
            if self.path.exists() and not self.path.is_file():
                self._file = self.path.open("wb", buffering=0)  # a pipe or a terminal
                return self
            self._known = self._left_over()
            self._file, self._marks = _opened(self.path), _opened(self._marks_path)
            if not self._known:
                self._marks.truncate(0)
                _write(self._marks, f"{self._settings}\n".encode())
            self._cut(len(self._known))
        except OSError as error:
            raise self._wrong(error) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._marks is not None and kind is None:
            self._cut(self.count)  # the batch may have become shorter
            self._marks_path.unlink(missing_ok=True)
        for file in (self._file, self._marks):
            if file is not None:
                file.close()

    def has(self, line: bytes) -> bool:
        """Whether the next line of the batch is this one, and was answered before: then it is passed over."""
        if self.count >= len(self._known):
            return False
        known, failed, _ = self._known[self.count].partition("!")
        if known == _digest(line):
            self.count, self.bad = self.count + 1, self.bad + bool(failed)
            return True
        self._known = self._known[: self.count]
        try:
            self._cut(self.count)
        except OSError as error:
            raise self._wrong(error) from None
        return False

    def add(self, line: bytes, answer: dict[str, Any], bad: bool = False) -> None:
        """Write the answer to a line, so that it is there whatever happens next; `bad` ones are counted."""
        text = json.dumps(answer, ensure_ascii=False).translate(_ESCAPED).encode() + b"\n"
        try:
            if self._marks is not None:
                _write(self._marks, f"{_digest(line)}{'!' * bad}\n".encode())
            _write(self._file, text, take_back=self._marks is not None)
        except OSError as error:
            raise self._wrong(error) from None
        self.count, self.bad = self.count + 1, self.bad + bad

    def _left_over(self) -> list[str]:
        """The digests of the lines that a stopped batch has answered whole."""
        if not self._marks_path.is_file() or not self.path.is_file():
            return []
        settings, *digests = self._marks_path.read_bytes().decode("ascii", "replace").split("\n")
        if settings != self._settings:
            return []
        with self.path.open("rb") as file:
            whole = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
        return [digest for digest in digests[:whole] if digest]

    def _cut(self, count: int) -> None:
        """Go to the end of the first so many answers in both files, and cut what comes after."""
        for file, path, lines in ((self._file, self.path, count), (self._marks, self._marks_path, count + 1)):
            if file is not None:
                with path.open("rb") as reader:
                    for _ in range(lines):
                        reader.readline()
                    end = reader.tell()
                file.truncate(end)
                file.seek(end)

    def _wrong(self, error: OSError) -> PontineError:
        return PontineError(f"cannot write {str(self.path)!r}: {error.strerror or error}")


def _opened(path: Path) -> FileIO:
    """A file to write in without cutting what it has."""
    path.touch()
    return path.open("r+b", buffering=0)


def _write(file: FileIO, text: bytes, take_back: bool = True) -> None:
    """Write all of it; what does not fit is taken back, where that can be."""
    start, left = file.tell() if take_back else None, memoryview(text)
    try:
        while left:
            left = left[file.write(left) :]
    except OSError:
        if start is not None:
            file.truncate(start)
        raise


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:16]
