"""Files that are written whole or not at all."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import PontineError


def check_writable(path: str | Path | None, what: str) -> None:
    """Raises PontineError if `path` cannot become a file: asked before long work, not after it."""
    if path is None:
        return
    folder = Path(path).parent
    if Path(path).is_dir():
        raise PontineError(f"cannot write {what} {str(path)!r}: that is a folder")
    if not folder.is_dir():
        raise PontineError(f"cannot write {what} {str(path)!r}: there is no folder {str(folder)!r}")
    if not os.access(folder, os.W_OK):
        raise PontineError(f"cannot write {what} {str(path)!r}: the folder is read-only")


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """A temporary file beside `path` that takes its place when the block ends without an error."""
    path = Path(path)
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: str | Path, data: Any) -> None:
    """Write `data` as readable JSON, whole or not at all."""
    text = json.dumps(data, indent=2, ensure_ascii=False)
    # Lists of plain values on one line each. A line break is never inside a JSON text, so only layout changes.
    text = re.sub(r"\[\n[^\[\]{}]*\n *\]", lambda m: re.sub(r"\n *", " ", m[0]).replace("[ ", "[", 1)[:-2] + "]", text)
    with replacing(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")
