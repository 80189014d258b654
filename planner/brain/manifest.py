"""The manifest of a folder of model files: what belongs there, and by which sums it is known to be whole.

It is written last, so a folder without one is not whole. Every look reads the files: a disk that rots keeps their sizes
and times. Of what loading the model takes, that is about a twentieth.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from pontine.envs.errors import PontineError
from pontine.envs.files import write_json
from pontine.envs.io import json_text

NAME = "manifest.json"


def write(folder: Path) -> None:
    """Write the manifest of all files in a folder. Raises OSError."""
    write_json(folder / NAME, {path.name: _entry(path) for path in sorted(folder.iterdir()) if path.name != NAME})


def damage(folder: Path) -> str | None:
    """What is wrong with a folder, in a few words; None if its files are those of its manifest.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as name:
        ...     _ = Path(name, "config.json").write_text("{}")
        ...     write(Path(name))
        ...     whole = damage(Path(name))
        ...     _ = Path(name, "config.json").write_text("")
        ...     whole, damage(Path(name))
        (None, 'config.json has 0 bytes instead of 2')
    """
    if not (folder / NAME).is_file():
        return f"{NAME} is missing"
    try:
        known = json_text.read(folder / NAME, "the manifest")
    except PontineError as error:
        return str(error)
    if not isinstance(known, dict) or not known or not all(map(_is_entry, known.values())):
        return f"{NAME} is no manifest"
    for name, entry in known.items():
        path = folder / name
        try:
            size = path.stat().st_size
            if size != entry["bytes"]:
                return f"{name} has {size} bytes instead of {entry['bytes']}"
            if _sum(path) != entry["sha256"]:
                return f"{name} is not what was written"
        except OSError as error:
            return f"{name}: {error.strerror or error}"
    return None


def _entry(path: Path) -> dict[str, Any]:
    return {"bytes": path.stat().st_size, "sha256": _sum(path)}


def _is_entry(entry: Any) -> bool:
    wanted = {"bytes": int, "sha256": str}
    return isinstance(entry, dict) and all(isinstance(entry.get(name), kind) for name, kind in wanted.items())


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
