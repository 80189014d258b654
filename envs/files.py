"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import PontineError, WriteError
from .io import platform

MARK = ".pontine-part-"
"""How the names of temporary files begin: what has this mark is ours, and half a file if nobody is writing it."""

LOCK = ".pontine-lock"
"""Name of the file by which a process holds a folder; it stays, for whoever waits for it has it open."""

_CANNOT_WRITE = {
    getattr(errno, name)
    for name in "ENOSPC EDQUOT EFBIG EROFS EACCES EPERM EIO ENOENT ENOTDIR EISDIR ENAMETOOLONG EMFILE ENFILE".split()
    if hasattr(errno, name)
}


_ROOT = Path(__file__).resolve().parents[1]
_INSTALLED = _ROOT if {"site-packages", "dist-packages"} & set(_ROOT.parts) else None
"""The installed package; in a checkout, whose files are there to be changed, None."""


def _check_outside(path: Path) -> None:
    """Raises WriteError for a path within the installed package: what runs is not changed by running it."""
    if _INSTALLED is not None and path.resolve().is_relative_to(_INSTALLED):
        raise WriteError(f"cannot write {str(path)!r}: that is inside the installed package; give another place")


def check_writable(path: str | Path | None, what: str) -> None:
    """Raises PontineError if `path` cannot become a file: asked before long work, not after it."""
    if path is None:
        return
    _check_outside(Path(path))
    folder = Path(path).parent
    if Path(path).is_dir():
        raise PontineError(f"cannot write {what} {str(path)!r}: that is a folder")
    if not folder.is_dir():
        raise PontineError(f"cannot write {what} {str(path)!r}: there is no folder {str(folder)!r}")
    if not os.access(folder, os.W_OK):
        raise PontineError(f"cannot write {what} {str(path)!r}: the folder is read-only")


def make_folder(path: str | Path) -> None:
    """Make a folder, and those that it lies in, unless they are there. Raises WriteError."""
    _check_outside(Path(path))
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(f"cannot make the folder {str(path)!r}: {error.strerror}") from error


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """A temporary file beside `path` that takes its place when the block ends without an error.

    Raises WriteError where it cannot be written: a full disk, a read-only folder. What was there then stays.
    """
    path = Path(path)
    _check_outside(path)
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f"{MARK}{path.stem[:60]}-", suffix=path.suffix, dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        temporary.chmod(_masked(0o666))
        temporary.replace(path)
    except OSError as error:
        # The block may read other files too, or ask another machine: what goes wrong there is not about this one.
        if error.errno not in _CANNOT_WRITE or not _about(error, path):
            raise
        raise WriteError(f"cannot write {str(path)!r}: {error.strerror}") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _masked(mode: int) -> int:
    """The permissions that a file made with `mode` gets here; a temporary one is its owner's alone."""
    umask = os.umask(0)
    os.umask(umask)
    return mode & ~umask


@contextmanager
def making(folder: str | Path) -> Iterator[Path]:
    """A temporary folder that becomes `folder` when the block ends without an error. Raises WriteError.

    The folder that it lies in must be there.
    """
    folder = Path(folder)
    _check_outside(folder)
    temporary: Path | None = None
    try:
        temporary = Path(tempfile.mkdtemp(prefix=f"{MARK}{folder.name[:60]}-", dir=folder.parent))
        yield temporary
        temporary.chmod(_masked(0o777))
        temporary.rename(folder)
    except OSError as error:
        if error.errno not in _CANNOT_WRITE:
            raise
        raise WriteError(f"cannot write {str(folder)!r}: {error.strerror}") from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def _about(error: OSError, path: Path) -> bool:
    """Whether an error of writing is about `path` or its temporary file; one that names no file is."""
    if error.filename is None:
        return True
    there = Path(os.fsdecode(error.filename))
    return there.parent == path.parent and (there.name == path.name or there.name.startswith(MARK))


@contextmanager
def held(folder: str | Path) -> Iterator[None]:
    """Within it no other process holds the folder. Raises PontineError where one does, WriteError on a full disk."""
    path = Path(folder) / LOCK
    try:
        file = path.open("a", encoding="utf-8")
    except OSError as error:
        raise WriteError(f"cannot write {str(path)!r}: {error.strerror}") from error
    with file:
        try:
            platform.lock(file)
        except BlockingIOError:
            raise PontineError(f"another process is at work in {str(folder)!r}; take another folder, or wait") from None
        yield


def remove_parts(folder: str | Path) -> None:
    """Remove what a killed writer left half written in a folder that nobody else is writing in."""
    for part in Path(folder).glob(f"{MARK}*"):
        if part.is_file():
            part.unlink()


def write_json(path: str | Path, data: Any) -> None:
    """Write `data` as readable JSON, whole or not at all."""
    text = json.dumps(data, indent=2, ensure_ascii=False)
    # Lists of plain values on one line each. A line break is never inside a JSON text, so only layout changes.
    text = re.sub(r"\[\n[^\[\]{}]*\n *\]", lambda m: re.sub(r"\n *", " ", m[0]).replace("[ ", "[", 1)[:-2] + "]", text)
    with replacing(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")
