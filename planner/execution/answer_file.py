"""A file of answers, a line each, that is whole after every line and goes on where it was stopped."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from contextlib import ExitStack
from io import BufferedReader, FileIO
from pathlib import Path
from types import TracebackType
from typing import Any

from pontine.envs.errors import PontineError
from pontine.envs.files import MARK
from pontine.envs.io import platform

_ESCAPED = str.maketrans({c: f"\\u{ord(c):04x}" for c in "\x85\u2028\u2029"})
"""Line ends to some readers and not to JSON."""

_BAD, _CRASHED = "!", "!!"
"""What stands behind the digest of a line that could not be read, and of one that met a mistake in Pontine."""

_OURS = re.compile(rb"[0-9a-f]{16}!{0,2}\n|[0-9a-f]{0,16}!{0,2}")
"""A line of marks; the last one may be cut short."""

_LONGEST_MARK = 20
"""A byte more than a line of marks can have."""


class AnswerFile:
    """Answers to the lines of a batch, JSON Lines in `path`, in their order.

    A context manager. While it is being written a hidden file beside it keeps what was asked, a digest a line: started
    again with the same `settings` and the same first lines, it goes on after those that it has. Started with others,
    or once it was finished, it begins anew. `bad` counts the lines that could not be read, `crashed` is whether one
    met a mistake in Pontine; both know of the lines that are passed over too.

    Raises PontineError in one line if it cannot be written, the lines before stay; if another process is writing it;
    or if something else than Pontine's own has the name of the hidden file, which is then left alone.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as name:
        ...     with AnswerFile(Path(name, "out.jsonl"), None) as answers:
        ...         if not answers.has(b"a question"):
        ...             answers.add(b"a question", {"id": 1})
        ...     Path(name, "out.jsonl").read_text()
        '{"id": 1}\\n'
    """

    def __init__(self, path: Path, settings: object) -> None:
        self.path, self.count, self.bad, self.crashed = path, 0, 0, False
        self._marks_path = path.with_name(f"{MARK}{path.name}.answers")
        self._settings = _digest(json.dumps(settings, default=str).encode())
        self._known: list[str] = []
        self._files = ExitStack()
        self._file: FileIO
        self._marks: FileIO | None = None

    @property
    def resumable(self) -> bool:
        """Whether it can go on where it was stopped: a pipe or a terminal cannot."""
        return self._marks is not None

    def __enter__(self) -> AnswerFile:
        with ExitStack() as files:
            try:
                self._open(files)
            except BlockingIOError:
                raise PontineError(
                    f"another process is writing {str(self.path)!r}; give another out=, or wait"
                ) from None
            except OSError as error:
                raise self._wrong(error) from None
            self._files = files.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with self._files:
                if self._marks is not None and kind is None:
                    self._cut(self.count)  # the batch may have become shorter
                    self._marks.close()
                    self._marks_path.unlink(missing_ok=True)
        except OSError as wrong:
            raise self._wrong(wrong) from None

    def has(self, line: bytes) -> bool:
        """Whether the next line of the batch is this one, and was answered before: then it is passed over."""
        if self.count >= len(self._known):
            return False
        known, mark, _ = self._known[self.count].partition(_BAD)
        if known == _digest(line):
            self._counted(bool(mark), self._known[self.count].endswith(_CRASHED))
            return True
        self._known = self._known[: self.count]
        try:
            self._cut(self.count)
        except OSError as error:
            raise self._wrong(error) from None
        return False

    def add(self, line: bytes, answer: dict[str, Any], bad: bool = False, crashed: bool = False) -> None:
        """Write the answer to a line, so that it is there whatever happens next; a `crashed` one is `bad` too."""
        text = json.dumps(answer, ensure_ascii=False).translate(_ESCAPED).encode() + b"\n"
        mark = _CRASHED if crashed else _BAD if bad else ""
        try:
            if self._marks is not None:
                _write(self._marks, f"{_digest(line)}{mark}\n".encode())
            _write(self._file, text, take_back=self._marks is not None)
        except OSError as error:
            raise self._wrong(error) from None
        self._counted(bool(mark), crashed)

    def _counted(self, bad: bool, crashed: bool) -> None:
        self.count, self.bad, self.crashed = self.count + 1, self.bad + bad, self.crashed or crashed

    def _open(self, files: ExitStack) -> None:
        if self.path.exists() and not self.path.is_file():
            self._file = files.enter_context(self.path.open("wb", buffering=0))  # a pipe or a terminal
            return
        self._file = files.enter_context(_opened(self.path))
        platform.lock(self._file)
        marks = files.enter_context(self._own_marks())
        self._known = self._left_over(marks)
        if not self._known:
            marks.seek(0)
            marks.truncate()
            _write(marks, f"{self._settings}\n".encode())
        self._marks = marks
        self._cut(len(self._known))

    def _own_marks(self) -> FileIO:
        """The hidden file, made if need be. Raises PontineError for a link, or what is no file, of that name."""
        if self._marks_path.is_symlink():
            raise self._foreign()
        marks = _opened(self._marks_path, getattr(os, "O_NOFOLLOW", 0))
        if not stat.S_ISREG(os.fstat(marks.fileno()).st_mode):
            marks.close()
            raise self._foreign()
        return marks

    def _left_over(self, marks: FileIO) -> list[str]:
        """The digests of the lines that a stopped batch has answered whole."""
        lines: list[bytes] = []
        with _from_the_start(marks) as reader:
            while line := reader.readline(_LONGEST_MARK):
                if not _OURS.fullmatch(line):
                    raise self._foreign()
                lines.append(line)
        settings, *digests = [line.decode().strip() for line in lines if line.endswith(b"\n")] or [""]
        if settings != self._settings:
            return []
        with _from_the_start(self._file) as reader:
            whole = sum(block.count(b"\n") for block in iter(lambda: reader.read(1 << 20), b""))
        return digests[:whole]

    def _cut(self, count: int) -> None:
        """Go to the end of the first so many answers in both files, and cut what comes after."""
        for file, lines in ((self._file, count), (self._marks, count + 1)):
            if file is not None:
                with _from_the_start(file) as reader:
                    for _ in range(lines):
                        reader.readline()
                    end = reader.tell()
                file.truncate(end)
                file.seek(end)

    def _foreign(self) -> PontineError:
        return PontineError(f"{str(self._marks_path)!r} is in the way and not Pontine's: move it, or give another out=")

    def _wrong(self, error: OSError) -> PontineError:
        return PontineError(f"cannot write {str(error.filename or self.path)!r}: {error.strerror or error}")


def _opened(path: Path, flags: int = 0) -> FileIO:
    """A file to read and write in, made if need be, without cutting what it has."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | flags, 0o666)
    return FileIO(handle, "r+")


def _from_the_start(file: FileIO) -> BufferedReader:
    """Reads an open file through the handle it has: another one could not where a lock keeps others out."""
    file.seek(0)
    return open(file.fileno(), "rb", closefd=False)


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
