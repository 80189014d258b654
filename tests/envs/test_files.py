"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pontine.envs.errors import WriteError
from pontine.envs.files import MARK, remove_parts, replacing, write_json


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """No file may grow beyond `size` bytes in this process, as on a disk that is full."""
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_is_one_line_and_leaves_what_was_there(tmp_path: Path) -> None:
    write_json(tmp_path / "report.json", {"old": True})
    with largest_file(1000), pytest.raises(WriteError, match=r"cannot write '.*report\.json': File too large"):
        write_json(tmp_path / "report.json", {"new": "x" * 5000})
    assert json.loads((tmp_path / "report.json").read_text()) == {"old": True}
    assert os.listdir(tmp_path) == ["report.json"]


def test_a_folder_that_is_gone_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match=r"cannot write .*nowhere.*: No such file or directory"):
        write_json(tmp_path / "nowhere" / "report.json", {})
    (tmp_path / "taken.json").mkdir()
    with pytest.raises(WriteError, match=r"cannot write .*taken\.json"):
        write_json(tmp_path / "taken.json", {})
    assert os.listdir(tmp_path) == ["taken.json"]


@pytest.mark.parametrize("error", [OSError(errno.ECONNREFUSED, "refused"), OSError(errno.ENOENT, "no file", "other")])
def test_an_error_that_is_not_about_the_file_stays_what_it_is(error: OSError, tmp_path: Path) -> None:
    with pytest.raises(OSError, match=error.strerror) as raised, replacing(tmp_path / "report.json"):
        raise error
    assert raised.value is error
    assert not os.listdir(tmp_path)


def test_only_what_carries_our_mark_is_removed(tmp_path: Path) -> None:
    theirs = [".env-template", ".zshrc-settings", ".curve-abcd1234.json", "model.json"]
    for name in [*theirs, f"{MARK}curve-abcd1234.json"]:
        (tmp_path / name).write_text("")
    with replacing(tmp_path / "model.json") as temporary:
        assert temporary.name.startswith(MARK)
        assert temporary.suffix == ".json"
    remove_parts(tmp_path)
    assert sorted(os.listdir(tmp_path)) == sorted(theirs)
