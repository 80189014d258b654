"""A run's folder belongs to one run, and to one process at a time; what is not a run's folder is left alone."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pontine.envs.errors import PontineError
from pontine.envs.files import LOCK, MARK, held, make_folder, replacing, write_json
from pontine.envs.io import json_text

from .provenance import command, commit, versions

CONFIG, RECIPE = "config.json", "reproduce.txt"

_BEFORE = {LOCK, ".hydra"}
"""What may be in a new run's folder: what one that was stopped at once left, and what Hydra writes in a sweep."""


@contextmanager
def claim(
    path: str | Path, config: Mapping[str, Any], may_differ: Collection[str] = (), free: Collection[str] = ()
) -> Iterator[dict[str, Any]]:
    """The folder `path`, made if need be, is this process's and a run's with these options; gives the run's origin.

    `config.json` and `reproduce.txt` in it say what the run is: its options, the command, commit and versions that it
    began with. The options of a run that is there must be the same, but for those that `may_differ`; an option that its
    `config.json` does not know is no difference, but in the `free` ones, dicts with whatever keys their user likes.

    Raises PontineError, and changes nothing, where another process is at work, the folder has another run or none and
    is not empty; WriteError where it cannot be written.
    """
    folder = Path(path)
    _check_ours(folder)
    make_folder(folder)
    with held(folder):
        there = _check_ours(folder)
        wanted = json.loads(json.dumps(config))
        if there is None:
            origin = {"command": command(), "commit": commit(), "versions": versions()}
            write_json(folder / CONFIG, {**wanted, **origin})
        else:
            known = {key: value for key, value in wanted.items() if key in there and key not in may_differ}
            if differing := [key for key, value in known.items() if not _agree(value, there[key], key in free)]:
                raise PontineError(
                    f"{folder} holds a run with another {', '.join(differing)}; take another folder or remove it"
                )
            origin = {key: there[key] for key in _ORIGIN}
        if not (folder / RECIPE).exists():
            with replacing(folder / RECIPE) as temporary:
                temporary.write_text(_recipe(origin), encoding="utf-8")
        yield origin


_ORIGIN: Mapping[str, type] = {"command": str, "commit": str, "versions": dict}
"""What `config.json` says of a run beside its options; one that does not is somebody else's."""


def _check_ours(folder: Path) -> dict[str, Any] | None:
    """What the folder's run is, None for one that has none yet. Raises PontineError for one that is not ours."""
    try:
        names = {entry.name for entry in folder.iterdir()} if folder.exists() else set()
    except OSError as error:
        raise PontineError(f"cannot use {str(folder)!r} as a run's folder: {error.strerror}") from None
    if CONFIG in names:
        there = json_text.read(folder / CONFIG, "the run's options")
        if not isinstance(there, dict) or any(type(there.get(key)) is not kind for key, kind in _ORIGIN.items()):
            raise PontineError(f"{folder} holds no run: its {CONFIG} is of something else; take a new folder")
        return there
    theirs = sorted(name for name in names - _BEFORE if not name.startswith(MARK))
    if theirs:
        raise PontineError(f"{folder} is not empty and holds no run ({theirs[0]!r} is in it); take a new folder")
    return None


def _agree(wanted: Any, there: Any, whole: bool) -> bool:
    """Whether two settings are the same. Unless they are taken whole, what the older file does not know is no
    difference."""
    if not whole and isinstance(wanted, dict) and isinstance(there, dict):
        return all(_agree(value, there[key], False) for key, value in wanted.items() if key in there)
    return bool(wanted == there)


def _recipe(origin: Mapping[str, Any]) -> str:
    """How to make the run again, for a person to read."""
    changed = " with changes of its own" if origin["commit"].endswith("+") else ""
    lines = [
        "To make this run again:",
        "",
        f"  git checkout {origin['commit'].rstrip('+')}   # the source it ran from{changed}",
        f"  {origin['command']}",
        "",
        f"{CONFIG} has every option. It ran with",
        "",
        *(f"  {name} {version}" for name, version in origin["versions"].items()),
    ]
    return "\n".join(lines) + "\n"
